#!/usr/bin/env python3
"""Random programs for the host core.

    random_program.py SEED [N] [more]    print one of about N instructions

They end: jumps go forward, but for counted loops. They use every instruction
of RV32IMC, 16-bit forms as often as the registers allow, code at odd halfwords,
accesses of every size and alignment, division's corner cases, all CSRs, every
exception, user mode, WFI, the timer (once, or arming itself for ever) and the
devices of `joulet host`; `more`: also the external and software interrupts of
the tests' own board.

minstret is left out: in this version of the RTL it counts too much.
"""

import random
import sys

import frame

RD = ["x%d" % i for i in (1, 5, 6, 7, *range(8, 27))]
RC = ["x%d" % i for i in range(8, 16)]
ALU = ("add", "sub", "sll", "slt", "sltu", "xor", "srl", "sra", "or", "and")
ALUI = ("addi", "slti", "sltiu", "xori", "ori", "andi")
MUL = ("mul", "mulh", "mulhsu", "mulhu")
DIV = ("div", "divu", "rem", "remu")
BRANCH = ("beq", "bne", "blt", "bge", "bltu", "bgeu")
LOADS = (("lb", 1), ("lbu", 1), ("lh", 2), ("lhu", 2), ("lw", 4), ("lw", 4))
STORES = (("sb", 1), ("sh", 2), ("sw", 4), ("sw", 4))
CORNERS = (0, 1, 2, 0xffffffff, 0x80000000, 0x7fffffff, 0xfffffffe, 0xffff)

# CSRs that any value may be written to, ones that are only read, and ones that
# do not exist.
CSR_FREE = ("mscratch", "mepc", "mcause", "mtval", "0x7c0", "mcountinhibit",
            "0x7c1", "0x306", "0x30a", "0x310", "mhpmcounter3", "mhpmevent3",
            "mcycle", "mcycleh")
CSR_READ = ("mhartid", "misa", "mtvec", "mip", "marchid", "mvendorid", "mimpid",
            "mstatus", "mie", "mcycle", "mcycleh")
TRAPS = ("ecall", "ebreak", ".2byte 0x9002", ".2byte 0", ".4byte 0xffffffff",
         ".4byte 0x00006023", ".4byte 0x00003003", "csrr x8, 0x123",
         "csrw mhartid, x8", "csrw 0x453, x8", ".2byte 0x8002",
         ".4byte 0x0000100b", ".2byte 0x2000", ".2byte 0x6081",
         ".4byte 0x80000033", ".4byte 0x7a1022f3", ".4byte 0x00200073",
         "lw x8, 0(x0)", "sw x8, 0(x0)")


