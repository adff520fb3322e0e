"""What may leave the range of its type, and what a typed tensor keeps of it."""

from dataclasses import replace

import numpy as np
import pytest

from trtexp.numerics import LARGEST, SMALLEST, either, exactly, kept, leaves

INF = np.inf


def tensor(values, dtype="float16", bound=0.0):
    made = exactly(np.array(values), dtype)
    return replace(made, bound=made.bound + bound, typical=made.bound + bound)


def test_beyond_the_largest_number_a_typed_tensor_is_infinite():
    x = tensor([90000.0, -90000.0, 65504.0, INF, np.nan, 0.0])
    assert leaves(x).tolist() == [True, True, False, False, False, False]
    np.testing.assert_array_equal(kept(x).ref, [INF, -INF, 65504.0, INF, np.nan, 0.0])
    assert kept(x).certified.tolist() == [False, False, True, True, True, True]


def test_below_the_smallest_number_above_0_it_is_0_of_the_same_sign():
    x = tensor([2.0**-24, 2.0**-25, -(2.0**-25)])
    assert leaves(x).tolist() == [False, True, True]
    assert kept(x).ref.tolist() == [2.0**-24, 0, 0]
    assert np.signbit(kept(x).ref).tolist() == [False, False, True]


def test_what_an_error_may_carry_out_leaves_too():
    x = tensor([65000.0, 65000.0], bound=np.array([500.0, 600.0]))
    assert leaves(x).tolist() == [False, True]
    assert kept(x).ref.tolist() == [65000.0, INF]
    assert kept(x).bound.tolist() == [500.0, 0.0]


@pytest.mark.parametrize("dtype", ["float8e4m3", "float4e2m1"])
def test_types_without_infinity_saturate(dtype):
    most, least = LARGEST[dtype], SMALLEST[dtype]
    assert kept(tensor([2 * most, -2 * most, least / 2], dtype)).ref.tolist() == [most, -most, 0]


def test_what_stays_is_the_same_tensor():
    x = tensor([1.0, 2.0])
    assert kept(x) is x


def test_integers_stay():
    x = exactly(np.array([2**63 - 1]), "int64")
    assert not leaves(x).any()
    assert kept(x) is x


def test_every_legal_value_is_kept():
    x = kept(either(tensor([1.0, 2.0]), tensor([9e4, 3.0]), np.array([True, True])))
    assert x.ref.tolist() == [1, 2]
    assert [other.values.tolist() for other in x.also] == [[INF, 3.0]]
