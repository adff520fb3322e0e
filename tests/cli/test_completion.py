"""Shell completion: the scripts, and what is offered at a TAB."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import BASE

import trtexp
from trtexp.cli import completion
from trtexp.cli.main import main
from trtexp.layers import LAYERS

ROOT = Path(trtexp.__file__).parents[1]


def offered(line, folder):
    """What a shell gets for a line with the cursor at its end."""
    environment = {
        **os.environ, "_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n", "COMP_LINE": line, "COMP_POINT": str(len(line)),
        "_ARGCOMPLETE_STDOUT_FILENAME": str(folder / "offered"), "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    command = [sys.executable, "-m", "trtexp"]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return [word.strip() for word in (folder / "offered").read_text(encoding="utf-8").split("\n")]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script(capsys, shell):
    assert main(["completion", shell]) == 0
    assert "trtexp" in capsys.readouterr().out


def test_another_shell_is_bad_usage(capsys):
    assert main(["completion", "tcsh"]) == 2


def test_the_layers_are_those_of_the_table():
    assert sorted(completion.layers()) == sorted(LAYERS)


def test_what_is_offered(tmp_path):
    (tmp_path / "e.yaml").write_text(BASE + "cases: {one: {}, two: {}}\n", encoding="utf-8")
    assert {"run", "validate", "new"} <= set(offered("trtexp ", tmp_path))
    assert offered("trtexp new softm", tmp_path) == ["softmax"]
    assert offered("trtexp run --backend ref", tmp_path) == ["reference"]
    assert set(offered("trtexp run e.yaml --case ", tmp_path)) >= {"one", "two"}
    assert offered("trtexp script nothing.yaml --case t", tmp_path) == [""]
    for command in ("run", "show", "script", "review", "accept", "audit", "validate", "export --onnx -o m"):
        assert offered(f"trtexp {command} e.yaml::", tmp_path) == ["e.yaml::one", "e.yaml::two"]
    assert offered("trtexp run e.yaml::tw", tmp_path) == ["e.yaml::two"]


def test_a_case_whose_name_is_code_is_not_offered(tmp_path):
    names = "{one: {}, '$(touch ran)': {}, 'a b': {}, '`x`': {}, ';x': {}, '-x': {}, \"a\\n\": {}}"
    (tmp_path / "e.yaml").write_text(BASE + f"cases: {names}\n", encoding="utf-8")
    assert [word for word in offered("trtexp run e.yaml --case ", tmp_path) if not word.startswith("--")] == ["one"]
