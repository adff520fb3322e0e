"""pytest plugin: `pytest experiments/` runs every case as a test, `padding.yaml::both`.

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
from trtexp.cli.arguments import LIMIT, record
from trtexp.cli.target_arguments import TARGETS
from trtexp.files.code_path import WithoutWorkingDirectory
from trtexp.running.options import TargetOptions

PREFIX = "trtexp_"  # of the destinations of the options
ASKED = pytest.StashKey[tuple[Path, ...]]()
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
    else:
        config.stash[ASKED] = tuple(_asked(config))
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
    return [(config.invocation_params.dir / argument.partition("::")[0]).resolve() for argument in config.args]


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
    if path.stat().st_size > _MOST:
        return False
    data = path.read_bytes()
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
    node.workerinput["trtexp"] = {"run": run, "asked": [str(path) for path in node.config.stash[ASKED]]}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """xdist: what a worker has to say at the end."""
    node.config.stash[SAID].extend(getattr(node, "workeroutput", {}).get("trtexp", []))
