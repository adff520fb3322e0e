"""Records of format 1, upgraded: the facts say what the sentences said; the command, its messages, idempotence."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from trtexp.cli.main import main
from trtexp.records.files import from_json, to_json
from trtexp.records.model import FORMAT
from trtexp.records.tensors import TensorRecord
from trtexp.records.upgrade import STEPS, upgraded
from trtexp.records.upgrade.__main__ import main as upgrade
from trtexp.report.wording.cases import difference, headline, problems
from trtexp.report.wording.outputs import origin, sentences, tolerance
from trtexp.report.wording.values import options, recipe, summary

OLD = {path.name.removesuffix(".json.gz"): path for path in sorted(Path(__file__).parent.glob("format_1/*.json.gz"))}


def old(name):
    return gzip.decompress(OLD[name].read_bytes()).decode()


@pytest.fixture(params=OLD)
def pair(request):
    """A record of format 1 as data, and the same upgraded."""
    text = old(request.param)
    return json.loads(text), from_json(upgraded(text, request.param), request.param)


def test_the_records_kept_for_these_tests_cover_what_is_read_back():
    text = "".join(map(old, OLD))
    outputs = ("a sum of", "off by", "reference is the odd one out", "atol", "sha256 ")
    cases = ("as found before", "is left out", "of the first tactics", "model refuses", "parses", "crashed in ")
    assert [part for part in (*outputs, *cases) if part not in text] == []


def test_cases_read_as_they_did(pair):
    before, after = pair
    assert [options(after.build)] == [before["options"]]
    for was, case in zip(before["cases"], after.cases, strict=True):
        assert str(headline(case)) == was["headline"]
        assert problems(case) == was.get("problems", [])
        assert str(case.place) == was["location"]
        assert [difference(each) for each in case.differs] == was["differs"]
        assert [f"{line.severity}: {line.text}" for line in case.log] == was.get("log", [])


def test_outputs_read_as_they_did(pair):
    before, after = pair
    for was, case in zip(before["cases"], after.cases, strict=True):
        for old_output, output in zip(was.get("outputs", []), case.outputs, strict=True):
            assert sentences(output) == old_output["sentences"]
            assert tolerance(output.tolerance) == old_output.get("tolerance", "auto")
            assert (origin(output.origin) if output.origin else None) == old_output.get("origin")
            assert output.verdict == old_output["verdict"]
            assert (output.terms is None) == ("terms" not in old_output)


def test_tensors_read_as_they_did(pair):
    before, after = pair
    for was, case in zip(before["cases"], after.cases, strict=True):
        for old_output, output in zip(was.get("outputs", []), case.outputs, strict=True):
            for side in ("expected", "actual", "reference"):
                _assert_same(old_output.get(side), getattr(output, side))
    for group in ("inputs", "weights") if after.network else ():
        for name, tensor in getattr(after.network, group).items():
            _assert_same(before["network"][group][name], tensor)


def _assert_same(was: dict | None, tensor: TensorRecord | None):
    assert (was is None) == (tensor is None)
    if was is None or tensor is None:
        return
    assert tensor.values == was.get("values")
    assert (summary(tensor.summary) if tensor.summary else None) == was.get("summary")
    if "negate" not in was.get("made", ""):
        assert (recipe(tensor.made) if tensor.made else None) == was.get("made")


def test_what_is_of_the_last_format_stays_as_it_is(pair):
    _, after = pair
    text = to_json(after)
    assert upgraded(text, "x") == text


def test_there_is_a_step_from_every_format_to_the_next():
    assert list(STEPS) == list(range(1, FORMAT))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A report folder with two old records and a file that is none."""
    monkeypatch.chdir(tmp_path)
    for name in ("padding", "crash"):
        path = tmp_path / "reports" / "tensorrt-8.6.0" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(old(f"tensorrt-8.6.0.{name}"), encoding="utf-8")
    (tmp_path / "reports" / "benchmark.json").write_text('{"format": 1}\n')
    return tmp_path / "reports"


def test_the_command_upgrades_a_folder_once(folder, capsys):
    assert upgrade(["reports"]) == 0
    assert capsys.readouterr().out == f"2 records upgraded to format {FORMAT}, 0 left as they were\n"
    texts = [path.read_bytes() for path in sorted(folder.rglob("*.json"))]
    assert upgrade(["reports"]) == 0
    assert capsys.readouterr().out == f"0 records upgraded to format {FORMAT}, 2 left as they were\n"
    assert [path.read_bytes() for path in sorted(folder.rglob("*.json"))] == texts
    assert not list(folder.rglob("*.tmp"))
    assert main(["report"]) == 0
    page = (folder / "tensorrt-8.6.0" / "padding.md").read_text(encoding="utf-8")
    assert "(1 term, Σ|terms| = 0.07, largest partial sum 0.07)" in page


def test_an_old_record_is_one_message_with_the_command(folder, capsys):
    assert main(["report"]) == 2
    said = capsys.readouterr().err
    assert said == (
        "reports/tensorrt-8.6.0/crash.json: record format 1, and this trtexp reads 2; "
        "upgrade with: python -m trtexp.records.upgrade reports\n"
    )


def test_a_record_that_cannot_be_upgraded_is_left_whole_and_the_others_are_done(folder, capsys):
    path = folder / "tensorrt-8.6.0" / "crash.json"
    path.write_text(path.read_text(encoding="utf-8").replace("as expected", "as hoped for"), encoding="utf-8")
    before = path.read_bytes()
    assert upgrade(["reports"]) == 2
    captured = capsys.readouterr()
    assert captured.out.startswith("1 record upgraded")
    assert "reports/tensorrt-8.6.0/crash.json: cannot be upgraded: " in captured.err
    assert path.read_bytes() == before


def test_a_newer_record_is_no_matter_of_an_upgrade(folder, capsys):
    path = folder / "tensorrt-8.6.0" / "crash.json"
    path.write_text('{"format": 99, "cases": []}')
    assert upgrade([str(path)]) == 2
    assert "record format 99" in capsys.readouterr().err


def test_it_runs_as_a_module(folder):
    done = subprocess.run(
        [sys.executable, "-m", "trtexp.records.upgrade", str(folder)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
