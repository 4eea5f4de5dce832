#!/usr/bin/env python3
"""The README's pictures: parts of the page of configs/sweeps/mlperf_tiny.yaml.

    joulet sweep configs/sweeps/mlperf_tiny.yaml --store build/mlperf.db
    joulet report build/mlperf.db -o build/mlperf.html
    tests/report/pictures.py build/mlperf.html docs/pictures
"""

import collections
import os
import struct
import sys
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import chromium  # noqa: E402

WIDTH = 1116
MARGIN = 12
# From the top of one element to the bottom of another.
PARTS = {
    "report-answer": ("header", "#plot"),
    "report-point": ("#detail .pair", "#detail"),
    "report-parallel": ("#parallel h2", "#parallel-says"),
}
# Keep a range of the latency, as the mouse does.
KEEP = """(() => {
    const c = shownColumns.find(c => c.name === 'latency_us');
    setBrush(c, [c.low, c.values.findLast(v => v <= 300)]);
})()"""


def part(page, first, last):
    """The clip of a screenshot."""
    top, bottom = page.run(
        "[document.querySelector(%r).getBoundingClientRect().top + scrollY, "
        "document.querySelector(%r).getBoundingClientRect().bottom + scrollY]"
        % (first, last))
    top = max(0, top - MARGIN)
    return {"x": 0, "y": top, "width": WIDTH, "height": bottom + MARGIN - top,
            "scale": 1}


def chunks(data):
    at = 8
    while at < len(data):
        n, kind = struct.unpack_from(">I4s", data, at)
        yield kind, data[at + 8:at + 8 + n]
        at += n + 12


def rows(data, width, height):
    """Pixels of a PNG in RGB, row by row: its filters undone."""
    raw, n = zlib.decompress(data), 3 * width
    above = bytearray(n)
    for y in range(height):
        kind, row = raw[y * (n + 1)], bytearray(raw[y * (n + 1) + 1:
                                                    (y + 1) * (n + 1)])
        for i in range(n if kind else 0):
            a, c = (row[i - 3], above[i - 3]) if i >= 3 else (0, 0)
            b = above[i]
            p = a + b - c
            guess = (0, a, b, (a + b) // 2, min(
                (a, b, c), key=lambda v: abs(p - v)))[kind]
            row[i] = (row[i] + guess) & 255
        yield row
        above = row


def with_palette(path):
    """The same picture in its 256 most frequent colours: a quarter of the
    size."""
    with open(path, "rb") as f:
        part = collections.defaultdict(bytes)
        for kind, data in chunks(f.read()):
            part[kind] += data
    width, height, bits, kind = struct.unpack_from(">IIBB", part[b"IHDR"])
    assert (bits, kind) == (8, 2)
    found = [[bytes(r[i:i + 3]) for i in range(0, len(r), 3)]
             for r in rows(part[b"IDAT"], width, height)]
    count = collections.Counter(c for r in found for c in r)
    palette = [c for c, _ in count.most_common(256)]
    number = {c: min(range(len(palette)), key=lambda k: sum(
        (x - y) ** 2 for x, y in zip(palette[k], c))) for c in count}
    text = b"".join(b"\0" + bytes(number[c] for c in r) for r in found)
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n")
        for kind, data in ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8,
                                                 3, 0, 0, 0)),
                           (b"PLTE", b"".join(palette)),
                           (b"IDAT", zlib.compress(text, 9)), (b"IEND", b"")):
            f.write(struct.pack(">I", len(data)) + kind + data + struct.pack(
                ">I", zlib.crc32(kind + data)))


def main():
    html, folder = sys.argv[1:]
    with chromium.Page(html, width=WIDTH) as page:
        page.run(KEEP)
        for name, ends in PARTS.items():
            path = os.path.join(folder, name + ".png")
            page.screenshot(path, clip=part(page, *ends))
            with_palette(path)
        if page.errors:
            sys.exit("\n".join(page.errors))


if __name__ == "__main__":
    main()
