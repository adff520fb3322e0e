"""Errors carry their exit code and their lines to the command line, and importing them costs nothing."""

import re
import subprocess
import sys

import pytest

from trtexp import errors
from trtexp.cli.commands import cache
from trtexp.cli.main import main
from trtexp.spec.errors import Fault, Mark, SpecError

FAULTS = [Fault(Mark("e.yaml", line, 1), "", "", "wrong") for line in (2, 1)]


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (errors.BadUsage("not so"), 2, "not so\n"),
        (errors.NothingFound("none"), 2, "none\n"),
        (errors.DamagedRecord("torn"), 2, "torn\n"),
        (errors.Held("r is in use"), 1, "r is in use; nothing was run\n"),
        (errors.NoGpu("no GPU"), 4, "no GPU\n"),
        (errors.NothingSelected("no case"), 5, "no case\n"),
        (SpecError(FAULTS), 2, "e.yaml:1:1: wrong\ne.yaml:2:1: wrong\n2 faults; nothing was run or written\n"),
        (KeyboardInterrupt(), 130, "stopped\n"),
        (errors.BrokenOff(KeyboardInterrupt(), "1 result is kept"), 130, "stopped\n1 result is kept\n"),
        (errors.BrokenOff(errors.NoGpu("lost"), "no results were kept"), 4, "lost\nno results were kept\n"),
        (errors.BrokenOff(BrokenPipeError(), "no results were kept"), 130, "no results were kept\n"),
    ],
)
def test_an_error_says_its_lines_and_ends_with_its_code(monkeypatch, capfd, error, code, said):
    def act(options):
        raise error

    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(cache, "cache", act)
    if isinstance(getattr(error, "reason", None), BrokenPipeError):
        monkeypatch.setattr("os.dup2", lambda *_: None)  # the test still needs its output
    assert main(["cache", "info"]) == code
    assert capfd.readouterr().err == said


def test_every_error_is_drawn_with_its_code():
    assert errors.__doc__ is not None
    drawn = dict(re.findall(r"── (\w+) +(\d+) ", errors.__doc__))
    for name, error in vars(errors).items():
        if isinstance(error, type) and issubclass(error, errors.UserError) and error is not errors.UserError:
            assert drawn[name] == str(error.exit_code)
    assert drawn["SpecError"] == str(SpecError.exit_code)


def test_errors_import_the_standard_library_alone():
    code = "import sys, trtexp.errors; print([m for m in sys.modules if m.startswith('trtexp')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['trtexp', 'trtexp.errors']\n"
