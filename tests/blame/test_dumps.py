"""Tensors that other tools wrote, and what is wrong with them."""

import base64
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from blaming import COMPUTED, Stub, bent, subject

from trtexp.blame.dumps import dumped, matched
from trtexp.blame.run import of_dump
from trtexp.blame.worlds import worlds
from trtexp.errors import BadUsage, NothingFound
from trtexp.layers.base import Origin
from trtexp.models.given import array_of
from trtexp.numerics import decode

NET = subject()


def tensors(wrong="mean", left_out=()):
    given = Stub({wrong: bent((0, 0, 1, 0), 0.1)}).tensors(NET, NET.visible)
    return {name: decode(array) for name, array in given.items() if name not in left_out}


def npz(path, arrays):
    np.savez(path, **arrays)


def folder(path, arrays):
    path.mkdir()
    for name, array in arrays.items():
        np.save(path / f"{name}.npy", array)


def polygraphy(path, arrays):
    outputs = {}
    for name, array in arrays.items():
        file = io.BytesIO()
        np.save(file, array)
        text = base64.b64encode(file.getvalue()).decode()
        outputs[name] = {"values": {"array": text, "polygraphy_class": "ndarray"}, "polygraphy_class": "LazyArray"}
    iteration = {"outputs": outputs, "runtime": None, "runner_name": "trt", "polygraphy_class": "IterationResult"}
    path.write_text(json.dumps({"lst": [["trt", [iteration]]], "polygraphy_class": "RunResults"}))


def trtexec(path, arrays):
    items = [
        {"name": n, "dimensions": "x".join(map(str, a.shape)), "values": [float(v) for v in a.reshape(-1)]}
        for n, a in arrays.items()
    ]
    path.write_text(json.dumps(items))


@pytest.mark.parametrize(
    ("write", "name"), [(npz, "t.npz"), (folder, "t"), (polygraphy, "t.json"), (trtexec, "t.json")]
)
def test_each_format_names_the_guilty_layer(write, name, tmp_path):
    write(tmp_path / name, tensors())
    record = of_dump(NET, matched(NET, dumped(tmp_path / name)), worlds(NET), name).record
    assert [found.tensor for _, found in record.guilty] == ["mean"]
    assert len(record.looks[0].found) == len(COMPUTED)


def test_what_is_missing_is_computed_from_what_is_there(tmp_path):
    npz(tmp_path / "t.npz", tensors(left_out=("act", "twice", "rows")))
    record = of_dump(NET, matched(NET, dumped(tmp_path / "t.npz")), worlds(NET), "t.npz").record
    assert [found.tensor for _, found in record.guilty] == ["mean"]
    assert [found.tensor for found in record.looks[0].found] == ["conv", "scale", "part", "mean", "y"]


def arrays_of(values):
    return {name: array_of(value, name) for name, value in values.items()}


def test_names_that_no_file_can_have_are_found():
    net = replace(NET, origins={"conv": Origin(tensor="/conv/Conv:0")})
    assert list(matched(net, arrays_of({"_conv_Conv_0": tensors()["conv"]}))) == ["conv"]
    assert list(matched(net, arrays_of({"/conv/Conv:0": tensors()["conv"]}))) == ["conv"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{]", "neither an .npz file nor JSON"),
        (b'{"a": 1}', "neither Polygraphy's saved outputs nor trtexec's exported JSON"),
        (b'[{"name": "y", "dimensions": "2x3", "values": [1.5]}]', "y: 1 values of 2x3; the file is cut short"),
        (b"[]", "no tensor in it"),
    ],
)
def test_what_is_no_dump_is_one_message(content, said, tmp_path):
    (tmp_path / "t.json").write_bytes(content)
    with pytest.raises(BadUsage, match=said):
        dumped(tmp_path / "t.json")


def test_a_truncated_npz_and_no_file_are_one_message(tmp_path):
    npz(tmp_path / "t.npz", tensors())
    (tmp_path / "cut.npz").write_bytes((tmp_path / "t.npz").read_bytes()[:300])
    with pytest.raises(BadUsage, match=r"cut\.npz"):
        dumped(tmp_path / "cut.npz")
    with pytest.raises(NothingFound, match="no such file"):
        dumped(tmp_path / "none.npz")


def test_a_dump_of_another_model_is_one_message():
    with pytest.raises(BadUsage, match="none of 1 names, other, is one of a tensor of net"):
        matched(NET, arrays_of({"other": np.zeros(3, np.float32)}))
