"""add_rotary_embedding: which elements are turned together, and by which row of the caches."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

X = np.array([[[[1.0, 2, 3, 4], [5, 6, 7, 8]]]])
COS = np.array([[[1.0, 10], [100, 1000]]])
SIN = np.array([[[16.0, 32], [64, 128]]])
KEYS = {"input": "x", "cos_cache": "c", "sin_cache": "s", "interleaved": False, "rotary_embedding_dim": 0}


def rotary(x=X, cos=COS, sin=SIN, *more, **keys):
    return evaluate("rotary_embedding", [x, cos, sin, *more], **KEYS | keys)


def test_halves_are_turned_together():
    y = rotary()
    assert y.ref.tolist() == [[[[-47, -108, 19, 104], [52, 4976, 1020, 8768]]]]
    assert y.certified.all()


def test_neighbours_are_turned_together_if_interleaved():
    expected = [[[[-31, 18, -98, 136], [116, 920, 5976, 8896]]]]
    assert rotary(interleaved=True).ref.tolist() == expected
    assert rotary(set={"interleaved": True}).ref.tolist() == expected


def test_elements_beyond_the_dim_stay():
    expected = [[[[-31, 18, 3, 4], [116, 920, 7, 8]]]]
    caches = COS[..., :1], SIN[..., :1]
    assert rotary(X, *caches, rotary_embedding_dim=2).ref.tolist() == expected
    assert rotary(X, *caches, set={"rotary_embedding_dim": 2}).ref.tolist() == expected


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_positions_pick_rows(dtype):
    ids = tensor([[1, 0]], dtype)
    assert rotary(X, COS[0, ::-1], SIN[0, ::-1], ids).ref.tolist() == rotary().ref.tolist()


def test_a_turn_by_a_true_angle_keeps_lengths():
    rng = np.random.default_rng(3)
    x, angle = rng.normal(size=(2, 3, 5, 8)), rng.normal(size=(2, 5, 4))
    y = rotary(x, np.cos(angle), np.sin(angle))
    np.testing.assert_allclose((y.ref**2).sum(-1), (x**2).sum(-1), rtol=1e-6)
    assert 0 < y.bound.max() < 1e-5


@pytest.mark.parametrize(
    ("label", "inputs", "keys", "place"),
    [
        ("C1", [X[0], COS, SIN], {}, ("rotary_embedding", "input")),
        ("C1", [X, COS[..., :1], SIN], {}, ("rotary_embedding", "cos_cache")),
        ("C1", [X, COS, SIN[:, :1]], {}, ("rotary_embedding", "sin_cache")),
        ("C2", [X, tensor(COS, "float16"), SIN], {}, ("rotary_embedding", "cos_cache")),
        ("C2", [tensor(x, "int32") for x in (X, COS, SIN)], {}, ("rotary_embedding", "cos_cache")),
        ("C3", [X, COS, SIN], {"rotary_embedding_dim": 3}, ("rotary_embedding", "rotary_embedding_dim")),
        ("C3", [X, COS, SIN], {"set": {"rotary_embedding_dim": 6}}, ("set", "rotary_embedding_dim")),
        ("C4", [X, COS[0], SIN[0], tensor([[0, 2]], "int32")], {}, ("rotary_embedding",)),
        ("C4", [X, COS[0], SIN[0], tensor([[0, 1, 1]], "int32")], {}, ("rotary_embedding",)),
        ("C4", [X, COS[0], SIN[0], tensor([[0, 1]])], {}, ("rotary_embedding",)),
    ],
)
def test_what_is_refused(label, inputs, keys, place):
    assert refused(label, "rotary_embedding", inputs, **KEYS | keys) == place
