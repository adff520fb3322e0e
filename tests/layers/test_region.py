"""Regions of a network: what lies between entries and exits."""

import pytest

from trtexp.layers import LAYERS
from trtexp.layers.network import NodeError
from trtexp.layers.region import before, between, check_exits

#: a -> b -> c -> d, and e beside c
CHAIN = {
    name: LAYERS["identity"].model_validate({"input": tensor})
    for name, tensor in {"a": "x", "b": "a", "c": "b", "d": "c", "e": "b"}.items()
}
A, D = frozenset("a"), frozenset("d")


def test_between_entries_and_exits():
    assert between(CHAIN, A, D) == set("abce")
    assert between(CHAIN, A, frozenset()) == set("abcde")
    assert between(CHAIN, frozenset(), D) == set()


def test_before_some_tensors():
    assert before(CHAIN, frozenset("abc"), {"c"}) == set("abc")
    assert before(CHAIN, frozenset("bc"), {"c"}) == set("bc")
    assert before(CHAIN, frozenset("abc"), {"x"}) == set()


def test_a_layer_that_leads_to_no_exit_is_refused():
    check_exits(CHAIN, frozenset("abc"), D, "lost")
    with pytest.raises(NodeError, match="lost") as caught:
        check_exits(CHAIN, frozenset("abce"), D, "lost")
    assert (caught.value.layer, caught.value.path) == ("e", ("identity",))


def test_a_layer_without_outputs_is_an_exit():
    end = LAYERS["assertion"].model_validate({"condition": "e", "message": "m"})
    check_exits(CHAIN | {"end": end}, frozenset({*"abce", "end"}), D, "lost")
