"""Streams that are closed, full or of another encoding: never a traceback, and the exit code of the command."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import trtexp
from trtexp.cli.main import main

ROOT = str(Path(trtexp.__file__).parents[1])


def ran(command, folder, **environment):
    """What a shell makes of `trtexp …`: exit code, output, errors."""
    shell = f"{sys.executable} -m trtexp {command}"
    variables = os.environ | {"PYTHONPATH": ROOT, "NO_COLOR": "1"} | environment
    done = subprocess.run(["bash", "-c", shell], capture_output=True, cwd=folder, env=variables, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_what_an_encoding_lacks_is_an_escape(tmp_path, encoding):
    code, said, errors = ran("new softmax -", tmp_path, PYTHONIOENCODING=encoding)
    assert (code, errors) == (0, b"")
    assert b"\\u2026" in said or encoding == "cp1252"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("layers softmax >&-", 0),
        ("check none.yaml --release 11.4 >&-", 2),
        ("validate none.yaml 2>&-", 2),
        ("accept 2>&- >&- <&-", 2),
        ("review <&-", 2),
        ("layers softmax > /dev/full", 2),
        ("schema > /dev/full 2>&1", 2),
        ("validate none.yaml 2> /dev/full", 2),
        ("schema | head -1", 0),
    ],
)
def test_a_closed_or_full_stream_keeps_the_exit_code(tmp_path, command, code):
    found, said, errors = ran(command, tmp_path)
    assert found == code
    assert b"Traceback" not in said + errors and b"internal error" not in errors


UMLAUT = """\
title: Größe · 漢字
inputs: {x: {shape: [2], full: 1}}
network: {y: {identity: {input: x}}}
expect: {y: {full: 2}}
"""


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("validate ö.yaml", 1),
        ("run --backend reference --no-reports ö.yaml", 1),
        ("report --reports reports", 0),
        ("new softmax -", 0),
        ("script ö.yaml --case base --release tensorrt-8.6.0", 0),
    ],
)
def test_a_locale_without_utf_8_reads_and_writes_the_same(tmp_path, command, code):
    (tmp_path / "ö.yaml").write_text(UMLAUT, encoding="utf-8")
    if command.startswith("report"):
        assert ran("run --backend reference --reports reports ö.yaml", tmp_path)[0] == 1
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    ends = [ran(command, tmp_path, **more) for more in ({}, ascii_only)]
    assert [end[0] for end in ends] == [code, code]
    said, again = (re.sub(rb"in [\d.]+ s", b"", end[1]) for end in ends)
    assert said == again


def test_a_directory_where_a_file_is_wanted_is_bad_usage(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["export", "--onnx", "none.yaml", "-o", "."]) == 2
    (tmp_path / "relu.yaml").write_text(
        "title: t\ninputs: {x: {shape: [2], full: 1}}\nnetwork: {i: {identity: {input: x}}}\n"
    )
    assert main(["export", "--onnx", "relu.yaml", "-o", "."]) == 2
    assert "this is a directory" in capsys.readouterr().err
