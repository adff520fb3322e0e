"""Disks that are full and folders that cannot be written: one message, old files whole, what was finished stays."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from processes import CASES, RUN
from runs import tree

from trtexp.cli.main import main

ROOT = Path(__file__).parents[3]
LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))
from trtexp.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_disk_that_is_full_at_any_write(project, whole, monkeypatch, capsys):
    """Every file that a run writes is synced once: the n-th of these fails, for every n."""
    assert main(RUN) == 1
    capsys.readouterr()
    old = tree(project / "reports")
    sync, count, n = os.fsync, 0, 0

    def fsync(handle):
        nonlocal count
        count += 1
        if count >= n:
            raise OSError(28, "No space left on device")
        sync(handle)

    for path in (project / "experiments").glob("*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace("title:", "title: New"), encoding="utf-8")
    tried = 0
    for n in (*range(1, 3), *range(CASES, CASES + 4), *range(4 * CASES, 200)):
        count = 0
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fsync)
            code = main(RUN)
        said = capsys.readouterr().err
        if count < n:
            break
        tried += 1
        if code == 1:  # only last-run.json, which is no result
            assert "last-run.json: cannot be written" in said
            continue
        assert code == 3, said
        assert "cannot be written: No space left on device" in said
        assert "internal error" not in said and "Traceback" not in said
        for name, data in tree(project / "reports").items():
            fine = name in ("README.md", "api.json") or data == old[name] or b"New" in data
            assert fine, f"{name} is neither old nor new"
    assert tried > 10
    assert tree(project / "reports").keys() == whole.keys()


@pytest.mark.parametrize("limit", [1, 600, 1500, 2600, 4000, 9000, 20000])
def test_files_that_may_not_grow(project, whole, limit):
    """The kernel refuses the write itself, in the middle of a line or a page."""
    command = [sys.executable, "-c", LIMITED.format(limit), *RUN]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode in (1, 3)
    assert "Traceback" not in done.stderr and "internal error" not in done.stderr
    if done.returncode == 3:
        assert "cannot be written: File too large" in done.stderr
    for name, data in tree(project / "reports").items():
        assert name == "README.md" or data == whole[name]
    assert main([*RUN, "--resume"]) == 1
    assert tree(project / "reports") == whole


ON_A_DISK = """
set -e
mount -t tmpfs -o size=$1k tmpfs disk
cp -r experiments disk
cd disk
set +e
shift
"$@"
echo "ended $?"
"$@" --resume
echo "ended $?"
mount -o remount,size=10m .
"$@" --resume
echo "ended $?"
cp -r reports ..
"""


@pytest.mark.parametrize("kilobytes", [24, 60, 100, 140, 200])
def test_a_disk_that_is_really_full(project, whole, kilobytes):
    """A file system in memory with room for less than a run writes; with more room, the run goes on to its end."""
    (project / "disk").mkdir()
    command = ["unshare", "-m", "sh", "-c", ON_A_DISK, "sh", str(kilobytes), sys.executable, "-m", "trtexp", *RUN]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if "ended" not in done.stdout:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    ended = [line for line in done.stdout.splitlines() if line.startswith("ended")]
    assert ended == ["ended 3", "ended 3", "ended 1"], done.stderr
    assert "Traceback" not in done.stderr and "internal error" not in done.stderr
    assert "No space left on device" in done.stderr
    assert tree(project / "reports") == whole


@pytest.mark.parametrize(
    ("inside", "code", "what"),
    [
        ("reports", 2, "--reports reports: reports is a file; name a folder"),
        ("reports/reference", 2, "reports/reference: Not a directory"),
        ("reports/reference/e01.json", None, ""),
        (".trtexp", 2, "--cache .trtexp/cache: .trtexp is a file; name a folder"),
        (".trtexp/journal", 2, ".trtexp/journal: cannot be written: Not a directory"),
        (".trtexp/journal/reference", 2, ".trtexp/journal/reference: Not a directory"),
    ],
)
def test_a_file_in_the_place_of_a_folder_is_one_message(project, capsys, inside, code, what):
    (project / inside).parent.mkdir(parents=True, exist_ok=True)
    if code is None:  # and a folder in the place of a file
        (project / inside).mkdir()
        code, what = 2, "reports/reference/e01.json: is no file"
    else:
        (project / inside).write_text("in the way", encoding="utf-8")
    assert main(RUN) == code
    said = capsys.readouterr().err
    assert what in said
    assert "Traceback" not in said and "internal error" not in said
    path = project / inside
    assert path.is_dir() or path.read_text(encoding="utf-8") == "in the way"
