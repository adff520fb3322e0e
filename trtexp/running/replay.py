"""What a release answered, on disk: kept where the GPU is, judged again where there is none.

A folder a release, with one file for its facts and one for each answer, named by all that the answer depends on: the
definition, the tensors that went in, the repeats. An expectation can then be edited and judged against the same run.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from trtexp.definition.network import Array, NetworkDefinition
from trtexp.engine.outcome import Outcome, Release
from trtexp.engine.wire import pack_outcome, pack_release, unpack_outcome, unpack_release
from trtexp.files.atomic import write_bytes
from trtexp.files.opening import NoFile, entries, is_there
from trtexp.files.reading import read_bytes
from trtexp.workers import Unsettled

FACTS = "release"
T = TypeVar("T")

Repeat = tuple[int, int]


class NotRecorded(LookupError):
    """An answer is not there, or not whole: one sentence with its file."""


class Answers(Protocol):
    """What answers definitions for one release: a crew of workers, or what one of them answered before."""

    @property
    def release(self) -> Release: ...

    @property
    def starts(self) -> Sequence[Mapping[str, float]]:
        """Seconds by step that the start of each worker took."""

    def attempt(
        self,
        definition: NetworkDefinition,
        feeds: Mapping[str, Array],
        repeat: Repeat | None = None,
        beside: bool = False,
    ) -> Outcome | Unsettled:
        """May be called from any number of threads. beside: the case will take its process with it."""

    def settle(
        self, definition: NetworkDefinition, feeds: Mapping[str, Array], repeat: Repeat | None, found: Unsettled
    ) -> Outcome:
        """What comes of a case that ended badly, in the end. May be called from any number of threads."""

    def close(self) -> None: ...


class Recorder:
    """Passes on what others answer and keeps it below `folder`. Raises OSError where it cannot be written.

    earlier: where answers were kept before; what is found there is not asked again.
    """

    def __init__(self, answers: Answers, folder: Path, earlier: Path | None = None) -> None:
        self._answers = answers
        self._folder = folder / answers.release.name
        self._earlier = None if earlier is None else earlier / answers.release.name
        _write(self._folder / FACTS, pack_release(answers.release))

    @property
    def release(self) -> Release:
        return self._answers.release

    @property
    def starts(self) -> Sequence[Mapping[str, float]]:
        return self._answers.starts

    def attempt(
        self,
        definition: NetworkDefinition,
        feeds: Mapping[str, Array],
        repeat: Repeat | None = None,
        beside: bool = False,
    ) -> Outcome | Unsettled:
        name = _name(definition, feeds, repeat)
        if self._earlier is not None and is_there(path := self._earlier / name):
            outcome = _read(path, unpack_outcome)
            return outcome if self._earlier == self._folder else self._keep(name, outcome)
        found = self._answers.attempt(definition, feeds, repeat, beside)
        return found if isinstance(found, Unsettled) else self._keep(name, found)

    def settle(
        self, definition: NetworkDefinition, feeds: Mapping[str, Array], repeat: Repeat | None, found: Unsettled
    ) -> Outcome:
        return self._keep(_name(definition, feeds, repeat), self._answers.settle(definition, feeds, repeat, found))

    def _keep(self, name: str, outcome: Outcome) -> Outcome:
        _write(self._folder / name, pack_outcome(outcome))
        return outcome

    def close(self) -> None:
        self._answers.close()


class Replay:
    """Answers from what a Recorder kept in `folder`, that of one release. Raises NotRecorded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.release = _read(folder / FACTS, unpack_release)
        self.starts: Sequence[Mapping[str, float]] = ()

    def attempt(
        self,
        definition: NetworkDefinition,
        feeds: Mapping[str, Array],
        repeat: Repeat | None = None,
        beside: bool = False,
    ) -> Outcome:
        path = self.folder / _name(definition, feeds, repeat)
        if not is_there(path):
            raise NotRecorded(
                "no answer is recorded: the case is new, or its network, inputs or repeats have changed; "
                f"run it on the GPU with --record {self.folder.parent}"
            )
        return _read(path, unpack_outcome)

    def settle(
        self, definition: NetworkDefinition, feeds: Mapping[str, Array], repeat: Repeat | None, found: Unsettled
    ) -> Outcome:
        return found.first  # never so: what is recorded is settled

    def close(self) -> None:
        """Nothing is held."""


def replays(folder: Path) -> list[Replay]:
    """What each release answered, by name. Raises NotRecorded if there is none."""
    found = [Replay(entry.path) for entry in entries(folder) if is_there(entry.path / FACTS)]
    if not found:
        raise NotRecorded(f"{folder}: nothing is recorded there; record a run on the GPU with --record {folder}")
    return found


def _name(definition: NetworkDefinition, feeds: Mapping[str, Array], repeat: Repeat | None) -> str:
    digest = hashlib.sha256(f"{definition.hash} {repeat}".encode())
    for name, array in sorted(feeds.items()):
        digest.update(f"\n{name} {array.dtype} {array.shape}\n".encode())
        digest.update(array.to_bytes())
    return f"{digest.hexdigest()}.outcome"


def _write(path: Path, data: dict[str, Any]) -> None:
    import execnet  # which takes a while, and a run may do without

    write_bytes(path, execnet.dumps(data))


#: What the unpacking raises on bytes that are no answer, beside what execnet does.
_DAMAGE = (OSError, EOFError, struct.error, ValueError, LookupError, TypeError, AttributeError)


def _read(path: Path, unpack: Callable[[Any], T]) -> T:
    import execnet

    try:
        return unpack(execnet.loads(read_bytes(path)))
    except NoFile as error:
        raise NotRecorded(str(error)) from error
    except (execnet.DataFormatError, *_DAMAGE) as error:
        raise NotRecorded(f"{path}: cannot be read; record the run again") from error
