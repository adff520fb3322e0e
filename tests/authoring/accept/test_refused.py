"""What cannot be accepted is one message, nothing is written, and the exit code is 2."""

import json

import numpy as np
import pytest
from deciding import HEAD, MANY, REFUSED, names

from trtexp.cli.main import main
from trtexp.engine.outcome import Outcome
from trtexp.files.atomic import write_bytes
from trtexp.files.home import PENDING
from trtexp.files.signing import write_signed
from trtexp.running.pending import PURPOSE

GENERATED = "expect: {i: {full: 7}}\n"
IN_FILE = "expect: {i: {file: v.npy}}\n"
MATRIX = "matrix:\n  expect.i.values: [[1, 2, 3, 5], [1, 2, 3, 6]]\n"
OF_A_MATRIX = "matrix: {x.arange.step: [1, 2]}\nexpect: {i: {values: [0, 2, 3, 4]}}\n".replace("x.ar", "inputs.x.ar")
INHERITED = "expect: {i: {values: [1, 2, 3, 5]}}\ncases: {a: {}, b: {about: c}, c: {about: d}}\n"
ANCHOR = "cases:\n  a: {expect: {i: {values: &v [1, 2, 3, 5]}}}\n  b: {expect: {i: {values: *v}}}\n"
ANCHORED_INPUT = "cases:\n  a: {inputs: {x: {arange: null, values: &v [1, 2, 3, 4]}}, expect: {i: {values: *v}}}\n"
GROUP = "cases:\n  a: {expect: &e {i: {values: [1, 2, 3, 5]}}}\n  b: {expect: *e}\n"


