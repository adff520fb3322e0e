"""One merged tree -> Case: every key validated, every name resolved, every tensor made, the reference evaluated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from trtexp.definition import Input, NetworkDefinition, references
from trtexp.layers import LAYERS
from trtexp.layers.base import Layer
from trtexp.layers.network import NodeError, steps
from trtexp.spec.case import Case, Expected
from trtexp.spec.differs import differs
from trtexp.spec.errors import Fault, Mark, SpecError, nearest
from trtexp.spec.make import Made, declared, make
from trtexp.spec.models import KEYS, ExpectModel, ExperimentModel, LayerModel, OutputModel, tolerances
from trtexp.spec.names import NAME, RESERVED, bad_name
from trtexp.spec.tensors import GENERATORS, InputModel, TensorError, TensorModel
from trtexp.spec.translate import Path as Place
from trtexp.spec.translate import translate
from trtexp.spec.tree import Mapping, find, plain
from trtexp.tolerance import Tolerance


class CaseBuilder:
    """Builds the cases of one file; `base` is the file's tree, for telling what a case changes."""

    def __init__(self, folder: Path, base: Mapping) -> None:
        self.folder = folder
        self.base = base
        self.made: dict[Mapping, dict[str, Made]] = {}  # groups of tensors that cases share, by their node

    def case(self, name: str, mark: Mark, tree: Mapping, partial: Mapping) -> Case:
        """Raises SpecError with all the faults that can be told at once."""
        return _OneCase(self, name, tree).build(mark, differs(self.base, partial))


