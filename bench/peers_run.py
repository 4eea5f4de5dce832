#!/usr/bin/env python3
"""One design point in another simulator: cycles and CPU seconds as JSON.

    peers_run.py scalesim|zigzag LAYERS.json ROWS COLS FOLDER

LAYERS.json is a list of {name, kind (conv, depthwise), oy, ox, iy, ix, k, c, fy,
fx, sy, sx}; iy and ix are with padding. Runs in the environment of peers.py.
The time to import the tool and to write its input files is not counted.

Machine: ROWS x COLS weight-stationary multipliers, 8 bytes a cycle, 96 KiB of
SRAM. scalesim models depthwise layers channel by channel (its prefix DP).
"""
import contextlib
import io
import json
import logging
import os
import sys
import time

SCALESIM = """[general]
run_name = point

[architecture_presets]
ArrayHeight = {rows}
ArrayWidth = {cols}
IfmapSramSzkB = 32
FilterSramSzkB = 32
OfmapSramSzkB = 32
IfmapOffset = 0
FilterOffset = 10000000
OfmapOffset = 20000000
Dataflow = ws
Bandwidth = 8
ReadRequestBuffer = 64
WriteRequestBuffer = 64

[layout]
IfmapCustomLayout = False
FilterCustomLayout = False
IfmapSRAMBankBandwidth = 8
IfmapSRAMBankNum = 4
IfmapSRAMBankPort = 2
FilterSRAMBankBandwidth = 8
FilterSRAMBankNum = 4
FilterSRAMBankPort = 2

[sparsity]
SparsitySupport = false
SparseRep = ellpack_block
OptimizedMapping = false
BlockSize = 4
RandomNumberGeneratorSeed = 1

[run_presets]
InterfaceBandwidth = USER
UseRamulatorTrace = False
"""

# Which dimensions are unrolled is left to the tool.
MAPPING = """- name: default
  memory_operand_links: {O: O, W: I2, I: I1}
"""

PORT = """      - name: {name}
        type: {type}
        bandwidth_min: 8
        bandwidth_max: {width}
        allocation: [{uses}]
"""

MEMORY = """  {name}:
    size: {bits}
    r_cost: {cost}
    w_cost: {cost}
    area: 0
    latency: 1
    operands: [{operands}]
    ports:
{ports}    served_dimensions: [{served}]
"""

ARRAY = """operational_array:
  unit_energy: 0.2
  unit_area: 1
  dimensions: [D1, D2]
  sizes: [{cols}, {rows}]
"""


def ports(*rows):
    short = {"read": "r", "write": "w", "read_write": "rw"}
    return "".join(PORT.format(name=f"{short[t]}_port_{i}", type=t, width=w,
                               uses=u) for i, (t, w, u) in enumerate(rows, 1))


def zigzag_machine(rows, cols):
    """Weight registers, accumulators, one SRAM, one memory behind it."""
    wide = 8 * 2 * max(rows, cols)
    return "name: point\nmemories:\n" + MEMORY.format(
        name="weights", bits=8, cost=0.01, operands="I2", served="",
        ports=ports(("read", 8, "'I2, tl'"), ("write", 8, "'I2, fh'"))
    ) + MEMORY.format(
        name="sums", bits=32, cost=0.02, operands="O", served="D2",
        ports=ports(("read", 32, "'O, tl'"), ("read", 32, "'O, th'"),
                    ("write", 32, "'O, fh'"), ("write", 32, "'O, fl'"))
    ) + MEMORY.format(
        name="sram", bits=96 * 1024 * 8, cost=10, operands="I1, I2, O",
        served="D1, D2",
        ports=ports(("read", wide, "'I1, tl', 'I2, tl', 'O, tl', 'O, th'"),
                    ("write", wide, "'I1, fh', 'I2, fh', 'O, fh', 'O, fl'"))
    ) + MEMORY.format(
        name="memory", bits=10 ** 10, cost=100, operands="I1, I2, O",
        served="D1, D2",
        ports=ports(("read_write", 64, "'I1, fh', 'I1, tl', 'I2, fh', "
                     "'I2, tl', 'O, fh', 'O, tl', 'O, fl', 'O, th'"))
    ) + ARRAY.format(rows=rows, cols=cols)


def zigzag_layer(number, layer):
    groups = layer["c"] if layer["kind"] == "depthwise" else 1
    return {
        "id": number, "name": layer["name"], "operator_type": "Conv",
        "equation": "O[b][g][k][oy][ox]+=W[g][k][c][fy][fx]*I[b][g][c][iy][ix]",
        "loop_dims": ["B", "K", "G", "OX", "OY", "C", "FX", "FY"],
        "loop_sizes": [1, layer["k"] // groups, groups, layer["ox"],
                       layer["oy"], layer["c"] // groups, layer["fx"],
                       layer["fy"]],
        "dimension_relations": [f"ix={layer['sx']}*ox+1*fx",
                                f"iy={layer['sy']}*oy+1*fy"],
        "operand_precision": {"W": 8, "I": 8, "O": 32, "O_final": 8},
        "operand_source": {"I": number - 1} if number else {},
    }


def zigzag(layers, rows, cols, folder):
    from zigzag.api import get_hardware_performance_zigzag as run
    machine, mapping = f"{folder}/machine.yaml", f"{folder}/mapping.yaml"
    with open(machine, "w") as f:
        f.write(zigzag_machine(rows, cols))
    with open(mapping, "w") as f:
        f.write(MAPPING)
    logging.disable(logging.CRITICAL)
    work = [zigzag_layer(i, layer) for i, layer in enumerate(layers)]
    begin = time.process_time()
    _, cycles, _ = run(work, machine, mapping, dump_folder=f"{folder}/out",
                       loma_show_progress_bar=False)
    return cycles, time.process_time() - begin


def scalesim(layers, rows, cols, folder):
    from scalesim.scale_sim import scalesim as Scalesim
    with open(f"{folder}/point.cfg", "w") as f:
        f.write(SCALESIM.format(rows=rows, cols=cols))
    with open(f"{folder}/topology.csv", "w") as f:
        f.write("Layer,ifmap h,ifmap w,filter h,filter w,channels,filters,"
                "stride,\n")
        for i, n in enumerate(layers):
            depthwise = n["kind"] == "depthwise"
            f.write(f"{'DP' if depthwise else 'L'}{i},{n['iy']},{n['ix']},"
                    f"{n['fy']},{n['fx']},{n['c']},"
                    f"{1 if depthwise else n['k']},{n['sy']},\n")
    with open(f"{folder}/layout.csv", "w") as f:
        f.write("Layer,none,\n")
    begin = time.process_time()
    one = Scalesim(save_disk_space=True, verbose=False,
                   config=f"{folder}/point.cfg",
                   topology=f"{folder}/topology.csv",
                   layout=f"{folder}/layout.csv")
    one.run_scale(top_path=folder)
    seconds = time.process_time() - begin
    return sum(int(n.get_compute_report_items()[0])
               for n in one.runner.single_layer_sim_object_list), seconds


def main():
    tool, path, rows, cols, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    with open(path) as f:
        layers = json.load(f)
    chatter = io.StringIO()
    with contextlib.redirect_stdout(chatter), \
            contextlib.redirect_stderr(chatter):
        cycles, seconds = {"zigzag": zigzag, "scalesim": scalesim}[tool](
            layers, int(rows), int(cols), folder)
    print(json.dumps({"cycles": int(cycles), "seconds": seconds}))


if __name__ == "__main__":
    main()
