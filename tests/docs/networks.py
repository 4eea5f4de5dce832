#!/usr/bin/env python3
"""The four MLPerf Tiny networks on 8x8 and 16x16 cells: cycles and utilization
per layer beside what physics asks for, and Vela's estimates for Ethos-U55.

    networks.py --joulet PATH --shared DIR

Prints what docs/networks.md shows. A layer's bound is the larger of its
multiply-accumulates by the number of cells and of the bytes that it moves by
the width of the port (flash and SRAM have one each).
"""

import argparse
import json
import os
import subprocess

NETS = (("kws_ref_model", "KWS"), ("resnet8_cifar_int8", "ResNet-8"),
        ("vww_96_int8", "VWW"), ("ad01_int8", "AD"))
SHAPES = (("8x8", 64, ()),
          ("16x16", 256, ("array.rows=16", "array.cols=16",
                          "requant.lanes=8")))
BEAT = 8    # dma.bytes_per_cycle
VELA = (64, 128, 256)


def run(joulet, net, sets):
    cmd = [joulet, "run", "--net", net, "--json"]
    for value in sets:
        cmd += ["--set", value]
    done = subprocess.run(cmd, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def bound(layer, cells):
    n = layer["counts"]
    flash, sram = n["ld_flash_bytes"], n["ld_sram_bytes"] + n["st_sram_bytes"]
    return max(-(-layer["macs"] // cells), -(-flash // BEAT),
               -(-sram // BEAT))


def vela(shared):
    with open(os.path.join(shared, "tflite", "vela_5.2.0_u55.json"),
              encoding="utf-8") as f:
        return {(row[0], row[1]): row[3] for row in json.load(f)}


def summary(results, shared):
    npu = vela(shared)
    print("%-18s" % "" + "".join(" |%8s cells        " % shape
                                 for shape, _, _ in SHAPES) + " | Ethos-U55")
    print("network      MACs " + " | cycles  least util." * len(SHAPES) +
          " |" + "".join("%7s" % ("-%d" % n) for n in VELA))
    for net, name in NETS:
        row = "%-9s %8d" % (name, results[net][0]["macs"])
        for (_, cells, _), r in zip(SHAPES, results[net]):
            least = sum(bound(y, cells) for y in r["layers"])
            row += " | %6d %6d %4.0f%%" % (r["cycles"], least,
                                           100 * r["utilization"])
        print(row + " |" + "".join("%7d" % npu[net, n] for n in VELA))


def layers(name, results):
    print("\n%-35s" % name + "".join(" |%8s cells        " % shape
                                     for shape, _, _ in SHAPES))
    print(" # %-32s" % "operator           unit      MACs" +
          " | cycles  least util." * len(SHAPES))
    for i, first in enumerate(results[0]["layers"]):
        if not any(r["layers"][i]["cycles"] for r in results):
            continue
        row = "%2d %-18s %-5s %7d" % (i, first["op"][:18], first["unit"],
                                      first["macs"])
        for (_, cells, _), r in zip(SHAPES, results):
            y = r["layers"][i]
            row += " | %6d %6d %4.0f%%" % (y["cycles"], bound(y, cells),
                                           100 * y["utilization"])
        print(row)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--joulet", required=True)
    args.add_argument("--shared", required=True)
    args = args.parse_args()
    results = {}
    for net, _ in NETS:
        path = os.path.join(args.shared, "tflite", "models", net + ".tflite")
        results[net] = [run(args.joulet, path, sets) for _, _, sets in SHAPES]
    summary(results, args.shared)
    for net, name in NETS:
        layers(name, results[net])


if __name__ == "__main__":
    main()
