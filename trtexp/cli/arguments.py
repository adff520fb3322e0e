"""The arguments of the command line. Nothing is imported here that would make --help slow.

Each command names the function that does it, `module:function` below trtexp.cli.commands, which is given the options.
"""

from __future__ import annotations

import argparse
from typing import Any

from trtexp import __version__
from trtexp.cli import completion

CACHE = ".trtexp/cache"

#: Which TensorRT answers, and how: options of `trtexp run`, and with a prefix of the pytest plugin.
WHERE: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "--backend",
        {
            "choices": ("auto", "tensorrt", "build", "reference"),
            "default": "auto",
            "help": "auto: TensorRT on the GPU if there, else the reference and a build with TensorRT-RTX (default)",
        },
    ),
    ("--python", {"metavar": "EXE", "help": "the interpreter that has TensorRT (default: this one)"}),
    (
        "--worker",
        {
            "action": "append",
            "default": [],
            "metavar": "RELEASE=EXE",
            "help": "run this release in this interpreter, as 8.6.0=/envs/trt86/bin/python or "
            "8.6.0=ssh:host//python3; several run side by side",
        },
    ),
    ("--gpu", {"metavar": "N,N", "help": "share the cases among these GPUs (default: the first)"}),
    (
        "--timeout",
        {
            "action": "append",
            "default": [],
            "metavar": "PHASE=SECONDS",
            "help": "time limit of a phase: start, builder, define, build, run",
        },
    ),
    ("--record", {"metavar": "DIR", "help": "also save TensorRT's results to DIR"}),
    (
        "--replay",
        {
            "metavar": "DIR",
            "help": "judge the results saved in DIR instead of running TensorRT; with --record, run what is missing",
        },
    ),
    ("--cache", {"default": CACHE, "metavar": "DIR", "help": f"folder of built engines (default: {CACHE})"}),
    ("--no-cache", {"action": "store_true", "help": "build everything again, and cache nothing"}),
)


