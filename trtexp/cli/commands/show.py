"""trtexp show"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from trtexp.cli.one_case import one_case
from trtexp.cli.options import ShowOptions
from trtexp.files.paths import CASE, split_case
from trtexp.judging.output import judge_output
from trtexp.judging.recording import record_output, record_reference
from trtexp.records.model import CaseRecord, OutputRecord
from trtexp.report.plain import side_by_side
from trtexp.report.tensors import PAGE, bound_lines, network_lines, output_lines
from trtexp.report.terminal import Terminal
from trtexp.report.wording.cases import beside_tables, headline
from trtexp.report.wording.values import refused
from trtexp.running.report_head import network
from trtexp.running.results import last_results
from trtexp.spec.case import Case, Experiment


def show(options: ShowOptions) -> int:
    """Print the network of a case, every tensor of its reference, and what the last runs gave.

    Raises NothingFound, BadUsage, SpecError, DamagedRecord, OSError.
    """
    experiment, case = one_case(options.case, options.named)
    terminal = Terminal(sys.stdout)
    _head(experiment, case, terminal)
    _tensors(case, terminal)
    terminal.header([""])
    _last_runs(Path(split_case(options.case)[0]), experiment, case, terminal)
    return 0


def _head(experiment: Experiment, case: Case, terminal: Terminal) -> None:
    """What the case is, and its network."""
    terminal.pieces([(f"{case.mark}", "cyan"), (f"  {case.name}", "bold"), (f"  {experiment.title}", "")])
    if case.about:
        terminal.line(f"  {' '.join(case.about.split())}")
    made = network(case)
    terminal.header(["", *made.lines, ""])
    terminal.block(network_lines(made, terminal.columns or PAGE))


def _tensors(case: Case, terminal: Terminal) -> None:
    """Every tensor that a layer makes, with its bound; of an output also what is expected."""
    evaluation, room = case.evaluation(), terminal.columns or PAGE
    names = [name for name in evaluation.tensors if not {name} & {*case.inputs, *case.weights, *evaluation.given_up}]
    for name in names:
        terminal.header([""])
        terminal.block(_tensor(case, name, room))
    for refusal in evaluation.refusals:
        terminal.note(refused(refusal.layer, str(refusal)))


def _tensor(case: Case, name: str, room: int) -> Iterator[str]:
    reference = case.evaluation().tensors[name]
    output = name in case.definition.outputs
    record = record_output(judge_output(case, name, None, None)) if output else record_reference(name, reference)
    head, *lines = output_lines(record, room)
    yield f"{head}{'  (output)' if output else ''}"
    yield from lines
    yield from bound_lines(record, room)


def _last_runs(path: Path, experiment: Experiment, case: Case, terminal: Terminal) -> None:
    """What each release gave last."""
    known = [(report, each) for report in last_results(path) for each in report.cases if each.name == case.name]
    if not known:
        terminal.header([f"no run of this case is kept; next: trtexp run {path}{CASE}{case.name}"])
    for report, each in known:
        where = f"{report.release.name}{f' on {report.release.gpu}' if report.release.gpu else ''}"
        old = "" if report.sha256 == experiment.sha256 else " (of an older text of the file)"
        terminal.pieces([(where, "bold"), (f": {headline(each)}{old}", "" if each.as_expected else "red")])
        for sentence in beside_tables(each) if not each.as_expected else ():
            terminal.line(f"  {' '.join(sentence.split())}")
        terminal.block(side_by_side(_given(each), (terminal.columns or PAGE) - 2), "  ")


def _given(case: CaseRecord) -> list[OutputRecord]:
    """The outputs that a run gave something of that was not shown before."""
    return [output for output in case.outputs if output.actual is not None or output.faults]
