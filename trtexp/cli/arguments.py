"""The arguments of the command line, and the record that each command gets of them. Nothing is imported here that would
make --help slow.

A function for each command adds its arguments and names the function that does it, `module:function` below
trtexp.cli.commands, and the class of its options in trtexp.cli.options. An argument goes to the field of its `dest`.
"""

from __future__ import annotations

import sys
from argparse import SUPPRESS, ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from trtexp import __version__
from trtexp.cli import completion
from trtexp.cli.asking_arguments import fuzz, merge, run
from trtexp.cli.help_texts import overview
from trtexp.cli.model_arguments import BLAME, IMPORT, blaming, importing
from trtexp.cli.shared_arguments import (
    LIMIT,
    ONLY,
    TARGETS,
    cases,
    command,
    completed,
    one_case,
    paths,
    pending,
    reports,
)
from trtexp.files.home import CACHE
from trtexp.files.opening import named

if TYPE_CHECKING:
    from trtexp.cli.options import Options
    from trtexp.cli.shared_arguments import Commands

T = TypeVar("T")


def parser() -> ArgumentParser:
    """The whole parser, all commands included."""
    made = ArgumentParser(
        prog="trtexp",
        usage="trtexp COMMAND …",
        description="Declarative experiments on TensorRT layers.",
        formatter_class=RawDescriptionHelpFormatter,
    )
    made.add_argument("--version", action="version", version=f"trtexp {__version__}")
    commands = made.add_subparsers(prog="trtexp", required=True, metavar="COMMAND", help=SUPPRESS)
    for add in (
        *(run, merge, _validate, _report, _new, _models, _layers, _explain, _doctor),
        *(_audit, fuzz, _diff, _check, _coverage),
        *(_show, _review, _accept),
        *(_cache, _script, _export, _schema, _completion),
    ):
        add(commands)
    made.epilog = overview({name: command.description or "" for name, command in commands.choices.items()})
    return made


def parse(made: ArgumentParser, words: Sequence[str], root: Path = Path()) -> tuple[str, Options]:
    """What does the command, and its options. root: the folder that it will work in, at which its paths begin then.
    Raises SystemExit as argparse does, with the message printed."""
    given = vars(made.parse_args(words)) | {"words": tuple(words)}
    if root not in (Path(), Path.cwd()):
        from trtexp.cli.rebase import rebased

        given = rebased(given, root)
    from trtexp.cli import options
    from trtexp.running.options import TargetOptions

    given["targets"] = record(TargetOptions, given)
    if given.pop("github", False):
        from trtexp.report.github import Commands

        given["github"] = Commands(sys.stdout)
    return given["act"], record(getattr(options, given["kind"]), given)


def record(kind: type[T], given: Mapping[str, Any]) -> T:
    """The arguments that are fields of a dataclass, as one."""
    from dataclasses import fields  # the whole of `inspect`, which --help can do without

    found = {field.name: given[field.name] for field in fields(kind) if field.name in given}  # type: ignore[arg-type]
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in found.items()})


def _validate(commands: Commands) -> None:
    text = "check files without TensorRT: keys, names, shapes, constraints, expected values"
    validate = command(commands, "validate", "validate:validate", "ValidateOptions", text)
    cases(validate, "files or directories", "+")
    validate.add_argument("--github", action="store_true", help="annotate files for GitHub Actions")
    validate.add_argument("--quiet", action="store_true", help="print nothing if all is well")
    validate.add_argument("--limit", **LIMIT)


def _report(commands: Commands) -> None:
    text = "render the reports again from their JSON"
    report = command(commands, "report", "report:report", "ReportOptions", text)
    reports(report, "where the reports are")
    report.add_argument(
        "--check", action="store_true", help="write nothing; list pages that would change or have no experiment"
    )


def _new(commands: Commands) -> None:
    text = "write an experiment to start from, with a first case that passes"
    new = command(commands, "new", "new:new", "NewOptions", text)
    completed(new.add_argument("layer", metavar="LAYER", help="as trtexp layers lists them"), completion.layers)
    new.add_argument("path", nargs="?", metavar="PATH", help="a file or a directory; - prints (default: experiments)")


def _models(commands: Commands) -> None:
    importing(command(commands, "import", "importing:import_model", "ImportOptions", IMPORT))
    blaming(command(commands, "blame", "blame:blame_model", "BlameOptions", BLAME))


def _layers(commands: Commands) -> None:
    text = "list all layers, or what one has: arguments, members, constraints"
    layers = command(commands, "layers", "layers:show", "LayersOptions", text)
    completed(layers.add_argument("layer", nargs="?", metavar="NAME", help="a layer, as softmax"), completion.layers)


def _explain(commands: Commands) -> None:
    text = "explain a key of the YAML, a layer, an attribute, or a constraint such as C4"
    explain = command(commands, "explain", "explain:explain", "ExplainOptions", text)
    key = "as tolerance, inputs.x.declared, convolution_nd.stride_nd, convolution_nd C4, relu"
    explain.add_argument("key", nargs="*", metavar="KEY", help=key)
    explain.add_argument("--write", type=named, metavar="PAGE", help="write the whole reference into this page")
    explain.add_argument("--check", type=named, metavar="PAGE", help="exit with 1 if that page would change")


