"""What was judged as a guide: what to change where, what the files already say, and what trtexp makes up for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from trtexp.errors import plural, visible
from trtexp.migration.judge import Judged, Lack
from trtexp.migration.releases.api import Release
from trtexp.migration.releases.history import history, instead
from trtexp.report import escape
from trtexp.report.table import table
from trtexp.spec.errors import Mark

_WIDEST = 44  # a longer text does not push what stands behind it further out
_NAMED = 4  # so many cases are named where more share a place


@dataclass(frozen=True)
class Topic:
    """A name that the release lacks: what is to know of it, and the cases at each place that is about it."""

    name: str
    fact: str
    advice: str | None
    places: Mapping[Mark, Sequence[str]]

    @property
    def cases(self) -> int:
        return len({(mark.file, case) for mark, cases in self.places.items() for case in cases})


@dataclass(frozen=True)
class Guide:
    """All files against one release.

    lacking: what no case declares, in the order of the files; declared: what is lacking as expected; adapted: what
    trtexp makes up for.
    contradictions: (place, case, sentence).
    """

    release: Release
    files: int
    cases: int
    lacking: Sequence[Topic]
    declared: Sequence[Topic]
    adapted: Sequence[Topic]
    contradictions: Sequence[tuple[Mark, str, str]]
    counts: Mapping[str, int]

    @property
    def as_expected(self) -> bool:
        return not self.lacking and not self.contradictions


def guide(release: Release, files: Sequence[Sequence[Judged]]) -> Guide:
    """The judged cases of all files, put together by what is lacking."""
    cases = [case for file in files for case in file]
    lacking = [[c for c in file if c.lacks and not c.declared and c.contradiction is None] for file in files]
    declared = [case for case in cases if case.declared]
    contradictions = [(case.mark, case.case, case.contradiction) for case in cases if case.contradiction is not None]
    return Guide(
        release=release,
        files=len(files),
        cases=len(cases),
        lacking=[topic for file in lacking for topic in _in_order(_topics(release, _lacks(file)))],
        declared=_topics(release, _lacks(declared)),
        adapted=_topics(release, ((case, lack) for case in cases for lack in case.adapted)),
        contradictions=contradictions,
        counts={
            "supported": sum(case.as_expected and not case.declared for case in cases),
            "declared as unsupported": len(declared),
            "with undeclared API that the release lacks": sum(map(len, lacking)),
            "wrongly declared": len(contradictions),
        },
    )


def _lacks(cases: Sequence[Judged]) -> Iterator[tuple[Judged, Lack]]:
    return ((case, lack) for case in cases for lack in case.lacks)


def _in_order(topics: Iterable[Topic]) -> list[Topic]:
    return sorted(topics, key=lambda topic: next(iter(topic.places)))


def _topics(release: Release, found: Iterable[tuple[Judged, Lack]]) -> list[Topic]:
    places: dict[tuple[str, str, str | None], dict[Mark, list[str]]] = {}
    for case, lack in found:
        fact = f"{release.name} demands it" if lack.demanded else history(lack.name, release)
        advice = lack.given or (None if lack.demanded else instead(lack.name, release))
        named = places.setdefault((fact, lack.name, advice), {}).setdefault(lack.mark, [])
        if case.case not in named:
            named.append(case.case)
    return [
        Topic(name, fact, advice, dict(sorted(at.items())))
        for (fact, name, advice), at in sorted(places.items(), key=lambda item: item[0][:2])
    ]


def lines(found: Guide) -> Iterator[str]:
    """The guide for the terminal; places can be clicked on."""
    yield f"{found.release.name} ({found.release.version}): {_summary(found)}"
    for mark, case, sentence in found.contradictions:
        yield f"  {visible(f'{mark}: {case}: {sentence}')}"
    for topic in found.lacking:
        yield f"  {visible(' · '.join(_told(topic)))}"
        for mark, cases in topic.places.items():
            yield f"    {visible(f'{mark}: {_cases(cases)}')}"
    for title, topics in _summaries(found):
        yield f"  {title}"
        for fact, alike in groupby(topics, lambda topic: topic.fact):
            yield f"    {visible(fact)}"
            rows = [(topic.name, _arrow(topic), _where(topic)) for topic in alike]
            sizes = [min(_WIDEST, max(len(row[i]) for row in rows)) for i in (0, 1)]
            for name, advice, where in rows:
                yield f"      {visible(f'{name:{sizes[0]}}  {advice:{sizes[1]}}  {where}')}"


def markdown(guides: Sequence[Guide]) -> str:
    """The same as a page."""
    return "\n\n".join(["# What the releases lack", *(part for found in guides for part in _section(found))]) + "\n"


def _section(found: Guide) -> Iterator[str]:
    yield f"## {escape.inline(found.release.name)}"
    yield f"{found.release.version}: {_summary(found)}."
    if found.contradictions:
        yield _bullets((mark, f"{case}: {sentence}") for mark, case, sentence in found.contradictions)
    for topic in found.lacking:
        yield f"### {escape.code(topic.name)}"
        yield escape.inline(" · ".join(_told(topic)[1:]))
        yield _bullets((mark, _cases(cases)) for mark, cases in topic.places.items())
    for title, topics in _summaries(found):
        yield f"### {title}"
        rows = [(topic.fact, topic.advice or "", _where(topic)) for topic in topics]
        cells = [[escape.code(t.name), *map(escape.inline, row)] for t, row in zip(topics, rows, strict=True)]
        yield table(["lacking", "since", "instead", "where"], cells)


def _summaries(found: Guide) -> list[tuple[str, Sequence[Topic]]]:
    both = (("Declared as unsupported, as expected", found.declared), ("Replaced by trtexp itself", found.adapted))
    return [(title, topics) for title, topics in both if topics]


def _bullets(items: Iterable[tuple[Mark, str]]) -> str:
    return "\n".join(f"- {escape.inline(f'{mark} {text}')}" for mark, text in items)


def _summary(found: Guide) -> str:
    counts = [f"{count} {what}" for what, count in found.counts.items() if count]
    return f"{plural(found.files, 'file')}, {plural(found.cases, 'case')}: {', '.join(counts) or 'nothing to say'}"


def _told(topic: Topic) -> list[str]:
    return [part for part in (topic.name, topic.fact, _arrow(topic)) if part]


def _arrow(topic: Topic) -> str:
    return f"→ {topic.advice}" if topic.advice else ""


def _cases(cases: Sequence[str]) -> str:
    if len(cases) <= _NAMED:
        return ", ".join(cases)
    return f"{', '.join(cases[:_NAMED])} and {len(cases) - _NAMED} more"


def _where(topic: Topic) -> str:
    first, *more = topic.places
    return f"{plural(topic.cases, 'case')}, {first}" + (f" and {plural(len(more), 'more place')}" if more else "")