@pytest.mark.parametrize(
    ("text", "told", "says"),
    [
        (GENERATED, {}, "i: its values are made by full; write them as values to accept numbers"),
        (IN_FILE, {}, "i: its values are made by file"),
        (MATRIX, {}, "i: this stands in a matrix; write the case out"),
        (OF_A_MATRIX, {}, "i: 2 expect the same lines; give the case some of its own"),
        (INHERITED, {}, "i: b, c expect the same lines; give the case some of its own"),
        (ANCHOR, {}, "i: this has an anchor that is used more than once; write it out"),
        (ANCHORED_INPUT, {"a": [1, 2, 3, 5]}, "i: this has an anchor that is used more than once; write it out"),
        (GROUP, {}, "i: this has an anchor that is used more than once; write it out"),
        ("expect: {i: {values: [1, 2, 3]}}\n", {}, "shape: expected 3, actual 4, reference 4; accept changes numbers"),
        ("expect: {i: {values: [1, 2, 3, 5]}}\n", {"base": [[1, 2], [3, 4]]}, "shape: expected 4, actual 2×2"),
        ("expect: {warnings: [old]}\n", {}, "no number of it would change; what is wrong: no Python warning"),
        ("expect: {error: {build: x}}\n", {}, "no number of it would change; what is wrong: an error that"),
        ("expect: {i: {values: [1, 2, 3, 5]}}\n", {"base": Outcome("crashed", "run", "SIGSEGV")}, "crashed in run"),
        ("cases: {a: {}}\n", {"a": REFUSED}, "write by hand: expect: {error: {build: "),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_one_message_and_nothing_is_written(project, tmp_path, capsys, text, told, says):
    np.save(tmp_path / "experiments" / "v.npy", np.array([1.0, 2, 3, 5]))
    path = project(HEAD + text, told)
    before, kept = path.read_bytes(), names()
    assert main(["accept", "--allow", "error,nan,inf"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert says in said[0] and said[0].startswith("experiments/e.yaml:")
    assert len(said) == len(kept) + 1 and said[-1].endswith("nothing was run or written")
    assert path.read_bytes() == before and names() == kept


def test_one_case_that_cannot_be_taken_keeps_all_from_being_written(project, tmp_path, capsys):
    (tmp_path / "experiments" / "a.yaml").write_text(HEAD + MANY)
    path = project(HEAD + GENERATED)
    assert main(["accept"]) == 2
    assert "observed" not in (tmp_path / "experiments" / "a.yaml").read_text() + path.read_text()
    assert main(["accept", "experiments/a.yaml"]) == 0


def test_two_releases_that_showed_different_numbers(project, capsys):
    path = project(HEAD + "expect: {i: {values: [1, 2, 3, 5]}}\n")
    project.again({"base": [1, 2, 3, 6]}, "10.16.0")
    assert main(["accept"]) == 2
    assert "pending on tensorrt-10.16.0 and tensorrt-8.6.0; name one with --release" in capsys.readouterr().err
    assert main(["accept", "--release", "tensorrt-10.16.0"]) == 0
    assert "3, 6], from: observed, release: tensorrt-10.16.0" in path.read_text() and names() == ["base 8.6.0"]


def test_what_was_accepted_from_another_release_is_to_be_run_again(project, capsys):
    text = "cases:\n  a: {expect: {i: {values: [1, 2, 3, 5]}}}\n"
    project(HEAD + text)
    project.again(version="8.5.3.1")
    assert main(["accept"]) == 2
    assert capsys.readouterr().err.startswith("experiments/e.yaml:7:3: a: pending on tensorrt-8.5.3.1 and tensorrt-8.6")
    assert main(["accept", "--release", "tensorrt-8.6.0"]) == 0
    assert main(["accept"]) == 2
    assert "a: what was observed is expected by now; run it again" in capsys.readouterr().err


def test_a_file_that_changed_a_case_that_is_gone_and_a_file_that_is_gone(project, capsys):
    path = project(HEAD + MANY)
    for text, says in (
        (HEAD + MANY + "# changed\n", "experiments/e.yaml:1:1: changed since it was run; run it again, then accept"),
        (HEAD + MANY.replace("  b:", "  d:"), "experiments/e.yaml:1:1: b: there is no such case any more"),
        (HEAD + MANY.replace("  b:", "  b"), "broken YAML"),
        (None, "experiments/e.yaml:1:1: the file no longer exists; delete its entry in .trtexp/pending"),
    ):
        path.unlink() if text is None else path.write_text(text)
        assert main(["accept"]) == 2
        assert says in capsys.readouterr().err
        assert text is None or path.read_text() == text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--case", "z*"], "nothing like that is pending; there is: e / a on tensorrt-8.6.0, e / b"),
        (["--release", "tensorrt-9"], "nothing like that is pending; there is: e / a on tensorrt-8.6.0"),
        (["experiments/none.yaml"], "no such file or directory"),
        (["--allow", "everything"], "--allow everything: give nan, inf, error"),
    ],
)
def test_bad_usage(project, capsys, arguments, says):
    project(HEAD + MANY)
    assert main(["accept", *arguments]) == 2
    said = capsys.readouterr().err
    assert says in said and len(said.splitlines()) == 1


def test_nothing_pending(project, capsys):
    project(HEAD)
    assert main(["accept"]) == 2
    assert "nothing is pending" in capsys.readouterr().err
    assert main(["review"]) == 2
    assert "nothing was run here" in capsys.readouterr().err
    assert main(["run", "experiments", "--backend", "reference", "--no-reports"]) == 0
    assert main(["review"]) == 0


def test_nothing_is_written_in_ci(project, capsys, monkeypatch):
    path = project(HEAD + MANY)
    before = path.read_bytes()
    monkeypatch.setenv("CI", "true")
    assert main(["accept"]) == 2
    said = capsys.readouterr().err
    assert "CI is set: nothing is accepted there" in said and len(said.splitlines()) == 1
    assert path.read_bytes() == before and len(names()) == 3


@pytest.mark.parametrize("how", ["damaged", "of another key", "a link"])
def test_what_is_pending_and_not_the_users_own_is_dropped_and_named(project, tmp_path, capsys, monkeypatch, how):
    path = project(HEAD + MANY)
    before = path.read_bytes()
    (kept,) = (tmp_path / PENDING).rglob("*.json")
    if how == "damaged":
        kept.write_text("{")
    elif how == "a link":
        kept.rename(tmp_path / "elsewhere.json")
        kept.symlink_to(tmp_path / "elsewhere.json")
    else:
        monkeypatch.setenv("TRTEXP_KEY", "the key of somebody else")
    assert main(["accept"]) == 2
    said = capsys.readouterr().err
    assert said.splitlines() == [
        f"{PENDING}/tensorrt-8.6.0/e.json: not of this user's key, or damaged; dropped",
        "nothing is pending: the last runs found all as expected, or there was none",
    ]
    assert path.read_bytes() == before and not kept.is_symlink() and not kept.exists()
    project.again()
    assert len(names()) == 3


def test_a_record_without_cases_is_nothing_pending(project, tmp_path):
    path = project(HEAD + MANY)
    (kept,) = (tmp_path / PENDING).rglob("*.json")
    empty = tmp_path / PENDING / "tensorrt-8.5.3.1" / "e.json"
    record = json.loads(kept.read_text())["content"]
    record |= {"cases": [], "release": record["release"] | {"name": "tensorrt-8.5.3.1"}}
    write_signed(empty, PURPOSE, json.dumps(record))
    assert main(["accept"]) == 0
    assert "observed" in path.read_text() and names() == []


def test_a_file_that_cannot_be_written_leaves_all_as_they_were(project, tmp_path, capsys, monkeypatch):
    first = tmp_path / "experiments" / "a.yaml"
    first.write_bytes((HEAD + MANY).encode().replace(b"\n", b"\r\n"))
    second = project(HEAD + MANY)
    before, kept = (first.read_bytes(), second.read_bytes()), names()

    def full(path, data, write=write_bytes):
        if path == second and b"observed" in data:
            raise OSError(28, f"{path}: cannot be written: No space left on device")
        return write(path, data)

    monkeypatch.setattr("trtexp.authoring.commit.write_bytes", full)
    assert main(["accept"]) == 3
    assert (first.read_bytes(), second.read_bytes()) == before and names() == kept


def test_the_reference_alone_observes_nothing(project, capsys):
    project(HEAD + MANY.splitlines()[0] + "\n  a: {expect: {i: {values: [1, 2, 3, 5]}}}\n", {"a": [1, 2, 3, 5]})
    main(["accept"])
    project.again({"a": [1, 2, 3, 4]})
    assert main(["run", "experiments", "--backend", "reference", "--no-reports"]) == 1
    assert main(["accept", "--release", "reference"]) == 2
    assert "TensorRT was not run: there is nothing observed to accept" in capsys.readouterr().err