class Program:
    def __init__(self, seed, n, more):
        self.r = random.Random(seed)
        self.out = []
        self.labels = 0
        self.loops = 0
        self.in_loop = False
        self.more = more
        self.armed = self.r.random() < .3  # the timer is always running
        self.begin()
        self.body(n)
        self.out += ["L%d:" % (self.labels + k) for k in range(1, 12)]
        self.out.append("\tcsrwi mie, 0")

    def text(self):
        return frame.program("\n".join(self.out) + "\n")

    def pick(self, *what):
        return self.r.choice(what)

    def chance(self, p):
        return self.r.random() < p

    def add(self, text, *values):
        self.out.append("\t" + (text % values if values else text))

    def reg(self):
        return self.r.choice(RC if self.chance(.5) else RD)

    def any_reg(self):
        return "x0" if self.chance(.06) else self.reg()

    def value(self):
        if self.chance(.3):
            return self.r.choice(CORNERS)
        return self.r.getrandbits(self.pick(3, 12, 32, 32))

    def ahead(self, far=6):
        return "L%d" % (self.labels + self.r.randint(1, far))

    def begin(self):
        for reg in RD:
            self.add("li %s, %d", reg, self.value())
        if self.armed:
            self.add("li t5, %d\n\tsw t5, 16(s11)", self.r.getrandbits(31) | 1)
        if self.armed or self.chance(.5):
            self.add("li t5, %d\n\tcsrw mie, t5\n\tcsrsi mstatus, 8",
                     0x888 if self.more else 0x80)
        if self.armed:
            self.add("lui t5, 0x30\n\tli t6, %d\n\tsw t6, 0(t5)",
                     self.r.randint(0, 400))

    # What there is, and how often.

    def alu(self):
        if self.chance(.5):
            reg = self.r.choice(RC)
            self.add("%s %s, %s, %s", self.pick("add", "sub", "xor", "or",
                                                "and"),
                     reg, reg, self.r.choice(RC))
        else:
            self.add("%s %s, %s, %s", self.r.choice(ALU), self.any_reg(),
                     self.any_reg(), self.any_reg())

    def alu_immediate(self):
        kind, reg = self.r.random(), self.reg()
        if kind < .3:
            self.add("addi %s, %s, %d", reg, reg, self.r.randint(-32, 31))
        elif kind < .6:
            self.add("%s %s, %s, %d", self.r.choice(ALUI), self.any_reg(),
                     self.any_reg(), self.r.randint(-2048, 2047))
        elif kind < .8:
            self.add("%s %s, %s, %d", self.pick("slli", "srli", "srai"),
                     self.any_reg(), self.pick(reg, self.any_reg()),
                     self.r.randint(0, 31))
        elif kind < .9:
            self.add("%s %s, %d", self.pick("lui", "auipc"), self.any_reg(),
                     self.r.getrandbits(20))
        else:
            self.add("li %s, %d", reg, self.value())

    def multiply(self):
        self.add("%s %s, %s, %s", self.r.choice(MUL), self.any_reg(),
                 self.any_reg(), self.any_reg())

    def divide(self):
        a, b = self.any_reg(), self.any_reg()
        if self.chance(.4) and a != "x0" and b != "x0":
            self.add("li %s, %d\n\tli %s, %d", a, self.r.choice(CORNERS), b,
                     self.r.choice(CORNERS))
        self.add("%s %s, %s, %s", self.r.choice(DIV), self.any_reg(), a, b)

    def address(self, size):
        """Around a pointer; most of them aligned, some split."""
        base = self.pick("sp", "sp", "gp", "tp")
        if base == "sp" and size == 4 and self.chance(.5):
            return "%d(sp)" % (4 * self.r.randint(0, 63))
        offset = self.r.randint(-64, 64)
        return "%d(%s)" % (offset if self.chance(.4) else offset & -size, base)

    def load(self):
        name, size = self.r.choice(LOADS)
        if self.chance(.1):  # 16-bit form
            reg = self.r.choice(RC)
            self.add("mv %s, gp\n\tlw %s, %d(%s)", reg, self.r.choice(RC),
                     4 * self.r.randint(0, 31), reg)
        elif self.chance(.03):
            self.add("%s %s, %d(%s)", name, self.any_reg(),
                     self.r.randint(-2048, 2047), self.reg())
        else:
            self.add("%s %s, %s", name, self.any_reg(), self.address(size))

    def store(self):
        name, size = self.r.choice(STORES)
        self.add("%s %s, %s", name, self.any_reg(), self.address(size))

    def branch(self):
        if self.chance(.4):
            self.add("%s %s, %s", self.pick("beqz", "bnez"), self.r.choice(RC),
                     self.ahead())
        else:
            self.add("%s %s, %s, %s", self.r.choice(BRANCH), self.any_reg(),
                     self.any_reg(), self.ahead())

    def jump(self):
        kind = self.r.random()
        if kind < .6:
            self.add("%s%s", self.pick("j ", "jal ", "jal x5, ", "jal x0, "),
                     self.ahead(5))
        else:
            reg = self.pick("t4", "t4", self.reg())
            self.add("la %s, %s\n\t%s", reg, self.ahead(4),
                     self.pick("jr %s", "jalr %s", "jalr x5, 1(%s)",
                               "jalr x0, 0(%s)") % reg)

    def fence(self):
        self.add(self.pick("fence", "fence.i", "fence.i"))

    def csr(self):
        name = self.pick("csrrw", "csrrs", "csrrc", "csrrwi", "csrrsi",
                         "csrrci")
        operand = str(self.r.randint(0, 31)) if name[-1] == "i" \
            else self.any_reg()
        kind = self.r.random()
        if kind < .5:
            self.add("%s %s, %s, %s", name, self.any_reg(),
                     self.r.choice(CSR_FREE), operand)
        elif kind < .7:
            self.add("csrr %s, %s", self.any_reg(), self.r.choice(CSR_READ))
        elif kind < .85:
            self.add(self.pick(
                "csrsi mstatus, 8", "csrsi mstatus, 8", "csrci mstatus, 8",
                "csrr x9, mstatus", "csrs mstatus, x0", "csrwi mstatus, 8",
                "csrc mstatus, x0", "li x9, 0x200000\n\tcsrs mstatus, x9",
                "li x9, 0x200000\n\tcsrc mstatus, x9"))
        else:
            self.add(self.pick(
                "csrsi mie, 0", "csrr x8, mie", "li x8, 0x888\n\tcsrs mie, x8",
                "li x8, 0x80\n\tcsrc mie, x8", "li x8, 0x80\n\tcsrs mie, x8",
                "li x8, 0x800\n\tcsrc mie, x8"))

    def trap(self):
        self.add(self.r.choice(TRAPS))

    def fetch_fault(self):
        reg = self.pick("t4", "x9")
        self.add("li %s, %d\n\tjalr %s", reg,
                 self.pick(0, 0x200000, 0xfffffffe, 0x20000, 0x2), reg)

    def leave_machine_mode(self):
        # An interrupt before mret would change mepc. In user mode the first
        # instruction returns to machine mode, and does nothing else.
        self.add("csrci mstatus, 8\n\tcsrci mstatus, 8\n\tla x8, %s\n\t"
                 "csrw mepc, x8\n\t%s\n\tmret", self.ahead(4),
                 self.pick("li x9, 0x1800\n\tcsrc mstatus, x9",
                           "li x9, 0x1880\n\tcsrs mstatus, x9"))

    def device(self):
        kind, reg = self.r.random(), self.r.choice(RC)
        if kind < .5:
            self.add("lui %s, 0x30\n\tlw %s, %d(%s)", reg, self.r.choice(RC),
                     self.pick(8, 8, 8, 0, 4), reg)
        elif kind < .7:
            self.add("lui %s, 0x20\n\t%s %s, 4(%s)", reg,
                     self.pick("sb", "sh", "sw"), self.r.choice(RC), reg)
        else:  # beside a device, or over the edges of memory
            self.add("lui %s, %d\n\t%s %s, %d(%s)", reg,
                     self.pick(0x30, 0x50, 0x200, 0x200, 0x80050),
                     self.pick("lw", "lh", "lb", "sh", "sb", "sw"),
                     self.r.choice(RC), self.r.randint(-6, 8) or 12, reg)

    def timer(self):
        if not self.more or self.chance(.4):
            self.add("lui x15, 0x30\n\tli x14, %d\n\tsw x14, 0(x15)",
                     self.r.randint(0, 60))
        else:  # a pulse, so short sometimes that it is withdrawn
            high = self.pick(0, 0, 1, 2, 3, 4, 9)
            self.add("lui x15, 0x40\n\tli x14, %d\n\tsw x14, %d(x15)",
                     high << 16 | self.r.randint(0, 40), self.pick(0, 4))

    def wfi(self):
        """Sleep; the timer wakes the core in any case."""
        on = self.armed and self.chance(.5)
        self.add("csrr x13, mstatus\n\tcsrr x13, mstatus\n\tcsrci mstatus, 8\n\tli x12, 0x80\n\t"
                 "csrs mie, x12\n\tlui x15, 0x30\n\tli x14, %d\n\t"
                 "sw x14, 0(x15)", self.r.randint(1, 90))
        for _ in range(self.r.randint(0, 4)):
            self.add(self.pick(".2byte 1", ".4byte 0x13", "lw x12, 0(sp)",
                               "mul x12, x13, x14", "sw x13, 4(sp)",
                               "lw x12, 2(sp)", "remu x12, x13, x0",
                               "csrsi mie, 0"))
        if on:
            self.add("csrsi mstatus, 8")
        self.add("wfi")
        for _ in range(self.r.randint(0, 2)):
            self.add(self.pick(".2byte 1", "csrr x12, " + CSR_READ[-1]))
        self.add("csrw mstatus, x13")

    def landing(self):
        """All labels that jumps before this place may name."""
        for _ in range(8):
            self.labels += 1
            self.out.append("L%d:" % self.labels)

    def loop(self):
        if self.in_loop:
            return
        self.loops += 1
        name = "loop%d" % self.loops
        self.landing()  # no jump into the loop misses its beginning
        self.out.append("\tli t3, %d\n%s:" % (self.r.randint(2, 8), name))
        self.in_loop = True
        self.body(self.r.randint(3, 14))
        self.in_loop = False
        self.landing()  # none out of it misses its end
        self.add("addi t3, t3, -1\n\tbnez t3, %s", name)

    def filler(self):
        """Moves what follows by a halfword, or not."""
        self.add(self.pick(".2byte 1", "mv %s, %s" % (self.reg(), self.reg()),
                           ".option norvc", ".option rvc"))

    KINDS = ((alu, 300), (alu_immediate, 150), (multiply, 50), (divide, 15),
             (load, 125), (store, 90), (branch, 80), (jump, 50), (fence, 8),
             (csr, 40), (trap, 6), (fetch_fault, 1), (leave_machine_mode, 4),
             (device, 15), (timer, 15), (wfi, 7), (loop, 12), (filler, 40))

    def body(self, n):
        kinds = [k for k, _ in self.KINDS]
        weights = [w for _, w in self.KINDS]
        for kind in self.r.choices(kinds, weights, k=n):
            self.labels += 1
            self.out.append("L%d:" % self.labels)
            kind(self)


def main():
    seed = int(sys.argv[1])
    n = int(sys.argv[2]) if len(sys.argv) > 2 else 3000
    sys.stdout.write(Program(seed, n, "more" in sys.argv).text())


if __name__ == "__main__":
    main()
