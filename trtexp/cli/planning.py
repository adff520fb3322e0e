"""What the command line of a run means: files, cases, and where what comes of them goes."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from trtexp.cli import ci
from trtexp.cli.options import ResultOptions, RunOptions
from trtexp.cli.output_files import check_file, output_of
from trtexp.errors import BadUsage, NothingSelected, plural
from trtexp.files.home import JOURNALS, LAST_RUN, PENDING, REPORTS, SCRATCH, SHARDS
from trtexp.files.paths import Chosen, choose, meant, shown
from trtexp.report.terminal import Terminal
from trtexp.running.helpers import FEW, Helpers
from trtexp.running.last_run import last_failed, last_times
from trtexp.running.part import Part, part
from trtexp.running.plan import Files, Plan, Planned, check_patterns, plan_files
from trtexp.running.split import parse_share
from trtexp.running.targets import reject_file
from trtexp.spec.errors import SpecError


@dataclass(frozen=True)
class Planning:
    """What to do. refused: the faults of the files that are no experiments. part: what this shard has, None for all;
    output: where its results go. last_run: where it is kept what varies from run to run."""

    plan: Plan
    refused: SpecError | None
    part: Part | None = None
    output: Path | None = None
    last_run: Path = LAST_RUN


def plan_run(options: RunOptions, stack: ExitStack) -> Planning:
    """What to do, and helpers until the stack ends.

    Raises SpecError if there are only faults, or the first failure is to end the run; BadUsage, NothingFound,
    NothingSelected.
    """
    if options.shard is not None:
        return _plan_shard(options, options.shard, stack)
    for option, given in (("--output", options.output), ("--times", options.times)):
        if given is not None:
            raise BadUsage(f"{option} {given}: it goes with --shard alone")
    paths = _chosen(options)
    wanted = options.reporting and not options.patterns and not any(paths.values())
    if options.resume and not wanted:
        raise BadUsage("--resume goes on with a run that writes reports; one of some cases, or --no-reports, does not")
    reports, scratch = places_of(options) if wanted else (None, None)
    helpers = stack.enter_context(Helpers(len(paths)))
    files, refused = read_files(paths, helpers)
    if refused is not None and options.first:
        raise refused
    try:
        check_patterns(files, options.patterns)
    except NothingSelected:
        if refused is not None:  # which may have it
            raise refused from None
        raise
    plan = Plan(
        files,
        options.patterns,
        reports,
        scratch,
        JOURNALS if wanted else None,
        resume=options.resume,
        keep=ci.wanted(options),
        pending=PENDING,
        first=options.first,
        helpers=helpers,
    )
    reject_namesakes(plan)
    return Planning(plan, refused)


def places_of(options: ResultOptions) -> tuple[Path, Path | None]:
    """Where reports go, and those of files that are none of the project's own, None for no other place. Raises
    BadUsage."""
    reports = options.reports or REPORTS
    reject_file("--reports", reports)
    return reports, SCRATCH if options.reports is None else None


def read_files(paths: Chosen, helpers: Helpers, parts: Mapping[Path, frozenset[str]] | None = None) -> Files:
    """Check files, of which there may be many, or some cases of them. Raises SpecError, BadUsage as `plan_files`."""
    if len(paths) > FEW:
        Terminal(sys.stdout).header([f"reading {plural(len(paths), 'file')}"])
    return plan_files(paths, helpers, parts=parts)


def reject_namesakes(plan: Plan) -> None:
    """Raises BadUsage for two files of one name whose reports go to one folder."""
    first: dict[str, Planned] = {}
    for file in plan.files if plan.reports is not None else ():
        other = first.setdefault(file.name if plan.scratch is None else file.kept, file)
        if other is not file:
            raise BadUsage(f"{file.shown} and {other.shown} would write the same report, {file.name}.md; rename one")


def _plan_shard(options: RunOptions, text: str, stack: ExitStack) -> Planning:
    """The part of a run that one shard has. Raises BadUsage, NothingFound, SpecError."""
    share = parse_share(text)
    paths = _chosen(options) if not options.failed else {}
    if options.failed or options.patterns or any(paths.values()):
        raise BadUsage(f"--shard {share} shares out whole files; it goes with neither --failed, --case nor FILE::CASE")
    if options.reports is not None:
        raise BadUsage(f"--shard {share} writes no reports; give --reports {options.reports} to trtexp merge")
    output = output_of(options.output, share)
    check_file("--output", output)
    helpers = stack.enter_context(Helpers(len(paths)))
    own = part(paths, share, last_times(options.times), helpers)
    files, refused = _read_part(own, helpers)
    if refused is not None and options.first:
        raise refused
    Terminal(sys.stdout).header([str(own)])
    home = SHARDS / share.label
    plan = Plan(
        files,
        journals=home / JOURNALS.name,
        resume=options.resume,
        keep=ci.wanted(options),
        first=options.first,
        sharing=True,
        helpers=helpers,
    )
    return Planning(plan, refused, own, output, home / LAST_RUN.name)


def _read_part(own: Part, helpers: Helpers) -> Files:
    """The files of a shard, which may be none, or none that is an experiment: the others are somewhere else. Raises
    BadUsage."""
    try:
        return read_files(dict.fromkeys(own.cases, ()), helpers, own.cases) if own.cases else Files((), None)
    except SpecError as error:
        return Files((), error)


def _chosen(options: RunOptions) -> Chosen:
    """The files and cases that are meant. Raises BadUsage, NothingFound, NothingSelected."""
    if not options.paths and not options.failed:
        raise BadUsage("name files or directories, as in trtexp run experiments, or give --failed")
    paths = choose(options.paths)
    if not options.failed:
        return paths
    failed, files = last_failed(LAST_RUN), {shown(path): cases for path, cases in paths.items()}
    wanted = {
        Path(file): tuple(case for case in cases if meant(case, files.get(file, ())))
        for file, cases in failed.items()
        if Path(file).is_file() and (not files or file in files)
    }
    found = {path: cases for path, cases in wanted.items() if cases or not failed[shown(path)]}
    if not found:
        raise NothingSelected(f"nothing{' of these' if files else ''} failed in the last run")
    return found