def parser() -> argparse.ArgumentParser:
    """The whole parser, all commands included."""
    made = argparse.ArgumentParser(prog="trtexp", description="Declarative experiments on TensorRT layers.")
    made.add_argument("--version", action="version", version=f"trtexp {__version__}")
    commands = made.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, act: str, text: str, paths: str | None = "files or directories") -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(act=act)
        if paths:
            sub.add_argument("paths", nargs="+", metavar="PATH", help=paths)
        return sub

    run = command("run", "run:run", "run experiments, compare every output, write the reports")
    case = run.add_argument(
        "--case", action="append", default=[], metavar="GLOB", help="only these cases; writes no report"
    )
    vars(case)["completer"] = completion.cases
    for option, meaning in WHERE:
        run.add_argument(option, **meaning)
    run.add_argument("--resume", action="store_true", help="continue a run that was interrupted")
    run.add_argument("--no-wait", action="store_true", help="fail if another run writes the same reports")
    run.add_argument("--reports", default="reports", metavar="DIR", help="where the reports go (default: reports)")
    run.add_argument("--no-reports", action="store_true", help="write no reports")
    run.add_argument("--junit", metavar="FILE", help="also write the results as JUnit XML")
    run.add_argument("--json", metavar="FILE", help="also write all results as one JSON file")
    run.add_argument("--github", action="store_true", help="write annotations and a step summary for GitHub Actions")

    validate = command(
        "validate",
        "validate:validate",
        "check files without TensorRT: keys, names, shapes, constraints, expected values",
    )
    validate.add_argument("--github", action="store_true", help="annotate files for GitHub Actions")
    validate.add_argument("--quiet", action="store_true", help="print nothing if all is well")

    report = command("report", "report:report", "render the reports again from their JSON", None)
    report.add_argument("--reports", default="reports", metavar="DIR", help="where the reports are (default: reports)")
    report.add_argument(
        "--check", action="store_true", help="write nothing; list pages that would change or have no experiment"
    )

    new = command("new", "new:new", "write an experiment to start from, with a first case that passes", None)
    layer = new.add_argument("layer", metavar="LAYER", help="as trtexp layers lists them")
    vars(layer)["completer"] = completion.layers
    new.add_argument("path", nargs="?", metavar="PATH", help="a file or a directory; - prints (default: experiments)")

    layers = command("layers", "layers:show", "list all layers, or what one has: arguments, members, constraints", None)
    layer = layers.add_argument("name", nargs="?", metavar="NAME", help="a layer, as softmax")
    vars(layer)["completer"] = completion.layers

    doctor = command(
        "doctor", "doctor:doctor", "check interpreter, TensorRT, GPU and caches, and say how to fix what is wrong", None
    )
    doctor.set_defaults(timeout=[], record=None, replay=None)
    for option, meaning in WHERE:
        if option in ("--backend", "--python", "--worker", "--gpu", "--cache"):
            doctor.add_argument(option, **meaning)

    audit = command("audit", "audit:show", "list passing cases whose tolerance is nearly used up or far too wide", None)
    audit.add_argument("paths", nargs="*", metavar="PATH", help="only these experiments, files or directories")
    audit.add_argument("--reports", default="reports", metavar="DIR", help="where the records are (default: reports)")
    audit.add_argument("--check", action="store_true", help="exit with 1 if any case is listed")

    diff = command("diff", "diff:compare", "show what changed from one release to another, from their records", None)
    diff.add_argument("before", metavar="RELEASE", help="a folder of the reports, as tensorrt-8.5.3.1")
    diff.add_argument("after", metavar="RELEASE", help="the one to compare it with")
    diff.add_argument("paths", nargs="*", metavar="PATH", help="only these experiments, files or directories")
    diff.add_argument("--markdown", metavar="FILE", help="also write the page to FILE")
    diff.add_argument("--keep", action="store_true", help="write the page to reports/diff, and keep it up to date")
    diff.add_argument("--reports", default="reports", metavar="DIR", help="where the reports are (default: reports)")

    check = command(
        "check", "check:check", "list API that experiments use and a release lacks, with its replacement", None
    )
    check.add_argument("paths", nargs="*", default=["experiments"], metavar="PATH", help="default: experiments")
    check.add_argument(
        "--release", action="append", default=[], metavar="NAME", help="as 11.4 or rtx-1.7 (default: all known ones)"
    )
    check.add_argument("--markdown", metavar="FILE", help="also write it to FILE as a page")

    coverage = command(
        "coverage", "coverage:coverage", "report which methods, attributes and enum members the experiments cover", None
    )
    coverage.add_argument(
        "paths", nargs="*", metavar="PATH", help="print the page of these only (default: experiments)"
    )
    coverage.add_argument("--reports", default="reports", metavar="DIR", help="where the page is (default: reports)")
    coverage.add_argument("--check", action="store_true", help="write nothing; exit with 1 if it would change")

    for name, text in (
        ("review", "show results that nobody has decided on: expected, actual and reference side by side"),
        ("accept", "write the observed numbers into the experiments, in place"),
    ):
        decide = command(name, f"{name}:{name}_pending", text, None)
        decide.add_argument("paths", nargs="*", metavar="PATH", help="only these experiments, files or directories")
        decide.add_argument("--case", action="append", default=[], metavar="GLOB", help="only these cases")
        decide.add_argument("--release", metavar="NAME", help="only what this release showed, as tensorrt-8.6.0")
        decide.add_argument(
            "--allow", action="append", default=[], metavar="WHAT", help="also accept these: nan, inf, error"
        )
        if name == "review":
            decide.add_argument("--all", action="store_true", help="show all at once, also on a terminal")

    cache = command("cache", "cache:cache", "show what is cached, or delete it", None)
    cache.add_argument("what", choices=("info", "clear"))
    cache.add_argument("--cache", default=CACHE, metavar="DIR", help=f"where it is (default: {CACHE})")

    script = command("script", "script:print_script", "print a case as a standalone Python program", None)
    script.add_argument("path", metavar="PATH", help="an experiment file")
    case = script.add_argument("--case", required=True, metavar="NAME", help="the case")
    vars(case)["completer"] = completion.cases
    script.add_argument(
        "--release", default="tensorrt-8.6.0", metavar="NAME", help="for which release, as tensorrt-8.6.0"
    )

    export = command("export", "export:export", "write a case as an ONNX model", None)
    export.add_argument("case", metavar="FILE[::CASE]", help="an experiment file; the case if it has several")
    export.add_argument("--onnx", action="store_true", required=True, help="write ONNX, the only format so far")
    export.add_argument("-o", "--output", required=True, metavar="MODEL", help="the file that is written")

    schema = command("schema", "schema:schema", "print the JSON Schema of experiment files, for editors", None)
    schema.add_argument("--check", metavar="FILE", help="compare with this file instead of printing")

    shells = command("completion", "completion:completion", "print a script that completes trtexp in your shell", None)
    shells.add_argument("shell", choices=("bash", "zsh", "fish"), help='as eval "$(trtexp completion bash)"')
    return made
