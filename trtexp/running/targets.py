"""Where cases are answered, as the user says it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from trtexp.errors import BadUsage, NoGpu
from trtexp.files.lengths import too_long
from trtexp.files.opening import check_folder
from trtexp.files.signing import derived
from trtexp.running.backends import Backend, Workplace, default_backends, replay_backends, worker_backends
from trtexp.running.options import TargetOptions
from trtexp.workers import WorkerEvent, WorkerOptions, WorkerSpec, WorkerUnavailable, parse_timeouts, parse_worker
from trtexp.workers.definer import Definer

#: A GPU as CUDA_VISIBLE_DEVICES has it: a number, or a UUID such as GPU-1c5f… or MIG-….
_GPU = re.compile(r"\d+|[A-Za-z]+-[\w/-]+", re.ASCII)


def backends(options: TargetOptions, given: Sequence[WorkerSpec], work: Workplace) -> list[list[Backend]]:
    """What answers the cases: groups that run one after the other, each of releases that run side by side. Raises NoGpu
    where one was demanded and is not there."""
    if options.replay and not options.record:
        return [replay_backends(options.replay)]
    if options.workers:
        return [worker_backends(given, work)]
    return [[backend] for backend in default_backends(options.backend, given, work, bool(options.python))]


def workplace(options: TargetOptions, heard: Callable[[WorkerEvent], None]) -> Workplace:
    """What the workers are told; what happens to them goes to `heard`, from any thread. Raises BadUsage."""
    if options.cache is not None:
        reject_file("--cache", options.cache)
    timeouts = _timeouts(options)
    if options.record is not None:
        reject_file("--record", options.record)
    derived("engines")  # for what is wrong with the key
    cache = None if options.cache is None else str(options.cache)
    return Workplace(WorkerOptions(timeouts, cache, on_event=heard), options.record, replay=options.replay)


def places(options: TargetOptions) -> list[WorkerSpec]:
    """Each interpreter on each GPU. Raises BadUsage."""
    if options.replay and not options.record and (options.workers or options.python or options.backend != "auto"):
        raise BadUsage(
            "--replay alone judges what was recorded; give --record as well to run what is not recorded, "
            "or leave out --worker, --python and --backend"
        )
    if options.workers and (options.python or options.backend != "auto"):
        raise BadUsage("--worker names the interpreters and what is run; it goes with neither --python nor --backend")
    gpus = [gpu.strip() for gpu in options.gpu.split(",")] if options.gpu is not None else [None]
    if len(set(gpus)) < len(gpus) or not all(gpu is None or _GPU.fullmatch(gpu) for gpu in gpus):
        raise BadUsage(
            f"--gpu {options.gpu}: give different numbers with commas between, as in --gpu 0,1; "
            "nvidia-smi -L lists the GPUs and their UUIDs, which may stand there, too"
        )
    try:
        given = [parse_worker(text) for text in options.workers]
    except ValueError as error:
        raise BadUsage(f"--worker: {error}") from error
    if not given:
        given = [WorkerSpec(_command(options.python)) if options.python else WorkerSpec()]
    return [replace(place, gpu=gpu) for place in given for gpu in gpus]


@contextmanager
def definer(options: TargetOptions, needs: str) -> Iterator[Definer]:
    """The first of the places, started to define networks and ended afterwards. needs: what asks for it and why, in
    front of what stops it. Raises BadUsage, NoGpu."""
    made = Definer(places(options)[0], WorkerOptions(_timeouts(options)))
    try:
        made.start()
        yield made
    except WorkerUnavailable as error:
        raise NoGpu(f"{needs}: {error}") from error
    finally:
        made.close()


def _timeouts(options: TargetOptions) -> dict[str, float]:
    """Seconds by phase. Raises BadUsage."""
    try:
        return parse_timeouts(options.timeouts)
    except ValueError as error:
        raise BadUsage(f"--timeout: {error}") from error


def _command(python: str) -> str:
    """An interpreter, or a command line that ends in one, such as `env NAME=value python`."""
    return shlex.quote(python) if Path(python).exists() else python


def reject_file(option: str, folder: Path) -> None:
    """A path that cannot become a folder is a slip of the pen, not a fault of the disk. Raises BadUsage; NoFile for a
    folder that is a link."""
    if (wrong := too_long(folder)) is not None:
        raise BadUsage(f"{option} {folder}: {wrong}")
    there = next((path for path in (folder, *folder.parents) if path.exists()), None)
    if there is not None and not there.is_dir():
        raise BadUsage(f"{option} {folder}: {there} is a file; name a folder")
    check_folder(folder)
