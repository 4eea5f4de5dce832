"""What the tests of the host core share: a folder of their own, the cross
compiler, and joulet."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

JOULET = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""
ROOT = os.getcwd()
CC = "riscv64-unknown-elf-gcc"
SKIPPED = 77


def skip_without(*tools):
    """End the test as skipped if one of the tools is missing."""
    for tool in tools:
        if not shutil.which(tool):
            print("skipped: %s is not installed" % tool)
            sys.exit(SKIPPED)


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="joulet-host-")
        self.addCleanup(shutil.rmtree, self.dir)

    def path(self, name):
        return os.path.join(self.dir, name)

    def read(self, name):
        with open(self.path(name)) as f:
            return f.read()

    def assemble(self, text, name="p"):
        """Text that begins at the boot address, as an executable."""
        with open(self.path(name + ".S"), "w") as f:
            f.write(".space 0x80\n.globl _start\n_start:\n" + text)
        elf = self.path(name + ".elf")
        subprocess.run(
            [CC, "-march=rv32imc_zicsr", "-mabi=ilp32", "-nostdlib",
             "-nostartfiles", "-Wl,-Ttext=0x100000,--build-id=none,-melf32lriscv",
             self.path(name + ".S"), "-o", elf], check=True)
        return elf

    def joulet(self, *args):
        return subprocess.run([JOULET] + list(args), cwd=self.dir,
                              capture_output=True, text=True, timeout=300)
