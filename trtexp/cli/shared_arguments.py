"""The arguments that several commands have. Nothing is imported here that would make --help slow."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trtexp.cli import completion
from trtexp.files.home import CACHE, REPORTS
from trtexp.files.opening import named

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
