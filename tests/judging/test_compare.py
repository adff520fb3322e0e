"""Judge the judge: it must fail on one ulp too far, and it must not fail on what is legal."""

from dataclasses import replace

import numpy as np
import pytest

from trtexp.judging.compare import judge
from trtexp.judging.judgement import Reading, odd_one_out
from trtexp.judging.literal import ExpectedValues
from trtexp.judging.pairs import Pair
from trtexp.numerics import LARGEST, Bounded, encode, exactly
from trtexp.numerics.tolerance import Tolerance
from trtexp.records.facts import FormFault, Measured

AUTO, EXACT = (Tolerance(),), (Tolerance("exact"),)
U = 2.0**-23  # one ulp at 1, float32


def reference(values, bound=0.0, typical=None, dtype="float32", **more):
    exact = exactly(np.asarray(values, dtype=float), dtype)
    ref = exact.ref
    wide = np.broadcast_to(np.asarray(bound, dtype=float), ref.shape).copy()
    likely = wide if typical is None else np.broadcast_to(np.asarray(typical, dtype=float), ref.shape).copy()
    return replace(exact, bound=wide, typical=likely, certified=wide == 0, **more)


def literal(values, half=0.0, **more):
    values = np.asarray(values, dtype=float)
    return ExpectedValues(values, np.broadcast_to(half, values.shape), **more)


def verdict(got, ref, expected=None, rules=AUTO, dtype="float32"):
    actual = None if got is None else encode(np.asarray(got, dtype=float), dtype)
    return judge(actual, [Reading(None, ref)] if isinstance(ref, Bounded) else ref, expected, rules)


@pytest.mark.parametrize("side", [1, -1])
def test_inside_the_bound_passes_and_one_ulp_beyond_fails(side):
    ref = reference([1.0, 1.0], bound=4 * U)
    assert verdict([1.0, 1 + side * 4 * U], ref).verdict == "pass"
    judged = verdict([1.0, 1 + side * 5 * U], ref)
    assert judged.verdict == "mismatch"
    assert judged.actual_reference.bad.tolist() == [False, True]
    assert judged.actual_reference.worst == (1,)


def test_a_result_without_error_must_be_exact():
    assert verdict([1.0], reference([1.0])).verdict == "pass"
    assert verdict([1 + U], reference([1.0])).verdict == "mismatch"


def test_one_wrong_element_of_many_fails():
    ref = reference(np.ones(10_000), bound=U)
    got = np.ones(10_000)
    got[4321] = 1 + 2 * U
    judged = verdict(got, ref)
    assert judged.verdict == "mismatch"
    assert judged.actual_reference.worst == (4321,)


def test_another_dtype_fails_even_if_the_values_agree():
    judged = verdict([1.0], reference([1.0]), dtype="float16")
    assert judged.verdict == "mismatch"
    assert judged.faults == (FormFault(what="dtype", actual="float16", reference="float32"),)
    assert verdict([1.0], reference([1.0]), literal([1.0], dtype="int8")).verdict == "mismatch"


@pytest.mark.parametrize("shape", [(1, 2), (2, 1), (), (1,), (4,), (0,)])
def test_another_shape_fails_and_nothing_is_broadcast(shape):
    judged = verdict(np.ones(shape), reference([1.0, 1.0]))
    assert judged.verdict == "mismatch"
    assert (judged.faults[0].what, judged.faults[0].actual) == ("shape", list(shape))
    assert judged.actual_reference is None


def test_expected_of_another_shape_fails_without_a_device():
    judged = verdict(None, reference([1.0, 1.0]), ExpectedValues(None, None, shape=(1, 2)))
    assert judged.verdict == "mismatch"
    assert judged.faults == (FormFault(what="shape", expected=[1, 2], reference=[2]),)


