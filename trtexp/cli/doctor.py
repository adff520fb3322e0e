"""What a run on this machine would find: interpreter, packages, TensorRT, GPU, caches, and what is wrong with them."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Literal, NamedTuple

from packaging.requirements import Requirement

from trtexp import __version__
from trtexp.engine.cache import usage
from trtexp.engine.outcome import Release
from trtexp.files.opening import files_below
from trtexp.files.program import program
from trtexp.workers import Worker, WorkerClosed, WorkerEvent, WorkerOptions, WorkerSpec, WorkerUnavailable
from trtexp.workers.far import gpu_uuids

PATIENCE = 60.0  # seconds that a worker has to say what it has
LEAST_FREE = 2**30  # bytes on the disk of the caches
FLAVOURS = ("tensorrt", "tensorrt-rtx", "tensorrt-rtx-cu12", "tensorrt-rtx-cu13", "cuda-python", "cuda-bindings")
INSTALL = "pip install 'trtexp[tensorrt]', or 'trtexp[rtx]' without a GPU"


NEEDS = "that interpreter must start, and needs numpy, tensorrt and cuda-python"


STYLES = {"ok": "green", "note": "yellow", "wrong": "red"}


class Check(NamedTuple):
    """state: `wrong` must be fixed; `note` only limits what can be run. fix: how to fix it."""

    what: str
    state: Literal["ok", "note", "wrong"]
    text: str
    fix: str = ""


class Found(NamedTuple):
    checks: list[Check]
    releases: list[Release]


def examine(places: Sequence[WorkerSpec], named: bool, home: Path, cache: Path) -> Found:
    """Look at all of it. named: the user named the workers, so that one without TensorRT is wrong."""
    checks = [_python(), *_packages(), _installed(), _gpus()]
    releases = []
    for place in places:
        check, release = _worker(place, named)
        checks.append(check)
        releases += [release] if release is not None else []
    return Found([*checks, *_folders(home, cache)], releases)


def _python() -> Check:
    return Check("python", "ok", f"{sys.version.split()[0]}, {sys.executable}")


def _packages() -> Iterator[Check]:
    """The packages that this one asks for, against what is there."""
    try:
        wanted = [Requirement(text) for text in metadata.requires("trtexp") or ()]
    except metadata.PackageNotFoundError:
        yield Check("trtexp", "note", f"{__version__}, from a checkout: what it needs is not checked")
        return
    said = []
    for requirement in wanted:
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        version = _version(requirement.name)
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            there = "is missing" if version is None else f"is {version}"
            yield Check(requirement.name, "wrong", f"{there}, needed is {requirement}", f"pip install '{requirement}'")
        else:
            said.append(f"{requirement.name} {version}")
    yield Check("trtexp", "ok", f"{__version__} with {', '.join(said)}")


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _installed() -> Check:
    """The distributions of TensorRT and CUDA in this interpreter; a worker may have others."""
    there = [f"{name} {version}" for name in FLAVOURS if (version := _version(name)) is not None]
    if any(text.startswith("tensorrt") for text in there):
        return Check("installed", "ok", ", ".join(there))
    return Check("installed", "note", "no TensorRT in this interpreter", INSTALL)


def _gpus() -> Check:
    visible, count = os.environ.get("CUDA_VISIBLE_DEVICES"), len(gpu_uuids())
    limit = "" if visible is None else f", CUDA_VISIBLE_DEVICES={visible}"
    if not count:
        fix = "nvidia-smi -L must list it; start a container with access to the GPU"
        return Check("gpu", "note", f"none that the driver's NVML knows{limit}", fix)
    if visible is not None and visible.strip() in ("", "-1"):
        return Check("gpu", "note", f"{count}, hidden by CUDA_VISIBLE_DEVICES={visible}", "unset CUDA_VISIBLE_DEVICES")
    return Check("gpu", "ok", f"{count}{limit}")


def _worker(place: WorkerSpec, named: bool) -> tuple[Check, Release | None]:
    """Start a worker as a run does, and end it; one that would have to wait for its GPU is not waited for."""
    waits: list[str] = []

    def heard(event: WorkerEvent) -> None:
        if event.kind == "waiting":
            waits.append(event.text)
            threading.Thread(target=worker.close, daemon=True).start()

    worker = Worker(place, WorkerOptions({"start": PATIENCE}, on_event=heard))
    what = f"worker {place}"
    try:
        release = worker.start()
    except WorkerUnavailable as error:
        state: Literal["note", "wrong"] = "note" if _installed().state == "note" and not named else "wrong"
        return Check(what, state, str(error), NEEDS if named else INSTALL), None
    except WorkerClosed:
        return Check(what, "note", waits[0] if waits else "ended", "wait for that run, or end it"), None
    finally:
        worker.close()
    driver = f", driver {release.driver}" if release.driver else ""
    if release.can_run:
        gpu = f"{release.gpu}, compute capability {release.compute_capability}"
        return Check(what, "ok", f"{release.name} on {gpu}{driver}"), release
    return Check(what, "note", f"{release.name} builds and cannot run: {release.reason}"), release


def _folders(home: Path, cache: Path) -> Iterator[Check]:
    """The folders of the project: can they be written, what is in them, how much room is left."""
    for what, folder in (("home", home), ("cache", cache)):
        there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        if not there.is_dir():
            yield Check(what, "wrong", f"{folder}: {there} is a file", f"move {there} away")
        elif not os.access(there, os.W_OK | os.X_OK):
            yield Check(
                what, "wrong", f"{folder}: cannot be written", f"chown or chmod {there}, or name another folder"
            )
        elif (free := shutil.disk_usage(there).free) < LEAST_FREE:
            yield Check(
                what, "wrong", f"{folder}: {free // 2**20} MiB are free", f"{program()} cache clear, or make room"
            )
        else:
            yield Check(what, "ok", f"{folder}: {_cached(folder) if what == 'cache' else 'can be written'}")
    if left := files_below(home / "journal", ".jsonl"):
        resume = f"{program()} run … --resume uses them"
        yield Check("journal", "note", f"{len(left)} files of an interrupted run", resume)


def _cached(folder: Path) -> str:
    found = usage(folder)
    size = sum(one.size for one in found) // 2**20
    return f"{sum(one.entries for one in found)} engines of {len(found)} releases, {size} MiB" if found else "is empty"
