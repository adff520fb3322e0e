"""The command line as records: every argument has its field, and every field its argument."""

import shlex
from argparse import SUPPRESS
from dataclasses import MISSING, FrozenInstanceError, fields
from pathlib import Path

import pytest

from trtexp.cli import options
from trtexp.cli.arguments import parse, parser
from trtexp.cli.help_texts import COMMANDS as LISTED
from trtexp.cli.help_texts import EXAMPLES
from trtexp.cli.main import main
from trtexp.cli.options import Options
from trtexp.cli.shared_arguments import TARGETS
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
    assert (options.reports, options.reporting, options.wait, options.junit) == (None, True, False, None)
    assert options.github is not None
    with pytest.raises(FrozenInstanceError):
        options.resume = True


@pytest.mark.parametrize(
    ("more", "reports"),
    [([], (None, True)), (["--reports", "r"], (Path("r"), True)), (["--no-reports"], (None, False))],
)
def test_no_reports_are_none(more, reports):
    options = parse(parser(), ["run", "a.yaml", *more])[1]
    assert (options.reports, options.reporting) == reports


def test_paths_begin_where_the_command_was_called(tmp_path, monkeypatch):
    for name in ("sub/a.yaml", "sub/python", "b.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path / "sub")
    words = ["run", "a.yaml::x*", "b.yaml", "/c.yaml", "--junit", "j.xml"]
    words += ["--python", "python", "--worker", "8.6=python3"]
    _, options = parse(parser(), words, tmp_path)
    assert options.paths == ("sub/a.yaml::x*", "b.yaml", "/c.yaml")  # messages begin at the project
    assert (options.junit, options.reports, options.targets.cache) == (Path("sub/j.xml"), None, TargetOptions().cache)
    assert (options.targets.python, options.targets.workers) == (str(tmp_path / "sub/python"), ("8.6=python3",))
    assert options.words == tuple(words)
    assert parse(parser(), ["report"], tmp_path)[1].reports == Path("reports")
    assert parse(parser(), ["report", "--reports", "r"], tmp_path)[1].reports == Path("sub/r")


def test_every_command_stands_in_a_group_of_the_help(capsys):
    assert sorted(LISTED) == sorted(COMMANDS)
    assert main([]) == 0
    alone = capsys.readouterr().out
    assert main(["--help"]) == 0
    assert capsys.readouterr().out == alone
    assert all(f"\n  {name} " in alone for name in COMMANDS)
    assert max(map(len, alone.splitlines())) <= 120


@pytest.mark.parametrize("line", [line for lines in EXAMPLES.values() for line in lines if line.startswith("trtexp ")])
def test_an_example_of_the_help_is_a_command(line):
    words = shlex.split(line.partition("#")[0])[1:]
    assert parse(parser(), words)[1].words == tuple(words)


def test_the_help_of_a_command_shows_examples(capsys):
    assert main(["new", "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("usage: trtexp new ") and said.endswith(
        "\nexamples:\n  trtexp new softmax\n  trtexp new relu mine.yaml\n  trtexp new conv2d -\n"
    )


def test_a_command_that_there_is_not_leads_to_the_nearest(capsys):
    assert main(["valdate", "e.yaml"]) == 2
    assert capsys.readouterr().err == "no command 'valdate'; did you mean 'validate'?; all: trtexp --help\n"
