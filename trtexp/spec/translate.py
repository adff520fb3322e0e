"""pydantic's errors in the words of this project: what was given, and what is allowed."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from trtexp.spec.errors import brief, nearest
from trtexp.spec.hints import instead, missing_weights

Path = tuple[Union[str, int], ...]

_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "string": "a text",
    "bool": "true or false",
    "list": "a list",
    "dict": "a mapping",
    "model": "a mapping",
    "model_attributes": "a mapping",
}


_LIMITS = {
    "greater_than_equal": "{ge:g} or more",
    "greater_than": "more than {gt:g}",
    "less_than_equal": "{le:g} or less",
    "finite_number": "a finite number",
    "union_tag_invalid": "a word or a mapping",
}


def translate(error: ValidationError, model: type[BaseModel], data: Any) -> Iterator[tuple[Path, bool, str]]:
    """(path, whether the key rather than the value is meant, message) of each fault of `data`."""
    kinds: dict[Path, list[str]] = {}
    for item in error.errors():
        kind, given = item["type"], item["input"]
        path = _path(item["loc"], data)
        context = item.get("ctx", {})
        if hint := instead(kind, path, given, model):
            yield path, kind == "extra_forbidden", hint
        elif kind == "extra_forbidden":
            yield path, True, f"unknown key; {nearest(str(path[-1]), keys_at(model, path[:-1]))}"
        elif kind == "missing":
            name = str(item["loc"][-1])
            yield path, True, missing_weights(name, model, data) or f"{name} is missing"
        elif kind == "literal_error":
            allowed = re.findall(r"'([^']*)'", context["expected"])
            yield path, "[key]" in item["loc"], f"{_shown(given)} given; {nearest(str(given), allowed)}"
        elif kind.removesuffix("_type") in _KINDS or kind.removesuffix("_parsing") in _KINDS:
            base = kind.removesuffix("_type").removesuffix("_parsing")
            said = _KINDS[base] if path in kinds else f"{_shown(given)} is not {_KINDS[base]}"
            kinds.setdefault(path, []).append(said)
        elif kind in _LIMITS:
            yield path, False, f"{_shown(given)} given; give {_LIMITS[kind].format(**context)}"
        elif kind == "value_error":
            yield path, "[key]" in item["loc"], str(context["error"])
        else:
            yield path, False, f"{_shown(given)} given; {item['msg'][:1].lower()}{item['msg'][1:]}"
    for path, words in kinds.items():
        yield path, False, " or ".join(words)


def _path(loc: Path, data: Any) -> Path:
    """The parts that lead into the data; pydantic also names the alternative of a union that it tried."""
    path: Path = ()
    for part in loc:
        inside: Any = range(len(data)) if isinstance(data, list) else data if isinstance(data, dict) else ()
        if part in inside:
            path, data = (*path, part), data[part]
    return path


def _shown(value: Any) -> str:
    return brief(value, 60)


def keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that are allowed at a path below a model."""
    models = [model]
    for part in path:
        found = []
        for owner in models:
            for name, field in owner.model_fields.items():
                if part in (name, field.alias):
                    found += list(_models_in(field.annotation))
        models = found or models
    return [field.alias or name for owner in models for name, field in owner.model_fields.items()]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, types.UnionType, Annotated, list, dict):
        for inner in get_args(annotation):
            yield from _models_in(inner)
