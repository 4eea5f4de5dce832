#!/usr/bin/env python3
"""Seeds bugs into the Verilog with yosys and counts those that are caught.

    mutate.py --rtl DIR --isa DIR --mutants PROGRAM
              [--all [--write] | --check] [--every N | --only N,N...]
              [--jobs N]

yosys picks mutations (its own even sampling, seed 1), as many as BUGS says: a
bit of a cell's port inverted, stuck at 0 or 1, or inverted when another bit is
0 or 1. All of them are in one netlist; an input selects one, so one verilated
model serves all. Registers power up with random bits, so that a missing reset
shows.

Every bug goes through the PARTS of the suite until one catches it: programs
that run on the fast model and on the damaged Verilog (mutants.c) and must
differ in outputs, counters, cycles or what the host reads, or not end; and the
proofs of tests/formal, which must fail on the damaged module. Runs are cut by
their cycles, never by a clock; a proof that takes more than CPU_LIMIT seconds
of its processor is no answer, and catches nothing.

Of those that nothing catches some are shown to be no bugs: with the hierarchy
dissolved and unread logic removed their netlist is that without a bug, word
for word (`equal netlist`); or states and outputs of their module are the same
after every state and input (`equal module`); or the proofs of the module say
everything about its outputs, and still hold (`equal BENCH`). They do not
count.

--all does this for every bug; --write keeps the fates in expected.txt, with
the reasons that stand there for survivors (with --only those of other bugs
stay). --check (CI) takes from expected.txt what caught each bug and wants it
to catch it again; a bug that this misses goes through all parts. Survivors are
not tried again; LEAST percent of all bugs in expected.txt must be caught. If
that is of another netlist, every STALEth bug goes through the QUICK parts, and
LEAST_STALE percent of them must be caught.

Exit status 1: a bug was not caught that should be, fewer than LEAST percent
are, a survivor has no reason, or the netlist without a bug differs; 77: a tool
is missing.
"""

import argparse
import collections
import concurrent.futures
import glob
import hashlib
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
EXPECTED = os.path.join(HERE, "expected.txt")
sys.path.insert(0, os.path.join(HERE, "..", "formal"))
import prove  # noqa: E402  (tests/formal/prove.py)

# How many, and in which modules: those of new weights, and all others.
BUGS = ((200, "rest"), (40, "weights"))
LEAST = 95.0
STALE = 6
LEAST_STALE = 85.0   # nobody has looked at what survives
CPU_LIMIT = 300  # seconds of one process
DIFFERENT = 3    # exit status of mutants
ELAB = {"ROWS": 3, "COLS": 5, "SPAD_KIB": 8, "BANKS": 8, "LANES": 2,
        "DMA_BYTES": 8, "QUEUE": 2, "SPLIT": 1, "NARROW": 1, "SPARSE": 1,
        "UNPACK": 1}
# Part of mutants.c, number of programs, first seed; the proofs; the slow ones
# last.
PARTS = [("random", 60, 1), ("formal", 0, 0), ("equal", 0, 0),
         ("memory", 4, 1), ("long", 20, 1), ("list", 3, 1),
         ("random", 160, 61)]
QUICK = PARTS[:2]
# Upper bits that are zero in the states and at the inputs of a module, because
# ROWS is 3 and a lane has at most 3 columns of 3 rows.
ASSUMED = {"exec_ctl": ("nr_i[4:2]", "b_nr_q.q[4:2]", "nr1_q.q[4:2]",
                        "cap_nr_o.q[4:2]"),
           "drain_lane": ("m_i[4:2]", "row_i[3:2]")}

HEAD = """
read_verilog -DSYNTHESIS -I{isa} {files}
chparam {params} accel
hierarchy -check -top accel
proc
opt_expr
opt_clean
memory_collect
setundef -init -random 1
select -set weights *wgt_decode* *unpack*
select -set rest @weights %n
"""

# The number of the bug comes from the environment when a model is made.
SELECT = r"""
    reg [8:0] mutsel;
    initial mutsel = $c32("(std::getenv(\"MUTANT\") ?",
                          "std::atoi(std::getenv(\"MUTANT\")) : 0)");
    accel_mutants mutants ({ports}, .mutsel(mutsel));
endmodule
"""

# What became of a bug: "random 3", "formal dma_gen", "equal netlist", "alive".
Fate = collections.namedtuple("Fate", "part detail")
ALIVE = Fate("alive", "-")


def yosys(script, rtl):
    """In the folder of the Verilog: names of cells have no paths then."""
    done = subprocess.run(["yosys", "-q", "-s", "/dev/stdin"], input=script,
                          capture_output=True, text=True, cwd=rtl)
    if done.returncode:
        sys.exit("mutate: yosys: " + (done.stdout + done.stderr)[-2000:])


