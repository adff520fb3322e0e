"""Files below a folder that others may have filled: no link is followed, wherever it stands, and all else works."""

import ast
import os
import resource
import stat
from pathlib import Path

import pytest

import trtexp
from trtexp.files.atomic import replace, sweep, write_text
from trtexp.files.locks import Lock
from trtexp.files.opening import (
    Link,
    NoFile,
    check_folder,
    entries,
    files_below,
    is_there,
    named,
    open_file,
    remove,
    remove_empty,
    status,
    touch,
)
from trtexp.files.reading import TooLarge, holds, read_bytes

PLACES = ("a.json", "below/a.json", "below/deep/a.json")


@pytest.fixture(params=["relative", "absolute"])
def root(tmp_path, monkeypatch, request):
    """A folder of ours, named from the working directory or from the root, beside one of others."""
    (tmp_path / "ours").mkdir()
    (tmp_path / "others" / "deep").mkdir(parents=True)
    for path in ("a.json", "deep/a.json"):
        (tmp_path / "others" / path).write_text("of others")
    monkeypatch.chdir(tmp_path)
    return Path("ours") if request.param == "relative" else tmp_path / "ours"


def others(root):
    return {
        str(path): (path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else None)
        for path in sorted((Path.cwd() / "others").rglob("*"))
    }


def take(path):
    lock = Lock(path, "it")
    lock.take(wait=False)
    lock.release()


ACTS = {
    "write": lambda path: write_text(path, "ours"),
    "replace": lambda path: replace(path, (b"ours",)),
    "read": read_bytes,
    "lock": take,
    "append": lambda path: os.close(open_file(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, make=True)),
    "truncate": lambda path: os.close(open_file(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, make=True)),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("place", "target"),
    [
        ("a.json", "../others/a.json"),
        ("a.json", "../others/new.json"),
        ("below", "../others"),
        ("below/deep", "../../others/deep"),
        ("below/deep/a.json", "../../../others/a.json"),
        ("a.json", "a.json"),
        ("below", "below"),
        ("below", "other"),
    ],
)
def test_a_link_anywhere_on_the_way_is_refused(root, act, place, target):
    place = root / place
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(target)
    (root / "other").symlink_to("below")  # a loop of two
    before = others(root)
    path = place if place.suffix else root / "below" / "deep" / "a.json"
    with pytest.raises(Link, match="is a link, and none is followed here; name what it leads to, or remove") as caught:
        ACTS[act](path)
    assert str(caught.value).startswith(f"{place}: ") and caught.value.exit_code == 2
    assert others(root) == before and place.is_symlink()


@pytest.mark.parametrize("act", ["read", "lock", "append", "truncate", "write", "replace"])
@pytest.mark.parametrize("kind", ["pipe", "folder", "socket"])
def test_what_is_no_file_is_refused_and_not_waited_for(root, act, kind):
    path = root / "a.json"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        os.mknod(path, stat.S_IFSOCK | 0o600)
    with pytest.raises(NoFile, match=r"a\.json: is no file"):
        ACTS[act](path)


@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_link_works_and_folders_are_made(root, place):
    path = root / place
    assert not is_there(path) and not holds(path, b"")
    assert write_text(path, "ours") and not write_text(path, "ours")
    assert read_bytes(path) == b"ours" and holds(path, b"ours")
    assert not holds(path, b"our") and not holds(path, b"ourss")
    os.utime(path, (1, 1))
    touch(path)
    assert status(path).st_mtime > 1 and is_there(path)
    take(path.with_name(".lock"))
    assert path in files_below(root, ".json")
    remove(path), remove(path), remove(path.with_name(".lock"))
    assert not is_there(path)
    if path.parent != root:
        remove_empty(path.parent)


def test_a_link_itself_can_be_removed_and_what_it_leads_to_stays(root):
    (root / "a.json").symlink_to("../others/a.json")
    (root / "below").symlink_to("../others")
    before = others(root)
    remove(root / "a.json")
    with pytest.raises(Link):
        remove(root / "below" / "a.json")
    with pytest.raises(Link):
        sweep(root / "below")
    assert others(root) == before and not (root / "a.json").is_symlink()


