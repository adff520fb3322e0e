"""Finds as files: small experiments that say both answers."""

import pytest

from trtexp.engine.outcome import Outcome
from trtexp.errors import BadUsage
from trtexp.fuzz.finds import Find, Head, head, write
from trtexp.fuzz.network import Answer
from trtexp.fuzz.oracle import Sign
from trtexp.spec.load import load
from trtexp.spec.requirement import Target

DATA = {
    "inputs": {"x": {"shape": [2, 3], "full": 1, "dtype": "int32"}},
    "network": {"y": {"softmax": {"input": "x"}, "set": {"axes": 2}}},
}
RTX = "tensorrt-rtx-1.7.1.116"


def find(kind, ours, theirs, data=DATA):
    return Find(Sign("softmax", kind, "C2"), ("inputs",), data, ours, theirs, RTX, 7, 3)


@pytest.mark.parametrize(
    "made",
    [
        find("we_refuse", Answer("int32 given [C2]", "y", "C2"), Outcome("defined", inferred={"y": ("int32", (2, 3))})),
        find("dies", Answer("int32 given [C2]", "y", "C2"), Outcome("crashed", "define", "signal 11 (SIGSEGV)")),
    ],
)
def test_a_find_is_an_experiment_of_at_most_30_lines_that_loads(tmp_path, made):
    path = write(made, tmp_path)
    text = path.read_text()
    assert len(text.splitlines()) <= 30
    assert "# trtexp: int32 given [C2]" in text
    assert made.theirs.message in text
    case = load(path, Target("tensorrt-rtx", "1.7.1.116")).cases[0]
    assert case.finding or case.crash
    assert head(path) == Head(Sign("softmax", made.sign.kind, ""), RTX, "define")


def test_what_tensorrt_refuses_has_an_entry_that_expects_it(tmp_path):
    data = {**DATA, "inputs": {"x": {"shape": [2, 3], "full": 1}}}
    path = write(find("they_refuse", Answer(), Outcome("error", "define", "y: it (really) refuses"), data), tmp_path)
    case = load(path, Target("tensorrt-rtx", "1.7.1.116")).cases[0]
    assert case.error == ("define", r"y: it \(really\) refuses")


@pytest.mark.parametrize(
    ("text", "message"),
    [("title: x\n", "no find of trtexp fuzz"), ("# trtexp fuzz 9: a we_refuse, r, seed 1\n", "format 9")],
)
def test_a_file_of_another_version_or_none_of_ours_is_refused(tmp_path, text, message):
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(BadUsage, match=message):
        head(path)
