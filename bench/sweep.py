#!/usr/bin/env python3
"""Design points a second, by the number of workers.

    bench/sweep.py [--build DIR] [NET.tflite]

480 designs of one network (keyword spotting if ../shared is there) a worker, into
a new store, compiler and firmware included, with one worker and with two.
Medians of five, everything counted from start to exit.
"""
import argparse
import os
import resource
import statistics
import subprocess
import tempfile
import time

RUNS = 5
POINTS = 480  # a worker
SWEEP = """networks: [{net}]
axes:
  array.rows: [4, 6, 8, 12, 16]
  array.cols: [8, 12, 16]
  scratchpad.kib: [32, 64]
  requant.lanes: [1, 2, 4, 8]
  dma.bytes_per_cycle: [4, 8]
  accel.queue_depth: {queues}
"""


def run(joulet, net, workers, folder):
    """Wall-clock seconds, CPU seconds."""
    path = os.path.join(folder, "sweep.yaml")
    queues = [4, 8, 2, 16][:2 * workers]
    with open(path, "w") as f:
        f.write(SWEEP.format(net=os.path.abspath(net), queues=queues))
    for name in os.listdir(folder):
        if name.startswith("sweep.db"):
            os.unlink(os.path.join(folder, name))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    subprocess.run([joulet, "sweep", path, "--jobs", str(workers)], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.monotonic() - begin
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("net", nargs="?")
    args = parser.parse_args()
    shared = os.environ.get("JOULET_SHARED", "../shared")
    kws = f"{shared}/tflite/models/kws_ref_model.tflite"
    net = args.net or (kws if os.path.exists(kws)
                       else "models/digits_cnn.tflite")
    print(os.path.basename(net))
    print(f"{'workers':>7}{'points':>8}{'points/s':>10}{'of linear':>11}"
          f"{'CPU ms a point':>16}")
    first = None
    with tempfile.TemporaryDirectory() as folder:
        for workers in (1, 2):
            if workers > (os.cpu_count() or 1):
                break
            got = [run(os.path.join(args.build, "joulet"), net, workers,
                       folder) for _ in range(RUNS)]
            points = POINTS * workers
            rate = points / statistics.median(g[0] for g in got)
            cpu = statistics.median(g[1] for g in got) / points
            first = first or rate
            print(f"{workers:7}{points:8}{rate:10.0f}"
                  f"{rate / first / workers:10.0%} {cpu * 1e3:15.2f}")


if __name__ == "__main__":
    main()
