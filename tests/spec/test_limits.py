"""A file of up to a megabyte is judged or refused in 10 s of CPU and 1 GiB, whatever it asks for."""

import multiprocessing
import os
import re
import resource
import sys
from pathlib import Path

import pytest
from bombs import BASE, BOMBS, MEGABYTE
from conftest import BASE as DECONVOLUTION
from sampling import sample

from trtexp.cli.main import main
from trtexp.numerics.budget import NAMES

SECONDS, BYTES = 10, 2**30
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["trtexp.cli.main", "trtexp.cli.commands.validate"])


def _validate(folder, pipe):
    """What a fresh process does: one command, its words in a file; what it took goes into the pipe."""
    os.chdir(folder)
    with Path("said").open("w", encoding="utf-8") as said:
        sys.stdout = sys.stderr = said
        code = main(["validate", "e.yaml"])
    used = resource.getrusage(resource.RUSAGE_SELF)
    pipe.send((code, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024))


@pytest.mark.parametrize("name", sample(BOMBS))
def test_a_file_is_judged_or_refused_in_time_and_memory(name, tmp_path):
    text = BOMBS[name]
    assert len(text) <= MEGABYTE
    (tmp_path / "e.yaml").write_text(text, encoding="utf-8")
    here, there = SERVER.Pipe(duplex=False)
    process = SERVER.Process(target=_validate, args=(str(tmp_path), there))
    process.start()
    there.close()
    code, seconds, size = here.recv()
    process.join()
    said = (tmp_path / "said").read_text(encoding="utf-8")
    assert code in (0, 1, 2), said[:500]
    assert seconds < SECONDS and size < BYTES, (seconds, size, said[:200])
    assert len(said) < 100_000
    if code == 2:
        assert all(re.match(r"e\.yaml:\d+:\d+: |(the first )?\d+ faults?", line) for line in said.splitlines())


def test_each_limit_is_named_by_what_goes_beyond_it(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = DECONVOLUTION + "releases: {tensorrt: {reason: r}}\ncases: {a: {}, b: {}}\n"
    Path("e.yaml").write_text(text, encoding="utf-8")
    for name in NAMES:
        wrong = text + "z: 1\nzz: 1\n" if name == "faults" else text
        Path("e.yaml").write_text(wrong, encoding="utf-8")
        kept = name in ("releases", "run")  # one override is within 1, and one file within what a run may have
        assert main(["validate", "e.yaml", "--limit", f"{name}=1"]) == (0 if kept else 2)
        assert kept or f"--limit {name}=N" in capsys.readouterr().err


def test_a_limit_can_be_raised_by_an_option_and_by_the_environment(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("e.yaml").write_text(BASE + "cases: {a: {}, b: {}, c: {}}\n", encoding="utf-8")
    monkeypatch.setenv("TRTEXP_LIMIT", "cases=2")
    assert main(["validate", "e.yaml"]) == 2
    assert main(["validate", "e.yaml", "--limit", "cases=3"]) == 0
    assert main(["validate", "e.yaml"]) == 2  # the option is of one command
    monkeypatch.setenv("TRTEXP_LIMIT", "cases=1e4, elements=1e9")
    assert main(["validate", "e.yaml"]) == 0


@pytest.mark.parametrize("text", ["cases", "cases=", "cases=many", "cases=0", "cases=-1", "case=5", "cases=1e99", "=5"])
def test_a_limit_that_cannot_be_meant_is_bad_usage(capsys, text):
    assert main(["validate", "e.yaml", "--limit", text]) == 2
    assert f"limit {text!r}: give NAME=NUMBER" in capsys.readouterr().err
