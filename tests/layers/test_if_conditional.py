"""add_if_conditional and its layers, as networks."""

import pytest
from layer_runs import tensor

from trtexp.definition.steps import Call, Ref
from trtexp.layers import LAYERS
from trtexp.layers.network import NodeError, evaluate, steps
from trtexp.numerics import Arithmetic

DOUBLE = {"input1": "in", "input2": "in", "op": "SUM"}
OUTPUT = {"conditional": "if", "true_subgraph_output": "double", "false_subgraph_output": "square"}


def network(**changes):
    """Twice x if the flag is set, else its square; a layer given replaces that of its name, None removes it."""
    given = {
        "if": ("if_conditional", {}),
        "choice": ("condition", {"conditional": "if", "condition": "flag"}),
        "in": ("conditional_input", {"conditional": "if", "input": "x"}),
        "double": ("elementwise", DOUBLE),
        "square": ("elementwise", DOUBLE | {"op": "PROD"}),
        "y": ("conditional_output", OUTPUT),
    } | changes
    return {name: LAYERS[layer[0]].model_validate(layer[1]) for name, layer in given.items() if layer}


def run(flag=True, x=(1.0, 2, 3), others=None, **changes):
    flag = flag if hasattr(flag, "ref") else tensor(flag, "bool")
    return evaluate(network(**changes), {"x": tensor(x), "flag": flag, **(others or {})}, {}, Arithmetic()).tensors


def refused(label, layer, *place, **keys):
    with pytest.raises(NodeError, match=rf"\[{label}\]$") as caught:
        run(**keys)
    assert (caught.value.layer, caught.value.path) == (layer, place)


def test_the_condition_chooses():
    assert run(True)["y"].ref.tolist() == [2, 4, 6]
    assert run(False)["y"].ref.tolist() == [1, 4, 9]


def test_the_calls_go_to_the_conditional():
    calls = [step for step in steps(network()) if isinstance(step, Call)]
    assert [(c.object, c.method) for c in calls][:3] == [
        ("network", "add_if_conditional"),
        ("if", "set_condition"),
        ("if", "add_input"),
    ]
    assert calls[-1] == Call(
        "if",
        "add_output",
        {"true_subgraph_output": Ref("tensor", "double"), "false_subgraph_output": Ref("tensor", "square")},
        "y",
        ("y",),
    )


@pytest.mark.parametrize("flag", [True, False])
def test_the_other_branch_is_not_computed(flag):
    """The branch for false divides a vector of 3 into rows of 2, which is refused only where it is taken."""
    changes = {"square": ("shuffle", {"input": "in", "set": {"reshape_dims": [2]}})}
    if flag:
        assert run(True, **changes)["y"].ref.tolist() == [2, 4, 6]
    else:
        with pytest.raises(NodeError, match="does not hold"):
            run(False, **changes)


def test_tensors_of_the_outside_and_inputs_may_be_what_a_branch_makes():
    for other in ("in", "x"):
        changes = {"square": None, "y": ("conditional_output", OUTPUT | {"false_subgraph_output": other})}
        assert run(False, **changes)["y"].ref.tolist() == [1, 2, 3]


@pytest.mark.parametrize(("outer", "inner", "values"), [(1, 1, [4, 8]), (1, 0, [4, 16]), (0, 1, [1, 4])])
def test_nested(outer, inner, values):
    found = run(
        outer,
        (1.0, 2),
        others={"flag2": tensor(inner, "bool")},
        if2=("if_conditional", {}),
        choice2=("condition", {"conditional": "if2", "condition": "flag2"}),
        in2=("conditional_input", {"conditional": "if2", "input": "double"}),
        four=("elementwise", {"input1": "in2", "input2": "in2", "op": "SUM"}),
        sixteen=("elementwise", {"input1": "in2", "input2": "in2", "op": "PROD"}),
        part=(
            "conditional_output",
            {"conditional": "if2", "true_subgraph_output": "four", "false_subgraph_output": "sixteen"},
        ),
        y=("conditional_output", OUTPUT | {"true_subgraph_output": "part"}),
    )
    assert found["y"].ref.tolist() == values


def test_a_conditional_has_one_condition_and_an_output_c1():
    refused("C1", "if", "if_conditional", choice=None)
    refused("C1", "if", "if_conditional", y=None)
    refused("C1", "if", "if_conditional", again=("condition", {"conditional": "if", "condition": "flag"}))


def test_the_name_of_no_conditional_is_refused_c2():
    wrong = ("condition", {"conditional": "x", "condition": "flag"})
    refused("C2", "other", "condition", "conditional", other=wrong)


def test_a_condition_is_a_bool_scalar_c3():
    refused("C3", "choice", "condition", "condition", flag=[True])
    refused("C3", "choice", "condition", "condition", flag=tensor(1.0))


def test_both_branches_make_one_rank_and_type_c4():
    wide = ("shuffle", {"input": "in", "set": {"reshape_dims": [1, 3]}})
    refused("C4", "y", "conditional_output", "false_subgraph_output", square=wide)
    less = ("elementwise", DOUBLE | {"op": "LESS"})
    refused("C4", "y", "conditional_output", "false_subgraph_output", square=less)


def test_a_layer_in_both_branches_is_refused_c5():
    swapped = {"conditional": "if", "true_subgraph_output": "square", "false_subgraph_output": "double"}
    refused("C5", "double", "elementwise", z=("conditional_output", swapped))


def test_what_a_branch_makes_leaves_by_an_output_only_c6():
    refused("C6", "z", "unary", z=("unary", {"input": "square", "op": "NEG"}))


def test_a_branch_without_its_twin_is_refused():
    with pytest.raises(ValueError, match="false_subgraph_output"):
        network(y=("conditional_output", {"conditional": "if", "true_subgraph_output": "double"}))
