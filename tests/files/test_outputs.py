"""What a user names as an output: files are replaced, pipes and devices are written into, links are refused."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import standin

from trtexp.files import outputs
from trtexp.files.opening import NoFile, named
from trtexp.files.outputs import append_output, check_output, write_output

RUN = ("run", "e.yaml", "--backend", "reference", "--no-reports")


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "e.yaml").write_text(standin.experiment("a"))
    return tmp_path


def trtexp(*words, **more):
    command = [sys.executable, "-m", "trtexp", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **more)


@pytest.mark.parametrize("option", ["--json", "--junit"])
def test_a_pipe_is_written_into_and_stays_a_pipe(project, option):
    os.mkfifo("pipe")
    read = []
    reader = threading.Thread(target=lambda: read.append(Path("pipe").read_bytes()))
    reader.start()
    done = trtexp(*RUN, option, "pipe")
    reader.join(10)
    assert done.returncode == 0, done.stderr
    assert b'"reports"' in read[0] if option == "--json" else b"<testsuite" in read[0]
    assert Path("pipe").is_fifo()


def test_a_pipe_that_nobody_reads_is_one_message(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr(outputs, "READER", 0.05)
    with pytest.raises(NoFile, match="pipe: nobody reads this pipe"):
        write_output(tmp_path / "pipe", "x")


def test_a_reader_that_comes_late_is_waited_for_and_much_is_written(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    read = []
    reader = threading.Timer(0.3, lambda: read.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    write_output(tmp_path / "pipe", "x" * 300_000)
    reader.join(10)
    assert read == [b"x" * 300_000]


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_a_stream_is_written_after_what_was_printed(project, name):
    done = trtexp(*RUN, "--json", name)
    assert done.returncode == 0, done.stderr
    text = done.stdout
    assert json.loads(text[text.index("{") : text.rindex("}") + 1])["ended"] == "finished"
    with Path("all.txt").open("w") as file:  # a stream that is a file is not replaced
        file.write("before\n")
        file.flush()
        subprocess.run([sys.executable, "-m", "trtexp", *RUN, "--json", name], stdout=file, check=True, timeout=60)
    found = Path("all.txt").read_text()
    assert found.startswith("before\n") and '"reports"' in found and "1 as expected" in found


def test_devices_are_written_into(project):
    assert trtexp(*RUN, "--json", "/dev/null", "--junit", "/dev/stderr").returncode == 0
    assert Path("/dev/null").is_char_device()
    full = trtexp(*RUN, "--json", "/dev/full")
    assert full.returncode == 3
    assert "/dev/full: cannot be written: No space left on device" in full.stderr and "Traceback" not in full.stderr


def test_a_stream_that_is_closed_is_one_message(project):
    done = trtexp(*RUN, "--json", "/dev/fd/77")
    assert done.returncode == 3 and "/dev/fd/77: cannot be written: Bad file descriptor" in done.stderr


@pytest.mark.parametrize("words", [("--json",), ("--junit",)])
def test_a_link_is_refused_before_anything_is_run(project, words):
    Path("target").write_text("of others")
    Path("link").symlink_to("target")
    done = trtexp(*RUN, *words, "link")
    assert done.returncode == 2 and done.stdout == ""
    assert f"{words[0]} link: is a link, and none is followed here; name what it leads to" in done.stderr
    assert Path("target").read_text() == "of others" and Path("link").is_symlink()


def test_an_output_that_is_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "new" / "a.json"
    write_output(path, "one")
    number = path.stat().st_ino
    write_output(path, b"two")
    assert path.read_bytes() == b"two" and path.stat().st_ino != number
    append_output(path, "three")
    assert path.read_bytes() == b"twothree"


def test_what_cannot_be_an_output_is_known_before(tmp_path):
    with pytest.raises(NoFile, match="this is a directory; name a file"):
        check_output(tmp_path)
    check_output(tmp_path / "new" / "a.json")
    check_output(Path("/dev/stdout"))
    assert named("/dev/stdout") == Path("/dev/stdout")


def test_a_report_folder_that_is_a_link_is_refused_before_anything_is_run(project):
    Path("elsewhere").mkdir()
    Path("reports").symlink_to("elsewhere")
    for words in ((), ("--reports", "reports"), ("--reports", str(project / "reports"))):
        done = trtexp(*RUN[:-1], *words)
        assert done.returncode == 2 and done.stdout == ""
        assert done.stderr == "reports: is a link, and none is followed here; name what it leads to, or remove it\n"
    assert list(Path("elsewhere").iterdir()) == []
    assert trtexp(*RUN[:-1], "--reports", "elsewhere").returncode == 0
