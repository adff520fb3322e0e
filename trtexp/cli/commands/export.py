"""trtexp export"""

from __future__ import annotations

from trtexp.cli.one_case import one_case
from trtexp.cli.options import ExportOptions
from trtexp.errors import BadUsage, plural
from trtexp.files.outputs import write_output


def export(options: ExportOptions) -> int:
    """Write one case as an ONNX model. Raises NothingFound, BadUsage, SpecError, OSError."""
    case = one_case(options.case, options.named)[1]
    if case.definition.models:
        raise BadUsage(f"{options.case}: the network is given as an ONNX model already: {case.definition.models[0]}")
    try:
        from trtexp.export import Inexpressible, model
    except ModuleNotFoundError as error:
        raise BadUsage(f"--onnx needs the package {error.name}: pip install 'trtexp[onnx]'") from error
    evaluation, definition = case.evaluation(), case.definition
    if evaluation.refusal is not None:
        raise BadUsage(f"{options.case}: {evaluation.refusal.layer}: {evaluation.refusal}")
    weights = {name: made.array for name, made in case.weights.items()}
    try:
        made = model(case.name, definition.inputs, weights, case.layers, definition.outputs, evaluation.tensors)
    except Inexpressible as error:
        raise BadUsage(f"{options.case}: {error}") from error
    write_output(options.output, made.SerializeToString(deterministic=True))
    nodes = len(made.graph.node)
    print(f"{options.output}: {plural(nodes, 'node')}, opset {made.opset_import[0].version}")
    return 0
