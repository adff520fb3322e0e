"""add_matrix_multiply against values by hand and numpy."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

A = np.arange(1.0, 7).reshape(2, 3)
B = 10.0 ** np.arange(6).reshape(3, 2)


def product(a, op0, b, op1, attributes=None):
    return evaluate("matrix_multiply", [a, b], input0="a", op0=op0, input1="b", op1=op1, set=attributes or {})


def test_by_hand():
    """1 · 1 + 2 · 100 + 3 · 10000."""
    found = product(A, "NONE", B, "NONE")
    assert found.ref.tolist() == [[30201, 302010], [60504, 605040]]
    assert found.certified.all()


def test_every_operation_reads_the_same_product():
    wanted = (A @ B).tolist()
    assert product(A.T, "TRANSPOSE", B, "NONE").ref.tolist() == wanted
    assert product(A, "NONE", B.T, "TRANSPOSE").ref.tolist() == wanted
    assert product(A.T, "NONE", B.T, "NONE", {"op0": "TRANSPOSE", "op1": "TRANSPOSE"}).ref.tolist() == wanted
    assert product(A, "NONE", B[:, 0], "VECTOR").ref.tolist() == (A @ B[:, 0]).tolist()
    assert product(A[0], "VECTOR", B, "NONE").ref.tolist() == (A[0] @ B).tolist()
    assert product(A[0], "VECTOR", B[:, 0], "VECTOR").ref.tolist() == 30201


def test_batches_broadcast():
    a, b = np.arange(24.0).reshape(2, 1, 3, 4), np.arange(40.0).reshape(1, 5, 4, 2)
    assert product(a, "NONE", b, "NONE").ref.tolist() == (a @ b).tolist()
    vectors = product(a, "NONE", b[..., 0], "VECTOR").ref
    assert vectors.tolist() == (a @ b[..., :1])[..., 0].tolist()


def test_an_empty_sum_is_0():
    assert product(np.zeros((2, 0)), "NONE", np.zeros((0, 3)), "NONE").ref.tolist() == [[0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    ("label", "a", "op0", "b", "op1"),
    [
        ("C1", A[0], "NONE", B, "NONE"),
        ("C1", A, "NONE", np.float64(1), "VECTOR"),
        ("C2", A, "NONE", B.T, "NONE"),
        ("C3", A, "NONE", B[None], "NONE"),
        ("C3", np.ones((2, 1, 3)), "NONE", np.ones((3, 3, 1)), "NONE"),
        ("C4", tensor(A, "int32"), "NONE", tensor(B, "int32"), "NONE"),
        ("C4", A, "NONE", tensor(B % 7, "float16"), "NONE"),
    ],
)
def test_refused(label, a, op0, b, op1):
    refused(label, "matrix_multiply", [a, b], input0="a", op0=op0, input1="b", op1=op1)