@pytest.mark.parametrize("rules", [AUTO, EXACT, (Tolerance("ulp", 9),), (Tolerance("close", atol=9, rtol=9),)])
@pytest.mark.parametrize("bound", [0.0, 1e30])
def test_nan_meets_nan_only_and_an_infinity_its_own_sign(rules, bound):
    values = [np.nan, np.inf, -np.inf, 0.0]
    for i, want in enumerate(values):
        for j, got in enumerate(values):
            ref = reference([want], bound=bound if np.isfinite(want) else np.nan if np.isnan(want) else np.inf)
            judged = judge(encode([got], "float32"), [Reading(None, ref)], None, rules)
            assert judged.actual_reference.agrees == (i == j), f"{got} against {want}"


@pytest.mark.parametrize("kind", ["snr_db", "cosine"])
@pytest.mark.parametrize("got", [np.nan, np.inf, -np.inf])
def test_a_rule_for_the_whole_tensor_forgives_no_nan_and_no_infinity(kind, got):
    assert verdict([1.0, got], reference([1.0, 1.0]), rules=(Tolerance(kind, limit=0.1),)).verdict == "mismatch"


def test_nan_against_zero_fails_among_the_literals_too():
    ref = reference([0.0], bound=1e30)
    assert verdict([0.0], ref, literal([np.nan])).verdict == "mismatch"
    assert verdict([np.nan], reference([np.nan], bound=np.nan), literal([np.nan])).verdict == "pass"


def test_zeros_are_equal_unless_their_sign_is_asked_for():
    assert verdict([-0.0], reference([0.0]), literal([0.0])).verdict == "pass"
    assert verdict([-0.0], reference([-0.0]), literal([0.0], signed_zero=True)).verdict == "mismatch"
    assert verdict([-0.0], reference([-0.0]), literal([-0.0], signed_zero=True)).verdict == "pass"


def test_overflow_to_an_infinity_is_legal_only_within_the_bound_of_the_largest_number():
    top = LARGEST["float32"]
    assert verdict([np.inf], reference([top], bound=1e32)).verdict == "pass"
    assert verdict([np.inf], reference([2 * top])).verdict == "pass"
    assert verdict([-np.inf], reference([2 * top])).verdict == "mismatch"
    assert verdict([np.inf], reference([top / 2], bound=1e32)).verdict == "mismatch"
    assert verdict([np.inf], reference([2 * top]), literal([2 * top])).verdict == "pass"
    assert verdict([np.inf], reference([1e6]), dtype="float32").verdict == "mismatch"


def test_between_typical_and_hard_bound_is_wide_and_fails_only_on_demand():
    ref = reference([1.0], bound=8 * U, typical=2 * U)
    assert verdict([1 + 2 * U], ref).verdict == "pass"
    assert verdict([1 + 4 * U], ref).verdict == "wide"
    assert verdict([1 + 4 * U], ref, rules=(Tolerance(fail_typical=True),)).verdict == "mismatch"
    assert verdict([1 + 4 * U], ref, rules=(Tolerance("ulp", 9),)).verdict == "pass"


@pytest.mark.parametrize("count", [1, 3, 199])
def test_agreement_is_never_red_because_of_undetermined_elements_and_they_are_counted(count):
    undetermined = np.arange(200) < count
    ref = replace(reference(np.ones(200)), undetermined=undetermined)
    judged = verdict(np.where(undetermined, 7.0, 1.0), ref)
    assert (judged.verdict, judged.undetermined, judged.unsettled) == ("pass", count, count)


def test_an_output_of_which_nothing_can_be_judged_is_unjudged():
    ref = replace(reference([1.0, 1.0]), undetermined=np.ones(2, bool))
    assert verdict([7.0, 8.0], ref).verdict == "unjudged"
    assert verdict([7.0, 8.0], ref, literal([5.0, 6.0])).verdict == "unjudged"
    assert verdict(None, ref, literal([5.0, 6.0])).verdict == "unjudged"
    assert verdict(np.zeros((0,)), reference(np.zeros((0,)))).verdict == "pass"


