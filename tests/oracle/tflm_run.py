#!/usr/bin/env python3
"""Run a network under TensorFlow Lite Micro, the project's oracle.

    tflm_run.py NET.tflite IN.bin OUT.bin

IN.bin holds one or more vectors, concatenated; within a vector the inputs come
in graph order, little-endian. OUT.bin gets the outputs in the same layout.

The interpreter runs in a subprocess because some files crash it; the crash is
then a message and exit status 1, and no OUT.bin is left.
"""

import os
import subprocess
import sys

ARENA_BYTES = 16 << 20  # larger than any network here needs


def run(net, in_path, out_path):
    import numpy
    from tflite_micro import runtime

    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import tfl

    graph = tfl.Network(net)
    vector = sum(t.nbytes for t in graph.inputs)
    with open(in_path, "rb") as f:
        data = f.read()
    if not data or len(data) % vector:
        raise SystemExit("%s: %d bytes is no whole number of vectors of %d"
                         % (in_path, len(data), vector))

    out = bytearray()
    tflm = runtime.Interpreter.from_file(net, arena_size=ARENA_BYTES)
    for start in range(0, len(data), vector):
        at = start
        for i, tensor in enumerate(graph.inputs):
            details = tflm.get_input_details(i)
            raw = data[at:at + tensor.nbytes]
            values = numpy.frombuffer(raw, dtype=details["dtype"])
            tflm.set_input(values.reshape(details["shape"]), i)
            at += tensor.nbytes
        tflm.invoke()
        for i in range(len(graph.outputs)):
            out += numpy.ascontiguousarray(tflm.get_output(i)).tobytes()
    with open(out_path, "wb") as f:
        f.write(out)


def main():
    if len(sys.argv) == 5 and sys.argv[1] == "--inside":
        run(*sys.argv[2:])
        return 0
    if len(sys.argv) != 4:
        print("usage: tflm_run.py NET.tflite IN.bin OUT.bin", file=sys.stderr)
        return 2
    command = [sys.executable, os.path.abspath(__file__), "--inside"]
    child = subprocess.run(command + sys.argv[1:], capture_output=True,
                           text=True)
    if child.returncode == 0:
        return 0
    sys.stderr.write(child.stderr)
    if child.returncode < 0:
        print("%s: TFLM died of signal %d" % (sys.argv[1], -child.returncode),
              file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
