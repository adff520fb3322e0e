"""The reference's numbers go into the YAML where TensorRT was not run, as derived ones."""

import pytest
from deciding import HEAD, MANY, REFUSED, names

from trtexp.cli.main import main
from trtexp.files.home import PENDING
from trtexp.records.facts import Ending
from trtexp.running.pending import keep, pending
from trtexp.spec.load import load

RUN = ["run", "experiments", "--backend", "reference", "--no-reports"]
SOFTMAX = (
    "title: t\ninputs:\n  x: {shape: [1, 3], arange: {start: 1}}\n"
    "network:\n  y: {softmax: {input: x}, set: {axes: 2}}\n"
)
EXACT = "0.24472847105479764, 0.6652409557748218"
ACCEPT = ["accept", "--from", "reference"]


@pytest.fixture
def unrun(project, tmp_path):
    """An experiment that is wrong by the reference alone."""

    def unrun(text):
        path = project(text)
        assert main(RUN) == 1
        for kept in (tmp_path / ".trtexp/pending").glob("tensorrt*/*.json"):
            kept.unlink()  # of the stand-in, which the fixture runs
        return path

    return unrun


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[[0.0900, 0.2447, 0.5]]", "[[0.0900, 0.2447, 0.6652]]"),  # as those beside it
        ("[[0.09, 0.24, 0.5]]", "[[0.09, 0.24, 0.66524094]]"),  # these are not enough
        ("[[1, 2, 3]]", "[[0.09003057, 0.24472848, 0.66524094]]"),
        ("[[9.0030573e-2, 0.24472847, 0.5]]", "[[9.0030573e-2, 0.24472847, 0.66524094]]"),
        (f"[[0.5, {EXACT}]], digits: exact", f"[[0.09003057317038046, {EXACT}]]"),
    ],
)  # fmt: skip
def test_the_digits_are_enough_and_those_of_the_file(unrun, before, after):
    path = unrun(SOFTMAX + f"expect: {{y: {{values: {before}}}}}\n")
    assert main(ACCEPT) == 0
    assert f"values: {after}, from: derived" in path.read_text()
    assert main(RUN) == 0 and names() == []


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_where_they_were_observed_is_taken_out(unrun, newline):
    block = "expect:\n  i:\n    values: [1, 2, 3, 5]\n    from: observed  # by us\n    release: tensorrt-8.6.0\n"
    block += "    gpu: H100\n"
    path = unrun((HEAD + block + "about: more\n").replace("\n", newline))
    assert main(ACCEPT) == 0
    after = "expect:\n  i:\n    values: [1, 2, 3, 4]\n    from: derived  # by us\nabout: more\n"
    assert path.read_bytes().decode() == (HEAD + after).replace("\n", newline)


def test_the_same_in_a_line(unrun):
    line = "expect: {i: {values: [1.0, 2.0, 3.0, 5.0], release: tensorrt-8.6.0, gpu: H100, from: observed, note: n}}\n"
    path = unrun(HEAD + line)
    assert main(ACCEPT) == 0
    assert path.read_text() == HEAD + "expect: {i: {values: [1.0, 2.0, 3.0, 4.0], from: derived, note: n}}\n"


def test_a_wrong_number_is_one_entry_whatever_did_not_run_it(unrun, project, tmp_path, capsys):
    project(HEAD + MANY)
    folder = tmp_path / ".trtexp/pending"
    (folder / "tensorrt-8.6.0/e.json").unlink()
    assert main(RUN) == 1
    report = next(pending(PENDING)).report
    cases = [case.model_copy(update={"ending": Ending(kind="mismatch")}) for case in report.cases]
    release = report.release.model_copy(update={"name": "tensorrt-rtx-1.7", "backend": "built"})
    keep(PENDING, "e", report.model_copy(update={"cases": cases, "release": release}))
    assert len(names()) == 6
    capsys.readouterr()
    assert main(["review", "--all"]) == 1
    assert "1 of 3" in capsys.readouterr().out
    assert main([*ACCEPT, "experiments/e.yaml::[ab]"]) == 0
    assert len(names()) == 2
    assert main(ACCEPT) == 0 and names() == []


def test_a_literal_that_the_device_does_not_contradict_is_replaced_where_the_reference_does(project):
    exp = HEAD.replace("identity: {input: x}", "unary: {input: x, op: EXP}")
    path = project(exp + "expect: {i: {values: [2.7182825, 7.389056, 20.085537, 54.59815], from: derived}}\n")
    assert names() == ["base 8.6.0"]
    assert main(["accept"]) == 0
    assert "[2.7182817, 7.389056, 20.085537, 54.59815], from: observed" in path.read_text()
    assert load(path).cases[0].expected["i"].origin.kind == "observed"
    project.again()
    assert names() == []


def test_what_the_reference_cannot_give_is_a_message(project, capsys):
    path = project(HEAD + MANY, {"a": REFUSED})
    before = path.read_bytes()
    assert main(["accept", "--from", "reference", "--case", "a"]) == 2
    assert "a: refused in build: accept takes numbers alone" in capsys.readouterr().err
    assert path.read_bytes() == before
