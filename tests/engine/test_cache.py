import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from engine.hammer import BUILT, KEY, PLAN, RELEASE, hammer, key

from trtexp.definition.facts import LogLine
from trtexp.engine import cache as cache_module
from trtexp.engine.cache import Cache, Usage, clear, recipe, timing_key, usage
from trtexp.engine.outcome import Outcome
from trtexp.workers.handshake import engine_sources

REFUSAL = Outcome("error", "define", "deconv: no", log=(LogLine("ERROR", "no"),))


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache", KEY)


def path_of(cache, of=None):
    return cache.folder / (of or key()).path


def test_what_goes_in_comes_out(cache):
    assert cache.entry(key()) is None
    cache.keep(key(), replace(BUILT, seconds={"build": 1.0}), PLAN)
    cache.keep(key("r"), REFUSAL)
    cache.keep_timing(timing_key(RELEASE), b"t")
    for again in (cache, Cache(str(cache.folder), KEY)):
        assert again.entry(key()) == (BUILT, PLAN)
        assert again.entry(key("r")) == (REFUSAL, b"")
        assert again.timing(timing_key(RELEASE)) == b"t"
    assert not cache.said and not list(cache.folder.rglob("*.tmp"))


@pytest.mark.parametrize(
    "change",
    [
        {"release": "tensorrt-8.6.1"},
        {"gpu": "NVIDIA L4"},
        {"compute_capability": "8.9"},
        {"driver": "CUDA 12.0"},
        {"target": "SM89"},
        {"definition": "e"},
        {"recipe": "of another version"},
    ],
)
def test_whatever_changes_a_build_is_in_the_key(cache, change):
    cache.keep(key(), BUILT, PLAN)
    other = replace(key(), **change)
    assert other.path != key().path and cache.entry(other) is None
    path_of(cache, other).parent.mkdir(exist_ok=True)
    path_of(cache).rename(path_of(cache, other))  # an entry in the place of another
    assert cache.entry(other) is None and not path_of(cache, other).exists()


def test_the_sources_that_make_an_outcome_are_in_the_key(monkeypatch):
    before = recipe()
    recipe.cache_clear()
    assert recipe() == before
    recipe.cache_clear()
    monkeypatch.setattr(cache_module.pkgutil, "get_data", lambda package, name: name.encode())
    assert recipe() != before
    recipe.cache_clear()


def test_an_entry_cut_short_anywhere_is_dropped(cache):
    cache.keep(key(), BUILT, PLAN)
    whole = path_of(cache).read_bytes()
    head, text = 44, whole.index(PLAN)
    for size in {*range(0, text + 2, 7), 0, 7, 8, 12, head - 1, head, head + 7, head + 8, text, len(whole) - 1}:
        path_of(cache).write_bytes(whole[:size])
        assert cache.entry(key()) is None and not path_of(cache).exists(), size
    path_of(cache).write_bytes(whole + b"\0")
    assert cache.entry(key()) is None


def test_a_bit_flipped_anywhere_is_found(cache):
    cache.keep(key(), BUILT, PLAN)
    whole = path_of(cache).read_bytes()
    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << position % 8
        path_of(cache).write_bytes(damaged)
        assert cache.entry(key()) is None, position
    path_of(cache).write_bytes(whole)
    assert cache.entry(key()) == (BUILT, PLAN)


def test_what_others_put_there_is_no_entry(cache):
    path_of(cache).parent.mkdir(parents=True)
    for content in (b"ftrt" * 99, b"\0" * 999, b"trtexp\r\n", b""):
        path_of(cache).write_bytes(content)
        assert cache.entry(key()) is None and not path_of(cache).exists()
    cache._write(key(), {"status": "built"}, PLAN)  # whole, of this key, and no Outcome
    assert cache.entry(key()) is None and not path_of(cache).exists()
    path_of(cache).symlink_to(path_of(cache))
    assert cache.entry(key()) is None and not path_of(cache).is_symlink()
    path_of(cache).mkdir()
    assert cache.entry(key()) is None
    cache.keep(key(), BUILT, PLAN)
    assert "is no file" in cache.said[-1]


@pytest.mark.parametrize(
    "text",
    [
        "Error Code 2: OutOfMemory (no further information)",
        "1: [x::y::1] Error Code 1: Cuda Runtime (an illegal memory access was encountered)",
        "cudaErrorMemoryAllocation (out of memory)",
        "Requested amount of GPU memory (9 bytes) could not be allocated.",
        "Skipping tactic 0x… due to insufficient memory on requested size of 9",
        "CUDNN_STATUS_ALLOC_FAILED",
        "input x: MemoryError: std::bad_alloc",
        "the operation timed out",
    ],
)
def test_what_may_be_otherwise_the_next_time_is_not_kept(cache, text):
    cache.keep(key(), replace(REFUSAL, message=text))
    cache.keep(key(), replace(REFUSAL, log=(LogLine("WARNING", text), LogLine("ERROR", "no"))))
    cache.keep(key(), replace(BUILT, log=(LogLine("ERROR", text),)), PLAN)
    assert cache.entry(key()) is None
    cache.keep(key(), replace(BUILT, log=(LogLine("WARNING", text),)), PLAN)  # an engine is an engine
    assert cache.entry(key()) is not None


def test_a_refusal_may_speak_of_the_internal_and_the_workspace(cache):
    message = "Error Code 10: Internal Error (no implementation for deconv due to insufficient workspace)"
    cache.keep(key(), replace(REFUSAL, message=message))
    assert cache.entry(key()) is not None


