#!/usr/bin/env python3
"""Networks with fewer bits and fewer weights: the Verilog, the fast model and
the reference must agree on designs with the formats for them.

    slim.py --joulet PATH [-j N]

Own networks, and keyword spotting and anomaly detection from ../shared (or
$JOULET_SHARED) if that is there, each with 8, 4 and 2 bits and 4, 2 and 1 of
four weights, on several designs. Exit status 1 if any disagrees.
"""

import argparse
import concurrent.futures
import itertools
import os
import subprocess
import sys

import golden

# A full 8x8; odd sizes with DMA of 4 bytes; 16x16 with DMA of 16 bytes. Not
# every option in each, so that each is seen alone, too.
DESIGNS = (
    ("slim8", ()),
    ("odd6x10", ("dma.bytes_per_cycle=4", "array.split=1", "weights.narrow=1",
                 "weights.sparse=1")),
    ("big16", ("dma.bytes_per_cycle=16", "weights.unpack=1",
               "weights.sparse=1")),
)
SHARED = ("kws_ref_model", "ad01_int8")


def networks():
    found = [(name, net, inputs) for name, net, inputs, _ in
             golden.cases("own")]
    found += [(name, net, inputs) for name, net, inputs, _ in
              golden.cases("networks") or () if name in SHARED]
    return found


def verify(joulet, design, sets, net, inputs):
    cmd = [joulet, "verify",
           os.path.join(golden.ROOT, "configs", "designs", design + ".yaml"),
           "--net", net, "--input", inputs]
    for value in sets:
        cmd += ["--set", value]
    run = subprocess.run(cmd, capture_output=True, text=True)
    return run.returncode, run.stderr + run.stdout


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--joulet", required=True)
    args.add_argument("-j", type=int, default=2)
    args = args.parse_args()
    bad = count = 0
    nets = networks()
    with concurrent.futures.ThreadPoolExecutor(args.j) as pool:
        jobs = {}
        for (design, sets), (name, net, inputs), bits, keep in \
                itertools.product(DESIGNS, nets, (8, 4, 2), (4, 2, 1)):
            chosen = sets + ("network.weight_bits=%d" % bits,
                      "network.keep_of_4=%d" % keep)
            jobs[pool.submit(verify, args.joulet, design, chosen, net,
                             inputs)] = (design, name, bits, keep)
        for job in concurrent.futures.as_completed(jobs):
            status, text = job.result()
            count += 1
            if status:
                bad += 1
                print("%s: %s, %d bits, %d of 4: exit status %d\n%s" %
                      (*jobs[job], status, text))
    print("%d networks on %d designs, %d runs, %d differ" %
          (len(nets), len(DESIGNS), count, bad))
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
