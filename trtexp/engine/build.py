"""INetworkDefinition and BuildOptions -> a serialised engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trtexp.definition.facts import Adaptation
from trtexp.definition.network import BuildOptions, NetworkDefinition, Range
from trtexp.engine.differences import Api
from trtexp.engine.failure import Failed
from trtexp.engine.log import Log, python_warnings, reason
from trtexp.engine.network import Inferred
from trtexp.engine.timings import Timings

NO_TACTIC = "Could not find any implementation for node"


def build(
    api: Api,
    builder: Any,
    network: Any,
    definition: NetworkDefinition,
    log: Log,
    warnings: list[str],
    inferred: Inferred,
    timings: Timings | None = None,
) -> bytes:
    """The plan. Raises Failed with TensorRT's own first error, and Unsupported. inferred: see `define`.

    Where nothing comes of the tactics that we choose, TensorRT chooses: 8.x finds none for a loop with a condition.
    """
    profiles = definition.options.profiles or (({},) if data_dependent(definition, inferred) else ())
    for first in (True, False):
        mark = log.mark()
        config = builder.create_builder_config()
        if config is None:
            raise Failed(f"create_builder_config returned nothing: {reason(log.errors(mark))}")
        with python_warnings(warnings if first else []):
            configure(api, config, definition.options)
            add_profiles(builder, config, profiles, log)
        if errors := log.errors(mark):
            raise Failed(f"build options: {reason(errors)}")
        ours = first and definition.options.first_tactics and api.take_first_tactics(config)
        if timings is not None:
            timings.attach(api, config, log)
        plan = builder.build_serialized_network(network, config)
        if plan is not None:
            if not first:
                api.notes.append(Adaptation("timed_tactics"))
            return bytes(plan)
        if not ours or not any(NO_TACTIC in line.text for line in log.errors(mark)):
            break
        log.forget(mark)
    raise Failed(reason(log.errors(mark)))


def configure(api: Api, config: Any, options: BuildOptions) -> None:
    """Tell the builder what the options name, and nothing else. Raises Unsupported."""
    api.build_ahead_of_time(config)
    for name, on in options.flags.items():
        api.set_flag(config, name, on)
    if options.workspace is not None:
        api.set_workspace(config, options.workspace, options.workspace_attribute)
    if options.optimization_level is not None:
        api.set_optimization_level(config, options.optimization_level)
    if options.tactic_sources is not None:
        api.set_tactic_sources(config, options.tactic_sources)


def data_dependent(definition: NetworkDefinition, inferred: Inferred) -> bool:
    """Whether an output's shape comes of the data: 8.x then wants an optimization profile, be it an empty one."""
    known = {name: shape for name, (_, shape) in inferred.items()}
    return not definition.dynamic and any(-1 in known.get(name, (-1,)) for name in definition.outputs)


def add_profiles(builder: Any, config: Any, profiles: Sequence[Mapping[str, Range]], log: Log) -> None:
    """Optimization profiles, for each the range of each input. Raises Failed."""
    for number, ranges in enumerate(profiles):
        mark = log.mark()
        profile = builder.create_optimization_profile()
        for name, r in ranges.items():
            setter = profile.set_shape_input if r.values else profile.set_shape
            try:
                setter(name, r.min, r.opt, r.max)
            except (RuntimeError, TypeError, ValueError) as error:
                raise Failed(f"profile {number}: {name}: {str(error).splitlines()[0]}") from error
        if config.add_optimization_profile(profile) != number:
            raise Failed(f"profile {number} was refused: {reason(log.errors(mark))}")
