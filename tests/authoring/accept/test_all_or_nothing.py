"""An accept that is stopped or killed anywhere writes all of its files or none, and the next command finishes it."""

import json
import os
import signal
import sys

import pytest
from deciding import HEAD, MANY, names

from trtexp.__main__ import main as program
from trtexp.cli.main import main
from trtexp.files.home import ACCEPTING, HOME
from trtexp.files.signing import write_signed

STEPS = ("replace", "unlink", "fsync", "link")
FILES = ("a.yaml", "b.yaml", "e.yaml")


@pytest.fixture
def texts(project, tmp_path):
    """Three experiments with pending cases, as functions: their bytes, and all of them again as they were."""
    folder = tmp_path / "experiments"
    old = {name: (HEAD + MANY).replace("title: t", f"title: {name}").encode() for name in FILES}

    def again():
        for name, data in old.items():
            (folder / name).write_bytes(data)
        project.again()

    def now():
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}

    again()
    return now, again, old


def forked(act, number, at):
    """Another process that sends itself a signal before one of its steps on the disk; how it ended."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    try:
        count = 0

        def counted(step):
            def call(*given, **named):
                nonlocal count
                count += 1
                if count == at:
                    os.kill(os.getpid(), number)
                return step(*given, **named)

            return call

        for step in STEPS:
            setattr(os, step, counted(getattr(os, step)))
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(null, stream)
        sys.argv = ["trtexp", *act]
        os._exit(program())
    finally:
        os._exit(99)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_at_every_step_on_the_disk(texts, number):
    now, again, old = texts
    kept, ended, at = names(), None, 0
    assert len(kept) == 9
    new = None
    while ended != 0:
        at += 1
        ended = forked(["accept"], number, at)
        code = os.waitstatus_to_exitcode(ended)
        assert code in (0, -number if number == signal.SIGKILL else 128 + number)
        if number != signal.SIGKILL:  # without another command
            assert now() == old or all(b"observed" in data for data in now().values())
        main(["review"])
        found = now()
        assert found.keys() == old.keys() and not ACCEPTING.exists(), at
        if found == old:
            assert names() == kept, at
        else:
            new = found if new is None else new
            assert found == new and names() == [], at
            again()
    assert at > 12 and all(b"observed" in data for data in new.values())


def broken_off(texts):
    """An accept that was killed before it wrote its last file."""
    now, _, old = texts
    at = 0
    while sum(now().get(name) != data for name, data in old.items()) != 2:
        at += 1
        forked(["accept"], signal.SIGKILL, at)
        assert at < 30


def test_every_command_finishes_it_first_and_says_so(texts, capsys):
    now, _, _ = texts
    broken_off(texts)
    assert main(["validate", "experiments", "--quiet"]) == 0
    assert capsys.readouterr().err.splitlines()[0] == "an accept was broken off; it is finished now: 3 files written"
    assert all(b"observed" in data for data in now().values()) and names() == []


def test_a_file_that_was_edited_since_is_left_as_it_is(texts, tmp_path, capsys):
    now, _, _ = texts
    broken_off(texts)
    edited = tmp_path / "experiments" / "a.yaml"
    edited.write_text("title: another\n")
    main(["review"])
    said = capsys.readouterr().err
    assert "experiments/a.yaml: was changed since; it is left as it is" in said
    assert edited.read_text() == "title: another\n"
    assert all(b"observed" in data for name, data in now().items() if name != "a.yaml")
    assert {name.split()[0] for name in names()} == {"a", "b", "c"} and len(names()) == 3  # of that file


def test_what_others_left_in_its_place_is_dropped_and_writes_nothing(texts, monkeypatch, capsys):
    now, _, old = texts
    target = "experiments/a.yaml"
    forged = json.dumps([[[target, old["a.yaml"].decode(), "title: of others\n"]], []])
    monkeypatch.setenv("TRTEXP_KEY", "the key of somebody else")
    write_signed(ACCEPTING, "accept", forged)
    monkeypatch.setenv("TRTEXP_KEY", "the key of the tests")
    main(["validate", "experiments"])
    assert now() == old and not ACCEPTING.exists()
    assert f"{ACCEPTING}: not of this user's key, or damaged; dropped" in capsys.readouterr().err


def test_two_at_once_wait_for_each_other(texts):
    now, _, _ = texts
    children = []
    for _ in range(2):
        child = os.fork()
        if not child:
            try:
                os._exit(main(["accept"]))
            finally:
                os._exit(99)
        children.append(child)
    codes = sorted(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)
    assert codes in ([0, 2], [0, 0]) and names() == []
    assert all(data.count(b"observed") == 3 for data in now().values())
    assert not list(HOME.glob("*.tmp"))
