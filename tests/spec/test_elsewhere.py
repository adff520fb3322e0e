"""Constraints that only some releases have: refused there, and noted where no release is known."""

import pytest

from trtexp.cli.main import main
from trtexp.engine.outcome import Outcome
from trtexp.judging.case import judge_case
from trtexp.spec.elsewhere import RELEASE_OF, refused_elsewhere
from trtexp.spec.errors import SpecError
from trtexp.spec.load import read

TWO_ROWS = "inputs: {x: {shape: [2, 2], arange: {start: 1}}}\n"
#: What is noted, the families that refuse it, and the network.
NOTED = {
    "ellipsis": (["tensorrt<10"], TWO_ROWS + "network: {y: {einsum: {inputs: [x], equation: '...i->...'}}}"),
    "bytes": (
        ["tensorrt-rtx"],
        "inputs: {x: {values: [1, 2], dtype: uint8}}\n"
        "network: {y: {slice: {input: x, start: [0], shape: [1], stride: [1]}}}",
    ),
    "cubic": (
        ["tensorrt<10", "tensorrt>=10"],
        "inputs: {x: {shape: [2, 2, 2], full: 1}}\n"
        "network: {y: {resize: {input: x}, set: {shape: [4, 4, 4], resize_mode: CUBIC}}}",
    ),
    "network": (
        ["tensorrt-rtx"],
        "inputs: {x: {values: [1, 2], dtype: float8e4m3}}\nnetwork: {y: {unary: {input: x, op: ABS}}}",
    ),
    "in a loop": (
        ["tensorrt-rtx"],
        "inputs: {x: {values: [1, 2], dtype: int8}}\nweights: {n: {shape: [], full: 2, dtype: int32}}\n"
        "network:\n  k: {constant: {shape: [], weights: n}}\n  loop: {loop: {}}\n"
        "  limit: {trip_limit: {loop: loop, tensor: k, kind: COUNT}}\n"
        "  v: {recurrence: {loop: loop, initial_value: x}, set_input: {1: w}}\n"
        "  w: {elementwise: {input1: v, input2: v, op: POW}}\n"
        "  y: {loop_output: {loop: loop, tensor: v, kind: LAST_VALUE}}",
    ),
}  # fmt: skip


@pytest.fixture
def made(tmp_path):
    def made(text):
        path = tmp_path / "e.yaml"
        path.write_text(f"title: t\n{text}\n", encoding="utf-8")
        return read(path, "e.yaml")

    return made


@pytest.mark.parametrize("name", NOTED)
def test_a_constraint_that_some_releases_lack_is_noted_with_its_place(made, name):
    families, text = NOTED[name]
    file = made(text)
    found = list(refused_elsewhere(file, file.check()))
    assert [family for family, _ in found] == families
    assert all(str(fault).startswith("e.yaml:") and str(fault).endswith("]") for _, fault in found)


@pytest.mark.parametrize("name", NOTED)
def test_it_is_refused_on_a_release_that_has_it_and_on_no_other(made, name):
    families, text = NOTED[name]
    for family, target in RELEASE_OF.items():
        if family in families:
            with pytest.raises(SpecError):
                made(text).experiment(target)
        else:
            made(text).experiment(target)


def test_what_an_override_says_of_the_release_is_not_noted(made):
    override = (
        "releases: {tensorrt-rtx: {network: {y: {check: false}}, expect: {error: {define: x}}, reason: so it is}}"
    )
    file = made(f"{NOTED['bytes'][1]}\n{override}")
    assert list(refused_elsewhere(file, file.check())) == []


def test_what_is_not_checked_is_not_noted(made):
    file = made(NOTED["bytes"][1].replace("{y: {slice", "{y: {check: false, slice"))
    assert file.check().cases[0].evaluation().elsewhere == {}
    assert list(refused_elsewhere(file, file.check())) == []


def test_a_fault_of_all_releases_is_no_note(made):
    with pytest.raises(SpecError):
        made(NOTED["bytes"][1].replace("start: [0]", "start: [7]")).check()


def test_validate_notes_it_and_is_green(made, capsys, monkeypatch, tmp_path):
    made("\n".join([NOTED["cubic"][1], "cases: {a: {}, b: {about: too}}"]))
    monkeypatch.chdir(tmp_path)
    assert main(["validate", "e.yaml"]) == 0
    noted, last = capsys.readouterr().out.splitlines()
    assert noted.startswith("e.yaml:3:") and noted.endswith(
        "[C3]; refused by TensorRT 8.x and TensorRT 10.x and later alone"
    )
    assert last.startswith("1 file, 2 cases: ")


def test_a_release_is_not_asked_of_others(made):
    case = made(NOTED["cubic"][1]).experiment(RELEASE_OF["tensorrt-rtx"]).cases[0]
    assert case.evaluation().elsewhere == {}
    outcome = Outcome("built", inferred={"y": ("float32", (4, 4, 4))})
    assert judge_case(case, outcome).as_expected
