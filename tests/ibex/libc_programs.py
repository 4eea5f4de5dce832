"""libc_programs: C programs with Debian's picolibc, for `joulet host`."""

import os
import subprocess

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "libc")
NAMES = ("sort", "text", "soft_float")


def build_one(gcc, name, level, folder):
    """CSR names need _zicsr, with which gcc 12 links the 64-bit libraries."""
    common = [gcc, "--specs=picolibc.specs", "-mabi=ilp32"]
    path = os.path.join(folder, "%s-%s" % (name, level))
    objects = []
    for source in ("start.S", name + ".c"):
        objects.append(path + "." + source + ".o")
        subprocess.run(common + ["-march=rv32imc_zicsr", "-" + level, "-c",
                                 os.path.join(HERE, source), "-o",
                                 objects[-1]], check=True)
    subprocess.run(common + ["-march=rv32imc", "-nostartfiles", "-T",
                             os.path.join(HERE, "link.ld"), *objects, "-lm",
                             "-Wl,--no-warn-rwx-segments",
                             "-o", path + ".elf"], check=True)
    return path + ".elf"


def build_all(gcc, folder):
    """The executables, each small and fast."""
    return [build_one(gcc, name, level, folder)
            for name in NAMES for level in ("Os", "O2")]
