"""The command line: arguments and exit codes.

Exit codes: 0 all as expected · 1 something differs · 2 bad usage or bad YAML · 3 internal error · 4 no GPU or TensorRT
where one was demanded · 5 nothing selected · 130 stopped by Ctrl-C, SIGTERM or SIGHUP. Imports wait until a command
needs them, so that --help is quick.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from trtexp import __version__

OK, DIFFERS, USAGE, INTERNAL, NO_GPU, STOPPED = 0, 1, 2, 3, 4, 130
CACHE = ".trtexp/cache"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = _parser()
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        options = parser.parse_args(words)
    except SystemExit as end:
        return int(end.code or 0)
    options.words = words
    try:
        return int(options.command(options))
    except (Exception, KeyboardInterrupt) as error:
        code = _say(error)
        if code == INTERNAL and os.environ.get("TRTEXP_DEBUG"):
            raise
        return code


def _say(error: BaseException) -> int:
    """Say what went wrong, a line or two; the exit code."""
    from trtexp.backends import NoGpu
    from trtexp.commands import BadUsage, BrokenOff
    from trtexp.locks import Held
    from trtexp.paths import NothingFound
    from trtexp.results import DamagedRecord
    from trtexp.spec.errors import SpecError
    from trtexp.terminal import Terminal

    problems = Terminal(sys.stderr)
    match error:
        case BrokenOff():
            code = _say(error.reason)
            problems.header([str(error)])
            return code or STOPPED
        case BrokenPipeError():  # whoever read the output has enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return OK
        case SpecError():
            problems.error(str(fault) for fault in error.faults)
            problems.error([f"{len(error.faults)} fault{'s' * (len(error.faults) != 1)}; nothing was run or written"])
            return USAGE
        case NothingFound() | DamagedRecord() | BadUsage():
            problems.error([str(error)])
            return USAGE
        case Held():
            problems.error([f"{error}; nothing was run"])
            return DIFFERS
        case NoGpu():
            problems.error([str(error)])
            return NO_GPU
        case KeyboardInterrupt():
            problems.error(["stopped"])
            return STOPPED
        case OSError():
            reason = error.strerror or str(error)
            problems.error([reason if error.filename is None else f"{error.filename}: {reason}"])
            return INTERNAL
    problems.error([f"internal error: {type(error).__name__}: {error}", "please report it, with the experiment"])
    return INTERNAL


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="trtexp", description="Declarative experiments on TensorRT layers.")
    parser.add_argument("--version", action="version", version=f"trtexp {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(
        name: str, act: object, text: str, paths: str | None = "files or directories"
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(command=act)
        if paths:
            made.add_argument("paths", nargs="+", metavar="PATH", help=paths)
        return made

    run = command("run", _run, "run experiments, compare every output, write the reports")
    run.add_argument("--case", action="append", default=[], metavar="GLOB", help="only these cases; writes no report")
    run.add_argument(
        "--backend",
        choices=("auto", "tensorrt", "build", "reference"),
        default="auto",
        help="auto: TensorRT on the GPU if there, else the reference and a build with TensorRT-RTX (default)",
    )
    run.add_argument("--python", metavar="EXE", help="the interpreter that has TensorRT (default: this one)")
    run.add_argument(
        "--worker",
        action="append",
        default=[],
        metavar="RELEASE=EXE",
        help="run this release in this interpreter, as 8.6.0=/envs/trt86/bin/python or 8.6.0=ssh:host//python3; "
        "several run side by side",
    )
    run.add_argument("--gpu", metavar="N,N", help="share the cases among these GPUs (default: the first)")
    run.add_argument(
        "--timeout",
        action="append",
        default=[],
        metavar="PHASE=SECONDS",
        help="end a case whose start, builder, define, build or run takes longer",
    )
    run.add_argument("--record", metavar="DIR", help="keep what TensorRT answers there, too")
    run.add_argument("--replay", metavar="DIR", help="judge what was recorded there again, without a GPU")
    run.add_argument("--cache", default=CACHE, metavar="DIR", help=f"of built engines (default: {CACHE})")
    run.add_argument("--no-cache", action="store_true", help="build everything anew, keep nothing")
    run.add_argument("--resume", action="store_true", help="go on with a run that was broken off")
    run.add_argument("--no-wait", action="store_true", help="fail if another run writes the same reports")
    run.add_argument("--reports", default="reports", metavar="DIR", help="where the reports go (default: reports)")
    run.add_argument("--no-reports", action="store_true", help="write no reports")

    validate = command("validate", _validate, "check files without TensorRT: keys, names, shapes, constraints")
    validate.add_argument("--quiet", action="store_true", help="say nothing if all is well")

    report = command("report", _report, "render the reports again from their JSON", None)
    report.add_argument("--reports", default="reports", metavar="DIR", help="where the reports are (default: reports)")
    report.add_argument(
        "--check", action="store_true", help="write nothing; say what would change, or has no experiment"
    )

    cache = command("cache", _cache, "say what is cached, or delete it", None)
    cache.add_argument("act", choices=("info", "clear"))
    cache.add_argument("--cache", default=CACHE, metavar="DIR", help=f"where it is (default: {CACHE})")

    script = command("script", _script, "print a case as a standalone Python program", None)
    script.add_argument("path", metavar="PATH", help="an experiment file")
    script.add_argument("--case", required=True, metavar="NAME", help="the case")
    script.add_argument(
        "--release", default="tensorrt-8.6.0", metavar="NAME", help="for which release, as tensorrt-8.6.0"
    )

    schema = command("schema", _schema, "print the JSON Schema of experiment files, for editors", None)
    schema.add_argument("--check", metavar="FILE", help="compare with this file instead of printing")
    return parser


def _run(options: argparse.Namespace) -> int:
    from trtexp.commands.run import run

    return run(options)


def _validate(options: argparse.Namespace) -> int:
    from trtexp.paths import collect
    from trtexp.runner import plan_files

    files = plan_files(collect(options.paths))
    if not options.quiet:
        print(f"{len(files)} files, {sum(len(file.cases) for file in files)} cases: all well")
    return OK


def _report(options: argparse.Namespace) -> int:
    from trtexp.commands.report import report

    return report(Path(options.reports), options.check)


def _cache(options: argparse.Namespace) -> int:
    from trtexp.commands.cache import empty, info

    return info(Path(options.cache)) if options.act == "info" else empty(Path(options.cache))


def _script(options: argparse.Namespace) -> int:
    from trtexp.commands.script import print_script

    return print_script(options)


def _schema(options: argparse.Namespace) -> int:
    from trtexp.spec.schema import text

    if options.check is None:
        print(text(), end="")
        return OK
    if Path(options.check).read_text(encoding="utf-8") == text():
        return OK
    print(f"{options.check} is out of date; write it anew: trtexp schema > {options.check}", file=sys.stderr)
    return DIFFERS
