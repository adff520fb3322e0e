"""`reports/FUZZ.md`: what a campaign tried and what came of it, by layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from trtexp.errors import plural
from trtexp.fuzz.campaign import Campaign, Plan
from trtexp.fuzz.known import known
from trtexp.fuzz.oracle import Stage
from trtexp.fuzz.subject import subject
from trtexp.fuzz.tally import Tally, reachable

#: How networks are asked about, in a sentence that goes on with the release.
ASKED: dict[Stage, str] = {
    "define": "asked of trtexp's models and of the define phase of",
    "build": "asked of trtexp's models and built by",
    "run": "given data that tell, run and judged by trtexp's references, and run once more beside a twin, by",
}
_COLUMNS = (
    *("layer", "tried", "both take", "both refuse", "refused in the build", "not judged", "differ"),
    *("attributes", "members", "dtypes", "ranks"),
)
_KINDS = {
    "we_refuse": "trtexp refuses, TensorRT takes",
    "they_refuse": "TensorRT refuses, trtexp takes",
    "shape": "another shape",
    "dtype": "another dtype",
    "dies": "TensorRT dies",
    "we_fail": "trtexp's reference fails",
    "value": "beyond the bound",
    "certified": "another value of a certified element",
    "twin": "another value in a twin",
    "judge": "judged otherwise",
}


def name_of(plan: Plan) -> str:
    """The file of the page: one for each stage and device."""
    parts = ("FUZZ", *([plan.stage] if plan.stage != "define" else []), *([plan.device] if plan.device else []))
    return f"{'_'.join(parts).upper()}.md"


def page(made: Campaign) -> str:
    """The page."""
    return "\n".join(_lines(made)) + "\n"


def summary(made: Campaign) -> str:
    """One sentence for the terminal."""
    tried = sum(tally.tried for tally in made.tallies.values())
    agreed = sum(_agreed(tally) for tally in made.tallies.values()) + sum(made.built.values())
    known, new = sum(made.known.values()), sum(find.count for find in made.finds.values())
    return (
        f"{plural(tried, 'network')} tried, {agreed} agreed, {known} differ as is known, "
        f"{new} differ in {plural(len(made.finds), 'way')}"
    )


def _lines(made: Campaign) -> Iterator[str]:
    plan = made.plan
    yield "# What nobody wrote: generated networks, asked of trtexp and of TensorRT"
    yield ""
    yield (
        f"Each network is made of a layer's own small one by up to five changes, and {ASKED[plan.stage]} {plan.full}. "
        f"{summary(made)}."
    )
    yield ""
    yield f"Again: `trtexp fuzz --stage {plan.stage}{_device(plan)} --seed {plan.seed} --examples {_tried(made)}`"
    yield ""
    yield f"| {' | '.join(_COLUMNS)} |"
    yield f"|{' --- |' * len(_COLUMNS)}"
    for word, tally in sorted(made.tallies.items()):
        yield _row(made, word, tally)
    yield ""
    yield "*Not judged*: data that are no network, names that the release lacks, references that are too large, and"
    yield "constraints on sizes that TensorRT learns when it runs."
    yield "*Attributes* to *ranks*: how many of those that the release has were tried, arguments among the attributes."
    yield from _finds(made)
    yield from _known(made)


def _row(made: Campaign, word: str, tally: Tally) -> str:
    of = subject(word, made.plan.release)
    assert of is not None
    built = sum(seen.count for sign, seen in tally.seen.items() if sign in made.built)
    reached = Counter(what for what, _ in tally.reached)
    share = [f"{reached[what]} of {most}" for what, most in reachable(of).items()]
    takes, refuses, differ = tally.answers["takes"], tally.answers["refuses"], tally.tried - _agreed(tally)
    unjudged = _unjudged(tally)
    numbers = [tally.tried, takes, refuses, built, unjudged, differ - built - unjudged]
    return f"| `{word}` | {' | '.join(map(str, numbers))} | {' | '.join(share)} |"


def _finds(made: Campaign) -> Iterator[str]:
    yield from ("", "## Differences that are not settled", "")
    if not made.finds:
        yield "None."
        return
    yield "| layer | | it takes | times | what shows it |"
    yield "| --- | --- | --- | --- | --- |"
    for find in sorted(made.finds.values(), key=lambda find: (-find.count, find.mechanism)):
        names, said = ", ".join(f"`{name}`" for name in find.matter), find.sign.says.replace("|", "\\|")
        yield f"| `{find.sign.layer}` | {_KINDS[find.sign.kind]} | {names} | {find.count} | {said} |"


def _known(made: Campaign) -> Iterator[str]:
    yield from ("", "## Differences that are to stay", "")
    if not made.known:
        yield "None."
    for place, count in sorted(made.known.items(), key=lambda pair: -pair[1]):
        entry = known()[place]
        yield f"- `{entry.layer}`, {_KINDS[entry.kind]}, {count} times: {entry.reason} {entry.link}".rstrip()


def _device(plan: Plan) -> str:
    return f" --device {plan.device}" if plan.device else ""


def _tried(made: Campaign) -> int:
    return sum(tally.tried for tally in made.tallies.values())


def _agreed(tally: Tally) -> int:
    return tally.answers["takes"] + tally.answers["refuses"]


def _unjudged(tally: Tally) -> int:
    return tally.answers["unmade"] + tally.answers["lacks"] + tally.answers["unknown"] + tally.answers["later"]
