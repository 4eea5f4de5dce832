#!/usr/bin/env python3
"""Train the project's own networks and write them beside this script.

Two classifiers of 8x8 handwritten digits. Each is trained in float, converted
to int8 after training, and judged by its int8 accuracy under TFLM. README.md
has the commands, the data's licence and the measured figures.
"""

import os
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # one order of summation
HERE = os.path.dirname(os.path.abspath(__file__))
ORACLE = os.path.join(HERE, "..", "tests", "oracle")
sys.path.insert(0, ORACLE)

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import tfl

SEED = 20
TEST_VECTORS = 360
GOLDEN_VECTORS = 4


def load():
    digits = load_digits()
    x = (digits.images / 16.0).astype(np.float32)[..., np.newaxis]
    y = digits.target.astype(np.uint8)
    return train_test_split(x, y, test_size=TEST_VECTORS, random_state=SEED,
                            stratify=y)


def shifted(x, y):
    """The training set and its images moved by one pixel each way: the eight
    columns leave little room, but it is worth half a percent."""
    moved = [x]
    for axis, step in ((1, 1), (1, -1), (2, 1), (2, -1)):
        roll = np.roll(x, step, axis)
        edge = [slice(None)] * 4
        edge[axis] = 0 if step > 0 else -1
        roll[tuple(edge)] = 0
        moved.append(roll)
    return np.concatenate(moved), np.tile(y, len(moved))


def cnn():
    """Every common operator once, and a residual branch."""
    image = keras.Input((8, 8, 1), batch_size=None)
    t = layers.Conv2D(12, 3, padding="same", activation="relu")(image)
    t = layers.DepthwiseConv2D(3, padding="same", activation="relu")(t)
    t = layers.Conv2D(24, 1, activation="relu")(t)
    t = skip = layers.MaxPooling2D(2)(t)
    t = layers.DepthwiseConv2D(3, padding="same", activation="relu")(t)
    t = layers.Conv2D(24, 1)(t)
    t = layers.ReLU()(layers.Add()([skip, t]))
    t = layers.AveragePooling2D(2)(t)
    t = layers.Dropout(0.1)(layers.Flatten()(t))
    return keras.Model(image, layers.Dense(10, activation="softmax")(t))


def mlp():
    """Fully connected only, with sizes that no array divides evenly."""
    image = keras.Input((64,), batch_size=None)
    t = layers.Dense(48, activation="relu")(image)
    t = layers.Dropout(0.1)(t)
    t = layers.Dense(20, activation="relu")(t)
    return keras.Model(image, layers.Dense(10, activation="softmax")(t))


def fit(model, x, y, epochs):
    steps = epochs * (len(x) // 64)
    rate = keras.optimizers.schedules.CosineDecay(4e-3, steps)
    model.compile(keras.optimizers.Adam(rate),
                  "sparse_categorical_crossentropy")
    model.fit(x, y, batch_size=64, epochs=epochs, verbose=0)


def quantize(model, x, per_channel_fc):
    """Full-integer int8. Old converters gave FULLY_CONNECTED one weight scale,
    today's give one per channel: the two networks keep one of each kind."""
    # A batch of exactly one keeps the shape arithmetic out of the file.
    one = keras.Input(model.input_shape[1:], batch_size=1)
    fixed = keras.Model(one, model(one, training=False))
    converter = tf.lite.TFLiteConverter.from_keras_model(fixed)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([v[np.newaxis]] for v in x)
    converter.target_spec.supported_ops = [
        tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    # The converter has no public switch for this; train.py pins its version.
    setattr(converter,
            "_experimental_disable_per_channel_quantization_for_dense_layers",
            not per_channel_fc)
    return converter.convert()


def to_int8(x, network):
    details = tf.lite.Interpreter(model_content=network).get_input_details()
    scale, zero = details[0]["quantization"]
    return np.clip(np.round(x / scale) + zero, -128, 127).astype(np.int8)


def tflm(net, x):
    """int8 outputs of TFLM for the int8 inputs x."""
    with tempfile.TemporaryDirectory() as d:
        x.tofile(os.path.join(d, "in"))
        subprocess.run([sys.executable, os.path.join(ORACLE, "tflm_run.py"),
                        net, os.path.join(d, "in"), os.path.join(d, "out")],
                       check=True)
        return np.fromfile(os.path.join(d, "out"), np.int8).reshape(len(x), -1)


def main():
    keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    train_x, test_x, train_y, test_y = load()
    more_x, more_y = shifted(train_x, train_y)

    files, rows = {}, []
    for name, build, epochs, per_channel_fc in (
            ("digits_cnn", cnn, 30, True), ("digits_mlp", mlp, 30, False)):
        model = build()
        shape = (-1,) + model.input_shape[1:]
        fit(model, more_x.reshape(shape), more_y, epochs)
        exact = model.predict(test_x.reshape(shape), verbose=0)
        network = quantize(model, train_x[:200].reshape(shape), per_channel_fc)

        path = os.path.join(HERE, name + ".tflite")
        with open(path, "wb") as f:
            f.write(network)
        x = to_int8(test_x, network)
        out = tflm(path, x)
        x[:GOLDEN_VECTORS].tofile(os.path.join(HERE, name + ".in.bin"))
        out[:GOLDEN_VECTORS].tofile(os.path.join(HERE, name + ".expect.bin"))
        files[name] = x

        graph = tfl.Network(path)
        rows.append("| `%s` | %d | %d | %d | %.2f %% | %.2f %% |" % (
            name, graph.macs(), graph.params(), len(network),
            100 * np.mean(exact.argmax(1) == test_y),
            100 * np.mean(out.argmax(1) == test_y)))

    # Both networks scale pixels alike, so one test set serves both.
    assert np.array_equal(files["digits_cnn"], files["digits_mlp"])
    files["digits_cnn"].tofile(os.path.join(HERE, "digits_test_x.bin"))
    test_y.tofile(os.path.join(HERE, "digits_test_y.bin"))
    print("\n".join(rows))


if __name__ == "__main__":
    main()