def test_an_undetermined_element_hides_no_wrong_one():
    ref = replace(reference(np.ones(200)), undetermined=np.arange(200) < 1)
    assert verdict(np.full(200, 7.0), ref).actual_reference.bad.sum() == 199


def test_a_bound_over_a_tenth_of_the_values_is_vacuous():
    assert verdict([1.0, 1.0], reference([1.0, 1.0], bound=0.09)).verdict == "pass"
    assert verdict([1.0, 1.0], reference([1.0, 1.0], bound=0.11)).verdict == "vacuous"
    both = (Tolerance(), Tolerance("snr_db", 20))
    assert verdict([1.0, 1.0], reference([1.0, 1.0], bound=0.11), rules=both).verdict == "pass"
    assert verdict([9.0, 1.0], reference([1.0, 1.0], bound=0.11)).verdict == "mismatch"


@pytest.mark.parametrize(
    ("rule", "off", "passes"),
    [
        (Tolerance("exact"), 0, True),
        (Tolerance("exact"), U, False),
        (Tolerance("ulp", 4), 4 * U, True),
        (Tolerance("ulp", 4), 5 * U, False),
        (Tolerance("close", atol=0.25, rtol=0.25), 0.5, True),
        (Tolerance("close", atol=0.25, rtol=0.25), 0.5 + U, False),
        (Tolerance("close", atol=0.0, rtol=0.0), U, False),
    ],
)
def test_rules_by_hand_allow_what_they_say_and_no_ulp_more(rule, off, passes):
    judged = verdict([1 + off], reference([1.0], bound=100.0), rules=(rule,))
    assert (judged.verdict == "pass") == passes
    assert verdict([1 + off], reference([1.0]), rules=(rule,)).actual_reference.agrees == passes


def test_ulps_are_those_of_the_reference_in_the_output_dtype():
    rule = (Tolerance("ulp", 1),)
    assert verdict([2 + 2 * U], reference([2.0]), rules=rule).verdict == "pass"
    assert verdict([1 + 2 * U], reference([1.0]), rules=rule).verdict == "mismatch"
    half = reference([1.0], dtype="float16")
    assert verdict([1 + 2.0**-10], half, rules=rule, dtype="float16").verdict == "pass"
    assert verdict([1 + 2.0**-9], half, rules=rule, dtype="float16").verdict == "mismatch"


def test_integers_are_exact_under_auto():
    ref = reference([3], dtype="int32")
    assert verdict([3], ref, dtype="int32").verdict == "pass"
    assert verdict([4], ref, dtype="int32").verdict == "mismatch"
    assert verdict([4], ref, dtype="int32", rules=(Tolerance("close", atol=1),)).verdict == "pass"


def test_all_rules_of_a_list_must_hold():
    rules = (Tolerance("ulp", 100), Tolerance("close", atol=2 * U))
    assert verdict([1 + 2 * U], reference([1.0]), rules=rules).verdict == "pass"
    assert verdict([1 + 3 * U], reference([1.0]), rules=rules).verdict == "mismatch"


def test_signal_to_noise_in_decibels():
    ref, got = reference(np.full(100, 10.0)), np.full(100, 10.0)
    got[0] = 11  # signal 100 · 100, noise 1: 40 dB
    assert verdict(got, ref, rules=(Tolerance("snr_db", 39.9),)).verdict == "pass"
    judged = verdict(got, ref, rules=(Tolerance("snr_db", 40.1),))
    assert judged.verdict == "mismatch"
    assert judged.measured == (Measured(rule=Tolerance("snr_db", 40.1), value=40.0, enough=False),)
    assert verdict(np.zeros(3), reference(np.zeros(3)), rules=(Tolerance("snr_db", 20),)).verdict == "pass"


