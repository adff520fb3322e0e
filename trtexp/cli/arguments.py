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
from trtexp.cli.help_texts import EXAMPLES, overview
from trtexp.cli.model_arguments import importing
from trtexp.cli.shared_arguments import (
    LIMIT,
    ONLY,
    TARGETS,
    cases,
    completed,
    one_case,
    paths,
    patterns,
    pending,
    reports,
    results,
    shards,
)
from trtexp.files.home import CACHE
from trtexp.files.opening import named

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from trtexp.cli.options import Options

    Commands = _SubParsersAction[ArgumentParser]

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
        *(_run, _merge, _validate, _report, _new, _import, _layers, _explain, _doctor),
        *(_audit, _fuzz, _diff, _check, _coverage),
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


def _command(commands: Commands, name: str, act: str, kind: str, text: str) -> ArgumentParser:
    examples = "\n".join(["examples:", *(f"  {line}" for line in EXAMPLES.get(name, ()))]) if name in EXAMPLES else None
    made = commands.add_parser(name, description=text, epilog=examples, formatter_class=RawDescriptionHelpFormatter)
    made.set_defaults(act=act, kind=kind)
    return made


def _run(commands: Commands) -> None:
    text = "run experiments, compare every output, write the reports"
    run = _command(commands, "run", "run:run", "RunOptions", text)
    cases(run, "files or directories")
    run.add_argument("--failed", action="store_true", help="only the cases that failed in the last run")
    patterns(run, "only these cases; writes no report")
    for option, meaning in TARGETS.items():
        run.add_argument(option, **meaning)
    run.add_argument("--resume", action="store_true", help="continue a run that was interrupted")
    run.add_argument("-x", dest="first", action="store_true", help="stop at the first fault or failure")
    shards(run, "the same cases on every machine; writes no report, but one file for trtexp merge")
    times = "share the cases out by the times of that run, a copy of its last-run.json (default: the last run here)"
    run.add_argument("--times", type=named, metavar="FILE", help=times)
    run.add_argument("--no-reports", dest="reporting", action="store_false", help="write no reports")
    results(run)


def _merge(commands: Commands) -> None:
    text = "put the results of --shard together, as one run would have written them"
    merge = _command(commands, "merge", "merge:merge", "MergeOptions", text)
    merge.add_argument("files", nargs="+", type=named, metavar="FILE", help="what run --shard wrote, all parts")
    results(merge)


def _validate(commands: Commands) -> None:
    text = "check files without TensorRT: keys, names, shapes, constraints, expected values"
    validate = _command(commands, "validate", "validate:validate", "ValidateOptions", text)
    cases(validate, "files or directories", "+")
    validate.add_argument("--github", action="store_true", help="annotate files for GitHub Actions")
    validate.add_argument("--quiet", action="store_true", help="print nothing if all is well")
    validate.add_argument("--limit", **LIMIT)


def _report(commands: Commands) -> None:
    text = "render the reports again from their JSON"
    report = _command(commands, "report", "report:report", "ReportOptions", text)
    reports(report, "where the reports are")
    report.add_argument(
        "--check", action="store_true", help="write nothing; list pages that would change or have no experiment"
    )


def _new(commands: Commands) -> None:
    text = "write an experiment to start from, with a first case that passes"
    new = _command(commands, "new", "new:new", "NewOptions", text)
    completed(new.add_argument("layer", metavar="LAYER", help="as trtexp layers lists them"), completion.layers)
    new.add_argument("path", nargs="?", metavar="PATH", help="a file or a directory; - prints (default: experiments)")


def _import(commands: Commands) -> None:
    text = "write an ONNX model, or the network that a program builds, as an experiment"
    importing(_command(commands, "import", "importing:import_model", "ImportOptions", text))


