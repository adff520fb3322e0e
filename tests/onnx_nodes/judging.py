"""One test of the package: converted, evaluated by the project's own evaluator, and compared with what ONNX expects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import onnx
from planting import SEEN, planted

import onnx_nodes.ops  # noqa: F401  enters the converters
from onnx_nodes.builder import Builder, array_of, refusal
from onnx_nodes.graph import ExcludedError, convert, opset_of
from trtexp.definition.network import Array, NetworkDefinition
from trtexp.judging.compare import judge
from trtexp.judging.judgement import Judgement, Reading
from trtexp.layers.base import LayerError
from trtexp.layers.network import NodeError
from trtexp.numerics import UNIT, Bounded
from trtexp.numerics.tolerance import Tolerance

RULES = (Tolerance(),)
GOOD = ("pass", "wide")
#: Outputs whose values the package holds as printed decimals: half a unit of their last digit.
PRINTED = {"test_gridsample_bicubic": 5e-5}


@dataclass(frozen=True)
class Converted:
    """A test as a network, with the reference of each output and what ONNX expects there.

    half: how far the expected numbers may be from the computed ones, since they are printed.
    """

    definition: NetworkDefinition
    references: Sequence[Bounded]
    expected: Sequence[Array]
    half: float = 0.0

    def judgements(self) -> list[Judgement]:
        pairs = zip(self.expected, self.references, strict=True)
        return [compared(expected, reference, self.half) for expected, reference in pairs]

    def faults(self) -> list[str]:
        """What does not agree, in words. Raises ExcludedError where the comparison would not see an error."""
        found = [line for judged in self.judgements() if (line := fault(judged))]
        if not found and not all(judged.verdict == "mismatch" for _, judged in self.with_errors()):
            raise ExcludedError("wide")
        return found

    def with_errors(self) -> Iterator[tuple[Array, Judgement]]:
        """Each output with one wrong element, and how it is judged."""
        for expected, reference in zip(self.expected, self.references, strict=True):
            wrong = planted(expected, reference)
            if wrong is not None:
                yield wrong, compared(wrong, reference, self.half)


def compared(expected: Array, reference: Bounded, half: float = 0.0) -> Judgement:
    """ONNX's numbers play the device's part: any legal computation in the tensor's type is within the bound.

    They may be rounded once more, to the type of the output: half a unit in the last place of the reference, but for
    elements that are certified to be exact.
    """
    unit = UNIT[expected.dtype] if expected.dtype in SEEN else 0.0
    own = np.where(reference.certified, 0.0, unit * np.nan_to_num(np.abs(reference.ref), posinf=0.0)) + half
    return judge(expected, [Reading(None, replace(reference, bound=reference.bound + own))], None, RULES)


def fault(judged: Judgement) -> str:
    """What is wrong, or nothing. In tensors this small up to half of the elements may have two legal values.

    Raises ExcludedError where the comparison says nothing.
    """
    pair, reference = judged.actual_reference, judged.reference
    if judged.faults or pair is None or reference is None:
        return "; ".join(judged.faults) or judged.verdict
    if (
        judged.verdict in ("pass", "unjudged")
        and judged.undetermined
        and pair.agrees
        and 2 * judged.undetermined <= reference.ref.size
    ):
        return ""
    if judged.verdict in GOOD:
        return ""
    if judged.verdict == "unjudged" and pair.agrees:
        raise ExcludedError("open")
    if judged.verdict == "vacuous" and pair.agrees:
        raise ExcludedError("wide")
    return f"{judged.verdict} at {pair.worst}: error {pair.error[pair.worst]:g}, allowed {pair.allowed[pair.worst]:g}"


def converted(test: Any) -> Converted:
    """Raises ExcludedError where TensorRT has no counterpart."""
    graph, ((inputs, outputs),) = test.model.graph, test.data_sets
    values = [*graph.input, *graph.output]
    if not all(v.type.HasField("tensor_type") for v in values):
        raise ExcludedError("not a tensor")
    if any(v.type.tensor_type.elem_type == onnx.TensorProto.STRING for v in values):
        raise ExcludedError("not a tensor", "strings")
    builder = Builder()
    scope = {v.name: builder.feed(v.name, plain(a)) for v, a in zip(graph.input, inputs, strict=True)}
    expected = [array_of(plain(a)) for a in outputs]
    try:
        made = convert(builder, graph, scope, opset_of(test.model))
        builder.prune(made)
        evaluation = builder.evaluation()
    except LayerError as error:
        raise refusal(list(builder.layers.values())[-1], error) from error
    except NodeError as error:
        raise refusal(builder.layers[error.layer], error) from error
    if any(name not in evaluation.tensors for name in made):
        raise ExcludedError("open")  # nobody knows how many elements it has
    references = [evaluation.tensors[name] for name in made]
    return Converted(builder.definition(made), references, expected, PRINTED.get(test.name, 0.0))


def plain(values: Any) -> np.ndarray:
    return onnx.numpy_helper.to_array(values) if isinstance(values, onnx.TensorProto) else np.asarray(values)
