"""trtexp fuzz: what it says of bad input, and what it keeps."""

import errno
import os
import re
import shlex
import sys

import pytest
import standin
from mutants.changes import from_behind, output, with_an_axis

from trtexp.cli.main import main
from trtexp.fuzz.rounds import explore
from trtexp.workers.definer import TooManyDeaths

PYTHON = ("--python", standin.command())
RTX = ("--python", shlex.quote(sys.executable))


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("trtexp.fuzz.rounds.SHRINKING", 0.5)


@pytest.fixture
def fuzz(capsys):
    def run(*words):
        code = main(["fuzz", "--jobs", "1", *words])
        return code, "".join(capsys.readouterr())

    return run


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("softmx",), "did you mean 'softmax'"),
        (("LayerNorm",), "write normalization_v2"),
        (("softmax", "--examples", "0"), "--examples 0: give a number above 0"),
        (("softmax", "--time", "-1"), "--time -1.0: give a number above 0"),
        (("softmax", "--time", "nan"), "--time nan: give a number above 0"),
        (("--regress",), "no finds are kept here"),
        (("--stage", "define", "--replay", "no.yaml"), "no.yaml"),
        (("--python", "/no/such/python"), "no worker starts in /no/such/python"),
        (("softmax", "--device", "references"), "--device references runs networks: give --stage run"),
        (("softmax", "--stage", "run", *RTX), "tensorrt-rtx-1.7.1.116 runs nothing here"),
        (("cast", "--python", standin.command("8.5.3.1")), "tensorrt-8.5.3.1 has no cast"),
        (("identity", "--python", standin.command("99.1")), "its API is not known to trtexp"),
    ],
)
def test_bad_input_is_told_in_a_sentence(fuzz, words, message):
    code, said = fuzz(*words)
    assert code in (2, 3, 4)
    assert message in said
    assert "Traceback" not in said


def test_without_hypothesis_it_says_how_to_get_it(fuzz, monkeypatch):
    monkeypatch.setattr("trtexp.cli.commands.fuzz.find_spec", lambda name: None)
    code, said = fuzz("softmax")
    assert code == 2
    assert "pip install 'trtexp[fuzz]'" in said


def test_what_differs_is_kept_and_can_be_tried_again(fuzz, tmp_path):
    with output("identity", with_an_axis).planted():
        code, said = fuzz("identity", *PYTHON, "--examples", "20")
        assert code == 1
        kept = sorted((tmp_path / ".trtexp/fuzz").glob("*.yaml"))
        assert kept
        assert "20 networks tried" in said
        code, said = fuzz("--regress", *PYTHON)
        assert (code, f"{len(kept)} tried again, {len(kept)} still differ" in said) == (1, True)
    assert f"{len(kept)} tried again, 0 still differ" in fuzz("--regress", *PYTHON)[1]


def test_finds_for_which_there_is_no_room_are_still_told(fuzz, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "x.yaml")

    monkeypatch.setattr("trtexp.fuzz.finds.write_text", full)
    with output("identity", with_an_axis).planted():
        code, said = fuzz("identity", *PYTHON, "--examples", "20")
    assert code == 3
    assert said.count("not kept: No space left on device") == said.count(" × ") > 0
    assert "20 networks tried" in said
    assert "Traceback" not in said


def test_values_are_judged_and_a_find_of_them_is_tried_on_its_own_device(fuzz, tmp_path):
    with output("softmax", from_behind).planted():
        code, said = fuzz("softmax", "--stage", "run", "--device", "references", "--examples", "20")
        assert code == 1
        kept = min((tmp_path / ".trtexp/fuzz").glob("softmax_value*.yaml"))
        text = kept.read_text()
        assert len(text.splitlines()) <= 30
        assert re.search(r"# trtexp: y \[.*\] = .*\n# TensorRT: y float32 \[.*\] = ", text)
        assert "finding: " in text
        assert "still value" in fuzz("--replay", str(kept))[1]
    code, said = fuzz("--replay", str(kept))
    assert (code, "both agree now" in said) == (0, True)
    kept.write_text(text.replace("stage run", "stage walk"))
    assert "stage walk; this trtexp has define, build, run" in fuzz("--replay", str(kept))[1]


@pytest.mark.parametrize("stage", ["build", "run"])
def test_a_stand_in_is_taken_through_the_stages(fuzz, stage):
    code, said = fuzz("elementwise", *PYTHON, "--stage", stage, "--examples", "30")
    assert code in (0, 1)
    assert "30 networks tried" in said


@pytest.mark.parametrize(
    ("end", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "what was found by then is kept"),
        (TooManyDeaths("100 workers died in a row; the last one: SIGSEGV"), 3, "100 workers died in a row"),
    ],
)
def test_what_was_found_before_the_end_is_kept(fuzz, monkeypatch, tmp_path, end, code, said):
    def until_then(place, task):
        if task.number:
            raise end
        return explore(place, task)

    monkeypatch.setattr("trtexp.fuzz.campaign.OF_A_ROUND", 10)
    monkeypatch.setattr("trtexp.fuzz.campaign.explore", until_then)
    with output("identity", with_an_axis).planted():
        found, text = fuzz("identity", *PYTHON, "--examples", "40")
    assert (found, said in text, "10 networks tried" in text) == (code, True, True)
    assert "Traceback" not in text
    (kept,) = (tmp_path / ".trtexp/fuzz").glob("*.yaml")
    assert "# it was not shrunk to the end" in kept.read_text()
