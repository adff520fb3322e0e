"""What came out of a run beside the reference: values by bound, certificate and exactness."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from trtexp.engine.outcome import Outcome
from trtexp.fuzz.network import LIMITS, Answer, Network, answered, declared
from trtexp.fuzz.oracle import Agreement, Kind, Sign, compared
from trtexp.judging.case import judge_case
from trtexp.judging.compare import judge
from trtexp.judging.judgement import Judgement, Reading
from trtexp.judging.output import JudgedOutput
from trtexp.judging.pairs import numbers
from trtexp.judging.readings import readings
from trtexp.numerics import FAMILIES, UNIT, Bounded, Family
from trtexp.numerics.budget import Budget, OverBudget
from trtexp.numerics.format import number
from trtexp.numerics.tolerance import Tolerance
from trtexp.spec.case import Case
from trtexp.spec.errors import Mark
from trtexp.spec.tree import Mapping as Tree

#: The reference of an output with what a device is known to be off by beside it.
Widened = Callable[[str, Bounded], Bounded]
FEW = 12  # numbers that are shown
NOWHERE = Mark("a generated network", 1, 1)


def case_of(network: Network, family: Family | None) -> Case:
    """A generated network as a case of which nothing is expected."""
    return Case(
        "generated",
        "",
        NOWHERE,
        (),
        network.layers,
        network.inputs,
        network.weights,
        network.definition,
        {},
        (Tolerance(),),
        Tree(NOWHERE),
        Budget(LIMITS),
        family=family,
    )


def answer_of(case: Case) -> Answer:
    """What trtexp says of a case before the run."""
    try:
        found = case.evaluation()
    except Exception as error:  # a fault of a model is what is looked for
        return Answer(f"{type(error).__name__}: {error}", [*case.layers][-1])
    return answered(found, case.definition, bool(case.budget.refused))


def valued(case: Case, subject: str, ours: Answer, theirs: Outcome, widened: Widened | None = None) -> Sign | Agreement:
    """What two answers come to, the values with them. subject: the layer that is tried."""
    before = compared(case.layers, subject, ours, theirs, declared(case.definition))
    if before != "takes" or theirs.status != "ran":
        return before
    try:
        with np.errstate(all="ignore"):  # squares of the largest numbers are among what is compared
            judged = judge_case(case, theirs)
        if judged.as_expected:
            return "takes"
        wrong = [
            each for each in judged.outputs if each.wrong and not _vacuous(each) and not _near(case, each, widened)
        ]
    except OverBudget:
        return "unknown"
    except Exception as error:  # the judge itself is at fault
        return Sign(subject, "judge", f"it fails: {type(error).__name__}")
    if lost := judged.verdict.ending.lost:
        return Sign(subject, "value", f"{_suffix(lost[0])}: it did not come back")
    return _sign(subject, wrong[0].name, wrong[0].judged) if wrong else "takes"


def told(case: Case, theirs: Outcome) -> tuple[str, str]:
    """What the reference gives, and what came, in words."""
    tensors = case.evaluation().tensors
    ours = (f"{name} {_numbers(tensors[name].ref)}" for name in case.definition.outputs if name in tensors)
    came = (f"{name} {array.dtype} {_numbers(numbers(array))}" for name, array in theirs.outputs.items())
    return ", ".join(ours), ", ".join(came)


def _numbers(values: np.ndarray) -> str:
    """A tensor's numbers, or the first of them."""
    few = [number(each) for each in values.reshape(-1)[:FEW].tolist()]
    return f"{list(values.shape)} = {', '.join([*few, *(['…'] * (values.size > FEW))])}"


def _vacuous(output: JudgedOutput) -> bool:
    """Whether the bound says too little, which is no fault of the device."""
    return output.judged.verdict == "vacuous" and not output.inferred_faults()


def _near(case: Case, output: JudgedOutput, widened: Widened | None) -> bool:
    """Whether an output is as it should be, given what the device is known to be off by."""
    if widened is None or output.inferred_faults() or output.judged.faults:
        return False

    def wide(reading: Reading) -> Reading:
        return replace(reading, reference=widened(output.name, reading.reference))

    families = (case.family,) if case.family is not None else (None, *FAMILIES)
    for family in families:
        of = replace(case, family=family)
        found = judge(output.actual, map(wide, readings(of, output.name, output.rules)), None, output.rules)
        if found.verdict != "mismatch":
            return True
    return False


def _sign(subject: str, name: str, judged: Judgement) -> Sign:
    """The kind of a wrong output, and what its worst element is."""
    first = _suffix(name)
    pair, reference = judged.actual_reference, judged.reference
    if pair is None or reference is None or judged.faults:
        faults = ", ".join(fault.what for fault in judged.faults) or "the form that was inferred"
        return Sign(subject, "value", f"{first}: {faults}")
    at = pair.worst
    kind: Kind = "certified" if judged.certified_wrong else "value"
    if judged.certified_wrong:
        at = tuple(int(i) for i in np.argwhere(reference.certified & (pair.error > 0))[0])
    return Sign(subject, kind, f"{first}: {reference.dtype}, {_class(reference, at)}")


def _class(reference: Bounded, at: tuple[int, ...]) -> str:
    """What a legal element is: the kind of number, in which a mechanism shows."""
    value = reference.ref[at]
    if reference.dtype not in UNIT:
        return "whole"
    return "nan" if np.isnan(value) else "infinite" if np.isinf(value) else "zero" if value == 0 else "finite"


def _suffix(name: str) -> str:
    return name.partition(".")[2] or "first output"