def _doctor(commands: Commands) -> None:
    text = "check interpreter, TensorRT, GPU and caches, and say how to fix what is wrong"
    doctor = command(commands, "doctor", "doctor:doctor", "DoctorOptions", text)
    for option in ("--backend", "--python", "--worker", "--gpu", "--cache"):
        doctor.add_argument(option, **TARGETS[option])


def _audit(commands: Commands) -> None:
    text = "list passing cases whose tolerance is nearly used up or far too wide"
    audit = command(commands, "audit", "audit:show", "AuditOptions", text)
    cases(audit, ONLY)
    reports(audit, "where the records are")
    wrong = "make one element of each output wrong instead, and write reports/SENSITIVITY.md: how many are seen"
    audit.add_argument("--sensitivity", action="store_true", help=wrong)
    audit.add_argument("--check", action="store_true", help="exit with 1 if any case is listed, or the page is old")


def _diff(commands: Commands) -> None:
    text = "show what changed from one release to another, from their records"
    diff = command(commands, "diff", "diff:compare", "DiffOptions", text)
    diff.add_argument("before", metavar="RELEASE", help="a folder of the reports, as tensorrt-8.5.3.1")
    diff.add_argument("after", metavar="RELEASE", help="the one to compare it with")
    paths(diff, ONLY)
    diff.add_argument("--markdown", type=named, metavar="FILE", help="also write the page to FILE")
    diff.add_argument("--keep", action="store_true", help="write the page to reports/diff, and keep it up to date")
    reports(diff, "where the reports are")


def _check(commands: Commands) -> None:
    text = "list API that experiments use and a release lacks, with its replacement"
    check = command(commands, "check", "check:check", "CheckOptions", text)
    paths(check, "default: experiments")
    known = "as 11.4 or rtx-1.7 (default: all known ones)"
    check.add_argument("--release", dest="releases", action="append", default=[], metavar="NAME", help=known)
    check.add_argument("--markdown", type=named, metavar="FILE", help="also write it to FILE as a page")
    check.add_argument("--quiet", action="store_true", help="say only what must be changed")
    check.add_argument("--limit", **LIMIT)


def _coverage(commands: Commands) -> None:
    text = "report which methods, attributes and enum members the experiments cover"
    coverage = command(commands, "coverage", "coverage:coverage", "CoverageOptions", text)
    paths(coverage, "print the page of these only (default: experiments)")
    reports(coverage, "where the page is")
    coverage.add_argument("--check", action="store_true", help="write nothing; exit with 1 if it would change")
    coverage.add_argument("--limit", **LIMIT)


def _show(commands: Commands) -> None:
    text = "show a case: its network, every tensor of its reference with its bound, and what the last runs gave"
    show = command(commands, "show", "show:show", "ShowOptions", text)
    one_case(show)
    show.add_argument("--limit", **LIMIT)


def _review(commands: Commands) -> None:
    text = "show results that nobody has decided on: expected, actual and reference side by side"
    review = command(commands, "review", "review:review_pending", "PendingOptions", text)
    pending(review)
    review.add_argument("--all", dest="every", action="store_true", help="show all at once, also on a terminal")


def _accept(commands: Commands) -> None:
    text = "write the observed numbers, or the reference's, into the experiments, in place"
    accept = command(commands, "accept", "accept:accept_pending", "PendingOptions", text)
    pending(accept)
    whose = "device: what TensorRT gave, as from: observed (default); reference: its numbers, as from: derived"
    accept.add_argument("--from", dest="side", choices=("device", "reference"), default="device", help=whose)


def _cache(commands: Commands) -> None:
    cache = command(commands, "cache", "cache:cache", "CacheOptions", "show what is cached, or delete it")
    cache.add_argument("what", choices=("info", "clear"))
    cache.add_argument("--cache", **{**TARGETS["--cache"], "help": f"where it is (default: {CACHE})"})


def _script(commands: Commands) -> None:
    text = "print a case as a standalone Python program"
    script = command(commands, "script", "script:print_script", "ScriptOptions", text)
    one_case(script)
    script.add_argument(
        "--release", default="tensorrt-8.6.0", metavar="NAME", help="for which release, as tensorrt-8.6.0"
    )
    script.add_argument("--limit", **LIMIT)


def _export(commands: Commands) -> None:
    export = command(commands, "export", "export:export", "ExportOptions", "write a case as an ONNX model")
    one_case(export)
    export.add_argument("--onnx", action="store_true", required=True, help="write ONNX, the only format so far")
    export.add_argument("-o", "--output", type=named, required=True, metavar="MODEL", help="the file that is written")
    export.add_argument("--limit", **LIMIT)


def _schema(commands: Commands) -> None:
    text = "print the JSON Schema of experiment files, for editors"
    schema = command(commands, "schema", "schema:schema", "SchemaOptions", text)
    schema.add_argument("--check", type=named, metavar="FILE", help="compare with this file instead of printing")


def _completion(commands: Commands) -> None:
    text = "print a script that completes trtexp in your shell"
    shells = command(commands, "completion", "completion:completion", "CompletionOptions", text)
    shells.add_argument("shell", choices=("bash", "zsh", "fish"), help='as eval "$(trtexp completion bash)"')
