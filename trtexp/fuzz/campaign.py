"""A campaign: rounds of networks for every layer, shared among processes, and their finds shrunk and kept."""

from __future__ import annotations

import itertools
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from trtexp.engine.outcome import Outcome
from trtexp.fuzz.asking import Place
from trtexp.fuzz.finds import Find
from trtexp.fuzz.known import known
from trtexp.fuzz.network import Answer, network
from trtexp.fuzz.oracle import Sign, Stage
from trtexp.fuzz.rounds import Shrunk, explore, shrink
from trtexp.fuzz.smaller import matter
from trtexp.fuzz.subject import ANY, Subject, subject
from trtexp.fuzz.tally import Round, Seen, Tally
from trtexp.running.helpers import Helpers, Job
from trtexp.running.split import Share, split
from trtexp.workers.definer import TooManyDeaths

OF_A_ROUND = 200  # networks
AHEAD = 2  # rounds that wait for each process


@dataclass(frozen=True)
class Plan:
    """What is to be tried. release: the known one that the worker has, full: its own name. examples: networks in all;
    seconds: after which no round begins, None for no limit. share: which of the rounds are tried, None for all."""

    words: tuple[str, ...]
    release: str
    full: str
    seed: int
    examples: int
    seconds: float | None = None
    stage: Stage = "define"
    share: Share | None = None

    @property
    def device(self) -> str:
        """The device in the place of TensorRT, empty if it is TensorRT."""
        return self.full.partition("-")[0] if self.release == ANY else ""

    def rounds(self) -> Iterator[Round]:
        """The rounds, each layer in its turn, until there are as many networks as are asked for; those of a shard."""
        parts = {} if self.share is None else self.parts(self.share.of)
        for task in self._every():
            if self.share is None or parts[task.name] == self.share.number:
                yield task

    def parts(self, count: int) -> dict[str, int]:
        """The shard of each round by its name."""
        return split({task.name: float(task.count) for task in self._every()}, count)

    def _every(self) -> Iterator[Round]:
        left = self.examples
        for number in itertools.count():
            for word in self.words:
                if left <= 0:
                    return
                count = min(OF_A_ROUND, left)
                yield Round(word, self.release, self.seed, number, count, self.stage)
                left -= count


@dataclass
class Campaign:
    """What came of a plan. known: how often each entry of the reviewed list came, by its place; built: differences that
    TensorRT refuses when it builds, by sign; shrunk: what each new difference was shrunk to, None where that is
    so; ended: what ended it early, None if nothing did; seconds: for trying, without shrinking, 0 if nobody knows."""

    plan: Plan
    tallies: dict[str, Tally] = field(default_factory=dict)
    finds: dict[tuple[str, str, tuple[str, ...]], Find] = field(default_factory=dict)
    known: Counter[int] = field(default_factory=Counter)
    built: Counter[Sign] = field(default_factory=Counter)
    shrunk: dict[Sign, Shrunk | None] = field(default_factory=dict)
    ended: KeyboardInterrupt | TooManyDeaths | None = None
    seconds: float = 0.0

    def signs(self) -> Iterator[tuple[Sign, Seen]]:
        """All differences, those of one layer's network in another layer's tally put together."""
        every = Tally()
        for tally in self.tallies.values():
            for sign, seen in tally.seen.items():
                every.saw(sign, Seen(seen.round, seen.data, seen.count, seen.more))
        yield from sorted(every.seen.items(), key=lambda pair: (-pair[1].count, pair[0]))


def run(plan: Plan, place: Place, helpers: Helpers, kept: Callable[[Find], None]) -> Campaign:
    """Try all, then shrink what differs. Ctrl-C and workers that die again and again end it; what was found by then is
    in the campaign. kept: is given each find as soon as it is there, and again where more comes to it. Raises NoGpu."""
    made, began = Campaign(plan), time.monotonic()
    try:
        for task, tally in _explored(plan, place, helpers):
            made.tallies.setdefault(task.word, Tally()).add(tally)
    except (KeyboardInterrupt, TooManyDeaths) as error:
        made.ended = error
    made.seconds = time.monotonic() - began
    settle(made, lambda sign, seen: helpers.submit(shrink, place, sign, seen), kept)
    return made


def _explored(plan: Plan, place: Place, helpers: Helpers) -> Iterator[tuple[Round, Tally]]:
    """The rounds in their order, a few of them under way at a time."""
    end = None if plan.seconds is None else time.monotonic() + plan.seconds
    waiting: deque[tuple[Round, Job[Tally]]] = deque()
    for task in plan.rounds():
        if end is not None and time.monotonic() > end:
            break
        waiting.append((task, helpers.submit(explore, place, task)))
        if len(waiting) > AHEAD * helpers.count:
            first, job = waiting.popleft()
            yield first, job.result()
    for task, job in waiting:
        yield task, job.result()


def settle(made: Campaign, smallest: Callable[[Sign, Seen], Job[Shrunk | None]], kept: Callable[[Find], None]) -> None:
    """Shrink each difference that nobody knows, and put together what is one mechanism."""
    new: list[tuple[Sign, Seen]] = []
    for sign, seen in made.signs():
        entry = next((i for i, entry in enumerate(known()) if entry.matches(sign, made.plan.full)), None)
        if entry is not None:
            made.known[entry] += seen.count
        else:
            new.append((sign, seen))
    jobs = [None if made.ended else smallest(sign, seen) for sign, seen in new]
    for (sign, seen), job in zip(new, jobs, strict=True):
        try:
            found = None if job is None or made.ended else job.result()
        except (KeyboardInterrupt, TooManyDeaths) as error:
            made.ended, found = error, None
        if not made.ended:
            made.shrunk[sign] = found
        if made.ended:
            kept(_add(made, _as_it_came(made.plan, sign, seen)))
        elif found is None:
            made.built[sign] += seen.count
        else:
            kept(_add(made, _shrunk(made.plan, sign, seen, found)))


def _shrunk(plan: Plan, sign: Sign, seen: Seen, found: Shrunk) -> Find:
    names, both = matter(found.data, _subject(seen)), (found.ours, found.theirs)
    return Find(sign, names, found.data, *both, plan.full, plan.seed, seen.count, found.whole, plan.stage, found.came)


def _as_it_came(plan: Plan, sign: Sign, seen: Seen) -> Find:
    """A difference that there was no time to shrink."""
    names, theirs = matter(seen.data, _subject(seen)), Outcome("error", message=sign.says)
    ours = network(seen.data).answer(None) if sign.kind in ("we_refuse", "we_fail") else Answer()
    return Find(sign, names, seen.data, ours, theirs, plan.full, plan.seed, seen.count, False, plan.stage)


def _subject(seen: Seen) -> Subject:
    found = subject(seen.round.word, seen.round.release)
    assert found is not None
    return found


def _add(made: Campaign, find: Find) -> Find:
    """The find, with those of its mechanism that came before."""
    before = made.finds.get(find.mechanism)
    made.finds[find.mechanism] = find if before is None else replace(before, count=before.count + find.count)
    return made.finds[find.mechanism]


def offered(words: Sequence[str], release: str) -> tuple[str, ...]:
    """Those of some layers that a release has."""
    return tuple(word for word in words if subject(word, release) is not None)
