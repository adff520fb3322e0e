"""What campaigns came to, kept beside the page by seed, so that several of them add up and can be run again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from trtexp import __version__
from trtexp.errors import BadUsage
from trtexp.files.atomic import write_text
from trtexp.files.reading import read_bytes
from trtexp.fuzz.campaign import Campaign
from trtexp.fuzz.finds import Find
from trtexp.fuzz.known import known
from trtexp.fuzz.oracle import Stage
from trtexp.fuzz.tally import Tally
from trtexp.layers.base import Model

FORMAT = 1
FEWEST_TIMED = 50_000  # networks: less measures how workers start


class Line(Model):
    """The networks of one layer. answers: how many of each; built: differences that the build refuses as well; kinds:
    how many were made in which way; reached: what was tried of what there is, `attributes:axis` and the like."""

    tried: int
    answers: dict[str, int]
    built: int
    kinds: dict[str, int]
    reached: list[str]


class Way(Model):
    """A difference that is not settled, by its mechanism."""

    layer: str
    kind: str
    matter: list[str]
    says: str
    count: int


class Run(Model):
    """One campaign. release: its full name; api: as it is known. seconds: for trying, without shrinking; cpu: those of
    trtexp's own processes, workers not counted; None for what is small, or was put together of shards. known: how often
    each entry of the reviewed list came, by layer, kind and what it says."""

    stage: Stage
    device: str
    release: str
    api: str
    seed: int
    tried: int
    jobs: int | None
    seconds: float | None
    cpu: float | None
    trtexp: str
    lines: dict[str, Line]
    ways: list[Way]
    known: list[tuple[str, str, str, int]]


class Runs(Model):
    """All of them."""

    format: int
    runs: list[Run]


def name_of(run: Run, ending: str) -> str:
    """The file of the page, or of its record: one for each stage and device."""
    parts = ("FUZZ", *([run.stage] if run.stage != "define" else []), *([run.device] if run.device else []))
    return f"{'_'.join(parts).upper()}.{ending}"


def run_of(made: Campaign, jobs: int) -> Run:
    """A campaign as it is kept."""
    tried = sum(tally.tried for tally in made.tallies.values())
    timed = made.seconds > 0 and tried >= FEWEST_TIMED
    finds = sorted(made.finds.values(), key=lambda find: (-find.count, find.mechanism))
    return Run(
        stage=made.plan.stage,
        device=made.plan.device,
        release=made.plan.full,
        api=made.plan.release,
        seed=made.plan.seed,
        tried=tried,
        jobs=jobs if timed else None,
        seconds=round(made.seconds, 1) if timed else None,
        cpu=round(sum(tally.cpu for tally in made.tallies.values()), 1) if timed else None,
        trtexp=__version__,
        lines={word: _line(made, tally) for word, tally in sorted(made.tallies.items())},
        ways=[
            Way(layer=f.sign.layer, kind=f.sign.kind, matter=[*f.matter], says=f.sign.says, count=f.count)
            for f in finds
        ],
        known=[
            (entry.layer, entry.kind, entry.says, made.known[place])
            for place, entry in enumerate(known())
            if made.known[place]
        ],
    )


def _line(made: Campaign, tally: Tally) -> Line:
    return Line(
        tried=tally.tried,
        answers=dict(sorted(tally.answers.items())),
        built=sum(seen.count for sign, seen in tally.seen.items() if sign in made.built),
        kinds=dict(sorted(tally.kinds.items())),
        reached=sorted(f"{what}:{name}" for what, name in tally.reached),
    )


def _way(find: Find) -> Way:
    sign = find.sign
    return Way(layer=sign.layer, kind=sign.kind, matter=[*find.matter], says=sign.says, count=find.count)


def read(path: Path) -> list[Run]:
    """The runs that a record keeps. Raises BadUsage for a file that is none of this version, NoFile, OSError."""
    try:
        found = Runs.model_validate_json(read_bytes(path))
    except FileNotFoundError:
        return []
    except ValidationError as error:
        raise BadUsage(f"{path}: no record of trtexp fuzz; delete it to begin anew") from error
    if found.format != FORMAT:
        raise BadUsage(f"{path}: a record of format {found.format}, not {FORMAT}: delete it to begin anew")
    return found.runs


def add(folder: Path, new: Run) -> list[Run]:
    """Keep a run; one of the same stage, release and seed takes the place of an older one. Raises BadUsage, OSError."""
    path = folder / name_of(new, "json")
    rest = [run for run in read(path) if (run.release, run.seed) != (new.release, new.seed)]
    runs = sorted([*rest, new], key=lambda run: (run.release, run.seed))
    made = Runs(format=FORMAT, runs=runs).model_dump(mode="json")
    write_text(path, json.dumps(made, indent=1, ensure_ascii=False) + "\n")
    return runs


def together(lines: Iterable[Line]) -> Line:
    """Several runs of one layer as one."""
    every = list(lines)
    answers: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for line in every:
        answers.update(line.answers)
        kinds.update(line.kinds)
    return Line(
        tried=sum(line.tried for line in every),
        answers=answers,
        built=sum(line.built for line in every),
        kinds=kinds,
        reached=sorted({name for line in every for name in line.reached}),
    )
