"""An experiment on a release -> its report record: the head, the build options in words, the base network."""

from __future__ import annotations

from collections.abc import Sequence

from trtexp.definition.network import INTERNAL, BuildOptions, NetworkDefinition
from trtexp.definition.steps import Assign, Call, written
from trtexp.records.model import CaseRecord, NetworkRecord, ReleaseRecord, ReportRecord, tensor_record
from trtexp.spec.case import Case, Experiment


def record_report(
    experiment: Experiment, path: str, release: ReleaseRecord, cases: Sequence[CaseRecord]
) -> ReportRecord:
    """path: the experiment's path below the project, as the report links to it."""
    base = experiment.base
    first = base or next(iter(experiment.cases), None)
    return ReportRecord(
        experiment=path,
        sha256=experiment.sha256,
        title=experiment.title,
        about=experiment.about,
        source=experiment.source,
        release=release,
        options=[] if first is None or release.backend == "reference" else options(first.definition.options),
        network=None if base is None else network(base),
        cases=list(cases),
    )


def options(build: BuildOptions) -> list[str]:
    """The build options in words; what is not named is TensorRT's default."""
    said = [f"{name} {'on' if on else 'off'}" for name, on in sorted(build.flags.items())]
    if build.tactic_sources == (INTERNAL,):
        said.append("external tactic sources off")
    elif build.tactic_sources is not None:
        said.append(f"tactic sources {', '.join(build.tactic_sources) or 'none'}")
    said.append("first tactics" if build.tactics == "repeatable" else "tactics by timing")
    level = build.optimization_level
    said.append(f"optimization level {'default' if level is None else level}")
    said.append("workspace default" if build.workspace is None else f"workspace {build.workspace} bytes")
    return [*said, "strongly typed"] if build.strongly_typed else said


def network(case: Case) -> NetworkRecord:
    """The tensors and the API calls of a case's network."""
    used = case.definition.weights
    return NetworkRecord(
        inputs={n: tensor_record(m.array, m.made, m.text) for n, m in case.inputs.items()},
        weights={n: tensor_record(m.array, m.made, m.text) for n, m in case.weights.items() if n in used},
        lines=calls(case.definition),
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
