#!/bin/sh
# How fast the simulator is (`./dev bench [WHAT [ARGS]]`).
#
#   inference   one inference: compiled, timing only, with data, in Verilog, on
#               the whole SoC in Verilog (where ./dev test has installed Ibex);
#               keyword spotting if ../shared is there, else the project's own
#               network; ARGS: another NET.tflite [DESIGN.yaml]
#   compile     compiling, network by network; ARGS: other networks
#   search      how much of the Pareto front a search finds; keyword spotting if
#               ../shared is there, else the project's own network
#   host        the host core, beside qemu (bench/host.sh ARGS)
#   sweep       design points a second (bench/sweep.py ARGS)
#   peers       seconds a design point, beside SCALE-Sim and ZigZag, which are
#               installed for it (bench/peers.py ARGS); takes minutes
#   networks    whole commands, network by network (bench/networks.sh ARGS)
#
# Without WHAT: all of it except `peers` and `networks`. $JOULET_BUILD: the build
# folder (build). Figures are medians of CPU time.
set -eu
cd "$(dirname "$0")/.."

build=${JOULET_BUILD:-build}
shared=${JOULET_SHARED:-../shared}

inference() {
	if [ $# = 0 ] && [ -f "$shared/tflite/models/kws_ref_model.tflite" ]; then
		set -- "$shared/tflite/models/kws_ref_model.tflite"
	fi
	"$build/bench_inference" "$@"
}

compile() {
	if [ $# = 0 ]; then
		set -- models/*.tflite
		[ ! -d "$shared/tflite/models" ] ||
			set -- "$@" "$shared"/tflite/models/*.tflite
	fi
	"$build/bench_compile" "$@"
}

search() {
	space=configs/sweeps/digits_space.yaml
	kws=$shared/tflite/models/kws_ref_model.tflite
	if [ -f "$kws" ]; then
		dir=$(mktemp -d)
		trap 'rm -r "$dir"' EXIT
		sed -e "s|^networks:.*|networks: [$(realpath "$kws")]|" \
			-e '/^inputs:/d' $space >"$dir/kws_space.yaml"
		space=$dir/kws_space.yaml
	fi
	"$build/bench_search" "$space" "$@"
}

what=${1:-all}
[ $# = 0 ] || shift
case $what in
all)
	bench/host.sh -j "$build/joulet"
	echo
	inference
	echo
	compile
	echo
	python3 bench/sweep.py --build "$build"
	;;
compile)
	compile "$@"
	;;
inference)
	inference "$@"
	;;
search)
	search "$@"
	;;
host)
	exec bench/host.sh -j "$build/joulet" "$@"
	;;
sweep)
	exec python3 bench/sweep.py --build "$build" "$@"
	;;
peers | --peers)
	exec python3 bench/peers.py --build "$build" "$@"
	;;
networks)
	exec bench/networks.sh -j "$build/joulet" "$@"
	;;
*)
	sed -n '2,/^set/s/^# \{0,1\}//p' bench/run.sh >&2
	exit 2
	;;
esac
