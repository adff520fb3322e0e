"""Plugins of the library that ships with TensorRT, made by their creators."""

from __future__ import annotations

from typing import Any

import numpy as np

from trtexp.definition.network import NetworkDefinition
from trtexp.definition.steps import Call, Plugin, Value
from trtexp.engine.differences import Api
from trtexp.engine.failure import Failed
from trtexp.engine.log import Log, reason


def uses_plugins(definition: NetworkDefinition) -> bool:
    """Whether a network has a plugin, as one that is parsed may have (8.x makes an ONNX InstanceNormalization of one);
    the library must then be there, for a build and for an engine alike."""
    calls = [step for step in definition.steps if isinstance(step, Call)]
    return bool(definition.models) or any(_holds_plugin(v) for step in calls for v in step.arguments.values())


def _holds_plugin(value: Value) -> bool:
    return isinstance(value, Plugin) or (isinstance(value, tuple) and any(map(_holds_plugin, value)))


def make_plugin(api: Api, plugin: Plugin, log: Log) -> Any:
    """The plugin. Raises Unsupported where the library has no such creator, and Failed where that refuses."""
    mark = log.mark()
    registry = api.trt.get_plugin_registry()
    find = registry.get_creator if hasattr(type(registry), "get_creator") else registry.get_plugin_creator  # 10.0 on
    creator = find(plugin.type, plugin.version, plugin.namespace)
    if creator is None:
        raise api.lacks(f"plugin {plugin.type} {plugin.version}")
    fields = []
    for name, kind, data in plugin.fields:
        array = np.frombuffer(data.encode(), np.uint8) if isinstance(data, str) else np.array(data, kind.lower())
        fields.append(api.trt.PluginField(name, array, api.member("PluginFieldType", kind)))
    phase = () if plugin.phase is None else (api.member("TensorRTPhase", plugin.phase),)
    try:
        made = creator.create_plugin(plugin.name, api.trt.PluginFieldCollection(fields), *phase)
    except Exception as error:
        raise Failed(f"{plugin.name}: create_plugin: {type(error).__name__}: {error}") from error
    if made is None:
        raise Failed(f"{plugin.name}: create_plugin returned nothing: {reason(log.errors(mark))}")
    return made
