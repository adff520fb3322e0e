"""One merged tree -> Case: every key validated, every name resolved, every tensor made, the reference evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from trtexp.definition.network import Input, NetworkDefinition
from trtexp.definition.steps import Step, references
from trtexp.layers import LAYERS
from trtexp.layers.base import Layer
from trtexp.layers.network import steps
from trtexp.numerics import Family
from trtexp.numerics.budget import Budget
from trtexp.numerics.origin import Origin
from trtexp.spec import parsed
from trtexp.spec.arrays import Arrays
from trtexp.spec.case import Case
from trtexp.spec.checker import Checker
from trtexp.spec.differs import Change, differs
from trtexp.spec.errors import Mark, nearest
from trtexp.spec.expecting import expectations, expected
from trtexp.spec.hints import no_output, no_tensor, no_weights
from trtexp.spec.make import Made, Making, declared, make
from trtexp.spec.methods import arguments_of, beside, is_method, no_method
from trtexp.spec.models import KEYS, ExperimentModel, LayerModel, keys, tolerances
from trtexp.spec.names import bad_name, good_name
from trtexp.spec.profiles import profile_faults
from trtexp.spec.slips import example
from trtexp.spec.spoken import no_layer
from trtexp.spec.tensors import InputModel, TensorError, TensorModel
from trtexp.spec.translate import Path as KeyPath
from trtexp.spec.translate import translate
from trtexp.spec.tree import Mapping, Scalar, plain


class CaseBuilder:
    """Builds the cases of one file; `base` is the file's tree, for telling what a case changes.

    family: the releases whose constraints hold; what only some releases refuse is a fault for these alone. strong: they
    type all networks strongly.
    """

    def __init__(
        self, folder: Path, base: Mapping, budget: Budget, family: Family | None = None, strong: bool = False
    ) -> None:
        self.folder, self.base, self.budget = folder, base, budget
        self.family, self.strong = family, strong
        self.made: dict[Mapping, dict[str, Made]] = {}  # groups of tensors that cases share, by their node
        self.models: dict[str, parsed.Model] = {}  # by the names that the file gives them
        self.files: dict[str, Arrays] = {}  # the last one that was read

    def case(self, name: str, mark: Mark, tree: Mapping, partial: Mapping) -> Case:
        """Raises SpecError with all the faults that can be told at once, OverBudget."""
        self.budget.spend("values", partial.size)
        return _OneCase(self, name, tree).build(mark, differs(self.base, partial))


class _OneCase(Checker):
    def __init__(self, builder: CaseBuilder, name: str, tree: Mapping) -> None:
        super().__init__(builder.folder, name, tree, builder.budget)
        self.shared = builder.made
        self.models, self.files = builder.models, builder.files
        self.family, self.strong = builder.family, builder.strong

    def build(self, mark: Mark, changed: tuple[Change, ...]) -> Case:
        groups = [self.group(group) for group in ("inputs", "weights")]
        self.budget.spend("values", self.tree.size - sum(group.size for group in groups))
        layers, head, model = dict(self.layers()), self.head(), parsed.model(self, self.models)
        inputs, weights = self.tensors("inputs"), self.tensors("weights")
        expect, outputs_expected = expectations(self)
        self.names(layers)
        outputs = self.outputs(head, layers, model)
        if model is not None:
            parsed.inputs(self, model, inputs)
        for i, profile in enumerate(head.build.profiles if head else ()):
            for tensor in profile.keys() - inputs.keys():
                self.fault(("build", "profiles", i, tensor), f"no input; {nearest(tensor, inputs)}", key=True)
        self.stop_at_faults()
        assert head is not None and expect is not None
        if not (expect.error or expect.crash):  # else TensorRT's own refusal may be the point
            for place, message in profile_faults(head.build.profiles, inputs):
                self.fault(place, message)
        self.stop_at_faults()
        flow: list[Step] = [] if model is None else [model.step(outputs)]
        flow += [*(step for n, m in inputs.items() for step in m.set.steps(n)), *steps(layers)]
        used = {ref.name for step in flow for ref in references(step) if ref.kind == "weights"}
        arrays = {n: m.array for n, m in weights.items() if n in used}
        definition = NetworkDefinition(
            inputs=tuple(Input(n, m.array.dtype, m.declared or m.array.shape) for n, m in inputs.items()),
            weights=arrays if model is None else {**arrays, model.name: model.data},
            steps=tuple(flow),
            outputs=outputs,
            options=head.build.options(),
        )
        about, rules = head.about.strip(), tolerances(head.tolerance)
        case = Case(
            self.name,
            about,
            mark,
            changed,
            layers,
            inputs,
            weights,
            definition,
            {},
            rules,
            self.tree,
            self.budget,
            family=self.family,
            strong=self.strong,
        )
        evaluation = case.evaluation()
        for error in evaluation.refusals:
            if layers[error.layer].check:
                self.fault(("network", error.layer, *error.path), str(error))
        self.stop_at_faults()
        forms = {n: (t.dtype, t.shape) for n, t in evaluation.tensors.items()} | (model.forms() if model else {})
        expected_outputs = {}
        for output, given in outputs_expected.items():
            if output in outputs:
                usual = Origin(head.from_, head.release)
                expected_outputs[output] = expected(self, output, given, usual, *forms.get(output, (None, None)))
            else:
                tensors = [t for n, layer in layers.items() for t in layer.output_tensors(n)]
                self.fault(("expect", output), no_output(output, outputs, tensors), key=True)
        self.stop_at_faults()
        return replace(
            case,
            expected=expected_outputs,
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

    def head(self) -> ExperimentModel | None:
        apart = ("inputs", "weights", "network", "expect", *KEYS)
        data = {k: plain(n) for k, (_, n) in self.tree.keys.items() if k in keys(ExperimentModel) and k not in apart}
        head: ExperimentModel | None = self.validate(ExperimentModel, data, ())
        if head is not None:
            try:
                tolerances(head.tolerance)
            except ValueError as error:
                self.fault(("tolerance",), str(error))
        return head

    def layers(self) -> Iterator[tuple[str, Layer]]:
        for name, (_, node) in self.group("network").keys.items():
            place: KeyPath = ("network", name)
            if not good_name(name):
                self.fault(place, bad_name(name), key=True)
                continue
            methods = (
                [key for key in node.keys if key not in LayerModel.model_fields] if isinstance(node, Mapping) else []
            )
            known = [key for key in methods if key in LAYERS]
            if not isinstance(node, Mapping) or (not known and is_method(name, methods)):
                self.fault(place, no_method(name, plain(node)), key=isinstance(node, Mapping))
                continue
            for key in methods:
                if key not in LAYERS:
                    said = beside(str(key), plain(node.keys[key][1]), LAYERS[known[0]]) if known else no_layer(str(key))
                    self.fault((*place, key), said, key=True)
            if len(known) > 1 or not methods:
                given = " and ".join(str(m) for m in methods) or "no layer"
                self.fault(place, f"{given} given; give exactly one method", key=True)
            elif known == methods:
                layer = self.layer(LAYERS[methods[0]], methods[0], node, place)
                if layer is not None:
                    yield name, layer

    def layer(self, model: type[Layer], method: str, node: Mapping, place: KeyPath) -> Layer | None:
        beside = {key: plain(child) for key, (_, child) in node.keys.items() if key != method}
        arguments = node.keys[method][1]
        if not isinstance(arguments, Mapping):
            given = arguments.value if isinstance(arguments, Scalar) and isinstance(arguments.value, str) else "x"
            example = next((f"{first}: {given}" for first in arguments_of(model)), "")
            self.fault((*place, method), f"give a mapping of arguments, as in {method}: {{{example}}}")
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
        sound = isinstance(self.tree.keys.get("inputs", (None, Mapping(self.tree.mark)))[1], Mapping)
        known = dict.fromkeys(str(name) for name in inputs)
        every = {*known, *(t for n, layer in layers.items() for t in layer.output_tensors(n))}
        broken = {str(name) for name in network if name not in layers}
        for name, layer in layers.items():
            if name in inputs:
                self.fault(("network", name), f"{name!r} is already an input; give the layer another name", key=True)
            for place, tensor in layer.input_tensors().values():
                later = place[0] == "set_input" and tensor in every
                if tensor not in known and not later and tensor.split(".")[0] not in broken and sound:
                    self.fault(("network", name, *place), no_tensor(tensor, known, weights, tensor in every))
            for place, _, array in layer.weight_arrays():
                if array not in weights:
                    self.fault(("network", name, *place), no_weights(array, weights, known))
            known |= dict.fromkeys(layer.output_tensors(name))

    def outputs(
        self, head: ExperimentModel | None, layers: dict[str, Layer], model: parsed.Model | None
    ) -> tuple[str, ...]:
        made = (
            [t for n, layer in layers.items() for t in layer.output_tensors(n)]
            if model is None
            else [*model.graph.outputs]
        )
        network = self.group("network").keys
        if model is None and self.value("onnx") is not None:
            return ()  # which has a fault
        if head is None or head.outputs is None:
            last = next(reversed(network), None)
            if model is not None:
                return tuple(made)
            if last is None and isinstance(self.tree.keys.get("network", (None, None))[1], (Mapping, type(None))):
                self.fault(("network",), f"no layer given; give at least one, {example('network')}")
            return layers[last].output_tensors(last) if last in layers else ()
        there, before = {*made, *(self.group("inputs").keys if model is None else ())}, set[str]()
        for i, tensor in enumerate(head.outputs):
            broken = tensor.split(".")[0] in network and tensor.split(".")[0] not in layers
            if tensor not in there and not broken:
                self.fault(("outputs", i), f"no tensor {tensor!r}; {nearest(tensor, made)}")
            elif tensor in before:
                self.fault(("outputs", i), f"{tensor!r} is given twice")
            before.add(tensor)
        if not head.outputs:
            self.fault(("outputs",), "no output given; give at least one")
        return tuple(head.outputs)

    def tensors(self, group: str) -> dict[str, Made]:
        node = self.group(group)
        if self.value("onnx") is not None:  # which allows other names
            return dict(self.new_tensors(group))
        if node not in self.shared:
            faults = len(self.faults)
            made = dict(self.new_tensors(group))
            if len(self.faults) > faults:
                return made
            self.shared[node] = made
        return self.shared[node]

    def new_tensors(self, group: str) -> Iterator[tuple[str, Made]]:
        made: dict[str, Made] = {}
        self.budget.spend("values", self.group(group).size)
        for name, (_, node) in self.group(group).keys.items():
            free = group == "inputs" and self.value("onnx") is not None  # the model tells which there are
            if not good_name(name) and not (free and isinstance(name, str)):
                self.fault((group, name), bad_name(name), key=True)
                continue
            model = self.validate(InputModel if group == "inputs" else TensorModel, plain(node), (group, name))
            try:
                if model is not None:
                    made[name] = make(model, model.dtype, Making(made, self.folder, self.budget, self.files))
                    if isinstance(model, InputModel):
                        made[name] = replace(made[name], declared=declared(model, made[name]), set=model.set)
                    yield name, made[name]
            except TensorError as error:
                self.fault((group, name, *error.path), str(error))
