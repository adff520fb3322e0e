"""The JSON Schema of experiment files, draft-07, which YAML editors read; a description on every key."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from trtexp.layers import LAYERS
from trtexp.layers.base import Layer
from trtexp.spec.descriptions import describe
from trtexp.spec.models import KEYS, ExpectModel, ExperimentModel, LayerModel, OutputModel, PartialModel

NAME = "^[A-Za-z_][A-Za-z0-9_]*$"


def text() -> str:
    """The schema as it is checked in at `trtexp/schema.json`."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def schema() -> dict[str, Any]:
    """A file, its cases and its overrides; a case's keys are all optional, since it is merged over the file."""
    models: list[type[BaseModel]] = [ExperimentModel, PartialModel, ExpectModel, OutputModel, *LAYERS.values()]
    _, made = models_json_schema([(model, "validation") for model in models], ref_template="#/definitions/{model}")
    describe(made["$defs"])
    parts = {name: _partial(part) for name, part in made["$defs"].items()}
    parts["network"] = _network()
    parts["expect"] = _expect(parts)
    partial = _with_shared(parts.pop("PartialModel")["properties"])
    whole = _with_shared(parts.pop("ExperimentModel")["properties"])
    parts["case"] = _object(partial | {"releases": _ref("releases"), "matrix": _matrix()}, "a partial experiment")
    parts["releases"] = {
        "type": "object",
        "description": KEYS["releases"],
        "additionalProperties": _object(partial, "a partial case, for releases that meet the requirement")
        | {"required": ["reason"]},
    }
    cases = {"type": "object", "description": KEYS["cases"], "additionalProperties": {"anyOf": [_ref("case")]}}
    whole |= {"releases": _ref("releases"), "matrix": _matrix(), "cases": cases}
    networks = [{"required": [key]} for key in ("network", "onnx", "cases")]  # each case may bring its own
    top = _object(whole, "an experiment on TensorRT layers") | {"required": ["title"], "anyOf": networks}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "trtexp experiment",
        **top,
        "definitions": dict(sorted(_tidy(parts).items())),
    }


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/definitions/{name}"}


def _object(properties: dict[str, Any], description: str) -> dict[str, Any]:
    return {"type": "object", "description": description, "properties": properties, "additionalProperties": False}


def _partial(part: dict[str, Any]) -> dict[str, Any]:
    """Nothing below a case is required, since the rest stands in the file, and null removes what stands there.

    What stands beside a layer's method is not part of its arguments.
    """
    properties = part.get("properties", {})
    if set(LayerModel.model_fields) <= set(properties):
        properties = {k: v for k, v in properties.items() if k not in LayerModel.model_fields}
    return {k: v for k, v in part.items() if k not in ("required", "properties")} | (
        {"properties": {k: _or_null(v) for k, v in properties.items()}} if "properties" in part else {}
    )


def _or_null(part: dict[str, Any]) -> dict[str, Any]:
    """The part, or the null that removes it; what a mapping holds can be removed, too."""
    held = part.get("additionalProperties")
    if isinstance(held, dict) and "anyOf" not in held:
        part = part | {"additionalProperties": {"anyOf": [held, {"type": "null"}]}}
    return {"description": part.get("description", ""), "anyOf": [part, {"type": "null"}]}


def _with_shared(properties: dict[str, Any]) -> dict[str, Any]:
    """`network` and `expect` have definitions of their own, which every level refers to."""
    shared = {
        name: {"description": properties[name]["description"], "allOf": [_ref(name)]} for name in ("network", "expect")
    }
    return properties | shared


def _network() -> dict[str, Any]:
    """Layers by name; each has one method, and `set` takes the attributes of that method's layer."""
    beside: dict[str, dict[str, Any]] = {
        "set_input": {
            "type": "object",
            "description": "Inputs that are set afterwards: {index: tensor}.",
            "additionalProperties": {"type": ["string", "null"]},
        },
        "check": {"type": "boolean", "description": "False: trtexp refuses nothing, so that TensorRT is the judge."},
        "origin": _ref("Origin") | {"description": "What an import found the layer called."},
    }
    methods = {
        name: _or_null(_ref(model.__name__) | {"description": _first_line(model)}) for name, model in LAYERS.items()
    }
    attributes = {
        "description": "Attributes assigned after the layer is made, in the order of the file.",
        "anyOf": [_ref(name) for name in sorted({_attributes(model) for model in LAYERS.values()})],
    }
    layer = _object(
        methods | {"set": _or_null(attributes)} | {k: _or_null(v) for k, v in beside.items()},
        "one layer: an add_… method, set, set_input, check, origin",
    )
    layer["allOf"] = [
        {"if": {"required": [name]}, "then": {"properties": {"set": _or_null(_ref(_attributes(model)))}}}
        for name, model in LAYERS.items()
    ]
    return {
        "type": "object",
        "propertyNames": {"pattern": NAME},
        "additionalProperties": {"anyOf": [layer, {"type": "null"}]},
    }


def _attributes(model: type[Layer]) -> str:
    return model.settable().__name__


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0]


def _expect(parts: dict[str, Any]) -> dict[str, Any]:
    reserved = parts["ExpectModel"]["properties"]
    output = _or_null(_ref("OutputModel") | {"description": "an output, by its name"})
    return {"type": "object", "properties": reserved, "additionalProperties": output}


def _matrix() -> dict[str, Any]:
    return {
        "type": "object",
        "description": KEYS["matrix"],
        "additionalProperties": {"type": "array", "minItems": 1, "description": "the values to go through"},
    }


def _tidy(value: Any) -> Any:
    """Drop the titles and defaults that pydantic adds and no editor shows."""
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {k: _tidy(v) for k, v in value.items() if not (k == "title" and isinstance(v, str)) and k != "default"}