def _layers(commands: Commands) -> None:
    text = "list all layers, or what one has: arguments, members, constraints"
    layers = _command(commands, "layers", "layers:show", "LayersOptions", text)
    completed(layers.add_argument("layer", nargs="?", metavar="NAME", help="a layer, as softmax"), completion.layers)


def _explain(commands: Commands) -> None:
    text = "explain a key of the YAML, a layer, an attribute, or a constraint such as C4"
    explain = _command(commands, "explain", "explain:explain", "ExplainOptions", text)
    key = "as tolerance, inputs.x.declared, convolution_nd.stride_nd, convolution_nd C4, relu"
    explain.add_argument("key", nargs="*", metavar="KEY", help=key)
    explain.add_argument("--write", type=named, metavar="PAGE", help="write the whole reference into this page")
    explain.add_argument("--check", type=named, metavar="PAGE", help="exit with 1 if that page would change")


def _doctor(commands: Commands) -> None:
    text = "check interpreter, TensorRT, GPU and caches, and say how to fix what is wrong"
    doctor = _command(commands, "doctor", "doctor:doctor", "DoctorOptions", text)
    for option in ("--backend", "--python", "--worker", "--gpu", "--cache"):
        doctor.add_argument(option, **TARGETS[option])


def _audit(commands: Commands) -> None:
    text = "list passing cases whose tolerance is nearly used up or far too wide"
    audit = _command(commands, "audit", "audit:show", "AuditOptions", text)
    cases(audit, ONLY)
    reports(audit, "where the records are")
    wrong = "make one element of each output wrong instead, and write reports/SENSITIVITY.md: how many are seen"
    audit.add_argument("--sensitivity", action="store_true", help=wrong)
    audit.add_argument("--check", action="store_true", help="exit with 1 if any case is listed, or the page is old")


def _fuzz(commands: Commands) -> None:
    text = "generate networks, and find where trtexp's models and TensorRT differ"
    fuzz = _command(commands, "fuzz", "fuzz:fuzz", "FuzzOptions", text)
    layers = fuzz.add_argument("layers", nargs="*", metavar="LAYER", help="only networks around these (default: all)")
    completed(layers, completion.layers)
    asked = (
        "define: what TensorRT refuses while the network is defined, and the shapes and dtypes it infers (default); "
        "build: what it refuses, or dies of, when it builds; run: the values"
    )
    fuzz.add_argument("--stage", choices=("define", "build", "run"), default="define", help=asked)
    device = "what runs in the place of TensorRT: ONNX Runtime, or trtexp's own references in another process"
    fuzz.add_argument("--device", choices=("onnxruntime", "references"), help=device)
    fuzz.add_argument("--examples", type=int, default=10_000, metavar="N", help="networks in all (default: 10000)")
    fuzz.add_argument("--time", dest="seconds", type=float, metavar="S", help="begin nothing after so many seconds")
    fuzz.add_argument("--seed", type=int, default=0, metavar="N", help="the same networks for the same number")
    fuzz.add_argument("--jobs", type=int, metavar="N", help="processes (default: one on each core)")
    again = fuzz.add_mutually_exclusive_group()
    again.add_argument("--known", action="store_true", help="try the known differences again; fail if one is gone")
    one = "try one find again; fail if it still differs"
    again.add_argument("--replay", dest="find", type=named, metavar="FILE", help=one)
    again.add_argument("--regress", action="store_true", help="try all kept finds again; fail if one still differs")
    fuzz.add_argument("--python", **TARGETS["--python"])
    reports(fuzz, "where the page of all layers goes")


def _diff(commands: Commands) -> None:
    text = "show what changed from one release to another, from their records"
    diff = _command(commands, "diff", "diff:compare", "DiffOptions", text)
    diff.add_argument("before", metavar="RELEASE", help="a folder of the reports, as tensorrt-8.5.3.1")
    diff.add_argument("after", metavar="RELEASE", help="the one to compare it with")
    paths(diff, ONLY)
    diff.add_argument("--markdown", type=named, metavar="FILE", help="also write the page to FILE")
    diff.add_argument("--keep", action="store_true", help="write the page to reports/diff, and keep it up to date")
    reports(diff, "where the reports are")


