#!/usr/bin/env python3
"""joulet run --gdb: gdb-multiarch on the real firmware, and the protocol.

    test_gdb.py JOULET FIRMWARE.elf [unittest arguments]
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import unittest

from box import Case, JOULET, ROOT, skip_without

FIRMWARE = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""
NET = os.path.join(ROOT, "models", "digits_cnn.tflite")
GDB = "gdb-multiarch"
INTERRUPTED = 130


class Session(Case):
    def start(self, *args):
        """joulet, waiting; its port."""
        p = subprocess.Popen(
            [JOULET, "run", "--net", NET, "--gdb", "0"] + list(args),
            cwd=self.dir, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True)
        self.addCleanup(p.stdout.close)
        self.addCleanup(p.stderr.close)
        self.addCleanup(p.wait)
        self.addCleanup(p.kill)
        for line in p.stderr:
            found = re.search(r"target remote localhost:(\d+)", line)
            if found:
                return p, int(found.group(1))
        self.fail("joulet does not wait for a debugger")

    def gdb(self, *commands, args=()):
        """What gdb prints; joulet's exit status, stdout and stderr."""
        p, port = self.start(*args)
        words = [GDB, "-nx", "-q", "-batch", FIRMWARE]
        for c in ("set pagination off", "set confirm off",
                  "target remote 127.0.0.1:%d" % port) + commands:
            words += ["-ex", c]
        g = subprocess.run(words, cwd=ROOT, capture_output=True, text=True,
                           timeout=120)
        out, err = p.communicate(timeout=60)
        return g.stdout + g.stderr, p.returncode, out, err

    def plain(self):
        return self.joulet("run", "--net", NET).stdout


class Gdb(Session):
    def test_breakpoint_in_the_interrupt_handler(self):
        said, status, out, _ = self.gdb(
            "break irq_accel", "continue", "backtrace", "info registers pc",
            "info registers mcause", "print ring[0].flags", "print finished",
            "x/1xw 0x40000000", "delete", "continue")
        self.assertRegex(said, r"Breakpoint 1, irq_accel \(\)")
        self.assertRegex(said, r"#0  irq_accel \(\)")
        self.assertRegex(said, r"#[123]  .*accel_submit \(")
        self.assertRegex(said, r"#\d  main \(\)")
        self.assertRegex(said, r"pc +0x[0-9a-f]+\s.*<irq_accel")
        self.assertRegex(said, r"mcause +0x8000000b")
        self.assertIn("$1 = 1\n", said)
        self.assertIn("$2 = 0\n", said)
        self.assertRegex(said, r"0x40000000:\s+0x[0-9a-f]{8}")
        self.assertIn("exited normally", said)
        self.assertEqual(status, 0)
        self.assertEqual(out, self.plain())

    def test_watchpoints(self):
        said, status, out, _ = self.gdb(
            "watch finished", "continue", "print finished", "delete",
            "rwatch submitted", "continue", "info registers pc", "delete",
            "awatch submitted", "continue", "delete", "continue")
        self.assertRegex(said, r"Old value = 0\nNew value = 1\n")
        self.assertIn("$1 = 1\n", said)
        self.assertRegex(said, r"Hardware read watchpoint 2: submitted\n\n"
                               r"Value = \d+")
        self.assertRegex(said, r"Hardware access \(read/write\) watchpoint 3")
        self.assertEqual((status, out), (0, self.plain()))

    def test_step_advances_one_instruction(self):
        said, status, out, _ = self.gdb(
            "monitor cycle", "info registers pc", "monitor cycle", "stepi",
            "info registers pc", "monitor cycle", "next", "detach")
        self.assertEqual(re.findall(r"^cycle (\d+)$", said, re.M),
                         ["4", "4", "5"])
        self.assertEqual(re.findall(r"^pc +(\S+)", said, re.M),
                         ["0x100080", "0x100084"])
        self.assertEqual((status, out), (0, self.plain()))

    def test_hardware_breakpoint_hit_in_every_job(self):
        said, status, _, _ = self.gdb(
            "hbreak accel_submit", "continue", "set var $arg = $a1",
            "print $arg == 0", "delete", "finish", "monitor cycle", "detach")
        self.assertRegex(said, r"Breakpoint 1, (0x\w+ in )?accel_submit \(")
        self.assertIn("$1 = 0\n", said)
        self.assertEqual(status, 0)

    def test_registers_and_memory_are_writable(self):
        said, status, _, err = self.gdb(
            "break main", "continue", "set var *(int *)0x20000000 = 77",
            "print *(int *)0x20000000", "set var $t0 = 123", "print $t0",
            "set var *(char *)0x10000 = 1", "print fw_exit",
            "set var $a0 = 0x55", "set var $pc = fw_exit", "continue")
        self.assertIn("$1 = 77\n", said)
        self.assertIn("$2 = 123\n", said)
        self.assertIn("Cannot access memory at address 0x10000", said)
        # The program ended as it was made to, which is not well.
        self.assertIn("exited with code 01", said)
        self.assertEqual(status, 70)
        self.assertIn("exit status 0x55", err)

    def test_kill_ends_the_run(self):
        said, status, out, err = self.gdb("break irq_accel", "continue",
                                          "kill")
        self.assertEqual((status, out), (INTERRUPTED, ""), said)
        self.assertRegex(err, r"joulet: gdb: ended the run in cycle \d+\n$")


