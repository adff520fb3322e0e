"""add_einsum against values by hand and numpy."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

A = np.arange(1.0, 7).reshape(2, 3)
B = 10.0 ** np.arange(6).reshape(3, 2)


def summed(equation, *inputs, assigned=None):
    attributes = {"equation": assigned} if assigned else {}
    return evaluate("einsum", inputs, inputs=["x"] * len(inputs), equation=equation, set=attributes)


def test_by_hand():
    found = summed("ij,jk->ik", A, B)
    assert found.ref.tolist() == [[30201, 302010], [60504, 605040]]
    assert found.certified.all()
    assert summed("kj,ji", A, B).ref.tolist() == found.ref.T.tolist()
    assert summed("ij,jk->ik", A, B, assigned="ij,jk->ki").ref.tolist() == found.ref.T.tolist()


@pytest.mark.parametrize(
    ("equation", "shapes"),
    [
        ("ij->ji", [(2, 3)]),
        ("ba", [(2, 3)]),
        ("ij->", [(2, 3)]),
        ("ii->i", [(3, 3)]),
        ("ii", [(3, 3)]),
        ("i,j->ij", [(2,), (3,)]),
        ("i,i", [(3,), (3,)]),
        (",ij->ij", [(), (2, 3)]),
        ("bnhd,bdkn->bkh", [(2, 3, 4, 5), (2, 5, 3, 3)]),
        ("ij,kl->", [(2, 3), (2, 3)]),
        ("ij, jk , kl -> il", [(2, 3), (3, 4), (4, 5)]),
        ("i,i,i->i", [(3,), (3,), (3,)]),
        ("ab,cb,db,ad->cd", [(2, 3), (4, 3), (2, 3), (2, 2)]),
    ],
)
def test_as_numpy(equation, shapes):
    inputs = [np.random.default_rng(i).integers(-4, 5, shape).astype(float) for i, shape in enumerate(shapes)]
    found = summed(equation, *inputs)
    np.testing.assert_array_equal(found.ref, np.einsum(equation.replace(" ", ""), *inputs))
    assert found.certified.all()


def test_an_axis_of_1_broadcasts():
    assert summed("ij,ij->ij", A[:, :1], A).ref.tolist() == (A[:, :1] * A).tolist()
    assert summed("ij,jk->ik", A[:, :1], B).ref.tolist() == (A[:, :1] * B.sum(0)).tolist()


@pytest.mark.parametrize(
    ("label", "equation", "inputs"),
    [
        ("C1", "IJ,JK->IK", [A, B]),
        ("C1", "ij->ij", [A, B]),
        ("C1", "...ij->...ji", [A]),
        ("C2", "ij,jk->iz", [A, B]),
        ("C2", "ij,jk->ii", [A, B]),
        ("C3", "ijl,jk->ik", [A, B]),
        ("C3", "ij,ij->ij", [A, B]),
        ("C4", "ij,jk->ik", [tensor(A, "int32"), tensor(B, "int32")]),
        ("C4", "ij,ij->ij", [A, tensor(A, "float16")]),
    ],
)
def test_refused(label, equation, inputs):
    refused(label, "einsum", inputs, inputs=["x"] * len(inputs), equation=equation)
