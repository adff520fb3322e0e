"""Every bug of the list is seen by the test that it names, which passes without it."""

from collections import Counter

import numpy as np
import pytest

from mutants.catalogue import KINDS, MUTANTS, read
from mutants.changes import Drop, Edit, Put, output, scaled
from mutants.suite import passes
from trtexp.judging import compare
from trtexp.layers import LAYERS
from trtexp.layers.softmax import softmaxed
from trtexp.numerics import exactly


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.room}: {mutant.name}")
def test_a_planted_bug_is_seen(mutant):
    assert mutant.seen_by
    with mutant.change.planted():
        assert [test for test in mutant.seen_by if passes([test])] == [], "tests that pass with the bug"


def test_without_a_bug_all_of_these_tests_pass():
    assert passes(sorted({test for mutant in MUTANTS for test in mutant.seen_by}))


def test_the_list_is_long_and_spread_over_layers_and_kinds():
    assert len(MUTANTS) >= 60
    assert len({mutant.room for mutant in MUTANTS if mutant.room.startswith("layers/")}) >= 25
    assert set(Counter(mutant.kind for mutant in MUTANTS)) == set(KINDS)


X = exactly(np.array([[0.0, 1.0]]), "float32")


def value():
    return softmaxed(X, -1, X.ref == X.ref).ref.tolist()


def test_an_edit_reaches_functions_that_were_imported_before_and_goes_again():
    right = value()
    with Edit("trtexp.layers.softmax", "library.exp(difference)", "np.exp2(difference)").planted():
        assert value() == [[1 / 3, 2 / 3]]
    assert value() == right


@pytest.mark.parametrize(
    ("old", "message"), [("library.exp3(", "0 times"), ("x", "times"), ('ISoftMaxLayer"', "in no function")]
)
def test_an_edit_that_changes_no_function_or_several_places_is_a_fault(old, message):
    with pytest.raises(AssertionError, match=message), Edit("trtexp.layers.softmax", old, f"{old} ").planted():
        raise NotImplementedError


def test_another_value_is_put_back():
    with Put("trtexp.judging.compare", "VACUOUS_LIMIT", 10.0).planted():
        assert compare.VACUOUS_LIMIT == 10.0
    assert compare.VACUOUS_LIMIT == 0.1


def test_a_layer_is_as_before_when_a_change_has_gone():
    before = dict(vars(LAYERS["softmax"]))
    for change in (output("softmax", scaled(2)), Drop("softmax", "C1")):
        with change.planted():
            assert dict(vars(LAYERS["softmax"])) != before
        assert dict(vars(LAYERS["softmax"])) == before


def test_a_test_that_is_not_there_is_no_test_that_sees():
    with pytest.raises(AssertionError, match="pytest ends with"):
        passes(["layers/test_softmax.py::test_that_nobody_wrote"])


def test_a_name_that_stands_twice_is_a_fault():
    entry = "{room: layers/shape, layer: shape, output: transposed, seen_by: t}"
    assert [mutant.name for mutant in read(f"shape: {{a: {entry}, b: {entry}}}")] == ["a", "b"]
    with pytest.raises(AssertionError, match="twice"):
        list(read(f"shape: {{a: {entry}, a: {entry}}}"))
