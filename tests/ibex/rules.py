"""rules: directed programs, for each rule of docs/host.md.

KINDS names the instructions that the rules tell apart. For each kind A there is
a program with A before every kind B, both at even and at odd halfwords
(rule-A), one in which the timer interrupts A in each of its cycles (timer-A),
and one in which lines go down again before the core has answered (pulse-A).
The rest is WFI, and user mode.

s0 is the timer's address, s1 the external line's; a0 is what loads write and
the others read.
"""

import frame

# A target that is at a multiple of 4, and at an odd halfword.
EVEN = "\n\t.balignw 4, 1\n1:"
ODD = "\n\t.balignw 4, 1\n\t.2byte 1\n1:"

# An interrupt before mret would change mepc.
MRET = ("csrci mstatus, 8\n\tla t4, 1f\n\tcsrw mepc, t4\n\tli t4, 0x1880\n\t"
        "csrs mstatus, t4\n\tmret")

KINDS = {
    # ALU, lui, auipc, fence, CSR access, branch not taken: one cycle.
    "alu": "add a1, a0, a1",
    "alu16": ".2byte 0x85aa",  # c.mv a1, a0
    "lui": "lui a1, 5",
    "auipc": "auipc a1, 5",
    "fence": "fence",
    "csr-read": "csrr a1, mscratch",
    "csr-swap": "csrrw a1, mscratch, a0",
    "csr-status-read": "csrr a1, mstatus",
    "csr-status-none": "csrs mstatus, x0",
    "csr-status-clear": "csrc mstatus, x0",
    "not-taken": "bne a0, a0, bad",
    "not-taken16": ".option rvc\n\tc.beqz s0, 1f\n\t.option norvc\n1:",
    # Loads and stores, in one access and in two.
    "load": "lw a0, 0(sp)",
    "load-byte": "lbu a0, 3(sp)",
    "load-half": "lh a0, 1(sp)",
    "load-split1": "lw a0, 1(sp)",
    "load-split2": "lw a0, 2(sp)",
    "load-split3": "lw a0, 3(sp)",
    "load-half-split": "lhu a0, 3(sp)",
    "load16": ".2byte 0x4502",  # c.lwsp a0, 0(sp)
    "load-none": "lw x0, 0(sp)",
    "load-device": "lw a0, 8(s0)",
    "store": "sw a0, 4(sp)",
    "store-byte": "sb a0, 7(sp)",
    "store-split1": "sw a0, 5(sp)",
    "store-split2": "sw a0, 6(sp)",
    "store-split3": "sw a0, 7(sp)",
    "store-half-split": "sh a0, 7(sp)",
    "store-address": "sw x0, 4(a2)",
    "store-device": "sw a0, 8(s0)",
    # Multiplication and division.
    "mul": "mul a1, a0, a1",
    "mulh": "mulh a1, a0, a1",
    "mulhsu": "mulhsu a1, a0, a1",
    "mulhu": "mulhu a1, a0, a0",
    "div": "div a1, a0, a2",
    "divu": "divu a1, a2, a0",
    "rem": "rem a1, a0, a2",
    "remu": "remu a1, a0, a2",
    "div-zero": "div a1, a0, x0",
    "remu-zero": "remu a1, a0, x0",
    # Redirects, to both kinds of place.
    "jump": "j 1f" + EVEN,
    "jump-odd": "j 1f" + ODD,
    "jump16": ".option rvc\n\tc.j 1f\n\t.option norvc" + ODD,
    "jalr": "la t4, 1f\n\tjalr ra, 0(t4)" + EVEN,
    "jalr-odd": "la t4, 1f\n\tjalr a1, 1(t4)" + ODD,
    "jalr16": "la t4, 1f\n\t.option rvc\n\tc.jr t4\n\t.option norvc" + ODD,
    "fence-i": "fence.i",
    "load-jump": "la t4, 1f\n\tsw t4, 8(sp)\n\tlw t4, 8(sp)\n\tjr t4" + EVEN,
    "load-csr": "lw a0, 0(sp)\n\tcsrrw a1, mscratch, a0",
    "load-branch": "lw a0, 0(sp)\n\tbeq a0, a0, 1f" + ODD,
    "taken": "beq a0, a0, 1f" + EVEN,
    "taken-odd": "bgeu a0, a0, 1f" + ODD,
    "mret": MRET + EVEN,
    "mret-odd": MRET + ODD,
    # CSR writes that flush.
    "csr-status": "csrsi mstatus, 0",
    "csr-status-on": "csrsi mstatus, 8",
    "csr-status-off": "csrci mstatus, 8",
    "csr-status-set": "csrs mstatus, a2",
    "csr-status-write": "csrrwi a1, mstatus, 8",
    "csr-enable": "csrw mie, s2",
    "csr-enable-set": "csrs mie, s2",
    "csr-enable-clear": "csrc mie, s2\n\tcsrw mie, s2",
    # Exceptions.
    "ecall": "ecall",
    "ebreak": "ebreak",
    "illegal": ".4byte 0xffffffff",
    "illegal16": ".2byte 0",
    "illegal-csr": "csrw mhartid, a0",
    "fetch-fault": "li t4, 0x200000\n\tjalr t4",
    "load-fault": "lw a0, 0(x0)",
    "load-fault-split": "lw a0, 2(x0)",
    "load-fault-last": "lw a0, -2(s3)",
    # ... known only when the next instruction has turned the fetch, or could
    # not, because it reads what would have been loaded.
    "load-fault-jump": "lw a0, 0(x0)\n\tj 1f" + ODD,
    "load-fault-use": "la t4, 1f\n\tlw t4, 0(x0)\n\tjr t4" + EVEN,
    "store-fault-branch": "sw a0, 0(x0)\n\tbeq a0, a0, 1f" + EVEN,
    "store-fault": "sw a0, 0(x0)",
    "store-fault-split": "sh a0, 3(x0)",
}

