"""The command line as records: every argument has its field, and every field its argument."""

from argparse import SUPPRESS
from dataclasses import MISSING, FrozenInstanceError, fields
from pathlib import Path

import pytest

from trtexp.cli import options
from trtexp.cli.arguments import TARGETS, parse, parser
from trtexp.cli.options import Options
from trtexp.running.options import TargetOptions

COMMANDS = next(action for action in parser()._actions if action.choices).choices
NOWHERE = {"onnx"}  # the only format, which must be named


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_argument_has_a_field_and_every_field_an_argument(name):
    command = COMMANDS[name]
    kind = getattr(options, command.get_default("kind"))
    wanted = {field.name for field in fields(kind)} - {"words", "github"}
    if "targets" in wanted:
        wanted = wanted - {"targets"} | {field.name for field in fields(TargetOptions)}
    given = {action.dest for action in command._actions if action.default != SUPPRESS} - NOWHERE - {"github"}
    assert given <= wanted
    defaults = {field.name for field in (*fields(kind), *fields(TargetOptions)) if field.default is not MISSING}
    assert wanted - given <= defaults
    assert issubclass(kind, Options)


def test_the_arguments_of_targets_are_their_fields_with_the_same_defaults():
    assert {meaning["dest"] for meaning in TARGETS.values()} == {field.name for field in fields(TargetOptions)}
    _, options = parse(parser(), ["run", "a.yaml"])
    assert options.targets == TargetOptions()


def test_a_run_is_given_a_frozen_record():
    words = ["run", "a.yaml", "b", "--case", "x*", "--worker", "8.6.0=python", "--no-cache", "--no-wait", "--github"]
    act, options = parse(parser(), words)
    assert act == "run:run"
    assert (options.words, options.paths, options.patterns) == (tuple(words), ("a.yaml", "b"), ("x*",))
    assert options.targets == TargetOptions(workers=("8.6.0=python",), cache=None)
    assert (options.reports, options.wait, options.junit) == (Path("reports"), False, None)
    assert options.github is not None
    with pytest.raises(FrozenInstanceError):
        options.resume = True


@pytest.mark.parametrize(
    ("more", "reports"), [([], Path("reports")), (["--reports", "r"], Path("r")), (["--no-reports"], None)]
)
def test_no_reports_are_none(more, reports):
    assert parse(parser(), ["run", "a.yaml", *more])[1].reports == reports
