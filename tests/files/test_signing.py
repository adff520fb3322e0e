"""What a user's runs left is told from what others put there; the key is the user's alone, and never in the way."""

import json
import os
import stat
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import trtexp
from trtexp.cli.main import main
from trtexp.errors import BadUsage
from trtexp.files import signing
from trtexp.files.signing import VARIABLE, Foreign, derived, notes, read_signed, write_signed

EXPERIMENT = "title: t\ninputs:\n  x: {shape: [1], full: 1}\nnetwork:\n  i: {identity: {input: x}}\n"


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """A home without a key."""
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    notes()
    return tmp_path / "state"


def forget():
    signing._found.cache_clear()


def test_the_key_is_made_once_for_its_user_alone(state, monkeypatch, tmp_path):
    first = derived("engines")
    path = state / "trtexp" / "key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and len(path.read_text()) == 64
    forget()
    assert derived("engines") == first != derived("journal") and notes() == []
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert derived("engines") != first
    assert (tmp_path / "home" / ".local" / "state" / "trtexp" / "key").is_file()
    assert not list(tmp_path.rglob("*.tmp"))


def test_many_processes_make_one_key(state):
    code = "from trtexp.files.signing import derived; print(derived('x').hex())"
    environment = {**os.environ, "XDG_STATE_HOME": str(state)}
    children = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(6)
    ]
    assert len({child.communicate()[0] for child in children}) == 1
    assert [path.name for path in (state / "trtexp").iterdir()] == ["key"]


def test_a_key_may_be_given_so_that_several_machines_share_what_they_left(tmp_path, monkeypatch, state):
    monkeypatch.setenv(VARIABLE, "a key of all machines")
    write_signed(tmp_path / "a.json", "pending", "[1]")
    assert read_signed(tmp_path / "a.json", "pending") == b"[1]" and not state.exists()
    monkeypatch.setenv(VARIABLE, "a key of another one")
    with pytest.raises(Foreign):
        read_signed(tmp_path / "a.json", "pending")


@pytest.mark.parametrize("given", ["x", "short", "fifteen chars.."])
def test_a_key_that_can_be_guessed_is_refused(monkeypatch, given):
    monkeypatch.setenv(VARIABLE, given)
    with pytest.raises(
        BadUsage, match=rf"{VARIABLE}: {len(given)} characters? given; give at least 16, the same on all"
    ):
        derived("x")


def test_a_run_with_such_a_key_runs_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, "short")
    (tmp_path / "e.yaml").write_text(EXPERIMENT)
    assert main(["run", "e.yaml", "--backend", "reference"]) == 2
    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1) and said.err.startswith(f"{VARIABLE}: 5 characters given")
    assert [path.name for path in tmp_path.iterdir()] == ["e.yaml"]


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("readable", "others may read or write this key, so it is not taken"),
        ("damaged", "is damaged; delete it"),
        ("empty", "is damaged; delete it"),
        ("a link", "is a link"),
        ("a pipe", "is no file"),
        ("a folder", "is no file"),
        ("no folder", "Not a directory"),
        ("not there", "Not a directory"),
        ("no home", "Not a directory"),
    ],
)
def test_a_key_that_cannot_be_taken_is_said_and_stops_nothing(state, tmp_path, monkeypatch, how, says):
    path = state / "trtexp" / "key"
    path.parent.mkdir(parents=True)
    if how == "a link":
        (tmp_path / "target").write_text("0" * 64)
        path.symlink_to(tmp_path / "target")
    elif how == "a pipe":
        os.mkfifo(path)
    elif how == "a folder":
        path.mkdir()
    elif how == "no home":
        monkeypatch.delenv("XDG_STATE_HOME")
        monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("no home")))
    elif how in ("no folder", "not there"):
        path.parent.rmdir()
        if how == "not there":
            state.rmdir()
            state.write_text("")
        else:
            path.parent.write_text("")
    else:
        path.write_text({"readable": "0" * 64, "damaged": "0" * 63, "empty": ""}[how])
        path.chmod(0o644 if how == "readable" else 0o600)
    forget()
    write_signed(tmp_path / "a.json", "pending", "[1]")
    assert read_signed(tmp_path / "a.json", "pending") == b"[1]"  # the same process has one key
    (said,) = notes()
    assert says in said and said.endswith(
        f"no later run can use what this one leaves: let that be a file, or set {VARIABLE}"
    )
    forget()
    with pytest.raises(Foreign):
        read_signed(tmp_path / "a.json", "pending")


def test_what_is_signed_is_json_that_begins_with_its_digest(tmp_path):
    write_signed(tmp_path / "a.json", "pending", '{"a": "\u2028"}\n')
    assert json.loads((tmp_path / "a.json").read_bytes())["content"] == {"a": "\u2028"}
    assert read_signed(tmp_path / "a.json", "pending").decode() == '{"a": "\u2028"}\n'


