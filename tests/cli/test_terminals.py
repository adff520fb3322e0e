"""Every command on a real terminal of any width: no line is too long, none is cut, colour where it is wanted."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from conftest import BASE

import trtexp
from trtexp.cli.main import main

ROOT = Path(trtexp.__file__).parents[1]
WRONG = BASE + "expect: {deconv: {values: [[[[1.5, 4, 10, 12, 9], [8, 26, 56, 54, 36], [30, 84, 165, 144, 90], "
WRONG += "[56, 134, 236, 186, 108], [49, 112, 190, 144, 81.25]]]], from: source}}\n"
_CODE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_a_terminal(columns, *words, **environment):
    """(exit code, what was written) of a command whose output is a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    wanted = {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"}
    inherited = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "CI")}
    process = subprocess.Popen(
        [sys.executable, "-m", "trtexp", *words],
        stdin=theirs, stdout=theirs, stderr=theirs, env=inherited | wanted | environment,
    )  # fmt: skip
    os.close(theirs)
    data = b""
    try:
        while part := os.read(ours, 65536):
            data += part
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    return process.wait(), data.decode("utf-8")


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "experiments").mkdir()
    for name in "ab":
        (tmp_path / "experiments" / f"{name}.yaml").write_text(WRONG, encoding="utf-8")
    assert main(["run", "experiments", "--backend", "reference"]) == 1


COMMANDS = {
    "run": ["run", "experiments", "--backend", "reference"],
    "one": ["run", "experiments/a.yaml", "--backend", "reference"],
    "validate": ["validate", "experiments/a.yaml"],
    "show": ["show", "experiments/a.yaml"],
    "review": ["review", "--all"],
    "doctor": ["doctor", "--backend", "reference"],
    "layers": ["layers"],
    "layer": ["layers", "softmax"],
    "check": ["check", "--release", "8.5.3"],
    "diff": ["diff", "reference", "reference"],
    "audit": ["audit"],
}


@pytest.mark.parametrize(
    ("columns", "names"), [(40, COMMANDS), (80, COMMANDS), (120, ["run", "layer"]), (200, ["run", "layer"])]
)
def test_no_line_is_longer_than_the_terminal_unless_a_word_is(project, capfd, columns, names):
    for words in (COMMANDS[name] for name in names):
        _, said = on_a_terminal(columns, *words)
        lines = [line for line in _CODE.sub("", said).splitlines() if "━" not in line]
        long = [line for line in lines if len(line) > columns and max(map(len, line.split())) < columns - 10]
        assert not long, words
        assert not any(line.endswith("…") for line in lines), words


def test_colour_on_a_terminal_and_nowhere_else(project, capfd):
    for name in COMMANDS.keys() - {"audit"}:
        assert "\x1b[" in on_a_terminal(80, *COMMANDS[name])[1], name
        assert "\x1b[3" not in on_a_terminal(80, *COMMANDS[name], NO_COLOR="1")[1], name
    capfd.readouterr()
    for words in COMMANDS.values():
        main(words)
        assert "\x1b" not in "".join(capfd.readouterr())
