"""The arguments of the commands that ask TensorRT, and of the one that puts their parts together. Nothing is imported
here that would make --help slow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trtexp.cli import completion
from trtexp.cli.shared_arguments import TARGETS, cases, command, completed, patterns, reports, results, shards
from trtexp.files.opening import named

if TYPE_CHECKING:
    from trtexp.cli.shared_arguments import Commands


def run(commands: Commands) -> None:
    text = "run experiments, compare every output, write the reports"
    made = command(commands, "run", "run:run", "RunOptions", text)
    cases(made, "files or directories")
    made.add_argument("--failed", action="store_true", help="only the cases that failed in the last run")
    patterns(made, "only these cases; writes no report")
    for option, meaning in TARGETS.items():
        made.add_argument(option, **meaning)
    made.add_argument("--resume", action="store_true", help="continue a run that was interrupted")
    made.add_argument("-x", dest="first", action="store_true", help="stop at the first fault or failure")
    shards(made, "the same cases on every machine; writes no report, but one file for trtexp merge")
    times = "share the cases out by the times of that run, a copy of its last-run.json (default: the last run here)"
    made.add_argument("--times", type=named, metavar="FILE", help=times)
    made.add_argument("--no-reports", dest="reporting", action="store_false", help="write no reports")
    results(made)


def merge(commands: Commands) -> None:
    text = "put the results of --shard together, as one run would have written them"
    made = command(commands, "merge", "merge:merge", "MergeOptions", text)
    made.add_argument("files", nargs="+", type=named, metavar="FILE", help="all parts of one run, or of one fuzz")
    results(made)


def fuzz(commands: Commands) -> None:
    text = "generate networks, and find where trtexp's models and TensorRT differ"
    made = command(commands, "fuzz", "fuzz:fuzz", "FuzzOptions", text)
    layers = made.add_argument("layers", nargs="*", metavar="LAYER", help="only networks around these (default: all)")
    completed(layers, completion.layers)
    asked = (
        "define: what TensorRT refuses while the network is defined, and the shapes and dtypes it infers (default); "
        "build: what it refuses, or dies of, when it builds; run: the values"
    )
    made.add_argument("--stage", choices=("define", "build", "run"), default="define", help=asked)
    device = "what runs in the place of TensorRT: ONNX Runtime, or trtexp's own references in another process"
    made.add_argument("--device", choices=("onnxruntime", "references"), help=device)
    made.add_argument("--examples", type=int, default=10_000, metavar="N", help="networks in all (default: 10000)")
    made.add_argument("--time", dest="seconds", type=float, metavar="S", help="begin nothing after so many seconds")
    made.add_argument("--seed", type=int, default=0, metavar="N", help="the same networks for the same number")
    made.add_argument("--jobs", type=int, metavar="N", help="processes (default: one on each core)")
    shards(made, "the same networks on every machine; writes no page, but one file for trtexp merge")
    again = made.add_mutually_exclusive_group()
    again.add_argument("--known", action="store_true", help="try the known differences again; fail if one is gone")
    one = "try one find again; fail if it still differs"
    again.add_argument("--replay", dest="find", type=named, metavar="FILE", help=one)
    again.add_argument("--regress", action="store_true", help="try all kept finds again; fail if one still differs")
    made.add_argument("--python", **TARGETS["--python"])
    reports(made, "where the page of all layers goes")