def test_cosine():
    ref = reference([3.0, 4.0])
    assert verdict([4.0, 3.0], ref, rules=(Tolerance("cosine", 0.95),)).verdict == "pass"  # 24 / 25
    assert verdict([4.0, 3.0], ref, rules=(Tolerance("cosine", 0.97),)).verdict == "mismatch"
    assert verdict([-3.0, -4.0], ref, rules=(Tolerance("cosine", 0.0),)).verdict == "mismatch"


def test_literals_are_good_to_half_a_unit_and_no_further():
    ref = reference([1.0])
    assert verdict(None, ref, literal([1.05], half=0.05 + 1e-12)).verdict == "pass"
    judged = verdict(None, ref, literal([1.06], half=0.05))
    assert judged.verdict == "mismatch"
    assert odd_one_out(judged, (0,)) == "expected"


def test_half_a_unit_and_slack_never_loosen_the_verdict_on_the_device():
    ref = reference([1.0], bound=U, slack=np.array([1.0]))
    assert verdict([1 + 2 * U], ref, literal([1.0], half=1.0)).verdict == "mismatch"
    assert verdict([1 + U], ref, literal([1.0], half=1.0)).verdict == "pass"


def test_literals_of_a_device_may_be_off_by_the_bound_and_derived_ones_may_not():
    ref = reference([1.0], bound=4 * U)
    assert verdict(None, ref, literal([1 + 4 * U], computed=True)).verdict == "pass"
    assert verdict(None, ref, literal([1 + 5 * U], computed=True)).verdict == "mismatch"
    assert verdict(None, ref, literal([1 + U])).verdict == "mismatch"


def test_without_a_reference_the_literals_judge_alone():
    judged = verdict([1.0], [], literal([1.0]))
    assert judged.verdict == "pass"
    assert (judged.reference, judged.actual_expected.agrees) == (None, True)
    assert verdict([1 + U], [], literal([1.0])).verdict == "mismatch"
    assert verdict([1.0], []).verdict == "unjudged"
    assert verdict([np.nan], [], literal([0.0])).verdict == "mismatch"


def test_nothing_to_compare_is_unjudged():
    assert verdict(None, reference([1.0])).verdict == "unjudged"


def test_a_looser_attempt_is_noted_and_taken_only_if_the_stricter_failed():
    attempts = [Reading(None, reference([1.0], bound=U)), Reading("transform_domain", reference([1.0], bound=8 * U))]
    assert verdict([1 + U], attempts).granted is None
    judged = verdict([1 + 4 * U], attempts)
    assert (judged.verdict, judged.granted) == ("pass", "transform_domain")
    assert verdict([1 + 9 * U], attempts).verdict == "mismatch"


def test_a_certified_element_that_is_not_exact_is_counted():
    ref = replace(reference([1.0, 1.0], bound=4 * U), certified=np.array([True, False]))
    judged = verdict([1 + U, 1 + U], ref)
    assert (judged.certified, judged.certified_wrong) == (1, 1)


@pytest.mark.parametrize(
    ("got", "want", "expected", "odd"),
    [
        (2.0, 1.0, 1.0, "actual"),
        (1.0, 2.0, 1.0, "reference"),
        (1.0, 1.0, 2.0, "expected"),
        (1.0, 2.0, 3.0, "all"),
    ],
)
def test_the_odd_one_of_three_is_named(got, want, expected, odd):
    judged = verdict([got], reference([want]), literal([expected]))
    assert judged.verdict == "mismatch"
    assert odd_one_out(judged, (0,)) == odd


def test_empty_tensors_agree():
    assert verdict(np.zeros((0, 3)), reference(np.zeros((0, 3))), literal(np.zeros((0, 3)))).verdict == "pass"


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_a_ratio_beyond_all_numbers_is_infinite():
    pair = Pair(bad=np.array([True]), error=np.array([1e4]), allowed=np.array([1e-318]), want=np.array([0.0]))
    assert pair.ratio.tolist() == [np.inf]
