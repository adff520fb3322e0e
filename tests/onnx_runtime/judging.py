"""The outputs of one case, each compared with the reference within both bounds: ours, and ONNX Runtime's own error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import onnx
from exporting import exported, fed
from planting import planted

from onnx_runtime.session import Refused, run
from trtexp.definition.network import Array
from trtexp.export import Inexpressible
from trtexp.judging.compare import judge
from trtexp.judging.judgement import Judgement, Reading
from trtexp.numerics import UNIT, Bounded
from trtexp.numerics.tolerance import Tolerance
from trtexp.spec.case import Case

AGREES, DISAGREES = "agrees", "disagrees"


@dataclass(frozen=True)
class OwnError:
    """What ONNX Runtime's kernel of an operator is off by, whatever the input: absolute, for float32."""

    largest: float
    why: str


#: Operators whose kernel is further off than the bound of a legal float32 computation.
OWN_ERRORS = {
    "Sigmoid": OwnError(3 * UNIT["float32"], "a quotient of polynomials, with the argument cut at ±18"),
}


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


def made_by(model: onnx.ModelProto, tensor: str) -> str:
    """The operator that makes a tensor."""
    return str(next(node.op_type for node in model.graph.node if tensor in node.output))


def widened(reference: Bounded, operator: str) -> Bounded:
    """The reference with both bounds. ONNX Runtime computes half in float32, and rounds more often than a device may:
    such outputs may be off by a unit in the last place more."""
    own = np.zeros(reference.shape)
    if reference.dtype == "float16":
        own += 2 * UNIT["float16"] * np.nan_to_num(np.abs(reference.ref), posinf=0.0)
    if reference.dtype == "float32" and operator in OWN_ERRORS:
        own += OWN_ERRORS[operator].largest
    return replace(reference, bound=reference.bound + np.where(reference.certified, 0.0, own))


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
