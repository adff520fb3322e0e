"""`reports/FUZZ.md`: what campaigns tried and what came of it, by layer, added up by seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from trtexp.errors import plural
from trtexp.fuzz.campaign import Campaign
from trtexp.fuzz.known import known
from trtexp.fuzz.oracle import Stage
from trtexp.fuzz.runs import Line, Run, together
from trtexp.fuzz.subject import subject
from trtexp.fuzz.tally import names, reachable

#: How networks are asked about, in a sentence that goes on with the release.
ASKED: dict[Stage, str] = {
    "define": "asked of trtexp's models and of the define phase of",
    "build": "asked of trtexp's models and built by",
    "run": "given data that tell, run and judged by trtexp's references, and run once more beside a twin, by",
}
LIMIT = 25_000  # definitions of one layer that TensorRT-RTX 1.7.1 answers in a second on one core
_COLUMNS = (
    *("layer", "tried", "both take", "both refuse", "refused in the build", "not judged", "differ"),
    *("attributes", "members", "dtypes", "ranks", "constraints"),
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
_WAYS = {
    "chains": "have more layers behind the one that is tried",
    "dynamic": "have sizes that only the run tells",
    "outputs": "mark tensors on the way as outputs",
    "set_input": "set an input afterwards",
    "refused": "lie beyond a constraint of trtexp's",
}


def page(runs: Sequence[Run]) -> str:
    """The page of all runs of one stage and device."""
    lines = ["# What nobody wrote: generated networks, asked of trtexp and of TensorRT"]
    for release, group in groupby(runs, key=lambda run: run.release):
        lines += ["", f"## {release}", "", *_section(list(group))]
    return "\n".join(lines) + "\n"


def summary(made: Campaign) -> str:
    """One sentence for the terminal."""
    tried = sum(tally.tried for tally in made.tallies.values())
    agreed = sum(tally.answers["takes"] + tally.answers["refuses"] for tally in made.tallies.values())
    known, new = sum(made.known.values()), sum(find.count for find in made.finds.values())
    return (
        f"{plural(tried, 'network')} tried, {agreed + sum(made.built.values())} agreed, {known} differ as is known, "
        f"{new} differ in {plural(len(made.finds), 'way')}"
    )


def _section(runs: Sequence[Run]) -> Iterator[str]:
    """One stage and release."""
    every = together(line for run in runs for line in run.lines.values())
    settled = sum(count for run in runs for *_, count in run.known)
    open_ = sum(way.count for run in runs for way in run.ways)
    agreed = every.answers.get("takes", 0) + every.answers.get("refuses", 0) + every.built
    yield (
        f"Each network is made of a layer's own small one by up to five changes, and {ASKED[runs[0].stage]} "
        f"{runs[0].release}. {plural(every.tried, 'network')} tried in {plural(len(runs), 'run')}: {agreed} agreed, "
        f"{settled} differ as is known, {open_} differ otherwise, {_unjudged(every)} were not judged."
    )
    yield ""
    yield "Of these networks " + ", ".join(f"{every.kinds.get(kind, 0)} {said}" for kind, said in _WAYS.items()) + "."
    yield ""
    yield from _speed([run for run in runs if run.seconds is not None])
    yield from ("Again:", "", "```text")
    yield from (
        f"trtexp fuzz --stage {run.stage}{_device(run)} --seed {run.seed} --examples {run.tried}" for run in runs
    )
    yield from ("```", "", f"| {' | '.join(_COLUMNS)} |", f"|{' --- |' * len(_COLUMNS)}")
    words = sorted({word for run in runs for word in run.lines})
    by_word = {word: together(run.lines[word] for run in runs if word in run.lines) for word in words}
    yield from (_row(word, line, runs[0].api) for word, line in by_word.items())
    yield from (
        "",
        "*Not judged*: data that are no network, names that the release lacks, references that are too large, and",
        "constraints on sizes that TensorRT learns when it runs. *Attributes* to *ranks*: how many of those that the",
        "release has were tried, arguments among the attributes; *constraints*: how many of trtexp's were crossed.",
    )
    yield from _left(by_word, runs[0].api)
    yield from _open(runs)
    yield from _settled(runs)


def _speed(runs: Sequence[Run]) -> Iterator[str]:
    """How fast those runs were that were timed."""
    seconds, cpu = sum(run.seconds or 0 for run in runs), sum(run.cpu or 0 for run in runs)
    tried, jobs = sum(run.tried for run in runs), ", ".join(sorted({str(run.jobs) for run in runs}))
    if not runs or not seconds or not cpu:
        return
    yield (
        f"{tried} of them were tried in {seconds:.0f} s on {jobs} processes, beside whatever else the machine had to "
        f"do and without shrinking: {tried / seconds:.0f} a second. trtexp's own side took {cpu:.0f} s of CPU: "
        f"{tried / cpu:.0f} a second and core. TensorRT-RTX 1.7.1 answers {LIMIT} definitions of one layer a second "
        f"on one core; {tried / cpu / LIMIT:.1%} of that is reached, and the rest is what it takes to draw a network, "
        f"to make it, and to ask trtexp's models."
    )
    yield ""


def _row(word: str, line: Line, api: str) -> str:
    of = subject(word, api)
    reached = Counter(each.partition(":")[0] for each in line.reached)
    share = [] if of is None else [f"{reached[what]} of {most}" for what, most in reachable(of).items()]
    takes, refuses = line.answers.get("takes", 0), line.answers.get("refuses", 0)
    differ = line.tried - takes - refuses - line.built - _unjudged(line)
    numbers = [line.tried, takes, refuses, line.built, _unjudged(line), differ]
    return f"| `{word}` | {' | '.join(map(str, numbers))} | {' | '.join(share)} |"


def _left(by_word: dict[str, Line], api: str) -> Iterator[str]:
    """What was not reached, by layer."""
    yield from ("", "### Not reached", "")
    some = False
    for word, line in by_word.items():
        of = subject(word, api)
        rest = [] if of is None else [f"{what} {name}" for what, name in sorted(names(of) - _pairs(line))]
        if rest:
            some = True
            yield f"- `{word}`: {', '.join(rest)}"
    if not some:
        yield "Nothing: every attribute, member, dtype, rank and constraint was."


def _pairs(line: Line) -> set[tuple[str, str]]:
    return {(what, name) for what, _, name in (each.partition(":") for each in line.reached)}


def _open(runs: Sequence[Run]) -> Iterator[str]:
    yield from ("", "### Differences that are not settled", "")
    counts: Counter[tuple[str, str, tuple[str, ...]]] = Counter()
    said: dict[tuple[str, str, tuple[str, ...]], str] = {}
    for run in runs:
        for way in run.ways:
            mechanism = (way.layer, way.kind, tuple(way.matter))
            counts[mechanism] += way.count
            said.setdefault(mechanism, way.says)
    if not counts:
        yield "None."
        return
    yield "| layer | | it takes | times | what shows it |"
    yield "| --- | --- | --- | --- | --- |"
    for mechanism, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        layer, kind, matter = mechanism
        shown = said[mechanism].replace("|", "\\|")
        yield f"| `{layer}` | {_KINDS[kind]} | {', '.join(f'`{name}`' for name in matter)} | {count} | {shown} |"


def _settled(runs: Sequence[Run]) -> Iterator[str]:
    yield from ("", "### Differences that are to stay", "")
    counts: Counter[tuple[str, str, str]] = Counter()
    for run in runs:
        for layer, kind, says, count in run.known:
            counts[layer, kind, says] += count
    here = (entry for entry in known() if entry.release == runs[0].release)
    entries = {(entry.layer, str(entry.kind), entry.says): entry for entry in here}
    if not counts:
        yield "None."
    for key, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        entry = entries.get(key)
        reason = f"{entry.reason} {entry.link}" if entry is not None else "It is no longer listed."
        yield f"- `{key[0]}`, {_KINDS[key[1]]}, {count} times: {reason}"


def _unjudged(line: Line) -> int:
    return sum(line.answers.get(answer, 0) for answer in ("unmade", "lacks", "unknown", "later"))


def _device(run: Run) -> str:
    return f" --device {run.device}" if run.device else ""
