"""Tests of the suite, run in this process while a bug is planted."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
OPTIONS = (
    "-o",
    "addopts=",
    "--import-mode=importlib",
    "--assert=plain",
    "-x",
    "-q",
    "--tb=no",
    "--no-header",
    "--no-summary",
    "-s",
)
#: Plugins that a run of one test does without; some wait for the garbage to be collected.
WITHOUT = ("cacheprovider", "xdist", "faulthandler", "unraisableexception", "threadexception", "junitxml", "stepwise")


def passes(nodes: Sequence[str]) -> bool:
    """Whether tests pass; they are named below tests/, as `layers/test_softmax.py::test_axes_by_hand`."""
    plugins = [word for name in WITHOUT for word in ("-p", f"no:{name}")]
    config = ["-c", str(TESTS.parent / "pyproject.toml"), f"--rootdir={TESTS.parent}"]
    with fresh_tests():
        code = pytest.main([*config, *OPTIONS, *plugins, *(f"{TESTS}/{node}" for node in nodes)])
    assert code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED), f"{nodes}: pytest ends with {code!r}"
    return code == pytest.ExitCode.OK


@contextmanager
def fresh_tests() -> Iterator[None]:
    """The modules of tests/ are imported anew, and forgotten again: they keep what the references gave them."""
    kept = {name: sys.modules.pop(name) for name in below()}
    try:
        yield
    finally:
        for name in below():
            del sys.modules[name]
        sys.modules.update(kept)


def below() -> list[str]:
    """The modules of tests/ that are imported."""
    files = {name: getattr(module, "__file__", None) for name, module in [*sys.modules.items()]}
    return [name for name, file in files.items() if file and file.startswith(f"{TESTS}/")]
