"""pydantic's errors in the words of this project: what was given, and what is allowed."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from trtexp.spec.errors import brief, nearest
from trtexp.spec.hints import Hint, instead, missing, unknown_key
from trtexp.spec.models import keys
from trtexp.spec.slips import form, member

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
    faults = [(item, _path(item["loc"], data)) for item in error.errors()]
    unknown = {path: _unknown(path, item["input"], model) for item, path in faults if item["type"] == "extra_forbidden"}
    meant = {(path[:-1], hint.name) for path, hint in unknown.items()} | {((), hint.name) for hint in unknown.values()}
    kinds: dict[Path, list[str]] = {}
    forms: dict[Path, str] = {}
    for item, path in faults:
        kind, given, context = item["type"], item["input"], item.get("ctx", {})
        if hint := instead(kind, path, given, model):
            yield path, kind == "extra_forbidden", hint
        elif kind == "extra_forbidden":
            yield path, True, unknown[path].text
        elif kind == "missing":
            name = str(item["loc"][-1])
            if (path, name) not in meant:  # else it is there, under another name
                yield path, True, missing(name, model, data)
        elif kind == "literal_error":
            allowed = re.findall(r"'([^']*)'", context["expected"])
            said = f"write {found}" if (found := member(given, allowed)) else nearest(str(given), allowed)
            yield path, "[key]" in item["loc"], f"{_shown(given)} given; {said}"
        elif kind.removesuffix("_type") in _KINDS or kind.removesuffix("_parsing") in _KINDS:
            base = kind.removesuffix("_type").removesuffix("_parsing")
            said = _KINDS[base] if path in kinds else f"{_shown(given)} is not {_KINDS[base]}"
            kinds.setdefault(path, []).append(said)
            forms[path] = forms.get(path) or form(base, path, given, model)
        elif kind in _LIMITS:
            yield path, False, f"{_shown(given)} given; give {_LIMITS[kind].format(**context)}"
        elif kind == "value_error":
            yield path, "[key]" in item["loc"], str(context["error"])
        else:
            yield path, False, f"{_shown(given)} given; {item['msg'][:1].lower()}{item['msg'][1:]}"
    for path, words in kinds.items():
        yield path, False, "; ".join(filter(None, (" or ".join(words), forms[path])))


def _unknown(path: Path, given: Any, model: type[BaseModel]) -> Hint:
    return unknown_key(path, given, model, keys_at(model, path[:-1]))


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
    return [key for owner in models for key in keys(owner)]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, types.UnionType, Annotated, list, dict):
        for inner in get_args(annotation):
            yield from _models_in(inner)
