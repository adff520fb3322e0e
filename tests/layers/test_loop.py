"""add_loop and the layers of a loop, as networks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layer_runs import tensor

from trtexp.layers import LAYERS
from trtexp.layers.network import NodeError, evaluate
from trtexp.layers.region import exposed
from trtexp.numerics import Arithmetic

X = np.arange(1.0, 7).reshape(3, 2)
LAST = {"loop": "l", "tensor": "s", "kind": "LAST_VALUE"}


def network(**changes):
    """The sum of the rows of x; a layer given replaces that of its name, None removes it."""
    given = {
        "l": ("loop", {}),
        "limit": ("trip_limit", {"loop": "l", "tensor": "n", "kind": "COUNT"}),
        "row": ("iterator", {"loop": "l", "tensor": "x"}),
        "s": ("recurrence", {"loop": "l", "initial_value": "zero", "set_input": {1: "more"}}),
        "more": ("elementwise", {"input1": "s", "input2": "row", "op": "SUM"}),
        "y": ("loop_output", LAST),
    } | changes
    return {name: LAYERS[layer[0]].model_validate(layer[1]) for name, layer in given.items() if layer}


def run(n=3, x=X, zero=(0, 0), others=None, family=None, **changes):
    tensors = {"x": tensor(x), "n": tensor(n, "int32"), "zero": tensor(zero), **(others or {})}
    return evaluate(network(**changes), tensors, {}, Arithmetic(family=family)).tensors


def value(*arguments, **keys):
    return run(*arguments, **keys)["y"].ref.tolist()


def refused(label, layer, *place, **keys):
    with pytest.raises(NodeError, match=rf"\[{label}\]$") as caught:
        run(**keys)
    assert (caught.value.layer, caught.value.path) == (layer, place)


def output(kind, tensor="more", length="n", **keys):
    return "loop_output", {"loop": "l", "tensor": tensor, "kind": kind, "set_input": {1: length}, **keys}


def test_the_last_value_is_that_after_the_last_iteration():
    assert [value(n) for n in range(4)] == [[0, 0], [1, 2], [4, 6], [9, 12]]


def test_the_body_has_no_value_outside():
    assert "more" not in run() and "s" not in run()


@pytest.mark.parametrize("place", ["argument", "attribute"])
def test_an_iterator_has_an_axis_and_a_direction(place):
    def row(**keys):
        given = keys if place == "argument" else {"set": keys}
        return "iterator", {"loop": "l", "tensor": "x", **given}

    assert value(2, zero=(0, 0, 0), row=row(axis=1)) == [3, 7, 11]
    assert value(2, row=row(reverse=True)) == [8, 10]


def test_outputs_of_all_iterations():
    assert value(y=output("CONCATENATE")) == [[1, 2], [4, 6], [9, 12]]
    assert value(y=output("CONCATENATE", "s")) == [[0, 0], [1, 2], [4, 6]]
    assert value(y=output("CONCATENATE", axis=1)) == [[1, 4, 9], [2, 6, 12]]
    assert value(y=output("CONCATENATE", set={"axis": 1})) == [[1, 4, 9], [2, 6, 12]]
    assert value(y=output("REVERSE")) == [[9, 12], [4, 6], [1, 2]]
    assert run(0, y=output("CONCATENATE"))["y"].shape == (0, 2)


def doubling(**changes):
    """s doubles while it is below `end`."""
    return {
        "row": None,
        "more": ("elementwise", {"input1": "s", "input2": "s", "op": "SUM"}),
        "less": ("elementwise", {"input1": "s", "input2": "end", "op": "LESS"}),
        "while": ("trip_limit", {"loop": "l", "tensor": "less", "kind": "WHILE"}),
    } | changes


def test_while_ends_before_the_iteration_in_which_it_is_false():
    others = {"end": tensor(8.0)}
    assert value(zero=1.0, others=others, **doubling(limit=None)) == 8
    assert value(zero=9.0, others=others, **doubling(limit=None)) == 9
    assert value(2, zero=1.0, others=others, **doubling()) == 4


@given(st.integers(0, 3), st.integers(0, 4))
def test_nested_loops_run_the_inner_one_each_time(n, m):
    found = value(
        n,
        others={"m": tensor(m, "int32")},
        more=None,
        inner=("loop", {}),
        inner_limit=("trip_limit", {"loop": "inner", "tensor": "m", "kind": "COUNT"}),
        part=("recurrence", {"loop": "inner", "initial_value": "s", "set_input": {1: "grown"}}),
        grown=("elementwise", {"input1": "part", "input2": "row", "op": "SUM"}),
        s=("recurrence", {"loop": "l", "initial_value": "zero", "set_input": {1: "swollen"}}),
        swollen=("loop_output", {"loop": "inner", "tensor": "part", "kind": "LAST_VALUE"}),
    )
    assert found == (m * X[:n].sum(0)).tolist()


def test_recurrences_advance_together():
    found = value(
        10,
        zero=(0.0, 0.0),
        others={"one": tensor([1.0, 1])},
        row=None,
        s=("recurrence", {"loop": "l", "initial_value": "zero", "set_input": {1: "t"}}),
        t=("recurrence", {"loop": "l", "initial_value": "one", "set_input": {1: "more"}}),
        more=("elementwise", {"input1": "s", "input2": "t", "op": "SUM"}),
    )
    assert found == [55, 55]


def test_a_loop_without_a_limit_or_with_two_of_a_kind_is_refused_c1():
    refused("C1", "l", "loop", limit=None)
    refused("C1", "l", "loop", again=("trip_limit", {"loop": "l", "tensor": "n", "kind": "COUNT"}))


def test_the_name_of_no_loop_is_refused_c2():
    refused("C2", "row", "iterator", "loop", row=("iterator", {"loop": "k", "tensor": "x"}), more=None)


def test_a_recurrence_without_a_next_value_is_refused_c3():
    refused("C3", "s", "recurrence", s=("recurrence", {"loop": "l", "initial_value": "zero"}))


def test_a_length_goes_with_the_kind_c4():
    refused("C4", "y", "loop_output", "kind", y=output("LAST_VALUE", "s"))
    refused("C4", "y", "loop_output", "kind", y=("loop_output", LAST | {"kind": "CONCATENATE"}))


def test_a_tensor_used_outside_its_loop_is_refused_where_it_is_used_c5():
    layers = network(z=("unary", {"input": "more", "op": "NEG"}))
    (error,) = exposed(layers, ["y", "z"])
    assert (error.layer, error.path) == ("z", ("unary",)) and str(error).endswith("[C5]")
    assert list(exposed(layers, ["y"])) == []


def test_what_nobody_takes_may_stand_in_a_loop():
    """As ONNX's count of iterations does, which few models use."""
    assert value(z=("unary", {"input": "more", "op": "NEG"})) == [9, 12]