def head(args):
    files = sorted(os.path.basename(f)
                   for f in glob.glob(os.path.join(args.rtl, "*.v")))
    return HEAD.format(isa=args.isa, files=" ".join(files), params=" ".join(
        "-set %s %d" % item for item in ELAB.items()))


def netlist(args, tmp):
    """Write accel.v and accel_mutants.v to tmp; the mutations, and a hash."""
    listed = os.path.join(tmp, "list")
    made = os.path.join(tmp, "accel_mutants.v")
    bugs = []
    for count, where in BUGS:
        yosys(head(args) + "mutate -list %d -seed 1 -ctrl mutsel 9 %d -o %s "
              "@%s\n" % (count, len(bugs) + 1, listed, where), args.rtl)
        with open(listed) as f:
            bugs += f.read().splitlines()
    yosys(head(args) + "\n".join(bugs) + "\nrename accel accel_mutants\n"
          "write_verilog -noattr %s\n" % made, args.rtl)
    with open(made, "rb") as f:
        digest = hashlib.sha256(f.read()).hexdigest()[:16]
    with open(os.path.join(args.rtl, "accel.v")) as f:
        text = f.read()
    ports_of = text[text.index("module accel"):]
    ports_of = ports_of[:ports_of.index(");\n\n    localparam") + 2]
    ports = re.findall(r"(?:input|output)\s+wire\s+(?:\[[^\]]*\]\s+)?(\w+)",
                       ports_of)
    with open(os.path.join(tmp, "accel.v"), "w") as f:
        f.write('`include "isa.vh"\n' + ports_of + SELECT.replace(
            "{ports}", ", ".join(".%s(%s)" % (p, p) for p in ports)))
    return bugs, digest


def field(bug, name):
    found = re.search(r"-%s (\S+)" % name, bug)
    return found.group(1) if found else "-"


def module(bug):
    """The name of the Verilog module of a bug."""
    parts = re.split(r"\\", field(bug, "module"))
    return parts[1] if parts[0] == "$paramod" else parts[-1]


def short(bug):
    """MODE MODULE PORT BIT WIRE SOURCE of a line of the list."""
    wire = "%s[%s]" % (field(bug, "wire"), field(bug, "wirebit"))
    return " ".join([field(bug, "mode"), module(bug), field(bug, "port"),
                     field(bug, "portbit"), wire if "-wire" in bug else "-",
                     os.path.basename(field(bug, "src"))])


# ---------------------------------------------------------------------------
# Programs

def programs(args, tmp, number, part, seed, count):
    """Exit status of programs on bug `number`, and what they printed."""
    command = [args.mutants, "--rtl", tmp, "--cache", os.path.join(tmp, "so"),
               "--part", part, "--seed", str(seed), "--count", str(count),
               "--design", ",".join(str(v) for v in ELAB.values())]
    done = subprocess.run(command, capture_output=True, text=True,
                          env=dict(os.environ, MUTANT=str(number)))
    return done.returncode, done.stdout + done.stderr


def run_part(args, tmp, number, part, seed, count):
    """The fate of a bug in one part."""
    status, text = programs(args, tmp, number, part, seed, count)
    if status == 0:
        return ALIVE
    if status not in (DIFFERENT, -6, -11):    # abort, fault: caught as well
        sys.exit("bug %d: exit status %d: %s" % (number, status, text))
    found = re.search(r"seed (\d+)", text)
    return Fate(part, found.group(1) if found else str(seed))


# ---------------------------------------------------------------------------
# Proofs

def damaged_module(args, bug, tmp):
    """The module of a bug as Verilog, damaged, under its own name."""
    name = module(bug)
    path = os.path.join(tmp, name + ".v")
    line = re.sub(r"-ctrl \S+ \d+ \d+ ", "", bug)
    yosys(head(args) + "%s\nselect %s\nwrite_verilog -noattr -selected %s\n" %
          (line, field(bug, "module"), path), args.rtl)
    with open(path) as f:
        text = f.read()
    with open(os.path.join(args.rtl, name + ".v")) as f:
        source = f.read()
    params = re.findall(r"^    parameter (?:\[[^\]]*\] *)?(\w+)",
                        source, re.M)
    header = " #(%s)" % ", ".join("parameter %s = 0" % p for p in params)
    text = re.sub(r"^module (\\\S+ |\w+)\(",
                  "module %s%s(" % (name, header if params else ""),
                  text, count=1, flags=re.M)
    with open(path, "w") as f:
        f.write(text)
    return path


