#!/usr/bin/env python3
"""Compare the host core with qemu-riscv32: registers and memory.

    compare.py JOULET [--programs N] [--seed S] [--jobs J] [--self-test]

Both run the same executables: a directed program, and N random ones from seed
S on (generate.py). Each prints a hash of all registers and of the data every
so many blocks and at the end. On the first difference the block where it
begins is looked for, and named with the registers and words that differ.

--self-test: the model gets copies in which one instruction has been exchanged;
every one must be found, in the block where it is. Exit status 77: skipped.
"""

import argparse
import concurrent.futures
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile

import generate

HERE = os.path.dirname(os.path.abspath(__file__))
CC = "riscv64-unknown-elf-gcc"
QEMU = "qemu-riscv32"
CORES = ("maxperf", "btalu", "small")
ROUNDS = 100
PERIOD = 2000     # blocks between two hashes
HOOK = 10         # instructions around each block that are not random
LINE = 20000      # instructions of a hash and a line: fewer than that
DATA_WORDS = generate.DATA_WORDS


class Different(Exception):
    pass


class Elf:
    """An executable whose words can be set by address."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as f:
            self.bytes = bytearray(f.read())
        out = subprocess.run([CC.replace("gcc", "nm"), path], check=True,
                             capture_output=True, text=True).stdout
        self.symbol = {}
        for line in out.splitlines():
            address, _, name = line.split()
            self.symbol[name] = int(address, 16)
        self.blocks = sorted(
            (a, int(n[5:])) for n, a in self.symbol.items()
            if re.fullmatch(r"block\d+", n))

    def offset(self, address):
        table, size, n = struct.unpack_from("<I10xHH", self.bytes, 28)
        for i in range(n):
            _, at, va, _, filed = struct.unpack_from("<5I", self.bytes,
                                                     table + i * size)
            if va <= address < va + filed:
                return at + address - va
        raise KeyError(hex(address))

    def get(self, address):
        return struct.unpack_from("<I", self.bytes, self.offset(address))[0]

    def set(self, address, value):
        struct.pack_into("<I", self.bytes, self.offset(address), value)

    def configure(self, first, period, lines, dump):
        at = self.symbol["control"]
        for i, v in ((1, first), (2, period), (3, lines), (4, dump),
                     (5, first)):
            self.set(at + 4 * i, v & 0xffffffff)

    def write(self, path):
        with open(path, "wb") as f:
            f.write(self.bytes)
        os.chmod(path, 0o755)
        return path

    def block_before(self, address):
        """The block that ends where the frame returns to."""
        found = [n for a, n in self.blocks if a < address]
        return found[-1] if found else -1


def build(text, folder):
    with open(os.path.join(folder, "program.inc"), "w") as f:
        f.write(text)
    path = os.path.join(folder, "program")
    # The frame's gp is not the linker's: no relaxation.
    subprocess.run([CC, "-march=rv32imc_zicsr_zifencei", "-mabi=ilp32", "-nostdlib",
                    "-I", folder, "-Wl,-N,--no-relax,--build-id=none",
                    "-Wl,-melf32lriscv,-Ttext=0x100000,--no-warn-rwx-segments",
                    os.path.join(HERE, "frame.S"), "-o", path], check=True)
    return Elf(path)


def run(command):
    try:
        p = subprocess.run(command, capture_output=True, text=True,
                           timeout=120)
    except subprocess.TimeoutExpired:
        raise Different("%s: no end" % command[0]) from None
    if p.returncode:
        raise Different("%s: exit status %d: %s" % (
            command[0], p.returncode, (p.stderr or p.stdout)[-300:].strip()))
    return p


class Pair:
    """The same program for both; `model` may be a copy that was altered."""

    def __init__(self, joulet, core, folder, elf, model=None):
        self.joulet, self.core, self.folder = joulet, core, folder
        self.elf, self.model = elf, model or elf
        self.retired = 0

    def lines(self, first, period, lines=-1, dump=0):
        self.elf.configure(first, period, lines, dump)
        self.model.configure(first, period, lines, dump)
        theirs = run([QEMU, self.elf.write(self.folder + "/qemu")])
        ours = run([self.joulet, "host", "--core", self.core,
                    "--max-cycles", "1000000000",
                    self.model.write(self.folder + "/joulet")])
        self.retired = int(re.search(r"retired=(\d+)", ours.stderr).group(1))
        return theirs.stdout.splitlines(), ours.stdout.splitlines()

    def compare(self):
        """Random instructions compared; raises Different."""
        theirs, ours = self.lines(PERIOD, PERIOD)
        if theirs == ours:
            blocks = int(ours[-1].split()[0], 16)
            return self.retired - HOOK * blocks - LINE * len(ours)
        raise Different(self.explain(first_difference(theirs, ours)))

    def explain(self, at):
        """Look into the part between two hashes, block by block."""
        theirs, ours = self.lines(at * PERIOD + 1, 1, PERIOD)
        i = first_difference(theirs, ours)
        n = at * PERIOD + 1 + i
        theirs, ours = self.lines(n, 1, 1, 1)
        x, y = theirs[0].split(), ours[0].split()
        text = "block %d, the %dth to run" % (
            self.elf.block_before(int(x[1], 16)), n)
        if x[1] != y[1]:
            text += "; it goes on at 0x%s, here 0x%s" % (x[1], y[1])
        for k in range(31):
            text += differs("x%d" % (k + 1), x[3 + k], y[3 + k])
        text += differs("sum of results", x[34], y[34])
        for k in range(DATA_WORDS):
            text += differs("data+%d" % (4 * k), x[35 + k], y[35 + k])
        return text


def differs(what, theirs, ours):
    if theirs == ours:
        return ""
    return "\n  %s: qemu %s, joulet %s" % (what, theirs, ours)


def first_difference(theirs, ours):
    for i, (x, y) in enumerate(zip(theirs, ours)):
        if x != y:
            return i
    return min(len(theirs), len(ours))


def program(seed):
    if seed == 0:
        return generate.directed_program(3)
    return generate.random_program(seed, ROUNDS)


def one(joulet, seed):
    """(instructions, None) or (0, what is different)."""
    with tempfile.TemporaryDirectory(prefix="joulet-qemu-") as folder:
        elf = build(program(seed), folder)
        try:
            pair = Pair(joulet, CORES[seed % 3], folder, elf)
            return pair.compare(), None
        except Different as e:
            return 0, "seed %d, %s: %s" % (seed, CORES[seed % 3], e)


# -- Can it fail? ----------------------------------------------------------

# Register-register instructions that exist with two different meanings: the
# bits to exchange, and a word that tells which instructions have them.
ALTERED = (
    ("add for sub", 0xfe00707f, 0x40000033, 0x40000000),
    ("srl for sra", 0xfe00707f, 0x40005033, 0x40000000),
    ("slt for sltu", 0xfe00707f, 0x00003033, 0x00001000),
    ("mulh for mulhsu", 0xfe00707f, 0x02002033, 0x00003000),
    ("rem for remu", 0xfe00707f, 0x02007033, 0x00001000),
    ("div for divu", 0xfe00707f, 0x02005033, 0x00001000),
    ("lh for lhu", 0x0000707f, 0x00005003, 0x00004000),
    ("sb for sh", 0x0000707f, 0x00001023, 0x00001000),
    ("bge for bltu", 0x0000707f, 0x00006063, 0x00003000),
)


def places(elf, mask, match):
    """(address, block) of such instructions. Blocks of four bytes and two are
    told apart by walking them from their beginning."""
    found = []
    ends = [a for a, _ in elf.blocks[1:]]
    for (a, n), end in zip(elf.blocks, ends):
        while a < end:
            word = elf.get(a)
            # rd must not be x0, for the result to be seen.
            if word & mask == match and (word & 0x7f not in (0x33, 3)
                                         or word >> 7 & 31):
                found.append((a, n))
            a += 4 if word & 3 == 3 else 2
    return found


def altered(joulet, number):
    """Exchange an instruction; None, or why that was not found."""
    name, mask, match, bits = ALTERED[number]
    with tempfile.TemporaryDirectory(prefix="joulet-qemu-") as folder:
        elf = build(program(number + 1), folder)
        chosen = places(elf, mask, match)
        random.Random(number).shuffle(chosen)
        # Some are never reached, some make no difference; most do.
        for address, block in chosen[:20]:
            model = Elf(elf.path)
            model.set(address, model.get(address) ^ bits)
            try:
                Pair(joulet, "maxperf", folder, elf, model).compare()
            except Different as e:
                where = "block %d," % block
                if str(e).startswith(where):
                    return None
                return "%s at 0x%x in %s found elsewhere: %s" % (
                    name, address, where, e)
    return "%s: not found" % name


def self_test(joulet, jobs):
    bad = 0
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        results = pool.map(altered, [joulet] * len(ALTERED),
                           range(len(ALTERED)))
        for (name, *_), why in zip(ALTERED, results):
            print("%s: %s" % (name, why or "found"))
            bad += why is not None
    return 1 if bad else 0


def main():
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument("joulet")
    p.add_argument("--programs", type=int, default=40)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--jobs", type=int, default=os.cpu_count())
    p.add_argument("--self-test", action="store_true")
    o = p.parse_args()
    for tool in (QEMU, CC):
        if not shutil.which(tool):
            print("skipped: %s is not installed" % tool)
            return 77
    joulet = os.path.abspath(o.joulet)
    if o.self_test:
        return self_test(joulet, o.jobs)

    seeds = [0] + list(range(o.seed, o.seed + o.programs))
    total, bad = 0, 0
    with concurrent.futures.ProcessPoolExecutor(o.jobs) as pool:
        for n, why in pool.map(one, [joulet] * len(seeds), seeds):
            total += n
            if why:
                print(why)
                bad += 1
    print("%d programs, more than %.1f million instructions: %s" % (
        len(seeds), total / 1e6,
        "%d programs differ" % bad if bad else "no difference"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
