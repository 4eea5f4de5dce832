#!/usr/bin/env python3
"""Check that the documentation shows what the commands really print.

    console.py --build DIR [--refresh] [PAGE.md ...]

Every fenced block with the info string `console` holds commands (lines that
begin with "$ ") and their output. Each command is run from the top of the tree
with DIR on PATH and as ./build; what it prints, stdout and stderr, must be the
text below it. --refresh rewrites the blocks instead. A block whose commands
read ../shared is left alone where that folder is absent. A line "[...]" in a
block stands for any lines.
"""

import argparse
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)


def pages():
    listed = subprocess.run(["find", ".", "-name", "*.md", "-not", "-path",
                             "./build*"], cwd=ROOT, capture_output=True,
                            text=True, check=True).stdout
    return sorted(listed.split())


def printed(command, build):
    env = dict(os.environ, COLUMNS="80", LC_ALL="C")
    command = command.replace("build/joulet", os.path.join(build, "joulet"))
    try:
        done = subprocess.run(command, shell=True, cwd=ROOT, env=env, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=300)
    except subprocess.TimeoutExpired:
        return "(did not end within 300 s)\n"
    # Said or not, as others have built it before.
    text = re.sub(r"^joulet: building the RTL .*\n", "", done.stdout,
                  flags=re.M)
    return text if not text or text.endswith("\n") else text + "\n"


def matches(want, got):
    """[...] on a line of its own stands for any lines."""
    parts = [re.escape(p) for p in re.split(r"^\[\.\.\.\]\n", want, flags=re.M)]
    return re.fullmatch("(?:.*\n)*".join(parts), got) is not None


def split(body):
    """[(command, output)] of a block."""
    found = []
    for line in body.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append([line[2:].rstrip("\n"), ""])
        elif found and found[-1][0].endswith("\\") and not found[-1][1]:
            found[-1][0] += "\n" + line.rstrip("\n")
        elif found:
            found[-1][1] += line
    return found


def check_page(page, build, refresh):
    path = os.path.join(ROOT, page)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    wrong = []

    def each(match):
        body = match.group(1)
        if "../shared" in body and not os.path.isdir(
                os.path.join(ROOT, "..", "shared")):
            print("%s: a block was skipped: ../shared not found" % page)
            return match.group(0)
        new = ""
        for command, want in split(body):
            got = printed(command, build)
            same = matches(want, got)
            if not same:
                wrong.append("%s: `%s` prints\n%s" % (page, command, got))
            new += "$ %s\n%s" % (command, want if same else got)
        return "```console\n%s```" % new

    new_text = BLOCK.sub(each, text)
    if refresh and new_text != text:
        with open(path, "w", encoding="utf-8") as f:
            f.write(new_text)
        print("%s: rewritten" % page)
        return []
    return wrong


def main():
    args = argparse.ArgumentParser(description="check console blocks")
    args.add_argument("--build", required=True)
    args.add_argument("--refresh", action="store_true")
    args.add_argument("page", nargs="*")
    opt = args.parse_args()
    wrong = []
    for page in opt.page or pages():
        wrong += check_page(page, os.path.abspath(opt.build), opt.refresh)
    print("\n".join(wrong) if wrong else "docs: all blocks are as shown")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
