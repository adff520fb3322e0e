"""make: the exit code of a run, for people and for CI."""

import os
import re
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

    def run(code=0, ci="", words=("run", "EXP=e.yaml")):
        variables = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        variables |= {"CODE": str(code), "CI": ci, "ARGS": ""}
        command = ["make", *words]
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


def test_make_alone_prints_its_verbs_and_does_nothing(make):
    done = make(words=())
    verbs = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert re.findall(r"^make ([a-z-]+) ", done.stdout, re.MULTILINE) == list(dict.fromkeys(verbs))
    assert "source .venv/bin/activate puts trtexp on your path" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run",), "make run needs a file or a directory; one of them: make run EXP=experiments/padding.yaml"),
        (("run", "exp=e.yaml"), "exp= is not read; write it in capitals: make run EXP=e.yaml"),
    ],
)
def test_a_run_of_nothing_says_what_to_write(make, words, said):
    done = make(words=words)
    assert done.returncode != 0
    assert done.stdout.splitlines()[0] == said


def test_the_rtx_of_the_reports_is_the_one_that_is_installed():
    (release,) = {path.name.removeprefix("tensorrt-rtx-") for path in (ROOT / "reports").glob("tensorrt-rtx-*")}
    command = ["make", "-n", "PYTHON=false", "VENV=/nonexistent", "/nonexistent/ready"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert f"tensorrt-rtx-cu13=={release}" in done.stdout
