"""`reports/SENSITIVITY.md`: how many wrong elements are seen, by layer and type, and which are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from trtexp.authoring.coverage.plant import SIZES, Trial, Trials
from trtexp.errors import plural
from trtexp.report import escape
from trtexp.report.markdown import environment
from trtexp.report.table import table
from trtexp.report.wording.outputs import FREEDOMS

MOST_TERMS = 256  # of a half accumulator that is judged
WIDEST = 10  # how many are named
Group = Callable[[Trial], bool]


def _in_half(trial: Trial) -> bool:
    return trial.type == "float16" or (trial.type == "float32" and trial.flag == "FP16")


#: What the targets are about.
GROUPS: Mapping[str, Group] = {
    "all outputs": lambda trial: True,
    "float32": lambda trial: trial.type == "float32" and not trial.flag and not trial.random,
    "random numbers of the device": lambda trial: trial.random,
    "half, no dot products": lambda trial: _in_half(trial) and trial.terms is None,
    f"half, dot products of up to {MOST_TERMS} terms": lambda t: _in_half(t) and 0 < (t.terms or 0) <= MOST_TERMS,
    f"half, dot products of more than {MOST_TERMS} terms": lambda t: _in_half(t) and (t.terms or 0) > MOST_TERMS,
    "float32 where TF32 is allowed": lambda trial: trial.flag == "TF32",
}
#: (group, size) -> the least share that should be seen.
TARGETS = {
    ("all outputs", "10 %"): 1.0,
    ("float32", "1 %"): 0.99,
    ("float32", "0.1 %"): 0.95,
    ("half, no dot products", "1 %"): 0.95,
    (f"half, dot products of up to {MOST_TERMS} terms", "1 %"): 0.95,
}
SERIOUS = ("10 %", "1 %")  # sizes whose misses are listed


def render_sensitivity(files: Sequence[Trials]) -> str:
    """The page."""
    trials = [trial for one in files for trial in one.trials]
    page = (
        environment()
        .get_template("sensitivity.md.j2")
        .render(
            outputs=plural(len(trials), "output"),
            unjudged=sum(one.unjudged for one in files),
            totals=_totals(trials),
            layers=_layers(trials),
            missed=_missed(trials),
            widest=[_widest(trial) for trial in widest(trials)],
        )
    )
    return page.rstrip("\n") + "\n"


def widest(trials: Sequence[Trial]) -> list[Trial]:
    """Those whose element may be furthest off, relative to it."""
    return sorted(trials, key=lambda trial: (-trial.bound, trial.experiment, trial.case, trial.output))[:WIDEST]


def _totals(trials: Sequence[Trial]) -> str:
    rows = []
    for name, group in GROUPS.items():
        chosen = [trial for trial in trials if group(trial)]
        rows.append([name, str(len(chosen)), *(_share(chosen, i, TARGETS.get((name, s))) for i, s in enumerate(SIZES))])
    return table(["outputs", "how many", *SIZES], rows)


def _share(trials: Sequence[Trial], size: int, target: float | None) -> str:
    """`98.2 %`, and the target where there is one."""
    tried = [trial.found[size] for trial in trials if trial.found[size] != "same"]
    if not tried:
        return ""
    seen = sum(found == "seen" for found in tried) / len(tried)
    said = f"{100 * seen:.1f} %"
    if target is None:
        return said
    return f"{said} (target {100 * target:g} %, {'met' if seen >= target else '**missed**'})"


def _layers(trials: Sequence[Trial]) -> str:
    def of(trial: Trial) -> tuple[str, str]:
        return trial.layer, _type(trial)

    rows = []
    for (layer, type_), group in groupby(sorted(trials, key=of), key=of):
        chosen = list(group)
        rows.append([escape.code(layer), type_, str(len(chosen)), *(_count(chosen, i) for i in range(len(SIZES)))])
    return table(["layer", "type", "outputs", *SIZES], rows)


def _type(trial: Trial) -> str:
    return f"{trial.type}, {trial.flag} allowed" if trial.flag else trial.type


def _count(trials: Sequence[Trial], size: int) -> str:
    """How many are seen of those that the type tells from the right ones."""
    tried = [trial.found[size] for trial in trials if trial.found[size] != "same"]
    return f"{tried.count('seen')} of {len(tried)}" if tried else "–"


def _missed(trials: Sequence[Trial]) -> str:
    """The outputs in which an error of one of the larger sizes is not seen, the widest first."""
    serious = [list(SIZES).index(size) for size in SERIOUS]
    chosen = [trial for trial in trials if any(trial.found[i] in ("noted", "missed") for i in serious)]
    rows = [_row(trial, serious) for trial in sorted(chosen, key=lambda t: (-t.bound, t.experiment, t.case, t.output))]
    return table(["case", "output", "layer", "type", "terms", *SERIOUS, "bound", "by"], rows) if rows else "None."


def _row(trial: Trial, serious: Sequence[int]) -> list[str]:
    return [
        escape.code(f"{trial.experiment}::{trial.case}"),
        escape.code(trial.output),
        escape.code(trial.layer),
        _type(trial),
        "" if trial.terms is None else str(trial.terms),
        *(trial.found[i] for i in serious),
        _relative(trial.bound),
        "" if trial.granted is None else FREEDOMS[trial.granted],
    ]


def _widest(trial: Trial) -> str:
    case = escape.code(f"{trial.experiment}::{trial.case}")
    return f"{case}, {escape.code(trial.output)}: {_relative(trial.bound)}"


def named(trials: Sequence[Trial]) -> Iterator[str]:
    """The widest as lines of text."""
    for trial in widest(trials):
        yield f"{trial.experiment}::{trial.case}: {trial.output} may be off by {_relative(trial.bound)} unseen"


def _relative(bound: float) -> str:
    """A share of the value in per cent, or in times of it."""
    if bound == float("inf"):
        return "anything"
    return f"{bound:.2g} times its size" if bound >= 1 else f"{100 * bound:.2g} %"
