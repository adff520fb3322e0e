"""pytest plugin: `pytest experiments/` runs every case as a test, `padding.yaml::both`; `padding.yaml::b*` runs some.

Only YAML files that were asked for are looked at: named on the command line, or below a folder named there; and of
these only experiments. Nothing else of trtexp is imported before one is found.

A case passes and fails as in `trtexp run`. Findings and expected crashes are strict xfails: they fail as soon as
TensorRT is fixed. A case is skipped if the release lacks what it needs, as declared, or if only a GPU can judge it.
Every xdist worker has a TensorRT worker of its own; they are one run, so that they share the GPU and keep other runs
away from it.

May import the cli's arguments and what stands below them.
"""

from __future__ import annotations

import os
import re
import uuid
from pathlib import Path
from typing import Any

import pytest

from trtexp import LIMITS
from trtexp.cli.arguments import record
from trtexp.cli.shared_arguments import LIMIT, TARGETS
from trtexp.files.code_path import WithoutWorkingDirectory
from trtexp.files.reading import read_bytes
from trtexp.running.options import TargetOptions

PREFIX = "trtexp_"  # of the destinations of the options
ASKED = pytest.StashKey[tuple[Path, ...]]()
PATTERNS = pytest.StashKey[dict[str, tuple[str, ...]]]()
SAID = pytest.StashKey[list[str]]()
_SUFFIXES = (".yaml", ".yml")
_TITLE = re.compile(rb"^title:", re.MULTILINE)
_BODY = re.compile(rb"^(network|cases):", re.MULTILINE)
_MOST = 16 * 2**20  # bytes of an experiment


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("trtexp", "TensorRT experiments, in YAML files that are asked for")
    for option, meaning in TARGETS.items():
        group.addoption(f"--trtexp-{option[2:]}", **{**meaning, "dest": PREFIX + meaning["dest"]})
    group.addoption("--trtexp-limit", **{**LIMIT, "dest": PREFIX + LIMIT["dest"]})


def target_options(config: pytest.Config) -> TargetOptions:
    """Where cases are answered, as the command line says."""
    names = {meaning["dest"] for meaning in TARGETS.values()}
    return record(TargetOptions, {name: config.getoption(PREFIX + name) for name in names})


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SAID] = []
    if limits := config.getoption(PREFIX + LIMIT["dest"]):
        os.environ[LIMITS] = ",".join(limits)
    given = getattr(config, "workerinput", {}).get("trtexp")
    if given is not None:
        os.environ["TRTEXP_RUN"] = given["run"]
        config.stash[ASKED] = tuple(map(Path, given["asked"]))
        _patterns(config)
        config.stash[PATTERNS] = {path: tuple(patterns) for path, patterns in given["patterns"].items()}
    else:
        config.stash[ASKED] = tuple(_asked(config))
        config.stash[PATTERNS] = _patterns(config)
    if target_options(config) != TargetOptions():
        _open_session(config)  # for what is wrong with them


def _open_session(config: pytest.Config) -> None:
    with WithoutWorkingDirectory():  # pytest may have put it there, for the modules of a project
        from trtexp.pytest_plugin.session import open_session

        open_session(config, config.stash[SAID])


def _asked(config: pytest.Config) -> list[Path]:
    """What the command line names; the folders of an ini file are not asked for."""
    if config.args_source is not config.ArgsSource.ARGS:
        return []
    return [Path(os.path.realpath(config.invocation_params.dir / text.partition("::")[0])) for text in config.args]


def _patterns(config: pytest.Config) -> dict[str, tuple[str, ...]]:
    """The patterns of cases that the command line gives for a file, as `padding.yaml::b*`, of which pytest itself knows
    names alone: it is told the file instead."""
    found: dict[str, tuple[str, ...]] = {}
    for i, argument in enumerate(config.args):
        name, _, pattern = argument.partition("::")
        if Path(name).suffix in _SUFFIXES and set(pattern) & {"*", "?"}:
            config.args[i] = name
            path = str((config.invocation_params.dir / name).resolve())
            found[path] = (*found.get(path, ()), pattern)
    config.args[:] = dict.fromkeys(config.args)
    return found


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix not in _SUFFIXES:
        return None
    asked = parent.config.stash[ASKED]
    if not any(path == file_path or path in file_path.parents for path in asked) or not _is_experiment(file_path):
        return None
    with WithoutWorkingDirectory():
        from trtexp.pytest_plugin.items import ExperimentFile

    _open_session(parent.config)
    return ExperimentFile.from_parent(parent, path=file_path)


def _is_experiment(path: Path) -> bool:
    """Whether its outermost keys, or the schema that it names, are an experiment's; it may be a faulty one."""
    try:
        data = read_bytes(Path(os.path.realpath(path)), _MOST)
    except OSError:
        return False
    head = data.partition(b"\n")[0]
    named = head.startswith(b"#") and b"trtexp/schema.json" in head
    return named or bool(_TITLE.search(data) and _BODY.search(data))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    said: list[str] = config.stash[SAID]
    for line in dict.fromkeys(said):
        terminalreporter.write_line(f"trtexp: {line}")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist: tell a worker what was asked for, and which run it belongs to."""
    run = os.environ.setdefault("TRTEXP_RUN", uuid.uuid4().hex)
    patterns = {path: list(some) for path, some in node.config.stash[PATTERNS].items()}
    asked = [str(path) for path in node.config.stash[ASKED]]
    node.workerinput["trtexp"] = {"run": run, "asked": asked, "patterns": patterns}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """xdist: what a worker has to say at the end."""
    node.config.stash[SAID].extend(getattr(node, "workeroutput", {}).get("trtexp", []))