class Rtl(Session):
    def test_the_accelerator_may_be_verilog(self):
        said, status, _, _ = self.gdb(
            "break irq_accel", "continue", "monitor cycle", "delete",
            "continue", args=("--backend", "rtl"))
        fast, _, _, _ = self.gdb("break irq_accel", "continue",
                                 "monitor cycle", "detach")
        self.assertIn("Breakpoint 1, irq_accel", said)
        cycle = re.compile(r"^cycle \d+$", re.M)
        self.assertEqual(cycle.findall(said), cycle.findall(fast))
        self.assertEqual(status, 0)


class Protocol(Session):
    """Without gdb: what it does not do on its own."""

    def connect(self, *args):
        p, port = self.start(*args)
        s = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.addCleanup(s.close)
        return p, s

    def send(self, s, text):
        s.sendall(b"$%s#%02x" % (text.encode(), sum(text.encode()) & 255))

    def answer(self, s):
        data = b""
        while not re.search(rb"\$[^#]*#..", data):
            more = s.recv(4096)
            if not more:
                self.fail("closed after %r" % data)
            data += more
        return re.search(rb"\$([^#]*)#", data).group(1).decode()

    def ask(self, s, text):
        self.send(s, text)
        return self.answer(s)

    def test_interrupt(self):
        p, s = self.connect("--target", "cpu")
        # A breakpoint that is never hit: the core is looked at step by step.
        self.assertEqual(self.ask(s, "Z0,100002,2"), "OK")
        # An endless loop (j .) where the core is.
        self.assertEqual(self.ask(s, "M100080,4:6f000000"), "OK")
        for points in (True, False):
            self.send(s, "vCont;c")
            time.sleep(0.2)
            s.sendall(b"\x03")
            self.assertEqual(self.answer(s), "S02")
            self.assertEqual(self.ask(s, "p20"), "80001000")
            if points:
                self.assertEqual(self.ask(s, "z0,100002,2"), "OK")
        self.send(s, "k")
        p.communicate(timeout=30)
        self.assertEqual(p.returncode, INTERRUPTED)

    def test_strange_packets(self):
        p, s = self.connect()
        for packet, answer in (
                ("?", "S05"), ("", ""), ("vMustReplyEmpty", ""), ("p", "E01"),
                ("p21", "E01"), ("m0,4", "E02"), ("mzz", "E01"),
                ("M20000000,4:12", "E01"), ("Z9,0,0", ""), ("Z0,", "E01"),
                ("m4ffffffff,4", "E01"), ("m20000000,ffffffff", None),
                ("qXfer:features:read:x.xml:0,10", "E00"),
                ("P1=zz", "E01"), ("G12", "E01"), ("X0,0:", "")):
            got = self.ask(s, packet)
            if answer is not None:
                self.assertEqual(got, answer, packet)
        # A damaged packet is asked for again.
        s.sendall(b"$g#00")
        self.assertEqual(s.recv(100)[-1:], b"-")
        self.assertEqual(len(self.ask(s, "g")), 33 * 8)
        s.close()
        p.communicate(timeout=30)
        self.assertEqual(p.returncode, INTERRUPTED)

    def test_only_the_loopback_listens(self):
        p, port = self.start()
        with open("/proc/net/tcp") as f:
            bound = [l.split()[1] for l in f if ":%04X " % port in l]
        self.assertEqual(bound, ["0100007F:%04X" % port])
        p.send_signal(signal.SIGINT)
        p.communicate(timeout=30)

    def test_refusals(self):
        for args, message in (
                (["--gdb", "x"], "--gdb: x is not in 0..65535"),
                (["--gdb", "0", "--profile", "p"],
                 "--gdb and --profile: one at a time")):
            p = self.joulet("run", "--net", NET, *args)
            self.assertEqual((p.returncode, p.stderr),
                             (2, "joulet: " + message + "\n"))
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.listen(1)
            port = s.getsockname()[1]
            p = self.joulet("run", "--net", NET, "--gdb", str(port))
        self.assertEqual(p.returncode, 2)
        self.assertTrue(p.stderr.endswith(
            "joulet: gdb: port %d: cannot listen: Address already in use\n"
            % port))


if __name__ == "__main__":
    if "Protocol" not in sys.argv:
        skip_without(GDB)
    unittest.main()
