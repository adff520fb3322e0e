"""What a definition needs of the API, by names that `Release.has` knows, and what of it a release lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trtexp.definition.network import DTYPES, INTERNAL, Array, BuildOptions, NetworkDefinition
from trtexp.definition.steps import NETWORK, Assign, Call, Member, Parse, Plugin, Ref, Value
from trtexp.migration.releases.api import NETWORK_CLASS, Release, known

Path = tuple[str, ...]


@dataclass(frozen=True)
class Need:
    """A name of the API. path: where the definition uses it, as `network, deconv, stride_nd` or `inputs, x`.

    owner: the class, enum or method that the name belongs to, None for those of the network; value: of an argument.
    """

    name: str
    path: Path
    owner: str | None = None
    value: Value = None


@dataclass(frozen=True)
class Missing(Need):
    """What a release lacks of these. demanded: it is an argument that the release demands and the definition leaves
    out."""

    demanded: bool = False


def lacks(definition: NetworkDefinition, release: Release) -> list[Missing]:
    """What the release lacks, in the order in which a build meets it; what comes with a lacking class, enum or method
    is not named beside it."""
    found = [
        Missing(need.name, need.path, need.owner, need.value)
        for need in _needs(definition)
        if not release.has(need.name) and (need.owner is None or release.has(need.owner))
    ]
    for step, kind in _calls(definition):
        for argument in sorted(release.demands(kind, step.method) - step.arguments.keys()):
            path = ("network", step.makes or step.object, step.method, argument)
            found.append(Missing(f"{step.method}({argument})", path, demanded=True))
    return found


def _needs(definition: NetworkDefinition) -> Iterator[Need]:
    """Every name, in the order of a build: inputs, steps, options."""
    if definition.options.strongly_typed:
        yield Need("NetworkDefinitionCreationFlag.STRONGLY_TYPED", ("build", "strongly_typed"))
    for item in definition.inputs:
        yield Need(_data_type(item.dtype), ("inputs", item.name, "dtype"))
    kinds = _kinds(definition)
    for step in definition.steps:
        if isinstance(step, Parse):  # by a parser that every release has
            continue
        kind = kinds.get(step.object)
        if isinstance(step, Assign):
            path: Path = ("network", step.object, step.attribute)
            if kind is not None:
                yield Need(f"{kind}.{step.attribute}", path, kind)
            yield from _of_value(step.value, definition, path)
            continue
        path = ("network", step.makes or step.object, step.method)
        method = step.method if step.object == NETWORK else f"{kind}.{step.method}"
        if kind is not None:
            yield Need(method, path, None if step.object == NETWORK else kind)
            for argument in sorted(step.arguments):
                name = f"{step.method}({argument})"
                yield Need(name, (*path, argument), method, step.arguments[argument])
        for argument, value in step.arguments.items():
            yield from _of_value(value, definition, (*path, argument))
    yield from _of_options(definition.options)


def _calls(definition: NetworkDefinition) -> Iterator[tuple[Call, str]]:
    """The calls whose object's class is known, with that class."""
    kinds = _kinds(definition)
    for step in definition.steps:
        if isinstance(step, Call) and (kind := kinds.get(step.object)) is not None:
            yield step, kind


def _kinds(definition: NetworkDefinition) -> dict[str, str]:
    """The class of each object by name, as far as any known release makes it; a tensor's where there is no object."""
    kinds = dict.fromkeys((item.name for item in definition.inputs), "ITensor") | {NETWORK: NETWORK_CLASS}
    for step in definition.steps:
        if isinstance(step, Call) and step.makes is not None:
            for output in step.outputs:
                kinds.setdefault(output, "ITensor")
            kind = kinds.get(step.object, "")
            made = (made for release in known() if (made := release.made_by(kind, step.method)) is not None)
            kinds.pop(step.makes, None)
            if (found := next(made, None)) is not None:
                kinds[step.makes] = found
    return kinds


def _of_value(value: Value, definition: NetworkDefinition, path: Path) -> Iterator[Need]:
    if isinstance(value, tuple):
        for item in value:
            yield from _of_value(item, definition, path)
    elif isinstance(value, Member):
        yield Need(f"{value.enum}.{value.name}", path, value.enum)
    elif isinstance(value, Plugin):
        members = [("PluginFieldType", kind) for _, kind, _ in value.fields]
        for enum, member in members + ([("TensorRTPhase", value.phase)] if value.phase else []):
            yield Need(f"{enum}.{member}", path, enum)
    elif isinstance(value, Ref) and value.kind == "weights":
        yield from _of_weights(definition.weights[value.name], ("weights", value.name, "dtype"))


def _of_weights(array: Array, path: Path) -> Iterator[Need]:
    storage, _, member = DTYPES[array.dtype]
    yield Need(_data_type(array.dtype), path)
    if array.size and storage != array.dtype:
        yield Need(f"Weights({member})", path, _data_type(array.dtype))


def _of_options(options: BuildOptions) -> Iterator[Need]:
    for flag in options.flags:
        yield Need(f"BuilderFlag.{flag}", ("build", "flags", flag))
    if options.workspace is not None and options.workspace_attribute != "memory_pool_limit":
        yield Need(f"IBuilderConfig.{options.workspace_attribute}", ("build", "workspace_attribute"))
    elif options.workspace is not None:
        yield Need("MemoryPoolType.WORKSPACE", ("build", "workspace"))
    if options.optimization_level is not None:
        yield Need("IBuilderConfig.builder_optimization_level", ("build", "optimization_level"))
    for source in sorted({*(options.tactic_sources or ())} - {INTERNAL}):
        yield Need(f"TacticSource.{source}", ("build", "tactic_sources"))


def _data_type(dtype: str) -> str:
    return f"DataType.{DTYPES[dtype][2]}"
