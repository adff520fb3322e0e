"""An experiment on a release -> its report record: the head, the build options, the networks of base and cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from trtexp.definition.network import BuildOptions, NetworkDefinition
from trtexp.definition.steps import Assign, Call, written
from trtexp.records.facts import BuildRecord
from trtexp.records.model import CaseRecord, ReleaseRecord, ReportRecord
from trtexp.records.network import LayerRecord, NetworkRecord, SlidingAxis, SlidingWindow
from trtexp.records.tensors import tensor_record
from trtexp.spec.case import Case, Experiment
from trtexp.spec.sliding import sliding

MANY = 3  # layers of a network that is easier to see as a graph than as calls


def record_report(
    experiment: Experiment, path: str, release: ReleaseRecord, cases: Sequence[CaseRecord]
) -> ReportRecord:
    """path: the experiment's path below the project, as the report links to it."""
    base = experiment.base
    first = base or next(iter(experiment.cases), None)
    shown = None if base is None else network(base)
    others = {case.name: changed(network(case), shown) for case in experiment.cases}
    return ReportRecord(
        experiment=path,
        sha256=experiment.sha256,
        title=experiment.title,
        about=experiment.about,
        source=experiment.source,
        release=release,
        build=None if first is None or release.backend == "reference" else build(first.definition.options),
        network=shown,
        networks={name: one for name, one in others.items() if one is not None},
        window=window(experiment.cases),
        cases=list(cases),
    )


def build(options: BuildOptions) -> BuildRecord:
    """The build options of a definition that a report names."""
    return BuildRecord(
        flags=dict(sorted(options.flags.items())),
        tactic_sources=None if options.tactic_sources is None else list(options.tactic_sources),
        tactics="repeatable" if options.tactics == "repeatable" else "fastest",
        optimization_level=options.optimization_level,
        workspace=options.workspace,
        strongly_typed=options.strongly_typed,
    )


def network(case: Case) -> NetworkRecord:
    """The tensors, the API calls and the layers of a case's network."""
    used = case.definition.weights
    layers = [_layer(case, name) for name in case.layers] if len(case.layers) >= MANY else []
    return NetworkRecord(
        inputs={n: tensor_record(m.array, m.made, m.text) for n, m in case.inputs.items()},
        weights={n: tensor_record(m.array, m.made, m.text) for n, m in case.weights.items() if n in used},
        lines=calls(case.definition),
        layers=layers,
        outputs=list(case.definition.outputs) if layers else [],
    )


def _layer(case: Case, name: str) -> LayerRecord:
    layer = case.layers[name]
    return LayerRecord(
        name=name,
        method=layer.method.removeprefix("add_"),
        takes=[tensor for _, tensor in layer.input_tensors().values()],
        makes=list(layer.output_tensors(name)),
        within=None if layer.owner is None else str(getattr(layer, layer.owner)),
        called=None if layer.origin is None else layer.origin.tensor or layer.origin.layer or None,
    )


def changed(made: NetworkRecord, base: NetworkRecord | None) -> NetworkRecord | None:
    """What a network has and the base has not, or not alike; None if there is nothing."""
    if base is None or made == base:
        return made if base is None else None
    other = (made.lines, made.layers, made.outputs) != (base.lines, base.layers, base.outputs)
    return NetworkRecord(
        inputs={name: tensor for name, tensor in made.inputs.items() if base.inputs.get(name) != tensor},
        weights={name: tensor for name, tensor in made.weights.items() if base.weights.get(name) != tensor},
        lines=made.lines if other else [],
        layers=made.layers if other else [],
        outputs=made.outputs if other else [],
    )


def window(cases: Sequence[Case]) -> SlidingWindow | None:
    """Of the first case in which a layer slides a window that can be drawn."""
    found = next(((case, seen) for case in cases if (seen := sliding(case)) is not None), None)
    if found is None:
        return None
    case, seen = found
    rows, columns = (SlidingAxis(**asdict(axis)) for axis in seen.axes)
    return SlidingWindow(
        case=case.name,
        layer=seen.layer,
        kind=seen.kind,
        input=seen.input,
        kernel=seen.kernel,
        axes=(rows, columns),
    )


def calls(definition: NetworkDefinition) -> list[str]:
    """The steps as lines of Python: `deconv = network.add_deconvolution_nd(input=x, …)`."""
    lines = []
    for step in definition.steps:
        if isinstance(step, Call):
            arguments = ", ".join(f"{name}={written(value)}" for name, value in step.arguments.items())
            made = f"{step.makes} = " if step.makes else ""
            lines.append(f"{made}{step.object}.{step.method}({arguments})")
        elif isinstance(step, Assign):
            lines.append(f"{step.object}.{step.attribute} = {written(step.value)}")
        else:
            lines.append(f"OnnxParser(network, logger).parse({step.model})")
    return lines
