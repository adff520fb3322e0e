"""What gives the tensors of a network: a worker that has TensorRT, or ONNX Runtime for a model."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from trtexp.blame.subject import Subject
from trtexp.definition.network import Array
from trtexp.errors import UserError
from trtexp.layers.scale import ScaleNd
from trtexp.models.given import array_of
from trtexp.models.network import Network
from trtexp.numerics import decode
from trtexp.workers.worker import Worker


class NoTensors(UserError):
    """What kept a device from giving tensors: one sentence."""

    exit_code = 1


class Device(Protocol):
    """name: what it is called. gives: which of a subject's tensors it can give."""

    name: str

    def gives(self, subject: Subject) -> Sequence[str]: ...

    def tensors(self, subject: Subject, wanted: Sequence[str]) -> Mapping[str, Array]:
        """Their values, by the subject's names. Raises NoTensors."""
        ...


class TensorRT:
    """An engine of the same network in which the tensors are marked as outputs."""

    def __init__(self, worker: Worker) -> None:
        self._worker, self.name = worker, worker.name

    def gives(self, subject: Subject) -> Sequence[str]:
        return subject.visible

    def tensors(self, subject: Subject, wanted: Sequence[str]) -> Mapping[str, Array]:
        outputs = tuple(dict.fromkeys((*wanted, *subject.definition.outputs)))
        outcome = self._worker.run(replace(subject.definition, outputs=outputs), subject.feeds)
        if outcome.status != "ran":
            what = outcome.message or outcome.status
            raise NoTensors(f"{self.name} gave no tensors: {outcome.phase or 'run'}: {what}")
        return outcome.outputs


class OnnxRuntime:
    """ONNX Runtime on one core, with what it approximates spelled out: Sigmoid as 1 / (1 + exp(-x)), and batch
    normalization as the product and the sum that TensorRT's parser makes of it."""

    def __init__(self, data: bytes, network: Network, optimized: bool = False) -> None:
        try:
            import onnx
            import onnxruntime  # type: ignore[import-untyped]
        except ModuleNotFoundError as error:
            raise NoTensors(
                f"ONNX Runtime as the device needs the package {error.name}: pip install {error.name}"
            ) from error
        self.name = f"onnxruntime-{onnxruntime.__version__}"
        model = onnx.load_model_from_string(data)
        spell_out(model, network)
        self._runtime, self._optimized, self.model = onnxruntime, optimized, model

    @property
    def _made(self) -> set[str]:
        return {output for node in self.model.graph.node if node.op_type != "Constant" for output in node.output}

    def gives(self, subject: Subject) -> Sequence[str]:
        made = self._made
        return [name for name in subject.visible if subject.names[name] in made]

    def tensors(self, subject: Subject, wanted: Sequence[str]) -> Mapping[str, Array]:
        import onnx

        names = {subject.names[name]: name for name in wanted}
        there = {output.name for output in self.model.graph.output}
        more = [onnx.helper.make_empty_tensor_value_info(name) for name in names if name not in there]
        count = len(self.model.graph.output)
        self.model.graph.output.extend(more)
        try:
            found = self._run(subject, list(names))
        finally:
            del self.model.graph.output[count:]
        return {names[name]: self._held(subject, names[name], value) for name, value in found.items()}

    def _run(self, subject: Subject, names: list[str]) -> dict[str, np.ndarray]:
        options = self._runtime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = 1, 4
        levels = self._runtime.GraphOptimizationLevel
        options.graph_optimization_level = levels.ORT_ENABLE_ALL if self._optimized else levels.ORT_DISABLE_ALL
        try:
            session = self._runtime.InferenceSession(
                self.model.SerializeToString(), options, providers=["CPUExecutionProvider"]
            )
            types = {each.name: each.type for each in session.get_inputs()}
            feeds = {subject.names[name]: decode(array) for name, array in subject.feeds.items()}
            feeds = {name: _as(feeds[name], types[name]) for name in types}
            return dict(zip(names, session.run(names, feeds), strict=True))
        except Exception as error:
            raise NoTensors(f"{self.name} gave no tensors: {str(error).splitlines()[0]}") from error

    def _held(self, subject: Subject, name: str, value: Any) -> Array:
        array = array_of(np.asarray(value), subject.names[name])
        read = {} if subject.network is None else subject.network.read.tensors
        narrow = subject.names[name] in read and read[subject.names[name]].dtype == "int32"  # 8.x has no int64
        return Array("int32", array.shape, array.bits.astype(np.int32)) if narrow and array.dtype == "int64" else array


def _as(values: np.ndarray, kind: str) -> np.ndarray:
    return values.astype(np.int64) if kind == "tensor(int64)" else values


def spell_out(model: Any, network: Network) -> None:
    """Replace, in place, what ONNX Runtime approximates, or what the parser folds, by what TensorRT's network has."""
    from onnx import helper, numpy_helper

    nodes = list(model.graph.node)
    del model.graph.node[:]
    one = "trtexp.one"
    model.graph.initializer.append(numpy_helper.from_array(np.ones((), np.float32), one))
    scales = {
        network.origins[name].tensor: layer for name, layer in network.layers.items() if isinstance(layer, ScaleNd)
    }
    for node in nodes:
        x, y = node.input[:1], node.output[:1]
        if node.op_type == "Sigmoid":
            minus, power, more = (f"trtexp.{y[0]}.{i}" for i in range(3))
            model.graph.node.extend([
                helper.make_node("Neg", x, [minus]),
                helper.make_node("Exp", [minus], [power]),
                helper.make_node("Add", [power, one], [more]),
                helper.make_node("Div", [one, more], y, node.name),
            ])  # fmt: skip
        elif node.op_type == "BatchNormalization" and y and y[0] in scales:
            layer, made = scales[y[0]], network.read.tensors[y[0]]
            factor, term, product = (f"trtexp.{y[0]}.{i}" for i in range(3))
            for name, array in ((factor, layer.scale), (term, layer.shift)):
                values = decode(network.weights[array or ""]).reshape(-1, *[1] * (len(made.shape or ()) - 2))
                model.graph.initializer.append(numpy_helper.from_array(np.asarray(values), name))
            model.graph.node.append(helper.make_node("Mul", [*x, factor], [product]))
            model.graph.node.append(helper.make_node("Add", [product, term], y, node.name))
        else:
            model.graph.node.append(node)


def windows(subject: Subject, gives: Collection[str], count: int) -> Iterator[tuple[set[str], list[str]]]:
    """The layers in so many runs of neighbours, and the tensors that each needs of those that a device gives: what its
    layers make, and what they take, or what that is made from."""
    makers = {tensor: name for name, layer in subject.layers.items() for tensor in layer.output_tensors(name)}
    there = set(gives)
    layers = [name for name in subject.layers if name not in subject.hidden]
    step = -(-len(layers) // count)
    for first in range(0, len(layers), step):
        names = set(layers[first : first + step])
        wanted: set[str] = set()
        waiting = [(name, True) for name in names]
        seen: set[str] = set()
        while waiting:
            name, own = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            layer = subject.layers[name]
            wanted |= there.intersection(layer.output_tensors(name)) if own else set()
            takes = {tensor for _, tensor in layer.input_tensors().values()}
            owner = [str(getattr(layer, layer.owner))] if layer.owner else []
            inner = [each for each in (*owner, name) for each in subject.layers[each].hides(subject.layers)]
            wanted |= takes & there
            waiting += [(makers[t], False) for t in takes - there if t in makers] + [(each, False) for each in inner]
        yield names, [tensor for tensor in gives if tensor in wanted]
