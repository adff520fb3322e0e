"""trtexp export"""

from __future__ import annotations

from pathlib import Path

from trtexp.cli.options import ExportOptions
from trtexp.errors import BadUsage, NothingFound, plural
from trtexp.files.atomic import write_bytes
from trtexp.files.paths import shown
from trtexp.spec.case import Case
from trtexp.spec.errors import nearest
from trtexp.spec.load import load


def export(options: ExportOptions) -> int:
    """Write one case as an ONNX model. Raises NothingFound, BadUsage, SpecError, OSError."""
    case = named(options.case)
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
    write_bytes(options.output, made.SerializeToString(deterministic=True))
    nodes = len(made.graph.node)
    print(f"{options.output}: {plural(nodes, 'node')}, opset {made.opset_import[0].version}")
    return 0


def named(text: str) -> Case:
    """The case of FILE::CASE, or the only one of FILE."""
    file, _, name = text.partition("::")
    path = Path(file)
    if not path.is_file():
        raise NothingFound(f"{file}: no such file")
    cases = {case.name: case for case in load(path, shown=shown(path)).cases}
    if not name and len(cases) == 1:
        return next(iter(cases.values()))
    if name not in cases:
        asked = f"no case {name!r}" if name else f"{len(cases)} cases; name one as {file}::CASE"
        raise NothingFound(f"{file}: {asked}; {nearest(name, cases)}")
    return cases[name]
