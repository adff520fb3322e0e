"""A deliberate bug in the expected values or in the engine makes the experiments fail; those in references and in the
judge stand in tests/mutants.

Each test plants one bug and names the experiments that must notice it; none of them is as expected by luck.
"""

import functools
import importlib.util
from dataclasses import replace

import numpy as np
import pytest
from conftest import EXPERIMENTS, WITHOUT_REFERENCE
from conftest import FILES as PATHS

from trtexp.definition.steps import Assign
from trtexp.engine.outcome import Outcome
from trtexp.engine.session import Session
from trtexp.judging.case import record_case
from trtexp.judging.output import judge_output
from trtexp.layers.network import evaluate
from trtexp.numerics import Arithmetic, encode, half_unit, known, spacing
from trtexp.spec.case import Case
from trtexp.spec.load import read

FILES = [path.relative_to(EXPERIMENTS).with_suffix("").as_posix() for path in PATHS if path not in WITHOUT_REFERENCE]


@functools.cache
def unharmed(name):
    path = EXPERIMENTS / f"{name}.yaml"
    return read(path, path.name).experiment().cases


# ---- in the expected values


@pytest.mark.parametrize("name", FILES)
def test_one_wrong_expected_value_is_noticed_wherever_it_stands(name):
    tried, there = 0, 0
    for case in unharmed(name):
        for output, expected in case.expected.items():
            if expected.made is None or case.error or case.evaluation().refusal or expected.made.array.size > 1024:
                continue
            if any(rule.kind != "auto" for rule in expected.tolerance):
                continue  # a tolerance by hand lets through what its reason says
            there += 1
            if judge_output(case, output, None, None).judged.verdict == "unjudged":
                continue  # a sum of more terms than its accumulator is judged for
            decimals = np.asarray(expected.made.decimals, dtype=float)
            texts = np.broadcast_to(np.array(expected.made.text or "0", dtype=object).reshape(-1), decimals.size)
            for index, text in zip(np.ndindex(decimals.shape), texts, strict=True):
                tensor = case.evaluation().tensors[output]
                if tensor.undetermined[index] and not any(other.where[index] for other in tensor.also):
                    continue  # anything is legal there
                wrong = decimals.copy()
                legal = tensor.bound[index] + tensor.slack[index]  # what a device's and an author's numbers may be off
                if np.isfinite(wrong[index]):
                    size = max(abs(wrong[index]) / 100, 4 * half_unit(text, "float32"), 3 * legal, 1e-3)
                    # what is nearer may name the same number of the type
                    wrong[index] += max(size, 2 * float(spacing(wrong[index], tensor.dtype)))
                else:
                    wrong[index] = 0.0  # adding to what is not finite changes nothing
                made = replace(expected.made, decimals=wrong)
                bad = replace(case, expected={**case.expected, output: replace(expected, made=made)})
                assert judge_output(bad, output, None, None).judged.verdict == "mismatch", f"{case.name}: {index}"
                tried += 1
    assert tried or not there, "no expected value is looked at"


@pytest.mark.parametrize("name", FILES)
def test_a_wrong_expected_shape_is_noticed(name):
    for case in unharmed(name):
        for output, expected in case.expected.items():
            if expected.shape is not None and not case.error and not case.evaluation().refusal:
                made = None if expected.made is None else expected.made
                bad = replace(expected, shape=(*expected.shape, 1), made=made)
                judged = judge_output(replace(case, expected={output: bad}), output, None, None).judged
                assert judged.verdict == "mismatch", case.name


# ---- in the engine


def without(layer, attribute):
    """The layer as it is if one attribute is never set."""
    kept = {name: value for name, value in layer.set.given() if name != attribute}
    return type(layer).model_validate(layer.model_dump(exclude_unset=True) | {"set": kept})


def came_without(case: Case, layer: str, attribute: str):
    """What an engine gives that does not set the attribute; None if it could not build that network."""
    layers = {name: without(made, attribute) if name == layer else made for name, made in case.layers.items()}
    tensors = {name: known(made.array) for name, made in case.inputs.items()}
    weights = {name: known(made.array) for name, made in case.weights.items()}
    try:
        found = evaluate(layers, tensors, weights, Arithmetic())
    except ValueError:
        return None
    if found.refusal:
        return None
    outputs = {n: encode(found.tensors[n].ref, found.tensors[n].dtype) for n in case.definition.outputs}
    inferred = {n: (a.dtype, a.shape) for n, a in outputs.items()}
    return Outcome("ran", outputs=outputs, inferred=inferred)


def assigned(name):
    """{attribute: [(case, layer)]} of all cases of a file that are to give a tensor."""
    found = {}
    for case in unharmed(name):
        if case.error or case.unsupported or case.evaluation().refusal:
            continue
        for layer, made in case.layers.items():
            for attribute, _ in made.set.given():
                found.setdefault(attribute, []).append((case, layer))
    return found


#: Attributes by the experiments that exist for their sake.
HOME = {
    "weights": ["kernel_size_nd", "kernel", "num_output_maps", "bias"],
    "stride": ["stride_nd"],
    "padding": ["padding_nd"],
    "pre_padding": ["pre_padding"],
    "post_padding": ["post_padding"],
    "padding_mode": ["padding_mode"],
    "groups": ["num_groups"],
    "dilation": ["dilation_nd"],
    "deprecated": ["kernel_size", "stride", "padding", "dilation"],
    "priority": ["pre_padding", "post_padding", "padding_nd", "padding_mode"],
}


@pytest.mark.parametrize(("name", "attribute"), [(name, a) for name, listed in HOME.items() for a in listed])
def test_an_attribute_that_the_engine_does_not_set_is_noticed(name, attribute):
    blind = []
    for case, layer in assigned(name)[attribute]:
        outcome = came_without(case, layer, attribute)
        warnings = tuple(case.warnings)  # those still come
        if outcome is None or not record_case(case, replace(outcome, warnings=warnings)).as_expected:
            return
        blind.append(case.name)
    raise AssertionError(f"none of {blind} notices that {attribute} is not set")


@pytest.mark.parametrize(("name", "attribute"), [("stride", "stride_nd"), ("padding", "padding_nd")])
def test_a_build_without_the_attribute_is_noticed_by_its_shape(name, attribute):
    if importlib.util.find_spec("tensorrt_rtx") is None:
        pytest.skip("tensorrt_rtx is not installed: pip install tensorrt-rtx-cu13")
    case, _ = assigned(name)[attribute][-1]
    kept = tuple(s for s in case.definition.steps if not (isinstance(s, Assign) and s.attribute == attribute))
    session = Session("tensorrt-rtx")
    assert record_case(case, session.run(case.definition, case.feeds, build_only=True)).as_expected
    wrong = session.run(replace(case.definition, steps=kept), case.feeds, build_only=True)
    assert not record_case(case, wrong).as_expected
