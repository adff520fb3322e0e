"""An experiment on a release -> its report record: the head, the build options, the base network."""

from __future__ import annotations

from collections.abc import Sequence

from trtexp.definition.network import BuildOptions, NetworkDefinition
from trtexp.definition.steps import Assign, Call, written
from trtexp.records.facts import BuildRecord
from trtexp.records.model import CaseRecord, NetworkRecord, ReleaseRecord, ReportRecord
from trtexp.records.tensors import tensor_record
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
        build=None if first is None or release.backend == "reference" else build(first.definition.options),
        network=None if base is None else network(base),
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
