"""The tests of the onnx package, a module at a time."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import warnings
from typing import Any

PACKAGE = "onnx.backend.test.case.node"


def modules() -> list[str]:
    """The names of the modules that hold node tests, without importing any."""
    found = importlib.util.find_spec("onnx")
    assert found is not None and found.submodule_search_locations is not None
    (root,) = found.submodule_search_locations
    folder = f"{root}/backend/test/case/node"
    top = [module for module in pkgutil.iter_modules([folder]) if not module.name.startswith("_")]
    inner = [
        f"{package.name}.{module.name}"
        for package in top
        if package.ispkg
        for module in pkgutil.iter_modules([f"{folder}/{package.name}"])
    ]
    return sorted([*(module.name for module in top if not module.ispkg), *inner])


def cases_of(module: str) -> list[Any]:
    """The test cases that a module makes when it is imported; it is imported once only."""
    if module not in _READ:
        from onnx.backend.test.case import node

        before = len(node._NodeTestCases)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numpy's, on infinities that are meant
            importlib.import_module(f"{PACKAGE}.{module}")
        _READ[module] = node._NodeTestCases[before:]
    return _READ[module]


_READ: dict[str, list[Any]] = {}
