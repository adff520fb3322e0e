"""What `run` leaves for continuous integration: JUnit, one JSON, GitHub's annotations and summary."""

from __future__ import annotations

from collections.abc import Sequence

from trtexp.cli.annotate import remark
from trtexp.cli.options import ResultOptions
from trtexp.cli.output_files import check_file
from trtexp.files.opening import named
from trtexp.files.outputs import append_output, write_output
from trtexp.records.files import all_to_json
from trtexp.records.model import ReportRecord
from trtexp.report import github, junit, summary
from trtexp.running.rendering import rendered


def wanted(options: ResultOptions) -> bool:
    """Whether all results are to be kept until the end. Raises BadUsage for a file that cannot be one."""
    for option, path in (("junit", options.junit), ("json", options.json)):
        if path is not None:
            check_file(f"--{option}", path)
    return bool(options.junit or options.json or options.github)


def write(options: ResultOptions, reports: Sequence[ReportRecord], ended: str | None = None) -> None:
    """Write what the options ask for. ended: why the run ended too early, if it did. Raises OSError."""
    reports = sorted(reports, key=lambda report: (report.release.name, report.experiment))
    try:
        _write(options, reports, ended)
    except OSError:
        raise
    except Exception:
        _write(options, [rendered(report, _every)[0] for report in reports], ended)


def _every(report: ReportRecord) -> tuple[str, ...]:
    """All that is said of a report for CI."""
    remarks = (str(remark(case)) for case in report.cases)
    return junit.render([report]), all_to_json([report]), summary.render([report], 0, None), *remarks


def _write(options: ResultOptions, reports: Sequence[ReportRecord], ended: str | None) -> None:
    if options.junit:
        write_output(options.junit, junit.render(reports, ended))
    if options.json:
        write_output(options.json, all_to_json(reports, ended))
    if options.github:
        _tell_github(options.github, reports, ended)


def _tell_github(commands: github.Commands, reports: Sequence[ReportRecord], ended: str | None) -> None:
    several = len({report.release.name for report in reports}) > 1
    wrong, wide = list[github.Remark](), list[github.Remark]()
    for report in reports:
        where = f" on {report.release.name}" if several else ""
        for case in report.cases:
            if not case.as_expected:
                wrong.append(remark(case, where))
            elif any(output.verdict == "wide" for output in case.outputs):
                wide.append(remark(case, where))
    commands.annotate("error", "not as expected", wrong)
    commands.annotate("warning", "outside the typical bound", wide)
    if (found := github.summary_room()) is not None:
        path, room = found
        text = summary.render(reports, room, ended)
        append_output(named(str(path)), text if len(text.encode()) <= room else "")