def test_any_byte_that_is_another_one_makes_it_foreign_and_it_is_deleted(tmp_path):
    path = tmp_path / "a.json"
    write_signed(path, "pending", '{"a": 1}')
    whole = path.read_bytes()
    damaged = [whole[:end] for end in range(len(whole))]
    damaged += [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(len(whole))]
    for data in (*damaged, b"[" * 100_000, bytes(10_000)):
        path.write_bytes(data)
        with pytest.raises(Foreign, match=r"a\.json: not of this user's key, or damaged"):
            read_signed(path, "pending")
        assert not path.exists()
    assert notes() == [f"{path}: not of this user's key, or damaged; dropped"] and notes() == []
    path.write_bytes(whole)
    with pytest.raises(Foreign):
        read_signed(path, "another purpose")


def test_one_line_tells_of_many(tmp_path):
    for number in range(5):
        (tmp_path / f"{number}.json").write_text("{}")
        with pytest.raises(Foreign):
            read_signed(tmp_path / f"{number}.json", "pending")
    (said,) = notes()
    assert said.endswith("2.json and 2 others: not of this user's key, or damaged; dropped")


def test_a_file_that_is_not_there_is_none(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_signed(tmp_path / "a.json", "pending")
    assert notes() == []


NOBODY: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": []}


@pytest.fixture(scope="module")
def interpreter():
    """One that another user can start, and that sees what this one has."""
    if os.geteuid() != 0:
        pytest.skip("only root can be another user")
    path = os.pathsep.join([str(Path(trtexp.__file__).parents[1]), *filter(os.path.isdir, sys.path)])
    for found in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        with suppress(OSError, subprocess.CalledProcessError):
            command = [found, "-c", "import trtexp.cli.commands.run"]
            seen = [folder for folder in path.split(os.pathsep) if found == sys.executable or "packages" in folder]
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join([path.split(os.pathsep)[0], *seen])}
            subprocess.run(command, capture_output=True, check=True, env=environment, **NOBODY)
            return found, environment
    pytest.skip("another user cannot start an interpreter that has what this one has")


@pytest.fixture
def shared(interpreter):
    """A project that every user can see, with the home of one; a function that runs trtexp there as that user."""
    holder = tempfile.TemporaryDirectory()  # pytest lets nobody into its own
    folder = Path(holder.name)
    folder.chmod(0o755)
    (folder / "e.yaml").write_text(EXPERIMENT)
    (folder / "home").mkdir()
    os.chown(folder / "home", NOBODY["user"], NOBODY["group"])
    executable, environment = interpreter
    environment = {**environment, "HOME": str(folder / "home"), "NO_COLOR": "1"}
    environment.pop("XDG_STATE_HOME", None)
    environment.pop(VARIABLE, None)

    def run(*words):
        command = [executable, "-m", "trtexp", *words]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, **NOBODY
        )
        assert "Traceback" not in done.stderr and "internal error" not in done.stderr, done.stderr
        return done

    yield folder, run
    holder.cleanup()


def test_a_project_of_another_user_is_one_message_and_stays_as_it_is(shared):
    folder, run = shared
    done = run("run", "e.yaml", "--backend", "reference")
    assert done.returncode == 3 and "cannot be written: Permission denied" in done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["e.yaml", "home"]
    assert run("validate", "e.yaml").returncode == 0


def test_the_key_of_another_user_is_not_taken(shared):
    folder, run = shared
    path = folder / "home" / ".local" / "state" / "trtexp" / "key"
    path.parent.mkdir(parents=True)
    path.write_text("0" * 64)
    path.chmod(0o644)  # of root, and to be read by all
    folder.chmod(0o777)
    done = run("run", "e.yaml", "--backend", "reference")
    assert "others may read or write this key, so it is not taken; no later run can use" in done.stderr
    path.chmod(0o600)
    done = run("run", "e.yaml", "--backend", "reference")
    assert "trtexp/key: Permission denied; no later run can use" in done.stderr


def test_what_another_user_left_is_dropped_and_made_again(shared):
    folder, run = shared
    folder.chmod(0o777)
    (folder / "e.yaml").write_text(EXPERIMENT + "expect: {i: {values: [2]}}\n")
    assert run("run", "e.yaml", "--backend", "reference").returncode == 1
    for path in (folder / "home").rglob("key"):
        path.unlink()
    done = run("run", "e.yaml", "--backend", "reference")
    assert done.stderr.count("not of this user's key, or damaged; dropped") == 1 and done.returncode == 1
    assert "dropped" not in run("run", "e.yaml", "--backend", "reference").stderr