def run_proofs(args, bug):
    """The fate of a bug in the proofs that read its module."""
    complete = []
    for path in sorted(glob.glob(os.path.join(prove.HERE, "*.v"))):
        bench = prove.Bench(path)
        if not bench.mutants or module(bug) + ".v" not in bench.read:
            continue
        with tempfile.TemporaryDirectory() as tmp:
            answer = prove.holds(bench, args, damaged_module(args, bug, tmp))
        if answer is False:
            return Fate("formal", bench.name)
        if not answer:
            return ALIVE
        # Benches keep registers enabled: no word about $procmux and $procdff.
        complete += [bench.name] * (bench.complete and
                                    not field(bug, "cell").startswith("$proc"))
    return Fate("equal", complete[0]) if complete else ALIVE


def plain(bug):
    """A line of the list without its switch."""
    return re.sub(r"-ctrl \S+ \d+ \d+ ", "", bug)


def written(args, tmp, line, script):
    """Lines of the netlist that `script` makes of the design with `line`."""
    with tempfile.NamedTemporaryFile(dir=tmp) as out:
        yosys(head(args).replace("setundef -init -random 1\n", "") + line +
              "\n" + script + "\nwrite_ilang %s\n" % out.name, args.rtl)
        with open(out.name) as f:
            return f.readlines()


def same_netlist(args, tmp, bug):
    """Is the whole design, without what nobody reads, that without a bug?"""
    def flat(line):
        return [text for text in written(
            args, tmp, line, "blackbox *spad_half\nflatten\nopt_expr\n"
            "opt_clean -purge") if not text.lstrip().startswith(
                ("autoidx", "#", "attribute"))]
    return module(bug) != "spad_half" and flat("") == flat(plain(bug))


def same_module(args, tmp, bug):
    """Are next states and outputs of the module equal in each state and for
    each input, but for those that ASSUMED excludes?"""
    paths = []
    for name, line in (("gold", ""), ("gate", plain(bug))):
        top = field(bug, "module")
        text = written(args, tmp, line, "hierarchy -top %s\nflatten\n"
                       "memory_map\nopt_clean -purge\nrename %s %s\n"
                       "expose -dff -evert-dff\nopt_clean -purge" %
                       (top, top, name))
        paths.append(os.path.join(tmp, "%d.%s" % (id(bug), name)))
        with open(paths[-1], "w") as f:
            f.writelines(text)
    given = " ".join("-set in_%s 0" % x for x in ASSUMED.get(module(bug), ()))
    done = subprocess.run(
        ["yosys", "-q", "-p", "read_ilang %s; read_ilang %s; miter -equiv "
         "-flatten -make_outputs gold gate miter; hierarchy -top miter; "
         "opt -full; opt_clean -purge; sat -prove trigger 0 %s -verify" %
         (*paths, given)], capture_output=True, text=True)
    text = done.stdout + done.stderr
    if "Failed to parse" in text:      # a name of ASSUMED
        sys.exit("%s: %s" % (short(bug), text[-2000:]))
    return done.returncode == 0


def run_equal(args, tmp, bug):
    """`equal`, if it is shown to be no bug."""
    if same_netlist(args, tmp, bug):
        return Fate("equal", "netlist")
    return Fate("equal", "module") if same_module(args, tmp, bug) else ALIVE


# ---------------------------------------------------------------------------
# Fates

def search(args, tmp, bugs, number, parts):
    """The fate of a bug in the suite."""
    for part, count, seed in parts:
        if part == "formal":
            fate = run_proofs(args, bugs[number - 1])
        elif part == "equal":
            fate = run_equal(args, tmp, bugs[number - 1])
        else:
            fate = run_part(args, tmp, number, part, seed, count)
        if fate != ALIVE:
            return fate
    return ALIVE


def again(args, tmp, bugs, number, fate):
    """What caught a bug before should do so again; else the whole suite."""
    if fate in (Fate("equal", "netlist"), Fate("equal", "module")):
        now = run_equal(args, tmp, bugs[number - 1])
    elif fate.part in ("formal", "equal"):
        now = run_proofs(args, bugs[number - 1])
    else:
        now = run_part(args, tmp, number, fate.part, int(fate.detail), 1)
    return now if now != ALIVE else search(args, tmp, bugs, number, PARTS)


def read_expected():
    """The hash, {number: fate}, {description: reason of a survivor}."""
    digest, fates, reasons = "", {}, {}
    if not os.path.exists(EXPECTED):
        return digest, fates, reasons
    with open(EXPECTED) as f:
        for line in f.read().splitlines():
            if line.startswith("# netlist "):
                digest = line.split()[2]
            if not line or line.startswith("#"):
                continue
            number, part, detail, rest = line.split(None, 3)
            fates[int(number)] = Fate(part, detail)
            text, _, why = rest.partition(" -- ")
            if why:
                reasons[text] = why
    return digest, fates, reasons


