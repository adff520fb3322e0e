"""add_einsum against values by hand and numpy."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

from trtexp.numerics import Arithmetic

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
        ("C1", "...i...->i", [A]),
        ("C3", "...ijk->ij", [A]),
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


@pytest.mark.parametrize(("equation", "count"), [("ij,jk,kl->il", 3), ("...i->...", 1), ("ii->i", 1)])
def test_c5_8_x_has_neither_three_inputs_nor_ellipses_nor_diagonals(equation, count):
    x = [np.eye(2)] * count
    eight = Arithmetic(family="tensorrt<10")
    refused("C5", "einsum", x, arithmetic=eight, inputs=["x"] * count, equation=equation)
    assert summed(equation, *x).shape


@pytest.mark.parametrize(
    "equation", ["...i,...i->...", "...ij,...jk->...ik", "ii,ij->j", "i...,i...->i...", "...ii->...i"]
)
def test_ellipses_and_diagonals_beside_numpy(equation):
    count = equation.count(",") + 1
    inputs = [
        np.random.default_rng(i).integers(-4, 5, (3, 3, 3) if "." in equation else (3, 3)).astype(float)
        for i in range(count)
    ]
    np.testing.assert_array_equal(summed(equation, *inputs).ref, np.einsum(equation, *inputs))


def test_an_ellipsis_that_the_output_lacks_is_summed():
    assert summed("i...->i", A).ref.tolist() == A.sum(1).tolist()


def test_without_an_arrow_the_axes_of_an_ellipsis_come_first():
    x = np.arange(24.0).reshape(2, 3, 4)
    np.testing.assert_array_equal(summed("j...i", x).ref, np.einsum("j...i", x))
