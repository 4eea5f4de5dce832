#!/usr/bin/env python3
"""Energy of networks by several technology tables, with bands and shares.

    energy.py JOULET [--tech NAME,NAME...] NET.tflite...

One inference of made-up input on the default design, as a Markdown table; a *
marks what is beyond what silicon has shown (docs/energy.md).
"""

import argparse
import json
import os
import subprocess


def run(joulet, net, tech):
    done = subprocess.run([joulet, "run", "--net", net, "--tech", tech,
                           "--json"], capture_output=True, text=True,
                          check=True)
    return json.loads(done.stdout)


def shares(r):
    """The units that take the most, up to nine tenths of it."""
    units = sorted(r["energy_by_unit_uj"].items(), key=lambda u: -u[1])
    found, sum_uj = [], 0
    for name, uj in units:
        if sum_uj >= 0.9 * r["energy_uj"]:
            break
        found.append("%s %.0f" % (name, 100 * uj / r["energy_uj"]))
        sum_uj += uj
    return ", ".join(found)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("joulet")
    p.add_argument("net", nargs="+")
    p.add_argument("--tech", default="horowitz45,aladdin40,scaled22")
    args = p.parse_args()
    print("| network | table | uJ | min to max | pJ a MAC | TOPS/W "
          "| of it, % |")
    print("| --- | --- | ---: | ---: | ---: | ---: | --- |")
    for net in args.net:
        name = os.path.splitext(os.path.basename(net))[0]
        for tech in args.tech.split(","):
            r = run(args.joulet, net, tech)
            print("| %s | %s | %.2f | %.2f to %.2f | %.2f | %.2f%s | %s |" % (
                name, tech, r["energy_uj"], r["energy_min_uj"],
                r["energy_max_uj"], r["pj_per_mac"]["nominal"],
                r["tops_per_w"]["nominal"],
                "*" if r["beyond_silicon"] else "", shares(r)))


if __name__ == "__main__":
    main()
