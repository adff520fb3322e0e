"""trtexp fuzz: what it says of bad input, and what it keeps."""

import pytest
import standin

from trtexp.cli.main import main

PYTHON = ("--python", standin.command())


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


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
    code, said = fuzz("identity", *PYTHON, "--examples", "300")
    assert code == 1
    kept = sorted((tmp_path / ".trtexp/fuzz").glob("*.yaml"))
    assert kept
    assert "300 networks tried" in said
    code, said = fuzz("--regress", *PYTHON)
    assert f"{len(kept)} tried again" in said
