"""Random and directed RV32IMC programs for frame.S, as assembly.

A program is a loop of blocks. x3 and x4 belong to the frame; every other
register is fair game, x1 and x2 too. Loads and stores go to the frame's data
through a base that is made from whatever is in a register, so their addresses
and alignments change from round to round.

Random programs forget: what an instruction computes is soon written over. So
every result also goes into a sum that forgets nothing, x4 inside of blocks:
added, subtracted or exclusive-ored, which all can be undone.
"""

import random

OPS = ("add sub sll slt sltu xor srl sra or and "
       "mul mulh mulhsu mulhu div divu rem remu").split()
OPS_IMM = "addi slti sltiu xori ori andi".split()
SHIFTS = "slli srli srai".split()
LOADS = "lb lh lw lbu lhu".split()
STORES = "sb sh sw".split()
BRANCHES = "beq bne blt bge bltu bgeu".split()

DATA_WORDS = 1552  # as in frame.S

FREE = [1, 2] + list(range(5, 32))
SMALL = list(range(8, 16))


class Program:
    def __init__(self, seed):
        self.seed = seed
        self.random = random.Random(seed)
        self.text = []
        self.labels = 0
        self.n_blocks = 0
        self.keep = set()  # registers that must not be written now

    # -- Pieces ----------------------------------------------------------

    def put(self, text, *args):
        self.text.append("\t" + text % args)

    def put_c(self, text, *args):
        self.text.append("\t.option rvc\n\t%s\n\t.option norvc" % (text % args))

    def label(self):
        self.labels += 1
        return "l%d" % self.labels

    def rd(self, of=None):
        r = self.random
        while True:
            n = r.choice(of or FREE)
            if n not in self.keep:
                break
        return 0 if not of and r.random() < 0.02 else n

    def rs(self):
        """Often the sum: most other registers hold small numbers."""
        if self.chance(0.25):
            return 4
        return self.random.randrange(32)

    def small(self):
        return self.rd(SMALL)

    def immediate(self, low, high, step=1):
        """Often an end of the range, or next to zero."""
        r = self.random
        n = r.randrange(low // step, high // step + 1)
        if r.random() < 0.3:
            n = r.choice([low // step, high // step, 1, 2])
        return n * step

    def chance(self, p):
        return self.random.random() < p

    def remember(self, x):
        """Let the sum know what is in a register."""
        self.put(self.random.choice(["add tp, tp, x%d", "xor tp, tp, x%d",
                                     "sub tp, x%d, tp"]), x)

    def into(self, x, text, *args):
        """An instruction that writes x."""
        self.put(text, *args)
        self.remember(x)

    def into_c(self, x, text, *args):
        self.put_c(text, *args)
        self.remember(x)

    # -- Instructions ----------------------------------------------------

    def op(self):
        d = self.rd()
        self.into(d, "%s x%d, x%d, x%d", self.random.choice(OPS), d,
                  self.rs(), self.rs())

    def op_imm(self):
        d = self.rd()
        self.into(d, "%s x%d, x%d, %d", self.random.choice(OPS_IMM), d,
                  self.rs(), self.immediate(-2048, 2047))

    def shift(self):
        d = self.rd()
        self.into(d, "%s x%d, x%d, %d", self.random.choice(SHIFTS), d,
                  self.rs(), self.immediate(0, 31))

    def upper(self):
        d = self.rd()
        self.into(d, "%s x%d, %d", self.random.choice(["lui", "auipc"]), d,
                  self.immediate(0, 0xfffff))

    def fresh(self):
        d = self.rd()
        self.into(d, "lw x%d, GP_FRESH+%d(gp)", d,
                  4 * self.random.randrange(32))

    def fence(self):
        self.put(self.random.choice(["fence", "fence.i"]))

    def alu_small(self):
        """Compressed arithmetic."""
        r = self.random
        any_, small = self.rd(FREE), self.small()
        not_sp = self.rd([x for x in FREE if x != 2])
        forms = [
            (any_, "c.li x%d, %d", self.immediate(-32, 31)),
            (any_, "c.addi x%d, %d", self.immediate(-32, 31) or 5),
            (any_, "c.slli x%d, %d", self.immediate(1, 31)),
            (any_, "c.mv x%d, x%d", r.randrange(1, 32)),
            (any_, "c.add x%d, x%d", r.randrange(1, 32)),
            (not_sp, "c.lui x%d, %d",
             r.choice([self.immediate(1, 31),
                       self.immediate(0xfffe0, 0xfffff)])),
            (small, "c.srli x%d, %d", self.immediate(1, 31)),
            (small, "c.srai x%d, %d", self.immediate(1, 31)),
            (small, "c.andi x%d, %d", self.immediate(-32, 31)),
            (small, "c.addi4spn x%d, sp, %d", self.immediate(4, 1020, 4)),
            (small, r.choice("c.sub c.xor c.or c.and".split()) + " x%d, x%d",
             r.choice(SMALL)),
        ]
        if 2 not in self.keep:
            forms.append((2, "c.addi16sp x%d, %d",
                          self.immediate(-512, 496, 16) or 64))
        d, text, operand = r.choice(forms)
        self.into_c(d, text, d, operand)
        if self.chance(0.05):
            self.put_c("c.nop")

    def simple(self):
        """No access, no jump."""
        self.random.choice([self.op, self.op, self.op, self.op_imm, self.shift,
                            self.upper, self.alu_small, self.alu_small,
                            self.alu_small])()

    def base(self, of):
        """A register with an address in the lower third of the data."""
        b = self.rd(of)
        self.put("andi x%d, x%d, %s", b, self.rs(),
                 self.random.choice(["2047", "2047", "2044", "1023"]))
        self.put("add x%d, x%d, gp", b, b)
        return b

    def access(self):
        r = self.random
        b = self.base(FREE)
        offset = self.immediate(0, 2047)
        if self.chance(0.5):
            self.put("addi x%d, x%d, 2047", b, b)
            self.put("addi x%d, x%d, 1", b, b)
            offset = self.immediate(-2048, 2047)
        if self.chance(0.5):
            d = self.rd()
            self.into(d, "%s x%d, %d(x%d)", r.choice(LOADS), d, offset, b)
        else:
            self.put("%s x%d, %d(x%d)", r.choice(STORES), self.rs(), offset, b)
            d = self.rd()
            self.into(d, "lw x%d, %d(x%d)", d, offset, b)

    def access_small(self):
        r = self.random
        if self.chance(0.5) or 2 in self.keep:
            b = self.base(SMALL)
            offset = self.immediate(0, 124, 4)
            if self.chance(0.5):
                self.put_c("c.sw x%d, %d(x%d)", r.choice(SMALL), offset, b)
            d = self.small()
            self.into_c(d, "c.lw x%d, %d(x%d)", d, offset, b)
        else:
            self.base([2])
            offset = self.immediate(0, 252, 4)
            if self.chance(0.5):
                self.put_c("c.swsp x%d, %d(sp)", self.rs(), offset)
            d = self.rd(FREE)
            self.into_c(d, "c.lwsp x%d, %d(sp)", d, offset)

    def skipped(self, n):
        """What a jump may pass over: it counts that it was executed."""
        self.put("addi tp, tp, %d", self.random.randrange(1, 2048))
        self.some(n)

    def some(self, n):
        for _ in range(self.random.randrange(n + 1)):
            self.simple()

    def branch(self):
        r = self.random
        to = self.label()
        if self.chance(0.3):
            self.put_c("%s x%d, %s", r.choice(["c.beqz", "c.bnez"]),
                       r.choice(SMALL), to)
        else:
            a = self.rs()
            b = a if self.chance(0.1) else self.rs()
            self.put("%s x%d, x%d, %s", r.choice(BRANCHES), a, b, to)
        self.skipped(4)
        self.text.append(to + ":")

    def jump(self):
        r = self.random
        to = self.label()
        kind, link = r.randrange(6), 0
        if kind == 0:
            link = self.rd()
            self.put("jal x%d, %s", link, to)
        elif kind == 1:
            self.put_c("c.j %s", to)
        elif kind == 2 and 1 not in self.keep:
            link = 1
            self.put_c("c.jal %s", to)
        else:
            link = self.jump_far(kind, to)
        self.skipped(3)
        self.text.append(to + ":")
        self.remember(link)

    def jump_far(self, kind, to):
        """Through a register; bit 0 of the sum does not count. Returns the
        register that has the return address."""
        x = self.rd(FREE)
        self.put("lla x%d, %s", x, to)
        if kind == 3:
            self.put_c("c.jr x%d", x)
            return 0
        if kind == 4 and 1 not in self.keep:
            self.put_c("c.jalr x%d", x)
            return 1
        n = self.immediate(-2040, 2040)
        self.put("addi x%d, x%d, %d", x, x, -n)
        if self.chance(0.3) and n % 2 == 0:
            n += 1
        link = self.rd()
        self.put("jalr x%d, %d(x%d)", link, n, x)
        return link

    def loop(self):
        """Backwards, a few times."""
        top = self.label()
        count = self.rd(SMALL)
        self.put("li x%d, %d", count, self.random.randrange(2, 6))
        self.keep.add(count)
        self.text.append(top + ":")
        for _ in range(self.random.randrange(1, 5)):
            self.simple()
        if self.chance(0.3):
            self.branch()
        self.put("addi x%d, x%d, -1", count, count)
        if self.chance(0.5):
            self.put("bnez x%d, %s", count, top)
        else:
            self.put_c("c.bnez x%d, %s", count, top)
        self.keep.discard(count)

    # -- Code that changes -----------------------------------------------

    def word(self, d):
        """Thirty-two bits of code that write register d: an instruction, or
        two compressed ones."""
        r = self.random
        if self.chance(0.4):
            halves = [0x0001 | d << 7 | r.randrange(1, 32) << 2
                      | r.randrange(2) << 12 | r.choice([0, 2]) << 13
                      for _ in range(2)]  # c.addi, c.li
            return halves[0] | halves[1] << 16
        if self.chance(0.5):
            return (0x13 | d << 7 | r.choice([0, 2, 3, 4, 6, 7]) << 12
                    | self.rs() << 15 | r.randrange(4096) << 20)
        return (0x33 | d << 7 | r.randrange(8) << 12 | self.rs() << 15
                | self.rs() << 20 | r.choice([0, 1]) << 25)

    def patch(self):
        """Exchange the next instruction for one of four, by data."""
        here, table = self.label(), self.label()
        a, b, c, d = self.random.sample(FREE, 4)
        words = [self.word(d) for _ in range(4)]
        self.put("andi x%d, x%d, 12", c, self.rs())
        self.put("lla x%d, %s", a, here)
        self.put("lla x%d, %s", b, table)
        self.put("add x%d, x%d, x%d", b, b, c)
        self.put("lw x%d, 0(x%d)", c, b)
        self.put("sw x%d, 0(x%d)", c, a)
        self.put("fence.i")
        self.text.append("%s:\t.4byte 0x%x" % (here, words[0]))
        self.remember(d)
        self.text.append("\t.section .rodata\n\t.balign 4\n%s:\t.word %s\n"
                         "\t.text" % (table, ", ".join(map(hex, words))))

    # -- Programs --------------------------------------------------------

    def begin_block(self):
        self.text.append("block%d:" % self.n_blocks)
        self.n_blocks += 1
        self.put("lw tp, GP_SUM(gp)")

    def end_block(self):
        self.put("sw tp, GP_SUM(gp)")
        self.put("jal tp, hook")

    def block(self, patches):
        makers = ([self.simple] * 24 + [self.fresh] * 10 + [self.access] * 7
                  + [self.access_small] * 3 + [self.branch] * 5
                  + [self.jump] * 3 + [self.loop] + [self.fence] * patches
                  + [self.patch] * patches)
        self.begin_block()
        for _ in range(self.random.randrange(8, 30)):
            self.random.choice(makers)()
        self.end_block()

    def write(self, rounds):
        words = [hex(self.random.getrandbits(32)) for _ in range(DATA_WORDS)]
        data = ["\t.macro pattern", "\t.word " + ", ".join(words), "\t.endm"]
        head = ["\t.equ SEED, %d" % (self.seed * 2654435761 % 2**31 | 1),
                "\t.equ ROUNDS, %d" % rounds, "program_top:", "\tj fresh",
                "program_round:"]
        tail = ["\tsw t0, GP_SAVE(gp)", "\tlw t0, GP_ROUNDS(gp)",
                "\taddi t0, t0, -1", "\tsw t0, GP_ROUNDS(gp)",
                "\tbeqz t0, 1f", "\tlw t0, GP_SAVE(gp)", "\tj program_top",
                "1:\tlw t0, GP_SAVE(gp)", "\tjal tp, end", ""]
        return "\n".join(data + head + self.text + tail)


def random_program(seed, rounds):
    """Every eighth one changes itself."""
    p = Program(seed)
    patches = 1 if seed % 8 == 7 else 0
    for _ in range(100):
        p.block(patches)
    return p.write(rounds // 4 if patches else rounds)


# -- Directed ------------------------------------------------------------


def pairs(p, body):
    """`body`, which writes a2, for all pairs a0, a1 of corner cases."""
    outer, inner = p.label(), p.label()
    p.begin_block()
    p.put("lla s1, corners")
    p.put("addi s2, s1, 124")
    p.text.append(outer + ":")
    p.put("lla s3, corners")
    p.text.append(inner + ":")
    p.put("lw a0, 0(s1)")
    p.put("lw a1, 0(s3)")
    body()
    p.remember(12)
    # Turned by a bit each time, so that order counts.
    p.put("srli a3, tp, 31")
    p.put("slli tp, tp, 1")
    p.put("or tp, tp, a3")
    p.put("addi s3, s3, 4")
    p.put("bne s3, s2, %s", inner)
    p.put("addi s1, s1, 4")
    p.put("bne s1, s2, %s", outer)
    p.end_block()


def direct_op(p, name):
    """Also with one register twice, and the result over an operand."""
    p.into(12, "%s a2, a0, a1", name)
    p.into(10, "%s a0, a0, a0", name)
    p.into(12, "%s a2, a1, a0", name)
    p.into(11, "%s a1, a1, a2", name)


def direct_branch(p, name):
    to = p.label()
    p.put("li a2, 1")
    p.put("%s a0, a1, %s", name, to)
    p.put("li a2, 0x55")
    p.text.append(to + ":")


def direct_immediates(p):
    for name in OPS_IMM:
        for n in (-2048, -2047, -1, 0, 1, 31, 32, 1024, 2046, 2047):
            p.into(12, "%s a2, a0, %d", name, n)
    for name in SHIFTS:
        for n in range(32):
            p.into(12, "%s a2, a0, %d", name, n)


def direct_accesses(p):
    """Every width at every offset in a word, into a pattern."""
    p.begin_block()
    for i in range(24):
        p.put("li a0, 0x%x", 0x80c17f00 + 0x01030307 * i & 0xffffffff)
        p.put("sw a0, %d(gp)", 4 * i)
    for i, name in enumerate(LOADS):
        for at in range(8):
            x = 5 + (at + i) % 24
            p.into(x, "%s x%d, %d(gp)", name, x, at + 16 * (i % 3))
    p.put("li a0, 0x89abcdef")
    for i, name in enumerate(STORES):
        for at in range(8):
            p.put("%s a0, %d(gp)", name, 640 + 64 * i + 9 * at)
    p.end_block()


def direct_small(p):
    """Every compressed form with the ends of its ranges."""
    forms = [("c.li x%d, %d", (1, 5, 31), (-32, -1, 0, 31)),
             ("c.addi x%d, %d", (1, 31), (-32, -1, 1, 31)),
             ("c.lui x%d, %d", (1, 31), (1, 31, 0xfffe0, 0xfffff)),
             ("c.slli x%d, %d", (1, 31), (1, 16, 31)),
             ("c.srli x%d, %d", (8, 15), (1, 16, 31)),
             ("c.srai x%d, %d", (8, 15), (1, 16, 31)),
             ("c.andi x%d, %d", (8, 15), (-32, -1, 0, 31)),
             ("c.addi4spn x%d, sp, %d", (8, 15),
              (4, 8, 16, 32, 64, 512, 1020)),
             ("c.addi16sp x%d, %d", (2,),
              (-512, -256, -16, 16, 32, 64, 128, 256, 496))]
    for name in "c.sub c.xor c.or c.and c.mv c.add".split():
        forms.append((name + " x%d, x%d", (8, 9, 15), (8, 9, 15)))
    p.begin_block()
    for text, registers, operands in forms:
        for x in registers:
            for operand in operands:
                p.put("lw x%d, GP_FRESH+%d(gp)", x, 4 * x)
                p.into_c(x, text, x, operand)
    p.end_block()


def direct_small_accesses(p):
    p.begin_block()
    p.put("mv sp, gp")
    p.put("addi x8, gp, 1")
    p.put("addi x15, gp, 126")
    for n in range(0, 256, 4):
        x = 16 + n // 4 % 16
        p.put_c("c.swsp x%d, %d(sp)", n // 4 % 32, n)
        p.into_c(x, "c.lwsp x%d, %d(sp)", x, 252 - n)
    for n in range(0, 128, 4):
        x = 9 + n // 4 % 6
        p.put_c("c.sw x%d, %d(x8)", 8 + n // 4 % 8, n)
        p.into_c(x, "c.lw x%d, %d(x15)", x, n)
    p.end_block()


def directed_program(rounds):
    p = Program(0)
    for name in OPS:
        pairs(p, lambda: direct_op(p, name))
    for name in BRANCHES:
        pairs(p, lambda: direct_branch(p, name))
    pairs(p, lambda: direct_immediates(p))
    direct_accesses(p)
    direct_small(p)
    direct_small_accesses(p)
    return p.write(rounds)
