#!/usr/bin/env python3
"""Seconds of CPU time a design point takes, beside two published simulators.

    bench/peers.py [--build DIR] [--arrays 8,16] [NET.tflite ...]

SCALE-Sim and ZigZag (bench/peers.txt, installed into BUILD/peers) get the
convolutional and fully connected layers of the same networks on arrays of the
same size. joulet runs whole networks, compiler and firmware included, in a sweep
of 96 designs by one worker, the median of five. Their one run a point does not
count imports and input files; joulet's counts everything, from start to exit.

Without NET: the four networks of MLPerf Tiny, if ../shared is there; else the
project's own. They are not repeated: they take minutes.
"""
import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TINY = ("kws_ref_model", "resnet8_cifar_int8", "vww_96_int8", "ad01_int8")
TOOLS = ("scalesim", "zigzag")
RUNS = 5

SWEEP = """networks: [{net}]
axes:
  array.rows: [{arrays}]
  array.cols: [{arrays}]
  scratchpad.kib: [32, 64, 128]
  requant.lanes: [1, 2, 4, 8]
  dma.bytes_per_cycle: [4, 8]
  accel.queue_depth: [4, 8]
zip: [[array.rows, array.cols]]
"""


def environment(folder):
    """The Python of an environment with the peers in it."""
    wanted = os.path.join(HERE, "peers.txt")
    stamp = os.path.join(folder, "installed")
    python = os.path.join(folder, "bin", "python")
    with open(wanted) as f:
        text = f.read()
    if not os.path.exists(stamp) or open(stamp).read() != text:
        print(f"installing {wanted} into {folder}", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q",
                        "--disable-pip-version-check", "-r", wanted],
                       check=True)
        with open(stamp, "w") as f:
            f.write(text)
    return python


def layers_of(joulet, net):
    """Layers that peers know, from the compiler's dump of the graph."""
    text = subprocess.run([joulet, "run", "--net", net, "--dump", "graph"],
                          check=True, stdout=subprocess.PIPE, text=True).stdout
    shape = {int(m[1]): [int(x) for x in m[2].split("x")]
             for m in re.finditer(r"^tensor (\d+) \w+ \[([\dx]+)\]", text,
                                  re.M)}
    node = re.compile(r"^node (\d+) (CONV_2D|DEPTHWISE_CONV_2D|FULLY_CONNECTED)"
                      r" in (\d+),(\d+)\S* out (\d+)(?: stride (\d+)x(\d+))?",
                      re.M)
    return [layer(m, shape) for m in node.finditer(text)]


def layer(m, shape):
    out, weights = shape[int(m[5])], shape[int(m[4])]
    if m[2] == "FULLY_CONNECTED":
        return {"name": m[1], "kind": "conv", "oy": 1, "ox": 1, "iy": 1,
                "ix": 1, "k": weights[0], "c": weights[1], "fy": 1, "fx": 1,
                "sy": 1, "sx": 1}
    sy, sx, fy, fx = int(m[6]), int(m[7]), weights[1], weights[2]
    depthwise = m[2].startswith("DEPTHWISE")
    return {"name": m[1], "kind": "depthwise" if depthwise else "conv",
            "oy": out[1], "ox": out[2], "iy": (out[1] - 1) * sy + fy,
            "ix": (out[2] - 1) * sx + fx, "k": out[3], "c": weights[3],
            "fy": fy, "fx": fx, "sy": sy, "sx": sx}


def child_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def joulet_point(joulet, net, arrays, folder):
    """Cycles by array, median CPU seconds a point."""
    path = os.path.join(folder, "peers.yaml")
    with open(path, "w") as f:
        f.write(SWEEP.format(net=os.path.abspath(net),
                             arrays=", ".join(map(str, arrays))))
    times = []
    for _ in range(RUNS):
        store = os.path.join(folder, "peers.db")
        for name in os.listdir(folder):
            if name.startswith("peers.db"):
                os.unlink(os.path.join(folder, name))
        begin = child_seconds()
        out = subprocess.run([joulet, "sweep", path, "--store", store,
                              "--jobs", "1", "--json"], check=True,
                             stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL).stdout
        points = json.loads(out)["points"]
        times.append((child_seconds() - begin) / len(points))
    done = [p for p in points if p["state"] == "done"]
    return {a: min(p["cycles"] for p in done if p["design"]["array.rows"] == a)
            for a in arrays}, statistics.median(times)


def peer_point(python, tool, layers, size, folder):
    path = os.path.join(folder, "layers.json")
    with open(path, "w") as f:
        json.dump(layers, f)
    out = subprocess.run([python, os.path.join(HERE, "peers_run.py"), tool,
                          path, str(size), str(size),
                          os.path.join(folder, tool)],
                         check=True, stdout=subprocess.PIPE, text=True).stdout
    got = json.loads(out.splitlines()[-1])
    return got["cycles"], got["seconds"]


def networks(args):
    shared = os.environ.get("JOULET_SHARED", "../shared")
    tiny = [f"{shared}/tflite/models/{n}.tflite" for n in TINY]
    if args.net:
        return args.net
    return [n for n in tiny if os.path.exists(n)] or \
        ["models/digits_cnn.tflite"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--arrays", default="8,16")
    parser.add_argument("net", nargs="*")
    args = parser.parse_args()
    joulet = os.path.join(args.build, "joulet")
    python = environment(os.path.abspath(os.path.join(args.build, "peers")))
    arrays = [int(a) for a in args.arrays.split(",")]
    print(f"{'network':20}{'array':>7}  {'tool':9}{'cycles':>9}"
          f"{'s a point':>12}{'ratio':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for net in networks(args):
            name = os.path.basename(net).removesuffix(".tflite")
            layers = layers_of(joulet, net)
            cycles, own = joulet_point(joulet, net, arrays, folder)
            for a in arrays:
                where = f"{name:20}{f'{a}x{a}':>7}  "
                print(f"{where}{'joulet':9}{cycles[a]:9}{own:12.5f}{1:9}")
                for tool in TOOLS:
                    n, seconds = peer_point(python, tool, layers, a, folder)
                    print(f"{where}{tool:9}{n:9}{seconds:12.5f}"
                          f"{seconds / own:9.0f}", flush=True)


if __name__ == "__main__":
    main()
