"""make: the exit code of a run, for people and for CI."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def make(tmp_path):
    """Call make in a project whose trtexp ends with a given code."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    program = tmp_path / ".venv" / "bin" / "trtexp"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$@"\nexit $CODE\n')
    program.chmod(0o755)
    (tmp_path / ".venv" / "ready").touch()

    def run(code, ci=""):
        variables = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        variables |= {"CODE": str(code), "CI": ci, "ARGS": ""}
        command = ["make", "run", "EXP=e.yaml"]
        return subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize(
    ("code", "ci", "fails"), [(0, "", False), (1, "", False), (2, "", True), (130, "", True), (0, "true", False)]
)
def test_a_run_that_differs_is_no_error_of_make(make, code, ci, fails):
    done = make(code, ci)
    assert done.stdout == "run e.yaml\n"
    assert (done.returncode != 0) is fails
    assert (f"Error {code}" in done.stderr) is fails


@pytest.mark.parametrize("code", [1, 4])
def test_in_ci_every_code_is_an_error(make, code):
    done = make(code, "true")
    assert done.returncode != 0 and f"Error {code}" in done.stderr
