"""A definition as a standalone Python program: what one would attach to a bug report."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator, Mapping

from trtexp.definition.network import DTYPES, INTERNAL, PRECISION_FLAGS, Array, NetworkDefinition
from trtexp.definition.script import literals as literal
from trtexp.definition.script.template import CREATE_PLUGIN, HEAD, KNOWN, PARSE, RUN, SELECTOR
from trtexp.definition.steps import DEFAULT_ARGUMENTS, NETWORK, Assign, Call, Member, Parse, Plugin, Ref, Step, Value

#: Names that the program uses itself.
TAKEN = """base64 np sys trt cudart logger builder network config flags plan profile runtime engine context stream feeds
    tensor tensors _ shapes outputs output memory result status values name array address kind allocate ok Output
    STORAGE known internal First selector create_plugin parse parsers parser model"""
DEMANDED = ("add_quantize", "add_dequantize")  # 11.x and RTX demand what the older releases lack


def script(definition: NetworkDefinition, feeds: Mapping[str, Array], title: str) -> str:
    """The program. `--save out.npz` saves its outputs: bits, where numpy lacks the dtype."""
    names = _Names(definition)
    arrays = [*definition.weights.values(), *feeds.values()]
    parts = [
        literal.comment(title)
        + "# Needs numpy, tensorrt 8.5 to 11.x (or tensorrt_rtx, to build only) and cuda-python 12 or newer.",
        HEAD.strip(),
        "\n".join(_weights(definition, names)),
        "\n".join(_builder(definition)),
        KNOWN.strip() if any(isinstance(step, Call) and _later(step) for step in definition.steps) else "",
        CREATE_PLUGIN.strip() if any(_plugins(step) for step in definition.steps) else "",
        PARSE.strip() if definition.models else "",
        "\n".join(_network(definition, names)),
        "\n".join(_options(definition)),
        "\n".join(_feeds(feeds)),
        RUN.strip(),
    ]
    text = "\n\n".join(part for part in parts if part) + "\n"
    if definition.models or any("base64" in literal.array(array) for array in arrays):
        text = text.replace("import sys\n", "import base64\nimport sys\n", 1)
    return text


class _Names:
    """A variable for each input, weights array and object, named after it."""

    def __init__(self, definition: NetworkDefinition) -> None:
        self._variables: dict[Ref, str] = {Ref("object", NETWORK): "network"}
        self._tensors: dict[str, str] = {}
        for item in definition.inputs:
            self._tensors[item.name] = self._add(Ref("tensor", item.name))
        for name in definition.weights:
            self._add(Ref("weights", name))
        for step in definition.steps:
            if isinstance(step, Call) and step.makes is not None:
                variable = self._add(Ref("object", step.makes))
                for index, name in enumerate(step.outputs):
                    self._tensors[name] = f"{variable}.get_output({index})"

    def _add(self, ref: Ref) -> str:
        stem = re.sub(r"\W", "_", ref.name, flags=re.ASCII)  # Python takes some other letters for one another
        if not stem.isidentifier() or keyword.iskeyword(stem):
            stem = f"_{stem}"
        used = {*TAKEN.split(), *dir(builtins), *self._variables.values()}
        tries = (stem, f"{stem}_{ref.kind}", *(f"{stem}_{n}" for n in range(2, len(used) + 3)))
        self._variables[ref] = next(name for name in tries if name not in used)
        return self._variables[ref]

    def object(self, name: str) -> str:
        """The variable of an object; the tensor of that name where there is none."""
        return self._variables.get(Ref("object", name)) or self._tensors[name]

    def ref(self, ref: Ref) -> str:
        if ref.kind == "tensor":
            return self._tensors[ref.name]
        return self._variables[ref] if ref.kind == "weights" else self.object(ref.name)


def _weights(definition: NetworkDefinition, names: _Names) -> Iterator[str]:
    for name, array in definition.weights.items():
        if name in definition.models:
            yield f"{names.ref(Ref('weights', name))} = {literal.data(array.to_bytes())}  # {literal.scalar(name)}"
            continue
        storage = DTYPES[array.dtype][0]
        if storage != array.dtype:
            yield f"# the bits of {array.dtype}"
        yield f"{names.ref(Ref('weights', name))} = {literal.array(array)}"


def _builder(definition: NetworkDefinition) -> Iterator[str]:
    yield "logger = trt.Logger(trt.Logger.WARNING)"
    yield "builder = trt.Builder(logger)"
    yield "flags = 0"
    yield 'if hasattr(trt.NetworkDefinitionCreationFlag, "EXPLICIT_BATCH"):  # needed on 8.x, gone in 11.x'
    yield "    flags |= 1 << int(trt.NetworkDefinitionCreationFlag.EXPLICIT_BATCH)"
    if definition.options.strongly_typed:
        yield "flags |= 1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED)"
    yield "network = builder.create_network(flags)"


def _network(definition: NetworkDefinition, names: _Names) -> Iterator[str]:
    def value(v: Value) -> str:
        if isinstance(v, Ref):
            return _weights_argument(definition.weights[v.name], names.ref(v)) if v.kind == "weights" else names.ref(v)
        if isinstance(v, Member):
            return f"trt.{literal.name(v.enum)}.{literal.name(v.name)}"
        if isinstance(v, Plugin):
            return _plugin(v)
        if isinstance(v, tuple):
            return f"({', '.join(map(value, v))}{',' if len(v) == 1 else ''})"
        return literal.scalar(v)

    parsed = [step for step in definition.steps if isinstance(step, Parse)]
    brought = {name for step in parsed for name in (*step.inputs, *step.outputs)}
    for item in definition.inputs:
        if item.name in brought:
            continue
        dtype = f"trt.DataType.{DTYPES[item.dtype][2]}"
        variable = names.ref(Ref("tensor", item.name))
        yield f"{variable} = network.add_input({literal.scalar(item.name)}, {dtype}, {item.shape})"
    for step in definition.steps:
        if isinstance(step, Assign):
            yield f"{names.object(step.object)}.{literal.name(step.attribute)} = {value(step.value)}"
            continue
        if isinstance(step, Parse):
            yield from _parsed(definition, step, names)
            continue
        later = _later(step)
        arguments = [f"{literal.name(k)}={value(v)}" for k, v in step.arguments.items() if k not in later]
        method = f"{names.object(step.object)}.{literal.name(step.method)}"
        if later:
            arguments.append(f"**known({', '.join([method, *(f'{k}={value(v)}' for k, v in later.items())])})")
        start = f"{method}("
        call = f"{start}{', '.join(arguments)})"
        if len(call) > literal.WIDTH - len(step.makes or ""):
            call = start + "".join(f"\n    {argument}," for argument in arguments) + "\n)"
        if step.makes is None:
            yield call
            continue
        variable = names.object(step.makes)
        yield f"{variable} = {call}"
        yield f"{variable}.name = {literal.scalar(step.makes)}"
        for index, name in enumerate(step.outputs):
            if name in definition.outputs:
                yield f"{variable}.get_output({index}).name = {literal.scalar(name)}"
    marked = ", ".join(names.ref(Ref("tensor", name)) for name in definition.outputs if name not in brought)
    if marked:
        yield f"for tensor in [{marked}]:"
        yield "    _ = tensor.dtype  # 8.x infers it when asked, and takes float32 for what is marked unasked"
        yield "    network.mark_output(tensor)"
    # Asking is part of the record: RTX 1.7.1 refuses some loops ("invalid inferred type") that it builds when asked.
    yield "for tensor in [network.get_output(i) for i in range(network.num_outputs)]:"
    yield '    print("inferred:", tensor.name, tensor.dtype, tensor.shape)'


def _later(step: Call) -> dict[str, Value]:
    """The arguments of a call that not every release has, at the value that those without them take."""
    defaults = DEFAULT_ARGUMENTS.get(step.method, {})
    given = step.arguments if step.method not in DEMANDED else {**defaults, **step.arguments}
    return {name: value for name, value in defaults.items() if given.get(name) == value}


def _parsed(definition: NetworkDefinition, step: Parse, names: _Names) -> Iterator[str]:
    """A model into the network, its inputs in the shapes that they are to have, and no other outputs."""
    outputs = f"[{', '.join(map(literal.scalar, step.outputs))}]"
    yield f"tensors = parse({names.ref(Ref('weights', step.model))}, {outputs})"
    for item in definition.inputs:
        if item.name in step.inputs:
            variable = names.ref(Ref("tensor", item.name))
            yield f"{variable} = tensors[{literal.scalar(item.name)}]"
            yield f"if tuple({variable}.shape) != {item.shape}:"
            yield f"    {variable}.shape = {item.shape}"


def _plugins(of: Step | Value) -> bool:
    """Whether a plugin is among the values."""
    if isinstance(of, Call):
        return any(map(_plugins, of.arguments.values()))
    return isinstance(of, Plugin) or (isinstance(of, tuple) and any(map(_plugins, of)))


def _plugin(plugin: Plugin) -> str:
    """A call of CREATE_PLUGIN's function."""
    words = ", ".join(map(literal.scalar, (plugin.type, plugin.version, plugin.namespace, plugin.name)))
    fields = ", ".join(
        f"({literal.scalar(name)}, {literal.scalar(kind)}, "
        f"{literal.scalar(data) if isinstance(data, str) else literal.sequence(data)})"
        for name, kind, data in plugin.fields
    )
    phase = "" if plugin.phase is None else f", trt.TensorRTPhase.{literal.name(plugin.phase)}"
    return f"create_plugin({words}, [{fields}]{phase})"