class _OneCase:
    def __init__(self, builder: CaseBuilder, name: str, tree: Mapping) -> None:
        self.folder, self.shared, self.name, self.tree = builder.folder, builder.made, name, tree
        self.faults: list[Fault] = []

    def build(self, mark: Mark, changed: tuple[str, ...]) -> Case:
        layers, head = dict(self.layers()), self.head()
        inputs, weights = self.tensors("inputs"), self.tensors("weights")
        expect, outputs_expected = self.expectations()
        self.names(layers)
        outputs = self.outputs(head, layers)
        for i, profile in enumerate(head.build.profiles if head else ()):
            for tensor in profile.keys() - inputs.keys():
                self.fault(("build", "profiles", i, tensor), f"no input; {nearest(tensor, inputs)}", key=True)
        self.stop_at_faults()
        assert head is not None and expect is not None
        flow = [*(step for n, m in inputs.items() for step in m.set.steps(n)), *steps(layers)]
        used = {ref.name for step in flow for ref in references(step) if ref.kind == "weights"}
        definition = NetworkDefinition(
            inputs=tuple(Input(n, m.array.dtype, m.declared or m.array.shape) for n, m in inputs.items()),
            weights={n: m.array for n, m in weights.items() if n in used},
            steps=tuple(flow),
            outputs=outputs,
            options=head.build.options(),
        )
        about, rules = head.about.strip(), tolerances(head.tolerance)
        case = Case(self.name, about, mark, changed, layers, inputs, weights, definition, {}, rules, self.tree)
        try:
            evaluation = case.evaluation()
        except NodeError as error:
            self.fault(("network", error.layer, *error.path), str(error))
            raise SpecError(self.faults) from error
        dtypes = {n: t.dtype for n, t in evaluation.tensors.items()}
        shapes = {n: t.shape for n, t in evaluation.tensors.items()}
        expected = {}
        for output, model in outputs_expected.items():
            if output in outputs:
                expected[output] = self.expected(output, model, dtypes.get(output), shapes.get(output))
            else:
                self.fault(("expect", output), f"no output {output!r}; {nearest(output, outputs)}", key=True)
        self.stop_at_faults()
        return replace(
            case,
            expected=expected,
            error=next(iter(expect.error.items()), None),
            crash=next(iter(expect.crash.items()), None),
            unsupported=expect.unsupported,
            warnings=tuple(expect.warnings),
            log=tuple(expect.log),
            repeat=(head.repeat.builds, head.repeat.runs) if head.repeat else None,
            finding=head.finding,
            reason=head.reason,
            issue=head.issue,
        )

    def fault(self, path: Place, message: str, key: bool = False) -> None:
        key_mark, value_mark = find(self.tree, path)
        shown = ".".join(str(part) for part in path if part != "network")
        self.faults.append(Fault(key_mark if key else value_mark, self.name, shown, message))

    def stop_at_faults(self) -> None:
        if self.faults:
            raise SpecError(self.faults)

    def validate(self, model: Any, data: Any, place: Place) -> Any:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for path, key, message in translate(error, model, data):
                self.fault((*place, *path), message, key)
            return None

    def group(self, key: str) -> Mapping:
        """A mapping of the experiment, empty if it is left out."""
        node = self.tree.keys.get(key, (None, None))[1]
        if node is None or isinstance(node, Mapping):
            return node or Mapping(self.tree.mark)
        self.fault((key,), "give a mapping")
        return Mapping(node.mark)

    def head(self) -> ExperimentModel | None:
        apart = ("inputs", "weights", "network", "expect", *KEYS)
        data = {
            k: plain(n) for k, (_, n) in self.tree.keys.items() if k in ExperimentModel.model_fields and k not in apart
        }
        head: ExperimentModel | None = self.validate(ExperimentModel, data, ())
        if head is not None:
            try:
                tolerances(head.tolerance)
            except ValueError as error:
                self.fault(("tolerance",), str(error))
        return head

    def layers(self) -> Iterator[tuple[str, Layer]]:
        for name, (_, node) in self.group("network").keys.items():
            place: Place = ("network", name)
            if not isinstance(name, str) or not NAME.fullmatch(name) or name in RESERVED:
                self.fault(place, bad_name(name), key=True)
                continue
            if not isinstance(node, Mapping):
                self.fault(place, "give a mapping with an add_… method, as in deconvolution_nd: {input: x, …}")
                continue
            methods = [key for key in node.keys if key not in LayerModel.model_fields]
            for key in methods:
                if key not in LAYERS:
                    near = nearest(str(key), [*LAYERS, *LayerModel.model_fields])
                    self.fault((*place, key), f"no layer {key!r}; {near}", key=True)
            if len(methods) != 1:
                given = " and ".join(str(m) for m in methods) or "no layer"
                self.fault(place, f"{given} given; give exactly one method", key=True)
            elif methods[0] in LAYERS:
                layer = self.layer(LAYERS[methods[0]], methods[0], node, place)
                if layer is not None:
                    yield name, layer

    def layer(self, model: type[Layer], method: str, node: Mapping, place: Place) -> Layer | None:
        beside = {key: plain(child) for key, (_, child) in node.keys.items() if key != method}
        arguments = node.keys[method][1]
        if not isinstance(arguments, Mapping):
            self.fault((*place, method), "give a mapping of arguments")
            return None
        for key in arguments.keys:
            if key in LayerModel.model_fields:
                self.fault((*place, method, key), f"{key} stands beside {method}, not in it", key=True)
                return None
        data = beside | plain(arguments)
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for path, key, message in translate(error, model, data):
                below = path if path and path[0] in LayerModel.model_fields else (method, *path)
                self.fault((*place, *below), message, key)
            return None

    def names(self, layers: dict[str, Layer]) -> None:
        """Every tensor and weights name resolves; a constructor's tensor stands above its layer."""
        inputs, weights, network = (self.group(key).keys for key in ("inputs", "weights", "network"))
        known = [str(name) for name in inputs]
        every = [*known, *(t for n, layer in layers.items() for t in layer.output_tensors(n))]
        broken = [str(name) for name in network if name not in layers]
        for name, layer in layers.items():
            if name in inputs:
                self.fault(("network", name), f"{name!r} is already an input; give the layer another name", key=True)
            for place, tensor in layer.input_tensors().values():
                later = place[0] == "set_input" and tensor in every
                if tensor not in known and not later and tensor.split(".")[0] not in broken:
                    below = tensor in every
                    message = "it is made further down; move its layer up" if below else nearest(tensor, known)
                    self.fault(("network", name, *place), f"no tensor {tensor!r} here; {message}")
            for place, _, array in layer.weight_arrays():
                if array not in weights:
                    near = nearest(array, [str(w) for w in weights])
                    self.fault(("network", name, *place), f"no weights {array!r}; {near}")
            known += layer.output_tensors(name)

    def outputs(self, head: ExperimentModel | None, layers: dict[str, Layer]) -> tuple[str, ...]:
        made = [t for n, layer in layers.items() for t in layer.output_tensors(n)]
        network = self.group("network").keys
        if head is None or head.outputs is None:
            last = next(reversed(network), None)
            if last is None:
                self.fault(("network",), "no layer given; give at least one")
            return layers[last].output_tensors(last) if last in layers else ()
        for i, tensor in enumerate(head.outputs):
            broken = tensor.split(".")[0] in network and tensor.split(".")[0] not in layers
            if tensor not in [*made, *self.group("inputs").keys] and not broken:
                self.fault(("outputs", i), f"no tensor {tensor!r}; {nearest(tensor, made)}")
            elif tensor in head.outputs[:i]:
                self.fault(("outputs", i), f"{tensor!r} is given twice")
        if not head.outputs:
            self.fault(("outputs",), "no output given; give at least one")
        return tuple(head.outputs)

    def tensors(self, group: str) -> dict[str, Made]:
        node = self.group(group)
        if node not in self.shared:
            faults = len(self.faults)
            made = dict(self.new_tensors(group))
            if len(self.faults) > faults:
                return made
            self.shared[node] = made
        return self.shared[node]

    def new_tensors(self, group: str) -> Iterator[tuple[str, Made]]:
        made: dict[str, Made] = {}
        for name, (_, node) in self.group(group).keys.items():
            if not isinstance(name, str) or not NAME.fullmatch(name) or name in RESERVED:
                self.fault((group, name), bad_name(name), key=True)
                continue
            model = self.validate(InputModel if group == "inputs" else TensorModel, plain(node), (group, name))
            try:
                if model is not None:
                    made[name] = make(model, model.dtype, made, self.folder)
                    if isinstance(model, InputModel):
                        made[name] = replace(made[name], declared=declared(model, made[name]), set=model.set)
                    yield name, made[name]
            except TensorError as error:
                self.fault((group, name, *error.path), str(error))

    def expectations(self) -> tuple[ExpectModel | None, dict[str, OutputModel]]:
        data = {key: plain(child) for key, (_, child) in self.group("expect").keys.items()}
        words = {k: v for k, v in data.items() if k in ExpectModel.model_fields}
        expect = self.validate(ExpectModel, words, ("expect",))
        if expect is not None:
            patterns = []
            for kind in ("error", "crash"):
                phases = getattr(expect, kind)
                if len(phases) > 1:
                    self.fault(("expect", kind), f"more than one phase given; {kind} comes in one of them")
                patterns += [((kind, phase), pattern) for phase, pattern in phases.items()]
            patterns += [((k, i), p) for k in ("warnings", "log") for i, p in enumerate(getattr(expect, k))]
            for place, pattern in patterns:
                try:
                    re.compile(pattern)
                except re.error as error:
                    self.fault(("expect", *place), f"{pattern!r} is no regular expression: {error}")
        models = {}
        for name, value in data.items():
            if name not in ExpectModel.model_fields:
                model = self.validate(OutputModel, value, ("expect", name))
                if model is not None:
                    models[str(name)] = model
        return expect, models

    def expected(self, output: str, model: OutputModel, dtype: str | None, shape: tuple[int, ...] | None) -> Expected:
        place: Place = ("expect", output)
        made, given = None, model.model_fields_set & set(GENERATORS)
        wanted = list(shape) if shape is not None and given and "values" not in given else None
        try:
            if given:
                made = make(model, model.dtype or dtype or "float32", {}, self.folder, wanted)
        except TensorError as error:
            self.fault((*place, *error.path), str(error))
        rules: tuple[Tolerance, ...] = ()
        if model.tolerance is not None:
            try:
                rules = tolerances(model.tolerance)
            except ValueError as error:
                self.fault((*place, "tolerance"), str(error))
        return Expected(
            mark=find(self.tree, (*place, *sorted(given)))[1],
            made=made,
            shape=tuple(model.shape) if model.shape is not None else made.array.shape if made else None,
            dtype=model.dtype,
            origin=" ".join(part for part in (model.from_, model.release, model.gpu) if part) or None,
            note=model.note,
            exact_digits=model.digits == "exact",
            signed_zero=model.signed_zero,
            tolerance=rules,
        )
