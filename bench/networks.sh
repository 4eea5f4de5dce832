#!/bin/bash
# Time `joulet run` on every network at hand, with both backends.
#
#   bench/networks.sh [-n RUNS] [-f GLOB] [-j JOULET] [-- ARGS for `joulet run`]
#
# Networks: models/ and, where it is there, ../shared/tflite/models (or
# $JOULET_SHARED/tflite/models). Each is run once unmeasured, so that
# the RTL library is built and files are cached, then RUNS times (5) with one
# input vector. A figure is the median user CPU time of a whole run in seconds;
# wall-clock time would measure the neighbours. `ratio` is rtl / fast.
set -u
cd "$(dirname "$0")/.." || exit 1
# `times` must print a point, whatever the user's language.
export LC_ALL=C

runs=5
glob='*'
joulet=build/joulet
while getopts n:f:j: option; do
	case $option in
	n) runs=$OPTARG ;;
	f) glob=$OPTARG ;;
	j) joulet=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))

shared=${JOULET_SHARED:-../shared}
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

# Print the median user seconds of the runs; return joulet's status if it fails.
median() { # BACKEND NET INPUT [ARGS]
	local backend=$1 net=$2 input=$3 i status TIMEFORMAT=%U
	shift 3
	: >"$scratch/times"
	for ((i = 0; i <= runs; i++)); do
		{ time "$joulet" run --net "$net" --input "$input" \
			--backend "$backend" "$@" \
			>"$scratch/out" 2>"$scratch/err"; } 2>"$scratch/time"
		status=$?
		[ $status = 0 ] || return $status
		[ $i = 0 ] || cat "$scratch/time" >>"$scratch/times"
	done
	sort -n "$scratch/times" | sed -n "$((runs / 2 + 1))p"
}

printf '%-20s %10s %10s %10s %8s\n' network macs fast_s rtl_s ratio
for net in models/*.tflite "$shared"/tflite/models/*.tflite; do
	name=$(basename "$net" .tflite)
	# shellcheck disable=SC2254 # a pattern it is
	case $name in $glob) ;; *) continue ;; esac
	[ -f "$net" ] || continue

	vectors=models/$name.in.bin
	[ -f "$vectors" ] || vectors=$shared/tflite/vectors/$name/inputs.bin
	read -r _ macs _ bytes _ < <(python3 tests/oracle/tfl.py "$net" | tail -1)
	head -c "$bytes" "$vectors" >"$scratch/in.bin"

	row=()
	for backend in fast rtl; do
		if seconds=$(median $backend "$net" "$scratch/in.bin" "$@"); then
			row+=("$seconds")
		else
			row+=(failed)
			echo "$name, $backend: $(tail -1 "$scratch/err")" >&2
		fi
	done
	ratio=$(awk -v f="${row[0]}" -v r="${row[1]}" 'BEGIN {
		if (f + 0 > 0 && r + 0 > 0) printf "%.0f", r / f; else print "-" }')
	printf '%-20s %10s %10s %10s %8s\n' \
		"$name" "$macs" "${row[0]}" "${row[1]}" "$ratio"
done
