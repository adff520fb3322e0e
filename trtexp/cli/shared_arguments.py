"""The arguments that several commands have. Nothing is imported here that would make --help slow."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trtexp.cli import completion
from trtexp.cli.help_texts import EXAMPLES
from trtexp.files.home import CACHE, EXPERIMENTS, REPORTS, SCRATCH
from trtexp.files.opening import named

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    Commands = _SubParsersAction[ArgumentParser]

#: Which TensorRT answers, and how: arguments of `trtexp run`, and with a prefix of the pytest plugin.
TARGETS: Mapping[str, Mapping[str, Any]] = {
    "--backend": {
        "dest": "backend",
        "choices": ("auto", "tensorrt", "build", "reference"),
        "default": "auto",
        "help": "auto: TensorRT on the GPU if there, else the reference and a build with TensorRT-RTX (default)",
    },
    "--python": {"dest": "python", "metavar": "EXE", "help": "the interpreter that has TensorRT (default: this one)"},
    "--worker": {
        "dest": "workers",
        "action": "append",
        "default": [],
        "metavar": "RELEASE=EXE",
        "help": "run this release in this interpreter, as 8.6.0=/envs/trt86/bin/python or "
        "8.6.0=ssh:host//python3; several run side by side",
    },
    "--gpu": {"dest": "gpu", "metavar": "N,N", "help": "share the cases among these GPUs (default: the first)"},
    "--timeout": {
        "dest": "timeouts",
        "action": "append",
        "default": [],
        "metavar": "PHASE=SECONDS",
        "help": "time limit of a phase: start, builder, define, build, run",
    },
    "--record": {
        "dest": "record",
        "type": named,
        "metavar": "PLACE",
        "help": "also save TensorRT's results, to a folder or as one file if it ends in .zip",
    },
    "--replay": {
        "dest": "replay",
        "type": named,
        "metavar": "PLACE",
        "help": "judge the results saved there instead of running TensorRT; with --record, run what is missing",
    },
    "--cache": {
        "dest": "cache",
        "type": Path,
        "default": CACHE,
        "metavar": "DIR",
        "help": f"folder of built engines (default: {CACHE})",
    },
    "--no-cache": {
        "dest": "cache",
        "action": "store_const",
        "const": None,
        "default": CACHE,
        "help": "build everything again, and cache nothing",
    },
}
ONLY = "only these experiments, files or directories"


def command(commands: Commands, name: str, act: str, kind: str, text: str) -> ArgumentParser:
    """A new command. act: what does it, `module:function`; kind: the class of its options."""
    examples = "\n".join(["examples:", *(f"  {line}" for line in EXAMPLES.get(name, ()))]) if name in EXAMPLES else None
    made = commands.add_parser(name, description=text, epilog=examples, formatter_class=RawDescriptionHelpFormatter)
    made.set_defaults(act=act, kind=kind)
    return made


def paths(
    command: ArgumentParser, text: str, wanted: str = "*", default: Sequence[str] = (), metavar: str = "PATH"
) -> None:
    paths = command.add_argument("paths", nargs=wanted, default=default, metavar=metavar, help=text)
    completed(paths, completion.files_and_cases)


def cases(command: ArgumentParser, text: str, wanted: str = "*") -> None:
    """Files and directories, and after :: a pattern of case names."""
    paths(command, f"{text}; after :: a case or a pattern", wanted, metavar="PATH[::CASE]")


def one_case(command: ArgumentParser) -> None:
    """One case, of which the file or --case may name it."""
    case = command.add_argument("case", metavar="FILE[::CASE]", help="an experiment file; the case if it has several")
    completed(case, completion.files_and_cases)
    named = command.add_argument("--case", dest="named", metavar="NAME", help="the case, in the place of ::CASE")
    completed(named, completion.cases)


def reports(command: ArgumentParser, what: str) -> None:
    command.add_argument("--reports", type=named, default=REPORTS, metavar="DIR", help=f"{what} (default: {REPORTS})")


def pending(command: ArgumentParser) -> None:
    """Which of the cases that nobody has decided on."""
    cases(command, ONLY)
    patterns(command, "only these cases")
    command.add_argument("--release", metavar="NAME", help="only what this release showed, as tensorrt-8.6.0")
    doubtful = "also accept these: nan, inf, error"
    command.add_argument("--allow", action="append", default=[], metavar="WHAT", help=doubtful)
    command.add_argument("--limit", **LIMIT)


def results(command: ArgumentParser) -> None:
    """What becomes of results."""
    shown = command.add_mutually_exclusive_group()
    shown.add_argument("-v", "--verbose", dest="detail", action="store_const", const="cases", help="a line a case")
    shown.add_argument("-q", "--quiet", dest="detail", action="store_const", const="failures", help="failures only")
    command.add_argument(
        "--no-wait", dest="wait", action="store_false", help="fail if another run writes the same reports"
    )
    where = f"where the reports go (default: {REPORTS}; {SCRATCH} for files that are not below {EXPERIMENTS})"
    command.add_argument("--reports", type=named, metavar="DIR", help=where)
    command.add_argument("--junit", type=named, metavar="FILE", help="also write the results as JUnit XML")
    command.add_argument("--json", type=named, metavar="FILE", help="also write all results as one JSON file")
    command.add_argument(
        "--github", action="store_true", help="write annotations and a step summary for GitHub Actions"
    )
    command.add_argument("--limit", **LIMIT)


def shards(command: ArgumentParser, text: str) -> None:
    command.add_argument("--shard", metavar="I/N", help=f"only the I-th of N parts, {text}")
    output = "the file of a shard (default: shard-I-of-N.shard)"
    command.add_argument("-o", "--output", type=named, metavar="FILE", help=output)


def patterns(command: ArgumentParser, text: str) -> None:
    case = command.add_argument("--case", dest="patterns", action="append", default=[], metavar="GLOB", help=text)
    completed(case, completion.cases)


LIMIT: Mapping[str, Any] = {
    "dest": "limits",
    "action": "append",
    "default": [],
    "metavar": "NAME=NUMBER",
    "help": "what a file may ask for at most: elements, products, values, cases, releases, bytes, faults",
}


def completed(argument: Any, completer: Any) -> None:
    """Tell argcomplete what may stand there."""
    argument.completer = completer
