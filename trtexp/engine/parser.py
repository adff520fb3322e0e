"""An ONNX model into a network, by TensorRT's own parser."""

from __future__ import annotations

from typing import Any

from trtexp.definition.network import DTYPE_OF_MEMBER, Array, Input
from trtexp.definition.steps import Parse
from trtexp.engine.differences import Api
from trtexp.engine.failure import Failed
from trtexp.engine.log import Log, reason, stable


def parse(api: Api, network: Any, logger: Any, model: Array, step: Parse, log: Log) -> dict[str, Any]:
    """The inputs and outputs of the model by name. Its other outputs are marked no longer. Raises Failed.

    A warning or an error of the parser that TensorRT went on after stays in the log.
    """
    parser = api.onnx_parser(network, logger)
    mark = log.mark()
    try:
        done = parser.parse(model.to_bytes())
    except Exception as error:
        raise Failed(f"{step.model}: parse: {type(error).__name__}: {error}") from error
    if not done:
        told = [_told(parser.get_error(i)) for i in range(parser.num_errors)]
        raise Failed(f"{step.model}: parse: {'; '.join(told) or reason(log.errors(mark))}")
    inputs = {tensor.name: tensor for tensor in map(network.get_input, range(network.num_inputs))}
    outputs = {tensor.name: tensor for tensor in map(network.get_output, range(network.num_outputs))}
    for what, names, there in (("input", step.inputs, inputs), ("output", step.outputs, outputs)):
        if lost := [name for name in names if name not in there]:
            raise Failed(f"{step.model}: no {what} is named {lost[0]}; there are: {', '.join(there) or 'none'}")
    for name in outputs.keys() - set(step.outputs):
        network.unmark_output(outputs[name])
    return {name: inputs[name] for name in step.inputs} | {name: outputs[name] for name in step.outputs}


def adopt(api: Api, item: Input, tensor: Any) -> None:
    """Give a parsed input the shape that it is to have, where the model leaves one open. Raises Failed."""
    member, shape = tensor.dtype.name, tuple(int(n) for n in tensor.shape)
    dtype = DTYPE_OF_MEMBER.get(member, member)
    if dtype != item.dtype:
        raise Failed(f"input {item.name}: TensorRT parsed it as {dtype}, {item.dtype} is given")
    if len(shape) != len(item.shape) or any(n not in (-1, m) for n, m in zip(shape, item.shape, strict=True)):
        raise Failed(f"input {item.name}: TensorRT parsed it as {list(shape)}, {list(item.shape)} is given")
    if shape != item.shape:
        tensor.shape = item.shape


def _told(error: Any) -> str:
    """A ParserError in words: `Fancy node_3: No importer registered for op: Fancy (UNSUPPORTED_NODE)`.

    8.5 knows the number of the node only, later releases its operator and name.
    """
    node = [str(getattr(error, name)()) for name in ("node_operator", "node_name") if hasattr(error, name)]
    where = " ".join(part for part in node if part) or (f"node {error.node()}" if error.node() >= 0 else "")
    code = str(error.code()).rpartition(".")[2]
    return f"{where}{': ' * bool(where)}{stable(error.desc()) or ''} ({code})"
