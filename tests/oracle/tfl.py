"""Just enough of a .tflite reader for the tests: operators and tensor shapes.

It trusts its input (the networks are the project's own or the test set's) and
needs no package, so that choosing networks for a test needs no download.
"""

import struct

SUPPORTED = {
    0: "ADD", 1: "AVERAGE_POOL_2D", 2: "CONCATENATION", 3: "CONV_2D",
    4: "DEPTHWISE_CONV_2D", 5: "DEPTH_TO_SPACE", 6: "DEQUANTIZE", 9: "FULLY_CONNECTED",
    14: "LOGISTIC", 17: "MAX_POOL_2D", 18: "MUL", 19: "RELU",
    21: "RELU6", 23: "RESIZE_BILINEAR", 67: "TRANSPOSE_CONV",
    97: "RESIZE_NEAREST_NEIGHBOR", 98: "LEAKY_RELU", 117: "HARD_SWISH", 22: "RESHAPE",
    25: "SOFTMAX", 28: "TANH", 34: "PAD", 39: "TRANSPOSE", 40: "MEAN",
    41: "SUB", 43: "SQUEEZE", 45: "STRIDED_SLICE", 60: "PADV2",
    70: "EXPAND_DIMS", 114: "QUANTIZE",
}
BYTES = {0: 4, 1: 2, 2: 4, 3: 1, 4: 8, 6: 1, 7: 2, 9: 1}  # by TensorType


class Table:
    """A flatbuffer table at `at`; fields are named by their schema index."""

    def __init__(self, data, at):
        self.data, self.at = data, at
        self.vtable = at - struct.unpack_from("<i", data, at)[0]
        self.vtable_size = struct.unpack_from("<H", data, self.vtable)[0]

    def _field(self, index):
        slot = 4 + 2 * index
        if slot >= self.vtable_size:
            return 0
        return struct.unpack_from("<H", self.data, self.vtable + slot)[0]

    def scalar(self, index, fmt, default=0):
        offset = self._field(index)
        if not offset:
            return default
        return struct.unpack_from("<" + fmt, self.data, self.at + offset)[0]

    def _vector(self, index):
        offset = self._field(index)
        if not offset:
            return 0, 0
        at = self.at + offset
        at += struct.unpack_from("<I", self.data, at)[0]
        return at + 4, struct.unpack_from("<I", self.data, at)[0]

    def ints(self, index):
        at, count = self._vector(index)
        return list(struct.unpack_from("<%di" % count, self.data, at))

    def size(self, index):
        return self._vector(index)[1]

    def tables(self, index):
        at, count = self._vector(index)
        starts = range(at, at + 4 * count, 4)
        return [Table(self.data, s + struct.unpack_from("<I", self.data, s)[0])
                for s in starts]


class Tensor:
    def __init__(self, table, buffers):
        self.shape = table.ints(0)
        self.type = table.scalar(1, "b")
        self.is_const = buffers[table.scalar(2, "I")].size(0) > 0

    @property
    def elements(self):
        count = 1
        for dim in self.shape:
            count *= dim
        return count

    @property
    def nbytes(self):
        return self.elements * BYTES[self.type]


class Op:
    def __init__(self, code, inputs, outputs):
        self.code, self.inputs, self.outputs = code, inputs, outputs

    @property
    def name(self):
        return SUPPORTED.get(self.code, "operator %d" % self.code)


class Network:
    """The first subgraph of a .tflite file."""

    def __init__(self, path):
        with open(path, "rb") as f:
            data = f.read()
        model = Table(data, struct.unpack_from("<I", data, 0)[0])
        # Old files have only the 8-bit code, new ones both: the larger holds.
        codes = [max(c.scalar(0, "b"), c.scalar(3, "i"))
                 for c in model.tables(1)]
        buffers = model.tables(4)
        graph = model.tables(2)[0]
        tensors = [Tensor(t, buffers) for t in graph.tables(0)]

        def pick(indices):
            return [tensors[i] if i >= 0 else None for i in indices]

        self.tensors = tensors
        self.inputs = pick(graph.ints(1))
        self.outputs = pick(graph.ints(2))
        self.ops = [Op(codes[o.scalar(0, "I")], pick(o.ints(1)),
                       pick(o.ints(2))) for o in graph.tables(3)]

    def macs(self):
        total = 0
        for op in self.ops:
            out = op.outputs[0].elements
            weight = op.inputs[1].shape if len(op.inputs) > 1 else []
            if op.name == "CONV_2D":
                total += out * weight[1] * weight[2] * weight[3]
            elif op.name == "DEPTHWISE_CONV_2D":
                total += out * weight[1] * weight[2]
            elif op.name == "FULLY_CONNECTED":
                total += out * weight[1]
        return total

    def params(self):
        """Weights and biases, not the constants of RESHAPE and the like."""
        total = 0
        for op in self.ops:
            if op.name in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
                total += sum(t.elements for t in op.inputs[1:]
                             if t and t.is_const)
        return total


if __name__ == "__main__":
    import sys

    print("# network macs params input_bytes output_bytes")
    for name in sys.argv[1:]:
        net = Network(name)
        print(name, net.macs(), net.params(),
              sum(t.nbytes for t in net.inputs),
              sum(t.nbytes for t in net.outputs))