def age(cache, definition, seconds):
    os.utime(path_of(cache, key(definition)), (seconds, seconds))


def test_the_least_recently_used_go_first(cache):
    for number, name in enumerate("abcd"):
        cache.keep(key(name), BUILT, PLAN)
        age(cache, name, 1000 + number)
    size = path_of(cache, key("a")).stat().st_size
    assert cache.entry(key("a")) is not None  # used now
    small = Cache(cache.folder, KEY, 3 * size)
    small.keep(key("e"), BUILT, PLAN)
    assert [name for name in "abcde" if small.entry(key(name))] == ["a", "d", "e"]


def test_it_stays_within_its_limit_as_it_grows(tmp_path):
    cache = Cache(tmp_path, KEY, 20_000)
    for number in range(60):
        cache.keep(key(str(number)), BUILT, PLAN)
        assert sum(path.stat().st_size for path in tmp_path.glob("*/*")) <= 20_000
    cache.keep(key("large"), BUILT, bytes(20_000))
    assert cache.entry(key("large")) is None and cache.entry(key("59")) is not None


def test_what_writers_left_that_died_goes_and_what_is_being_written_stays(cache):
    cache.keep(key(), BUILT, PLAN)
    old, new = (path_of(cache).with_name(f".{path_of(cache).name}.{n * 8}.tmp") for n in "01")
    alien = path_of(cache).with_name("engine.plan")
    for path in (old, new, alien):
        path.write_bytes(b"x" * 9)
    os.utime(old, (1, 1))
    os.utime(alien, (1, 1))
    Cache(cache.folder, KEY, 2000).keep(key("b"), BUILT, PLAN)
    assert not old.exists() and new.exists() and alien.exists()


def test_files_that_vanish_while_it_is_trimmed(cache, monkeypatch):
    cache.keep(key(), BUILT, PLAN)
    gone = (1, 10**9, cache.folder / "gone")
    files = cache_module._files
    monkeypatch.setattr(cache_module, "_files", lambda folder: [gone, *files(folder)])
    Cache(cache.folder, KEY, 10**6).keep(key("b"), BUILT, PLAN)
    assert cache.entry(key()) and cache.entry(key("b"))


def test_a_full_disk_ends_the_writing_and_nothing_else(cache):
    cache.keep(key(), BUILT, PLAN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, limits[1]))
    try:
        cache.keep(key("b"), BUILT, PLAN)
        assert cache.said[-1].startswith(f"the cache {cache.folder} takes nothing more in this run: File too large")
        assert not list(cache.folder.rglob("*.tmp"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    cache.keep(key("b"), BUILT, PLAN)
    assert cache.entry(key("b")) is None and cache.entry(key()) == (BUILT, PLAN)


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "cache", KEY)
    assert cache.entry(key()) is None
    cache.keep(key(), BUILT, PLAN)
    assert cache.said[-1].endswith("takes nothing more in this run: Not a directory")
    assert usage(cache.folder) == ()


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_can_only_be_read(cache):
    cache.keep(key(), BUILT, PLAN)
    path_of(cache).parent.chmod(0o500)
    cache.keep(key("b"), BUILT, PLAN)
    assert "Permission denied" in cache.said[-1] and cache.entry(key()) == (BUILT, PLAN)
    path_of(cache).parent.chmod(0o700)


def test_many_processes_at_once(tmp_path):
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=hammer, args=(tmp_path, seed)) for seed in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    assert not list(tmp_path.rglob("*.tmp"))
    Cache(tmp_path, KEY, 30_000).keep(key("last"), BUILT, PLAN)
    assert sum(of.size for of in usage(tmp_path)) <= 30_000


def test_what_it_holds_and_clearing_it(cache):
    assert usage(cache.folder) == ()
    clear(cache.folder)
    cache.keep(key(), BUILT, PLAN)
    cache.keep(key("b"), REFUSAL)
    cache.keep_timing(timing_key(RELEASE), b"t" * 100)
    older = replace(key(), release="tensorrt-8.5.3.1")
    cache.keep(older, BUILT, PLAN)
    alien = cache.folder / "tensorrt-8.6.0" / "mine.engine"
    alien.write_text("x")
    sizes = dict.fromkeys(("tensorrt-8.5.3.1", "tensorrt-8.6.0"), 0)
    for path in set(cache.folder.glob("*/*")) - {alien}:
        sizes[path.parent.name] += path.stat().st_size
    assert usage(cache.folder) == (
        Usage("tensorrt-8.5.3.1", 1, sizes["tensorrt-8.5.3.1"]),
        Usage("tensorrt-8.6.0", 2, sizes["tensorrt-8.6.0"]),
    )
    clear(cache.folder)
    assert usage(cache.folder) == () and alien.exists()
    cache.keep(key(), BUILT, PLAN)
    assert cache.entry(key()) == (BUILT, PLAN)


def test_keys_are_the_same_in_a_worker_that_imports_from_an_archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "engine.zip", "w") as archive:
        for path, source in engine_sources().items():
            archive.writestr(path, source)
    code = "from trtexp.engine import cache; print(cache.__file__, cache.recipe())"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "engine.zip")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path, env=environment
    )
    file, digest = done.stdout.split()
    assert "engine.zip" in Path(file).parts and digest == recipe()
