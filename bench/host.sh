#!/bin/bash
# The host core's speed on three kernels (bench/host/), with exact time, side by
# side with Debian's qemu-system-riscv32 -icount, which counts an instruction as
# a nanosecond.
#
#   bench/host.sh [-n RUNS] [-j JOULET] [-k KERNEL]
#
# Figures are million instructions a second of CPU time, medians of RUNS (5),
# taken in turns so that both meet the same neighbours; what an empty program
# takes is subtracted. `exact`: memories of one cycle; `flash`: instructions
# arrive 3 cycles after their grant; `shared`: one memory with one port; all three
# exact to the cycle. In brackets: the ratio to qemu.
set -u
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C

runs=5
joulet=build/joulet
kernels='conv lists records'
while getopts n:j:k: option; do
	case $option in
	n) runs=$OPTARG ;;
	j) joulet=$OPTARG ;;
	k) kernels=$OPTARG ;;
	*) exit 2 ;;
	esac
done

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

# Data on pages of their own: qemu is slow when they share one with code.
build() { # KERNEL BASE OUT DEFINES
	riscv64-unknown-elf-gcc -O2 -march=rv32imc -mabi=ilp32 -mcmodel=medany \
		-ffreestanding -fno-tree-loop-distribute-patterns -nostdlib \
		-Wl,-melf32lriscv,--build-id=none,-e,_start,-Ttext="$2" \
		-DBASE="$2" "${@:4}" bench/host/start.S "bench/host/$1.c" \
		-lgcc -o "$3"
}

run() { # WAY KERNEL
	local way=$1 elf=$scratch/$2.elf
	case $way in
	exact) "$joulet" host "$elf" ;;
	flash) "$joulet" host "$elf" --instr-latency 3 ;;
	shared) "$joulet" host "$elf" --shared ;;
	qemu)
		timeout 60 qemu-system-riscv32 -machine virt -bios none \
			-nographic -icount shift=0 -kernel "$scratch/$2.qemu"
		;;
	esac </dev/null >"$scratch/out" 2>"$scratch/err"
	# The exit code is the kernel's checksum; joulet's status is 1 then.
	[ "$way" = qemu ] || grep -q '^cycles=' "$scratch/err"
}

# Add the CPU seconds of a run to the file of this way and kernel.
measure() { # WAY KERNEL
	local TIMEFORMAT='%U %S'
	{ time run "$1" "$2"; } 2>"$scratch/time" || return 1
	awk '{ print $1 + $2 }' "$scratch/time" >>"$scratch/$1.$2"
}

median() { # WAY KERNEL
	sort -n "$scratch/$1.$2" | sed -n "$(((runs + 1) / 2))p"
}

speed() { # WAY KERNEL INSTRUCTIONS
	awk -v n="$3" -v t="$(median "$1" "$2")" -v e="$(median "$1" empty)" \
		'BEGIN { printf "%.0f", n / (t - e) / 1e6 }'
}

for k in empty $kernels; do
	build "$k" 0x100000 "$scratch/$k.elf" -DEND=0x20000 &&
		build "$k" 0x80000000 "$scratch/$k.qemu" -DEND=0x100000 \
			-DEND_VALUE=0x5555 || exit 1
done

# Ways that work here: qemu may not be installed.
ways=
for way in exact flash shared qemu; do
	if run $way empty; then
		ways="$ways $way"
	else
		echo "host.sh: no figures for $way: $(tail -1 "$scratch/err")" >&2
	fi
done

for ((i = 0; i < runs; i++)); do
	for k in empty $kernels; do
		for way in $ways; do
			measure "$way" "$k" || exit 1
		done
	done
done

echo "Million instructions a second of CPU time"
printf '%-8s %12s %12s %12s %12s %6s\n' \
	kernel instructions exact flash shared qemu
for k in $kernels; do
	run exact "$k"
	n=$(sed -n 's/.*retired=\([0-9]*\).*/\1/p' "$scratch/err")
	case " $ways " in
	*' qemu '*) qemu=$(speed qemu "$k" "$n") ;;
	*) qemu=- ;;
	esac
	row=()
	for way in exact flash shared; do
		v=$(speed "$way" "$k" "$n")
		row+=("$v ($(awk -v v="$v" -v q="$qemu" \
			'BEGIN { if (q + 0 > 0) printf "%.2f", v / q; else printf "-" }'))")
	done
	printf '%-8s %12s %12s %12s %12s %6s\n' "$k" "$n" "${row[@]}" "$qemu"
done
