"""What blame found, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from trtexp.errors import plural
from trtexp.numerics.format import rounded
from trtexp.records.blame import Blame, Found, Look

WAYS = {
    "outputs": "every tensor marked",
    "sparse": "one tensor in {every} marked",
    "engine": "only the outputs",
    "tensors": "tensors of a file",
}


ODD_TITLE = "NaN, infinities and zeros that a layer made"
ODD_COLUMNS = ("tensor", "NaN", "infinite", "subnormal taken as 0", "of")


def headline(made: Blame) -> str:
    """Who is guilty, or that nobody is."""
    guilty = made.guilty
    if not guilty:
        judged = sum(1 for look in made.looks for found in look.found if found.verdict in ("pass", "wide"))
        return f"{made.title} on {made.device}: nobody is guilty, {plural(judged, 'tensor')} judged"
    first = guilty[0][1]
    return f"{made.title} on {made.device}: {named(first)} is guilty: {offence(first)}"


def named(found: Found) -> str:
    node = f" of node {found.node}" if found.node and found.node != found.model else ""
    return f"{found.kind} {found.model}{node}"


def offence(found: Found) -> str:
    """What a layer did that it may not."""
    if found.reason:
        return found.reason
    if found.ratio is None and found.got is None:
        return f"{plural(found.bad, 'element')} of {found.elements} of no finite value"
    ratio = "" if found.ratio is None else f", {rounded(found.ratio, 3)} times what is allowed"
    got, want = ("no number" if value is None else rounded(value, 9) for value in (found.got, found.want))
    return (
        f"{got} at {found.index} where {want} is right{ratio}; {plural(found.bad, 'element')} of {found.elements}; "
        f"the largest error is {rounded(found.impact, 2)} of the tensor's size"
    )


def look_line(look: Look) -> str:
    """One way of looking in a line."""
    counts = {verdict: sum(1 for found in look.found if found.verdict == verdict) for verdict in VERDICTS}
    told = ", ".join(f"{count} {VERDICTS[verdict]}" for verdict, count in counts.items() if count)
    engines = f" in {look.engines} engines" if look.engines > 1 else ""
    elements = sum(found.elements for found in look.found)
    return f"{WAYS[look.way].format(every=look.every)}{engines}: {told or 'no tensor'}; {elements:,} elements"


VERDICTS = {"guilty": "guilty", "wide": "wide", "pass": "within their bounds", "unjudged": "unjudged"}


def firsts(made: Blame) -> Iterator[str]:
    """The first of each kind of suspect, in the order of the network."""
    kinds: tuple[tuple[str, Callable[[Found], bool]], ...] = (
        ("outside its bound", lambda found: found.verdict == "guilty"),
        ("NaN", lambda found: found.nan > 0),
        ("infinity", lambda found: found.infinite > 0),
        ("subnormal taken as 0", lambda found: found.flushed > 0),
        ("wide: far off by what is usual", lambda found: found.verdict == "wide"),
    )
    for what, holds in kinds:
        every = [found for look in made.looks for found in look.found if holds(found)]
        if every:
            worst = max(every, key=lambda found: found.impact)
            more = "" if worst.tensor == every[0].tensor else f"; the worst: {named(worst)}"
            yield f"first {what}: {named(every[0])}{more}"


def diagnosis(made: Blame) -> str:
    """What the difference of two ways of looking says; empty where there is none."""
    guilty = {look.way: {found.tensor for found in look.found if found.verdict == "guilty"} for look in made.looks}
    if "outputs" not in guilty or len(guilty) < 2:
        return ""
    others = [way for way in ("sparse", "engine") if guilty.get(way)]
    if others and not guilty["outputs"]:
        look = next(look for look in made.looks if look.way == others[0])
        names = list(look.found)
        place = next(i for i, found in enumerate(names) if found.verdict == "guilty")
        before = named(names[place - 1]) if place else "the inputs"
        return (
            f"right where every tensor is marked, wrong where not: a fusion between {before} and {named(names[place])}"
        )
    if guilty["outputs"] and not others:
        return "wrong only where every tensor is marked: the layer by itself, which a fused engine does not run"
    if guilty["outputs"] and others:
        return "wrong however one looks: the layer itself"
    return ""