def write_expected(bugs, digest, fates, reasons):
    with open(EXPECTED, "w") as f:
        f.write("# What becomes of each seeded bug; mutate.py --all --write "
                "makes this file.\n# number, part and seed (or bench) that "
                "catch it, the bug; for survivors: -- why\n"
                "# netlist %s\n" % digest)
        for number, fate in sorted(fates.items()):
            text = short(bugs[number - 1])
            why = reasons.get(text, "not looked into")
            f.write("%d %s %s %s%s\n" % (
                number, fate.part, fate.detail, text,
                " -- " + why if fate == ALIVE else ""))


def report(bugs, fates, reasons, least):
    """Print survivors and figures; True if enough are caught."""
    alive = [k for k in sorted(fates) if fates[k] == ALIVE]
    for k in alive:
        text = short(bugs[k - 1])
        print("survived: %3d %s -- %s" % (
            k, text, reasons.get(text, "not looked into")))
    parts = collections.Counter(f.part for f in fates.values())
    print(", ".join("%s %d" % item for item in parts.most_common()))
    real = len(fates) - parts["equal"]
    caught = 100.0 * (real - len(alive)) / real
    print("%d mutations, %d of them no bugs; of %d bugs %d caught (%.1f %%)" % (
        len(fates), parts["equal"], real, real - len(alive), caught))
    return caught >= least


def check(fates, now, reasons, bugs):
    """Are all caught that should be, and survivors explained?"""
    good = True
    for k in sorted(fates):
        if fates[k] != ALIVE and now[k] == ALIVE:
            print("bug %d was caught by %s %s, and is not any more: %s" %
                  (k, *fates[k], short(bugs[k - 1])))
            good = False
        elif fates[k] == ALIVE and short(bugs[k - 1]) not in reasons:
            print("bug %d: no reason" % k)
            good = False
        elif fates[k] != now[k]:
            print("bug %d: %s %s, expected.txt says %s %s" %
                  (k, *now[k], *fates[k]))
    return good


def work(args, tmp):
    bugs, digest = netlist(args, tmp)
    status, text = programs(args, tmp, 0, "random", 1, 20)
    if status:
        print("without a bug: exit status %d\n%s" % (status, text))
        return False
    known, fates, reasons = read_expected()
    step, least, parts = args.every, LEAST, PARTS
    if args.check and known != digest:
        print("expected.txt is of another netlist; make it again: mutate.py "
              "--all --write. Every %dth bug is tried." % STALE)
        step, least, parts, fates = STALE, LEAST_STALE, QUICK, {}
    chosen = [int(k) for k in args.only.split(",")] if args.only else \
        list(range(1, len(bugs) + 1, step))

    def one(k):
        if args.check and k in fates:
            return ALIVE if fates[k] == ALIVE else \
                again(args, tmp, bugs, k, fates[k])
        fate = search(args, tmp, bugs, k, parts)
        if args.all:
            print("%d %s %s" % (k, *fate), flush=True)
        return fate
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        now = dict(zip(chosen, pool.map(one, chosen)))
    every = {**fates, **now} if args.check else now
    good = report(bugs, every, reasons, least)
    if args.check and fates:
        good = check({k: fates[k] for k in chosen}, now, reasons, bugs) and good
    if args.write:
        kept = fates if known == digest else {}
        write_expected(bugs, digest, {**kept, **now}, reasons)
    return good


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--rtl", required=True, type=os.path.abspath)
    args.add_argument("--isa", required=True, type=os.path.abspath,
                      help="folder of isa.vh")
    args.add_argument("--mutants", required=True, help="program to run")
    args.add_argument("--all", action="store_true")
    args.add_argument("--check", action="store_true")
    args.add_argument("--write", action="store_true")
    args.add_argument("--every", type=int, default=1,
                      help="only each Nth of the list")
    args.add_argument("--only", help="numbers of bugs")
    args.add_argument("--jobs", type=int, default=2)
    args = args.parse_args()
    for tool in ("yosys", "verilator", "yosys-smtbmc", "z3"):
        if not shutil.which(tool):
            print("skipped: no %s" % tool)
            return 77
    prove.LIMIT = None      # of its clock
    resource.setrlimit(resource.RLIMIT_CPU, (
        CPU_LIMIT, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    with tempfile.TemporaryDirectory() as tmp:
        return 0 if work(args, tmp) else 1


if __name__ == "__main__":
    sys.exit(main())
