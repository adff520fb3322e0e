"""trtexp fuzz"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from trtexp.cli.options import FuzzOptions, MergeOptions
from trtexp.cli.output_files import check_file, output_of
from trtexp.errors import BadUsage, BrokenOff, NothingFound, visible
from trtexp.files.atomic import write_text
from trtexp.files.home import REPORTS
from trtexp.files.opening import files_below
from trtexp.layers import LAYERS
from trtexp.records.shard import save
from trtexp.report.terminal import Terminal
from trtexp.running.helpers import Helpers
from trtexp.running.split import Share, parse_share
from trtexp.running.targets import places
from trtexp.spec.errors import SpecError
from trtexp.spec.spoken import no_layer

if TYPE_CHECKING:
    from trtexp.fuzz.asking import Place
    from trtexp.fuzz.campaign import Campaign
    from trtexp.fuzz.finds import Find

NO_HYPOTHESIS = "fuzz needs Hypothesis, which generates the networks: pip install 'trtexp[fuzz]'"


def fuzz(options: FuzzOptions) -> int:
    """Try generated networks, keep what differs and write the page of all layers; or try again what was kept.

    Exit code 1 where something differs that is not known. Raises BadUsage, NothingFound, NoGpu, OSError.
    """
    if find_spec("hypothesis") is None:
        raise BadUsage(NO_HYPOTHESIS)
    for word in options.layers:
        if word not in LAYERS:
            raise BadUsage(no_layer(word))
    for name, number in (("--examples", options.examples), ("--jobs", options.jobs), ("--time", options.seconds)):
        if number is not None and not number > 0:
            raise BadUsage(f"{name} {number}: give a number above 0")
    if options.device is not None and options.stage != "run":
        raise BadUsage(f"--device {options.device} runs networks: give --stage run with it")
    share = _share(options)
    from trtexp.fuzz.asking import end_workers, one_run

    place = options.device or places(options.targets)[0]
    one_run()
    try:
        if options.known:
            return _known(place)
        if options.find is not None or options.regress:
            return _replay([options.find] if options.find is not None else _kept(), place)
        return _campaign(options, place, share)
    finally:
        end_workers()


def _share(options: FuzzOptions) -> Share | None:
    """The part of the campaign that is tried. Raises BadUsage."""
    if options.shard is None:
        if options.output is not None:
            raise BadUsage(f"--output {options.output}: it goes with --shard alone")
        return None
    share = parse_share(options.shard)
    if options.seconds is not None or options.known or options.find is not None or options.regress:
        raise BadUsage(f"--shard {share} goes with neither --time, --known, --replay nor --regress")
    check_file("--output", output_of(options.output, share))
    return share


def _campaign(options: FuzzOptions, place: Place, share: Share | None) -> int:
    from trtexp.fuzz.asking import able
    from trtexp.fuzz.campaign import Plan, offered, run
    from trtexp.fuzz.finds import FOLDER
    from trtexp.fuzz.page import summary
    from trtexp.fuzz.parts import shard_of

    kept = _Kept()
    with Helpers(options.examples, options.jobs) as helpers:
        release, full = helpers.submit(able, place, options.stage).result()
        words = offered(options.layers or tuple(LAYERS), release)
        if missing := [word for word in options.layers if word not in words]:
            raise NothingFound(f"{full} has no {', '.join(missing)}; trtexp layers says which releases do")
        plan = Plan(words, release, full, options.seed, options.examples, options.seconds, options.stage, share)
        made = run(plan, place, helpers, kept.keep)
        if made.ended is not None:
            helpers.kill()
    if share is not None and not made.ended:
        save(output := output_of(options.output, share), shard_of(made, not options.layers))
        Terminal(sys.stdout).line(f"{summary(made)} · {output}")
    elif made.ended is None:
        _conclude(made, None if options.layers else options.reports, max(1, helpers.count))
    else:
        Terminal(sys.stdout).line(summary(made))
    kept.check()
    if made.ended is not None:
        raise BrokenOff(made.ended, f"what was found by then is kept in {FOLDER}, not all of it shrunk")
    return 1 if made.finds else 0


class _Kept:
    """Writes finds. lost: why some could not be, a full disk perhaps; the others are still told."""

    def __init__(self) -> None:
        self.lost: list[OSError] = []

    def keep(self, find: Find) -> None:
        from trtexp.fuzz.finds import write

        terminal = Terminal(sys.stdout)
        said = f"{find.count} × {find.sign.layer} {find.sign.kind}: {find.sign.says}"
        terminal.line(visible(said), "red")
        try:
            terminal.line(f"  {write(find)}")
        except OSError as error:
            self.lost.append(error)
            terminal.line(f"  not kept: {error.strerror}")
        sys.stdout.flush()

    def check(self) -> None:
        """Raises OSError: why the first find could not be written, if any could not."""
        if self.lost:
            raise self.lost[0]


def _conclude(made: Campaign, reports: Path | None, jobs: int = 0) -> None:
    """Add a campaign of all layers to those of other seeds, and write their page. reports: where it goes, None for
    nowhere; jobs: processes. Raises BadUsage, OSError."""
    from trtexp.fuzz.page import page, summary
    from trtexp.fuzz.runs import add, name_of, run_of

    if reports is not None:
        run = run_of(made, jobs)
        write_text(reports / name_of(run, "md"), page(add(reports, run)))
    Terminal(sys.stdout).line(summary(made))


def merge_fuzz(options: MergeOptions) -> int:
    """Put the parts of a campaign together: finds and page as of one. Raises DamagedRecord, BadUsage, OSError."""
    for option, given in (("--junit", options.junit), ("--json", options.json), ("--github", options.github)):
        if given is not None:
            raise BadUsage(f"{option}: a campaign has no cases that it could tell; leave it out")
    if find_spec("hypothesis") is None:
        raise BadUsage(NO_HYPOTHESIS)
    from trtexp.fuzz.parts import merged

    kept = _Kept()
    made, every = merged(options.files, kept.keep)
    _conclude(made, (options.reports or REPORTS) if every else None)
    kept.check()
    return 1 if made.finds else 0


def _replay(paths: Sequence[Path], place: Place) -> int:
    """Try finds again; 1 if one still differs."""
    from trtexp.fuzz.again import replay
    from trtexp.fuzz.oracle import Sign

    differs = 0
    for path in paths:
        try:
            sign = replay(path, place).verdict
        except SpecError as error:  # a reference that fails, or a find that its model takes no more
            differs += 1
            print(visible("\n".join(error.lines()), keep="\n"))
            continue
        said = f"still {sign.kind}: {sign.says}" if isinstance(sign, Sign) else "both agree now"
        differs += isinstance(sign, Sign)
        print(visible(f"{path}: {said}"))
    print(f"{len(paths)} tried again, {differs} still differ")
    return 1 if differs else 0


def _kept() -> list[Path]:
    """All finds that were ever kept. Raises NothingFound."""
    from trtexp.fuzz.finds import FOLDER

    if found := sorted(files_below(FOLDER, ".yaml")):
        return found
    raise NothingFound(f"{FOLDER}: no finds are kept here; trtexp fuzz keeps what differs")


def _known(place: Place) -> int:
    """Try the known differences again; 1 if one is gone."""
    from trtexp.fuzz.again import known_again
    from trtexp.fuzz.known import known

    gone = 0
    for entry in known():
        there = known_again(entry, place)
        if there is False:
            print(visible(f"{entry.layer} {entry.kind} ({entry.says}) is gone; take it out of the known differences"))
        gone += there is False
    print(f"{len(known())} known differences, {gone} gone")
    return 1 if gone else 0