BEGIN = """
	.option norvc
	lui s0, 0x30
	lui s1, 0x40
	li s2, 0x888
	lui s3, 0x200
	li a2, 0x30000
	lui a2, 0x181
	li a0, 77
	li a1, 5
	sw a0, 0(sp)
	sw a1, 4(sp)
	csrw mie, s2
"""

AFTER = """
	addi a0, a0, 1
	.2byte 1
"""


def place(odd):
    return "\n\t.balignw 4, 1\n" + ("\t.2byte 1\n" if odd else "")


def pairs(a):
    """A before everything, at both kinds of place."""
    text = BEGIN
    for b in KINDS.values():
        for odd in (0, 1):
            text += place(odd) + "\t" + KINDS[a] + "\n\t" + b + AFTER
    return text


def timer(a):
    """The timer's line goes up in every cycle around two of A."""
    text = BEGIN + "\tcsrsi mstatus, 8\n"
    for delay in (*range(24), 30, 37, 45, 60):
        text += place(delay & 1) + (
            "\tli a4, %d\n\tsw a4, 0(s0)\n\t%s\n\taddi a5, a5, 1\n\t%s"
            "\n\taddi a5, a5, 1\n\tsw x0, 4(s0)\n\tcsrsi mstatus, 8\n"
            % (delay, KINDS[a], KINDS[a]))
    return text


def pulse(a):
    """Lines that go up, and down again after a few cycles."""
    text = BEGIN + "\tcsrsi mstatus, 8\n"
    for delay in range(12):
        for high in (1, 2, 3, 5):
            text += place(high & 1) + (
                "\tli a4, %d\n\tsw a4, %d(s1)\n\t%s\n\taddi a5, a5, 1\n"
                "\tcsrsi mstatus, 8\n"
                % (high << 16 | delay, delay & 4, KINDS[a]))
    return text


def priorities():
    """Two and three lines at once: external, software, timer."""
    text = BEGIN
    for lines in range(1, 8):
        text += "\tcsrci mstatus, 8\n\tli a4, 1\n"
        for bit, store in enumerate(("0(s0)", "0(s1)", "4(s1)")):
            if lines >> bit & 1:
                text += "\tsw a4, %s\n" % store
        text += "\tnop\n\tcsrr a1, mip\n\tcsrsi mstatus, 8\n\tnop\n\tnop\n"
    return text


# What leads to a WFI. After a jump to an even place, with only instructions of
# 32 bits and one cycle since, a fetch is under way when the core goes to sleep.
JUMP = "j 1f" + EVEN + "\n\t"
SLEEPY = (
    "nop", "lw a5, 0(sp)", "sw a5, 2(sp)", "mul a5, a4, a4", "j 1f" + EVEN,
    "j 1f" + ODD, "csrsi mie, 0", "div a5, a4, a0", "lw a5, 2(sp)",
    "remu a5, a4, x0", "lw a5, 0(sp)\n\tadd a5, a5, a5",
    JUMP + "nop\n\tnop\n\tnop", JUMP + "lw a5, 0(sp)\n\tnop",
    JUMP + "lw a5, 0(sp)\n\tadd a5, a5, a5", JUMP + "lw a5, 2(sp)\n\tnop",
    JUMP + "div a5, a4, x0\n\tnop", JUMP + "mul a5, a4, a4\n\tmulh a5, a4, a4",
    JUMP + "mul a5, a4, a4\n\tcsrr a5, mstatus", JUMP + ".2byte 1, 1\n\tnop",
    JUMP + "csrsi mie, 0\n\tnop", JUMP + "csrc mie, x0\n\tnop",
    JUMP + "wfi\n\tnop", "j 1f" + ODD + "\n\tnop", "fence.i\n\tnop",
    "j 1f" + ODD + "\n\t.2byte 1\n\tnop", "j 1f" + ODD + "\n\tnop\n\t.2byte 1",
    "beq a0, a0, 1f" + EVEN + "\n\tnop", "beq a0, a0, 1f" + ODD + "\n\tnop",
    "bne a0, a0, bad", "la t4, 1f\n\tjalr ra, 0(t4)" + EVEN + "\n\tnop",
    MRET + EVEN + "\n\tnop", "ecall\n\tnop", "lw a0, 0(x0)\n\tnop")