def test_no_folder_behind_a_link_is_listed(root):
    (root / "x").mkdir()
    (root / "x" / "a.json").write_text("")
    (root / "a.json").symlink_to("../others/a.json")
    (root / "gone.json").symlink_to("nowhere")
    assert files_below(root, ".json") == [root / "a.json", root / "gone.json", root / "x" / "a.json"]
    assert [entry.folder for entry in entries(root)] == [False, False, True]
    (root / "x" / "behind").symlink_to("../../others")
    with pytest.raises(Link, match="behind: is a link"):
        files_below(root, ".json")
    assert files_below(root / "nowhere", ".json") == [] == entries(root / "nowhere")


def test_a_tree_of_any_depth_is_listed_without_a_descriptor_for_each_level(tmp_path):
    path = tmp_path
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, limits[1]))
    try:
        for _ in range(300):
            path = path / "d"
            path.mkdir()
        (path / "a.json").write_text("")
        assert files_below(tmp_path, ".json") == [path / "a.json"]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "sparse.json"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(TooLarge, match=r"sparse\.json: is larger than 67108864 bytes"):
        read_bytes(path)


def test_devices_are_no_files():
    for device in ("/dev/zero", "/dev/null", "/dev/full"):
        with pytest.raises(NoFile, match=f"{device}: is no file"):
            read_bytes(Path(device))


def test_links_before_the_last_part_are_followed_once_outside_of_the_working_directory(tmp_path, monkeypatch):
    (tmp_path / "here" / "below").mkdir(parents=True)
    (tmp_path / "there").mkdir()
    (tmp_path / "way").symlink_to("there")
    (tmp_path / "again").symlink_to("here")
    (tmp_path / "here" / "out").symlink_to("../there")
    monkeypatch.chdir(tmp_path / "here")
    assert named("out/a.json") == Path("out/a.json")
    assert named(str(tmp_path / "here" / "out" / "a.json")) == Path("out/a.json")
    assert named(str(tmp_path / "again" / "out" / "a.json")) == Path("out/a.json")  # the same folder by another name
    assert named(str(tmp_path / "way" / "a.json")) == tmp_path / "there" / "a.json"
    assert named(str(tmp_path / "way")) == tmp_path / "way"
    for path in ("out", str(tmp_path / "way"), str(tmp_path / "again" / "out")):
        with pytest.raises(Link):
            check_folder(named(path))
    check_folder(named(str(tmp_path / "way" / "new")))


def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path):
    before = os.umask(0o027)
    try:
        write_text(tmp_path / "a.md", "new")
    finally:
        os.umask(before)
    assert (tmp_path / "a.md").stat().st_mode & 0o777 == 0o640


#: Who else opens files: with its own reason, and not below a folder of a checkout.
OPENERS = {
    "migration/releases/api.py": "data of the package",
    "numerics/tables.py": "data of the package",
    "numerics/allowed.py": "data of the package",
    "numerics/bits/instructions.py": "data of the package",
    "numerics/bits/tactics.py": "data of the package",
    "judging/runtime.py": "its own new folder below that for temporary files",
    "models/npz.py": "members of an archive in memory",
    "workers/handshake.py": "the source of the package",
    "migration/releases/dump.py": "/proc",
    "running/steps.py": "/proc",
    "cli/main.py": "/dev/null",
    "workers/far.py": "imports the standard library alone; opens without following links",
    "workers/worker.py": "a link to a process",
    "fuzz/known.py": "the package's own data",
    "spec/arrays.py": "members of an archive in memory",
}
OPENING = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "touch", "unlink", "rename",
           "rmdir", "symlink_to", "hardlink_to", "glob", "rglob", "iterdir", "scandir", "listdir", "mkstemp", "mkdtemp",
           "NamedTemporaryFile", "savez", "tofile", "fromfile", "copyfile", "rmtree", "makedirs"}  # fmt: skip
SAFE = {"read_bytes", "write_text", "write_bytes", "touch"}  # as functions, they are those of `files`


def test_files_are_opened_by_the_room_of_files_alone():
    """Whoever opens, makes or deletes a file by another way than trtexp.files is named above, with its reason."""
    package, found = Path(trtexp.__file__).parent, set()
    for path in package.rglob("*.py"):
        name = path.relative_to(package).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or name.startswith(("files/", "bench/")):
                continue
            method = isinstance(node.func, ast.Attribute)
            called = node.func.attr if method else getattr(node.func, "id", "")
            if called in OPENING and (method or called not in SAFE):
                found.add(name)
    assert found == OPENERS.keys()
