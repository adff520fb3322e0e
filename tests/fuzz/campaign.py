"""Many examples, each of which a command has to answer in time and memory, without failing itself."""

from __future__ import annotations

import io
import multiprocessing
import os
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType

from fuzz.mutations import mutate
from fuzz.seeds import experiment, written
from trtexp.cli import main as command_line

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["fuzz.campaign", "trtexp.layers.loop", "trtexp.cli.commands.run"])
ALLOWED = (0, 1, 2, 5)
SECONDS = 10  # of CPU, as for any file
BYTES = 2**30
MOST_SAID = 100_000  # characters
PATIENCE = 60.0  # seconds for an answer of the process

#: The commands, and how often each is chosen beside the others.
COMMANDS = {
    ("validate", "e.yaml"): 12,
    ("run", "--backend", "reference", "e.yaml"): 4,
    ("check", "e.yaml"): 1,
    ("export", "--onnx", "e.yaml", "-o", "e.onnx"): 1,
    ("script", "e.yaml", "--case", "first", "--release", "tensorrt-10.16"): 1,
}


class TooLong(Exception):
    """An example took more time of the processor than a file may."""


@dataclass(frozen=True)
class Found:
    """What must not be. kind: in a few words, the same for what is alike."""

    seed: int
    number: int
    command: tuple[str, ...]
    kind: str
    text: str
    said: str

    def __str__(self) -> str:
        shown = "\n".join(line[:2000] for line in self.said.splitlines()[-4:])
        return f"{self.kind}: example {self.number} of seed {self.seed}: {' '.join(self.command)}\n{shown}\n{self.text}"


@dataclass
class Tally:
    """What a campaign came to. codes: how often each exit code came; slowest: seconds, largest: bytes."""

    found: list[Found] = field(default_factory=list)
    codes: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    largest: int = 0

    def add(self, other: Tally) -> None:
        self.found += other.found
        self.codes += other.codes
        self.slowest, self.largest = max(self.slowest, other.slowest), max(self.largest, other.largest)


def example(seed: int, number: int) -> tuple[str, tuple[str, ...]]:
    """The text of an experiment, and what is to be done with it: always the same."""
    rng = random.Random(f"{seed} {number}")
    data = experiment(rng)
    mutate(data, rng)
    return written(data), rng.choices(list(COMMANDS), list(COMMANDS.values()))[0]


def campaign(seed: int, numbers: range, folder: Path) -> Tally:
    """Try these examples in a process of their own, which works in that folder."""
    here, there = SERVER.Pipe(duplex=False)
    process = SERVER.Process(target=_try_all, args=(seed, numbers, str(folder), there))
    process.start()
    there.close()
    tally, last = Tally(), numbers.start - 1
    try:
        while here.poll(PATIENCE):
            last, more = here.recv()
            tally.add(more)
        raise TimeoutError
    except (EOFError, TimeoutError) as error:
        if last != numbers[-1]:
            how = "hangs" if isinstance(error, TimeoutError) else "ends the process"
            tally.found.append(Found(seed, last + 1, example(seed, last + 1)[1], how, example(seed, last + 1)[0], ""))
    finally:
        process.kill()
        process.join()
    return tally


def _try_all(seed: int, numbers: range, folder: str, pipe: Connection) -> None:
    os.chdir(folder)
    os.environ["NO_COLOR"] = "1"
    for name in ("data", "models"):
        if not Path(name).exists():
            Path(name).mkdir()
    signal.signal(signal.SIGPROF, _too_long)
    command_line.parser = cache(command_line.parser)  # which takes as long as an example
    for number in numbers:
        pipe.send((number, _try(seed, number)))
    pipe.close()


def _too_long(number: int, frame: FrameType | None) -> None:
    raise TooLong(f"more than {SECONDS} s")


@contextmanager
def _timed() -> Iterator[None]:
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _try(seed: int, number: int) -> Tally:
    text, command = example(seed, number)
    Path("e.yaml").write_text(text, encoding="utf-8")
    said, start = io.StringIO(), time.process_time()
    code, kind = -1, ""
    try:
        with redirect_stdout(said), redirect_stderr(said), _timed():
            code = command_line.main(command)
    except BaseException as error:
        kind = f"{type(error).__name__} leaves the command"
    seconds, size = time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    kind = kind or _wrong(code, said.getvalue(), size)
    found = [Found(seed, number, command, kind, text, said.getvalue())] if kind else []
    return Tally(found, Counter([code]), seconds, size)


def _wrong(code: int, said: str, size: int) -> str:
    """What must not be about an answer, empty if nothing is wrong."""
    if code not in ALLOWED or "internal error" in said:
        failure = next((line for line in said.splitlines() if "internal error" in line), "")
        return f"exit code {code}: {failure.partition('internal error')[2][:100]}"
    if "Traceback" in said or "Warning:" in said:
        return "a traceback or a warning of Python"
    if len(said) > MOST_SAID:
        return f"{len(said)} characters are said"
    return f"{size >> 20} MiB" if size > BYTES else ""


if sys.platform != "linux":
    raise ImportError("the units of ru_maxrss are those of Linux")