def sleep(on, pulse):
    """WFI at both kinds of place, behind different instructions, woken in
    every cycle; then what mcycle says. With interrupts on they may come before
    the core sleeps; with pulses they may be withdrawn before."""
    text = BEGIN + "\tli t5, 99\n\tsw t5, 16(s11)\n"
    for before in SLEEPY:
        for delay in (*range(1, 24), 40):
            text += place(delay & 1)
            if pulse:
                text += ("\tli a4, 90\n\tsw a4, 0(s0)\n\tli a4, %d\n"
                         "\tsw a4, 0(s1)\n" % (1 + delay % 2 << 16 | delay))
            else:
                text += "\tli a4, %d\n\tsw a4, 0(s0)\n" % delay
            text += "\t.2byte 1\n" * (delay % 3)
            text += ("\t%s\n\twfi\n\tcsrr a3, mcycle\n\tlw a3, 8(s0)\n"
                     % before)
            text += "" if on else "\tsw x0, 4(s0)\n"
    return (text.replace("csrw mie, s2\n", "csrw mie, s2\n\tcsrsi mstatus, 8\n")
            if on else text)


def user(delays):
    """Every kind in user mode, which an ecall leaves, or the timer: there
    interrupts are always on."""
    text = BEGIN
    for a in KINDS.values():
        for delay in delays:
            text += ("\tla t4, 2f\n\tcsrw mepc, t4\n\tli t4, 0x1800\n"
                     "\tcsrc mstatus, t4\n")
            text += delay and "\tli a4, %d\n\tsw a4, 0(s0)\n" % delay or ""
            text += "\tmret\n2:\t%s\n\taddi a5, a5, 1\n\tecall\n" % a
            text += delay and "\tsw x0, 4(s0)\n" or ""
    return text


# The last halfwords of memory: 16 and 32 bits, one that is cut off, a return,
# jumps out of it and back.
TAILS = (
    (0x0001,) * 8,
    (0x0013, 0x0000) * 4,
    (0x0001, 0x0013, 0x0000, 0x0013, 0x0000, 0x0013, 0x0000, 0x0013),
    (0x0001, 0x0001, 0x0001, 0x0001, 0x0001, 0x0001, 0x0001, 0x2003),
    (0x0001, 0x0013, 0x0000, 0x0001, 0x0001, 0x0013, 0x0000, 0x8082),
    (0x0001, 0x2503, 0x0001, 0x0001, 0x0001, 0x0001, 0x006f, 0x0040),
    (0x0001, 0x0001, 0x0001, 0x4502, 0xa011, 0x0001, 0x0001, 0x0001),
)


def edge():
    """Execution that comes near the end of memory, and leaves it."""
    text = BEGIN + "\tli a3, 0x1ffff0\n"
    for beyond in (0xffffc, 0xffffe, 0x200000, 0x200002, 0xfffffffe):
        text += "\tli t4, %d\n\tjalr t4\n" % beyond
    for tail in TAILS:
        for i in range(0, 8, 2):
            text += "\tli a4, %d\n\tsw a4, %d(a3)\n" % (
                tail[i + 1] << 16 | tail[i], 2 * i)
        text += "\tfence.i\n"
        for entry in range(8):
            text += "\tli t4, %d\n\tjalr t4\n" % (0x1ffff0 + 2 * entry)
    return text


def rewrite():
    """Instructions that were stored just before, also of another length."""
    text = BEGIN
    for k in range(24):
        # addi a1, a1, k; or c.addi a1, 1 twice; or c.addi and half of a nop
        word = (k << 20 | 0x58593, 0x05850585, 0x00130585)[k % 3]
        text += place(k & 1) + (
            "\tli a4, %d\n\tla t4, 1f\n\tsw a4, 0(t4)\n%s\tfence.i\n%s"
            "1:\txori a1, a1, %d\n\t.2byte 0, 1\n"
            % (word, "\tnop\n" * (k % 4), "\tnop\n" * (k // 4 % 3), k))
    return text


def programs():
    """Name, text, and the model that has what the program needs."""
    for a in KINDS:
        yield "rule-" + a, frame.program(pairs(a)), "joulet"
    for a in KINDS:
        yield "timer-" + a, frame.program(timer(a)), "joulet"
    for a in KINDS:
        yield "pulse-" + a, frame.program(pulse(a)), "ibex_model"
    yield "priorities", frame.program(priorities()), "ibex_model"
    yield "edge", frame.program(edge()), "joulet"
    yield "rewrite", frame.program(rewrite()), "joulet"
    yield "user", frame.program(user([None])), "joulet"
    yield "user-timer", frame.program(user(range(1, 22))), "joulet"
    yield "sleep", frame.program(sleep(False, False)), "joulet"
    yield "sleep-interrupt", frame.program(sleep(True, False)), "joulet"
    yield "sleep-pulse", frame.program(sleep(True, True)), "ibex_model"