def test_the_last_value_is_that_of_a_recurrence_c6():
    refused("C6", "y", "loop_output", "tensor", y=("loop_output", LAST | {"tensor": "more"}))


def test_axes_outside_are_refused_c7():
    refused("C7", "row", "iterator", "axis", row=("iterator", {"loop": "l", "tensor": "x", "axis": 2}))
    refused("C7", "y", "set", "axis", y=output("CONCATENATE", set={"axis": 2}))


@pytest.mark.parametrize("family", ["tensorrt<10", "tensorrt>=10"])
def test_slices_beyond_the_iterations_are_zeros(family):
    made = run(y=output("CONCATENATE", length="k"), others={"k": tensor(5, "int32")}, family=family)["y"]
    assert made.shape[0] == 5 and made.ref[:3].any() and not made.ref[3:].any()
    assert not made.undetermined.any()


def test_what_rtx_gives_beyond_the_iterations_is_not_known():
    made = run(y=output("CONCATENATE", length="k"), others={"k": tensor(5, "int32")})["y"]
    assert not made.undetermined[:3].any() and made.undetermined[3:].all()
    assert run(y=output("REVERSE", length="k"), others={"k": tensor(5, "int32")}, family="tensorrt<10")[
        "y"
    ].undetermined.all()


def test_an_iterator_that_is_too_short_is_refused_c9():
    refused("C9", "row", "iterator", "tensor", n=4)


def test_limits_are_scalars_of_their_type_c10():
    refused("C10", "limit", "trip_limit", "tensor", n=[3])
    limit = ("trip_limit", {"loop": "l", "tensor": "f", "kind": "WHILE"})
    refused("C10", "limit", "trip_limit", "tensor", limit=limit, others={"f": tensor(0.0)})


def test_a_loop_that_does_not_end_is_refused_c11():
    refused("C11", "y", others={"end": tensor(8.0)}, zero=0.0, **doubling(limit=None))


def test_a_recurrence_keeps_its_shape_c12():
    wide = ("shuffle", {"input": "row", "set": {"reshape_dims": [2, 1]}})
    s = ("recurrence", {"loop": "l", "initial_value": "zero", "set_input": {1: "more"}})
    refused("C12", "s", "set_input", 1, s=s, more=wide)


@pytest.mark.parametrize("axis", [-1, 7])
def test_an_axis_that_has_no_use_is_one_of_a_tensor_all_the_same_c7(axis):
    refused("C7", "y", "set", "axis", y=("loop_output", {**LAST, "set": {"axis": axis}}))


COUNTED = {"y": output("CONCATENATE", length="k")}
STARTED = {"s": ("recurrence", {"loop": "l", "initial_value": "row", "set_input": {1: "more"}})}


@pytest.mark.parametrize(
    ("keys", "layer", "said"),
    [
        ({"n": [3, 3]}, "limit", "give a scalar of int32"),
        ({"n": -1}, "y", r"the count of l is int32 \[\]; give a scalar of 0 or more"),
        (COUNTED | {"others": {"k": tensor([1, 2], "int32")}}, "y", r"its length is int32 \[2\]"),
        (COUNTED | {"others": {"k": tensor(-1, "int32")}}, "y", "its length is int32"),
        (COUNTED | {"others": {"k": tensor(2**31 - 1, "int32")}}, "y", "elements.*--limit elements=N"),
        (STARTED, "row", "in an iteration alone"),
    ],
)
def test_counts_lengths_and_starts_that_are_none_are_faults_of_a_layer(keys, layer, said):
    with pytest.raises(NodeError, match=said) as caught:
        run(**keys)
    assert caught.value.layer == layer