def _weights_argument(array: Array, variable: str) -> str:
    storage, _, member = DTYPES[array.dtype]
    if array.size == 0:
        return f"trt.Weights(trt.DataType.{member})"
    if storage == array.dtype:
        return f"trt.Weights({variable})"
    return f"trt.Weights(trt.DataType.{member}, {variable}.ctypes.data, {array.size})"


def _options(definition: NetworkDefinition) -> Iterator[str]:
    options = definition.options
    yield "config = builder.create_builder_config()"
    yield 'if trt.__name__ == "tensorrt_rtx":'
    yield "    config.num_compute_capabilities = 1"
    yield "    config.set_compute_capability(trt.ComputeCapability.SM89, 0)"
    for name, on in options.flags.items():
        line = f"config.{'set' if on else 'clear'}_flag(trt.BuilderFlag.{literal.name(name)})"
        if name in PRECISION_FLAGS:
            yield f'if hasattr(trt.BuilderFlag, "{name}"):  # 11.x takes all types from the network'
            line = f"    {line}"
        yield line
    if options.workspace is not None and options.workspace_attribute == "memory_pool_limit":
        yield f"config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, {options.workspace})"
    elif options.workspace is not None:
        yield f"config.{literal.name(options.workspace_attribute)} = {options.workspace}"
    if options.optimization_level is not None:
        yield f"config.builder_optimization_level = {options.optimization_level}"
    if options.tactic_sources is not None:
        members = [literal.name(name) for name in options.tactic_sources if name != INTERNAL]
        named = [f"1 << int(trt.TacticSource.{member})" for member in members]
        if INTERNAL in options.tactic_sources:
            yield 'internal = set(trt.TacticSource.__members__) - {"CUBLAS", "CUBLAS_LT", "CUDNN"}'
            named.append("sum(1 << int(getattr(trt.TacticSource, name)) for name in internal)")
        yield f"config.set_tactic_sources({' | '.join(named) or '0'})"
    if options.first_tactics:
        yield SELECTOR
    if not options.profiles and not definition.dynamic:
        yield "# 8.x wants a profile where the data decide a shape"
        yield "if any(-1 in tuple(network.get_output(i).shape) for i in range(network.num_outputs)):"
        yield "    config.add_optimization_profile(builder.create_optimization_profile())"
    for ranges in options.profiles:
        yield "profile = builder.create_optimization_profile()"
        for name, r in ranges.items():
            yield f"profile.set_shape{'_input' if r.values else ''}({literal.scalar(name)}, {r.min}, {r.opt}, {r.max})"
        yield "config.add_optimization_profile(profile)"


def _feeds(feeds: Mapping[str, Array]) -> Iterator[str]:
    yield "feeds = {"
    for name, array in feeds.items():
        yield f"    {literal.scalar(name)}: {literal.array(array, 4)},"
    yield "}"
    yield f"shapes = {{{', '.join(f'{literal.scalar(name)}: {array.shape}' for name, array in feeds.items())}}}"
    yield "STORAGE = {  # the bits of a type that numpy lacks"
    for storage, width, member in DTYPES.values():
        if width >= 8:
            yield f'    "{member}": {literal.numpy_type(storage)},'
    yield "}"
