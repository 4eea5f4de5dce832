#!/usr/bin/env python3
"""joulet host: platform, devices, trace, messages.

    test_command.py JOULET [unittest arguments]
"""

import unittest

from box import CC, Case, skip_without

USAGE, DATA, NOINPUT, WATCHDOG = 2, 65, 66, 124

END = """
	lui t6, 0x20
	sw {0}, 0(t6)
1:	j 1b
"""


class Host(Case):
    def host(self, text, *args, status=0):
        p = self.joulet("host", self.assemble(text), *args)
        self.assertEqual(p.returncode, status, p.stderr)
        return p

    def test_exit_code_is_what_was_stored(self):
        p = self.host("li a0, 0xbeef" + END.format("a0"), status=1)
        self.assertRegex(p.stderr, r"^cycles=\d+ retired=4 exit=0xbeef\n$")
        p = self.host(END.format("zero"))
        self.assertTrue(p.stderr.endswith("retired=2 exit=0x0\n"))

    def test_first_instruction_and_format_of_the_trace(self):
        text = """
	.option norvc
	li a0, -2
	.option rvc
	c.addi a0, 1
	.2byte 0
""" + END.format("zero")
        for core, first in (("small", 5), ("btalu", 5), ("maxperf", 6)):
            p = self.joulet("host", self.assemble(text), "--core", core,
                            "--trace", "t")
            # Nothing at the trap vector but zeros: it traps for ever.
            self.assertEqual(p.returncode, DATA)
            self.assertEqual(
                p.stderr,
                "joulet: host: illegal instruction at pc 0x00100086, mtval "
                "0x00000000, cycle 6; the handler at 0x00100000 traps too\n")
            self.assertEqual(self.read("t").splitlines()[:3], [
                "%d 00100080 ffe00513 x10=fffffffe" % first,
                "%d 00100084 00000505 x10=ffffffff" % (first + 1),
                "%d 00100086 00000000 x0=00000000 T" % (first + 2)])

    def test_cycles_and_lines_agree_with_the_trace(self):
        p = self.host("nop\nlui a0, 0x20\nsw zero, 0(a0)\n", "--trace", "t",
                      "--core", "btalu")
        lines = self.read("t").splitlines()
        self.assertEqual(len(lines), 3)
        # The store is granted in cycle 6, answered in 7, retired in 8.
        self.assertTrue(lines[-1].startswith("8 "))
        self.assertEqual(p.stderr, "cycles=7 retired=3 exit=0x0\n")

    def test_output(self):
        p = self.host("""
	lui a1, 0x20
	li a0, 'h'
	sw a0, 4(a1)
	li a0, 'i'
	sb a0, 4(a1)
	li a0, 10
	sh a0, 4(a1)
""" + END.format("zero"))
        self.assertEqual(p.stdout, "hi\n")

    def test_cycle_register_is_the_cycle_of_its_grant(self):
        self.host("lui a1, 0x30\nlw a0, 8(a1)\nlw a2, 8(a1)\n"
                  + END.format("a0"), "--trace", "t", "--core", "btalu",
                  status=1)
        # Cycles 4, 5 (answered in 6, retired in 7), 7.
        lines = self.read("t").splitlines()
        self.assertTrue(lines[1].startswith("7 ") and
                        lines[1].endswith("x10=00000005"), lines)
        self.assertTrue(lines[2].startswith("9 ") and
                        lines[2].endswith("x12=00000007"), lines)

    TIMER = """
	.option norvc
	la t0, handler
	csrw mtvec, t0
	li t0, 0x80
	csrs mie, t0
	csrsi mstatus, 8
	lui s0, 0x30
	li t1, %d
	sw t1, 0(s0)
	li s1, 0
	%s
1:	addi s1, s1, 1
	j 1b
	.balign 256
handler:
	.rept 7
	j bad
	.endr
	sw zero, 4(s0)
	csrr a1, mip
	csrr a0, mcause
	srli a0, a0, 24
	or a0, a0, a1
""" + END.format("a0") + "bad:\n" + END.format("s0")

    def test_timer_interrupt_is_raised_and_lowered(self):
        for instr in ("", "wfi"):
            p = self.host(self.TIMER % (200, instr), "--trace", "t", status=1)
            # mcause 0x80000007 >> 24; mip is zero again.
            self.assertTrue(p.stderr.endswith(" exit=0x80\n"), p.stderr)
            at = {}
            for line in self.read("t").splitlines():
                word = line.split()
                at.setdefault(word[1], int(word[0]))
            vector = [c for pc, c in at.items() if pc.endswith("1c")]
            stored = at["001000a0"] - 2  # rvfi two cycles after the grant
            # Line high at +200, taken in the bubble or after one.
            self.assertTrue(204 <= vector[0] - stored <= 210, (at, stored))

    def test_sleep_with_nothing_to_wake_it(self):
        p = self.host("wfi\n", status=WATCHDOG)
        self.assertEqual(
            p.stderr, "joulet: no end after 7 cycles: the host sleeps with "
            "nothing to wake it at pc 0x00100084\n"
            "cycles=7 retired=1 exit=0x0\n")

    def test_watchdog_keeps_the_trace(self):
        p = self.host("1: j 1b\n", "--max-cycles", "1000", "--trace", "t",
                      status=WATCHDOG)
        self.assertIn("no end after 1000 cycles: the host is at pc", p.stderr)
        self.assertRegex(p.stderr, r"\ncycles=1000 retired=498 exit=0x0\n$")
        self.assertEqual(len(self.read("t").splitlines()), 498)

    # Cycles of the program below on `small`, `btalu` and `maxperf`, as the RTL
    # of the core takes them with these memories.
    MEMORIES = {
        "": (52010, 49011, 48010),
        "--instr-latency 3": (54012, 51013, 50012),
        "--data-grant 2 --data-latency 3": (64018, 61019, 60018),
        "--shared --instr-latency 2": (53011, 50012, 49011),
    }

    def test_tracing_changes_nothing(self):
        text = """
	li a0, 1000
	la a1, data
1:	lw a2, 0(a1)
	addi a2, a2, 3
	sw a2, 0(a1)
	mulh a3, a2, a0
	divu a4, a3, a0
	addi a0, a0, -1
	bnez a0, 1b
	lw a0, 0(a1)
""" + END.format("a0") + ".data\ndata: .word 5\n"
        for memory, cycles in self.MEMORIES.items():
            for core, n in zip(("small", "btalu", "maxperf"), cycles):
                options = ["--core", core, *memory.split()]
                plain = self.host(text, *options, status=1)
                traced = self.host(text, *options, "--trace", "t", status=1)
                self.assertEqual(plain.stderr, traced.stderr)
                self.assertEqual(
                    plain.stderr,
                    "cycles=%d retired=7006 exit=0xbbd\n" % n)

    def refused(self, status, message, *args):
        p = self.joulet("host", *args)
        self.assertEqual((p.returncode, p.stderr, p.stdout),
                         (status, "joulet: " + message + "\n", ""))

    def test_refusals(self):
        elf = self.assemble(END.format("zero"))
        self.refused(NOINPUT, "no.elf: cannot open: No such file or directory",
                     "no.elf")
        self.refused(USAGE, "host: needs PROGRAM.elf (joulet host --help)")
        self.refused(USAGE, "--core big: no such core; maxperf, btalu or small",
                     elf, "--core", "big")
        self.refused(USAGE, "--instr-latency: 0 is not in 1..64", elf,
                     "--instr-latency", "0")
        with open(self.path("x"), "w") as f:
            f.write("no program")
        self.refused(DATA, "x: not an ELF file", "x", "--trace", "t")
        with self.assertRaises(FileNotFoundError):
            self.read("t")
        self.refused(NOINPUT, "no/t: cannot create: No such file or directory",
                     elf, "--trace", "no/t")


if __name__ == "__main__":
    skip_without(CC)
    unittest.main()
