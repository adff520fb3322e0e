"""The outputs of one case, each compared with the reference within both bounds: ours, and ONNX Runtime's own error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from exporting import exported, fed
from planting import planted

from trtexp.definition.network import Array
from trtexp.export import Inexpressible
from trtexp.fuzz.onnx_runtime.own_errors import widened
from trtexp.fuzz.onnx_runtime.session import Refused, made_by, run
from trtexp.judging.compare import judge
from trtexp.judging.judgement import Judgement, Reading
from trtexp.numerics import Bounded
from trtexp.numerics.tolerance import Tolerance
from trtexp.spec.case import Case

AGREES, DISAGREES = "agrees", "disagrees"


@dataclass(frozen=True)
class Answer:
    """What became of an output: `agrees`, `disagrees`, or the reason for which it is left out; fault says more."""

    output: str
    outcome: str
    fault: str = ""


def answers(case: Case) -> Iterator[Answer]:
    """One for each output of a case."""
    outputs = case.definition.outputs
    if not case.layers:
        yield from (Answer(output, "no reference") for output in outputs)
        return
    if case.evaluation().refusal is not None:
        yield from (Answer(output, "refused") for output in outputs)
        return
    try:
        model = exported(case)
        found = run(model, fed(case))
    except Inexpressible:
        yield from (Answer(output, "no words") for output in outputs)
    except Refused as refused:
        yield from (Answer(output, str(refused)) for output in outputs)
    else:
        for output, values in zip(outputs, found, strict=True):
            allowed = widened(case.evaluation().tensors[output], made_by(model, output))
            yield answer(output, values, allowed)


def answer(output: str, values: Array, reference: Bounded) -> Answer:
    """Compare an output; agreement counts only if one wrong element would be seen; without elements, form is all."""
    judged = compared(values, reference)
    if judged.verdict == "mismatch":
        return Answer(output, DISAGREES, fault(judged))
    wrong = planted(values, reference)
    seen = wrong is not None and compared(wrong, reference).verdict == "mismatch"
    return Answer(output, AGREES if seen or not values.size else "wide")


def compared(values: Array, reference: Bounded) -> Judgement:
    return judge(values, [Reading(None, reference)], None, [Tolerance()])


def fault(judged: Judgement) -> str:
    """What is wrong, in words."""
    pair = judged.actual_reference
    if pair is None:
        return "; ".join(judged.faults)
    return f"error {pair.error[pair.worst]:g} at {list(pair.worst)}, allowed {pair.allowed[pair.worst]:g}"