def _check(commands: Commands) -> None:
    text = "list API that experiments use and a release lacks, with its replacement"
    check = _command(commands, "check", "check:check", "CheckOptions", text)
    paths(check, "default: experiments")
    known = "as 11.4 or rtx-1.7 (default: all known ones)"
    check.add_argument("--release", dest="releases", action="append", default=[], metavar="NAME", help=known)
    check.add_argument("--markdown", type=named, metavar="FILE", help="also write it to FILE as a page")
    check.add_argument("--quiet", action="store_true", help="say only what must be changed")
    check.add_argument("--limit", **LIMIT)


def _coverage(commands: Commands) -> None:
    text = "report which methods, attributes and enum members the experiments cover"
    coverage = _command(commands, "coverage", "coverage:coverage", "CoverageOptions", text)
    paths(coverage, "print the page of these only (default: experiments)")
    reports(coverage, "where the page is")
    coverage.add_argument("--check", action="store_true", help="write nothing; exit with 1 if it would change")
    coverage.add_argument("--limit", **LIMIT)


def _show(commands: Commands) -> None:
    text = "show a case: its network, every tensor of its reference with its bound, and what the last runs gave"
    show = _command(commands, "show", "show:show", "ShowOptions", text)
    one_case(show)
    show.add_argument("--limit", **LIMIT)


def _review(commands: Commands) -> None:
    text = "show results that nobody has decided on: expected, actual and reference side by side"
    review = _command(commands, "review", "review:review_pending", "PendingOptions", text)
    pending(review)
    review.add_argument("--all", dest="every", action="store_true", help="show all at once, also on a terminal")


def _accept(commands: Commands) -> None:
    text = "write the observed numbers, or the reference's, into the experiments, in place"
    accept = _command(commands, "accept", "accept:accept_pending", "PendingOptions", text)
    pending(accept)
    whose = "device: what TensorRT gave, as from: observed (default); reference: its numbers, as from: derived"
    accept.add_argument("--from", dest="side", choices=("device", "reference"), default="device", help=whose)


def _cache(commands: Commands) -> None:
    cache = _command(commands, "cache", "cache:cache", "CacheOptions", "show what is cached, or delete it")
    cache.add_argument("what", choices=("info", "clear"))
    cache.add_argument("--cache", **{**TARGETS["--cache"], "help": f"where it is (default: {CACHE})"})


def _script(commands: Commands) -> None:
    text = "print a case as a standalone Python program"
    script = _command(commands, "script", "script:print_script", "ScriptOptions", text)
    one_case(script)
    script.add_argument(
        "--release", default="tensorrt-8.6.0", metavar="NAME", help="for which release, as tensorrt-8.6.0"
    )
    script.add_argument("--limit", **LIMIT)


def _export(commands: Commands) -> None:
    export = _command(commands, "export", "export:export", "ExportOptions", "write a case as an ONNX model")
    one_case(export)
    export.add_argument("--onnx", action="store_true", required=True, help="write ONNX, the only format so far")
    export.add_argument("-o", "--output", type=named, required=True, metavar="MODEL", help="the file that is written")
    export.add_argument("--limit", **LIMIT)


def _schema(commands: Commands) -> None:
    text = "print the JSON Schema of experiment files, for editors"
    schema = _command(commands, "schema", "schema:schema", "SchemaOptions", text)
    schema.add_argument("--check", type=named, metavar="FILE", help="compare with this file instead of printing")


def _completion(commands: Commands) -> None:
    text = "print a script that completes trtexp in your shell"
    shells = _command(commands, "completion", "completion:completion", "CompletionOptions", text)
    shells.add_argument("shell", choices=("bash", "zsh", "fish"), help='as eval "$(trtexp completion bash)"')
