"""The text under each field of a model, read from its source: only the schema needs it, so models do not read it."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from trtexp.layers.base import Model


def describe(parts: dict[str, Any]) -> None:
    """Give every property of the models' schemas that has no description the text under its field."""
    models = {model.__name__: model for model in _below(Model)}
    for name, part in parts.items():
        for owner in models[name].__mro__ if name in models else ():
            for key, text in _fields(owner.__module__).get(owner.__name__, {}).items():
                found = part.get("properties", {}).get(key)
                if found is not None:
                    found.setdefault("description", text)


def _below(model: type[Model]) -> Iterator[type[Model]]:
    for child in model.__subclasses__():
        yield child
        yield from _below(child)


@cache
def _fields(module: str) -> dict[str, dict[str, str]]:
    """class -> field -> the string that follows it, for the classes of a module."""
    if not module.startswith("trtexp"):
        return {}
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {
        node.name: {
            field.target.id: inspect.cleandoc(text.value.value)
            for field, text in zip(node.body, node.body[1:], strict=False)
            if isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
            and isinstance(text.value.value, str)
        }
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
