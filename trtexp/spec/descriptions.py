"""The text under each field of a model, read from its source: only the schema needs it, so models do not read it."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from trtexp.layers.base import Layer, Model
from trtexp.layers.settable import Default, Settable


def describe(parts: dict[str, Any]) -> None:
    """Give every property of the models' schemas the text under its field, and an attribute its default.

    A field without a text keeps what its type says.
    """
    models = {model.__name__: model for model in _below(Model)}
    for name, part in parts.items():
        for key, found in part.get("properties", {}).items() if name in models else ():
            text = _described(models[name], key)
            if text:
                found["description"] = text


def _described(model: type[Model], key: str) -> str:
    """The text of a field: its own, or for an argument of a layer that of the attribute that it writes."""
    text = next((found for owner in model.__mro__ if (found := _fields(owner).get(key))), "")
    if issubclass(model, Settable):
        return f"{text} {_default(model, key)}".rstrip()
    if text or not issubclass(model, Layer):
        return text
    attribute = model.aliases.get(key, (key,))[0]
    settable, field = model.settable(), model.model_fields[key]
    if field.is_required():
        return next((found for owner in settable.__mro__ if (found := _fields(owner).get(attribute))), "")
    return _described(settable, attribute) if attribute in settable.model_fields else ""


def _default(model: type[Settable], key: str) -> str:
    """`Default 1.`, or in words `Default: no limit.`; nothing if there is none."""
    field = model.model_fields[key]
    value = next((mark.value for mark in field.metadata if isinstance(mark, Default)), None)
    if isinstance(value, str):
        return f"Default: {value}."
    value = field.default if value is None else value
    if value is None:
        return ""
    if isinstance(value, bool):
        return f"Default {str(value).lower()}."
    return f"Default {value if isinstance(value, str) else _number(value)}."


def _number(value: float) -> str:
    """A number as one writes it: 1e-5 rather than 1e-05."""
    return re.sub(r"e([+-])0+", r"e\1", f"{value:g}")


def _below(model: type[Model]) -> Iterator[type[Model]]:
    for child in model.__subclasses__():
        yield child
        yield from _below(child)


def _fields(owner: type) -> dict[str, str]:
    """field -> the string that follows it, for the fields that a class itself has."""
    return _texts(owner.__module__).get(owner.__name__, {})


@cache
def _texts(module: str) -> dict[str, dict[str, str]]:
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
