"""How outputs read: their faults, errors, tolerances and assumptions."""

from __future__ import annotations

import pytest
from report_samples import case, close, mark, off, output

from trtexp.numerics.origin import Origin
from trtexp.numerics.tolerance import Tolerance
from trtexp.records.facts import Comparison, Deviation, FormFault, Measured, Terms
from trtexp.report.wording.outputs import (
    assumptions,
    deviation,
    errors,
    form_fault,
    origin,
    rule,
    sentences,
    terms,
    tolerance,
    worst,
)

WRONG = off(1, 12.34, 1.0, [0])
SNR, COSINE = Tolerance("snr_db", limit=40.0), Tolerance("cosine", limit=0.99)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (Terms(count=1, magnitude=0.07, largest_partial=0.07), "1 term, Σ|terms| = 0.07, largest partial sum 0.07"),
        (
            Terms(count=4, magnitude=9.81, largest_partial="Infinity"),
            "4 terms, Σ|terms| = 9.81, largest partial sum inf",
        ),
    ],
)
def test_the_terms_of_a_sum(found, says):
    assert terms(found) == says


@pytest.mark.parametrize(
    ("each", "says"),
    [
        (Tolerance(), "auto"),
        (Tolerance("exact"), "exact"),
        (Tolerance("ulp", limit=4.5), "4.5 ulp"),
        (Tolerance("close", atol=1e-5, rtol=0.25), "atol 1e-05, rtol 0.25"),
        (SNR, "at least 40 dB"),
        (COSINE, "cosine at least 0.99"),
    ],
)
def test_every_rule(each, says):
    assert rule(each) == says
    assert tolerance([Tolerance(), each]) == f"auto and {says}"


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (FormFault(what="shape", inferred=[1, -1], expected=[]), "TensorRT infers shape 1×?, expected scalar"),
        (FormFault(what="dtype", inferred="int8", expected="bool"), "TensorRT infers dtype int8, expected bool"),
        (FormFault(what="dtype", expected="int8", reference="bool"), "dtype: expected int8, reference bool"),
        (FormFault(what="shape", actual=[3], reference=[2, 2]), "shape: actual 3, reference 2×2"),
    ],
)
def test_every_fault_of_form(fault, says):
    assert form_fault(fault) == says
    assert sentences(output([1.0], faults=[fault])) == [f"y: {says}"]


@pytest.mark.parametrize(
    ("off_by", "says"),
    [
        (Deviation(error=1.0, allowed=0.065, ratio=15.4), "off by 1, 0.065 allowed (15.4 bounds)"),
        (Deviation(error="Infinity", allowed=0.0), "off by inf, 0 allowed"),
        (Deviation(error=7.0, allowed="NaN"), "off by 7, NaN allowed"),
    ],
)
def test_deviations(off_by, says):
    assert deviation(off_by) == says


def test_the_worst_element_is_told_with_all_its_values():
    marks = [
        mark([0, 1], "actual", "33", "34", "33", (1.0, 1.38e-5, 72600.0)),
        mark([1, 1], "all", None, "1", "2", (1.0, 0.0, None)),
    ]
    wrong = output([[1.0, 2.0], [3.0, 4.0]], verdict="mismatch", marks=marks)
    assert sentences(wrong) == [
        "y[0, 1]: expected 33, actual 34, reference 33; off by 1, 0.0000138 allowed (72600 bounds); "
        "actual is the odd one out; 2 of 4 elements"
    ]
    assert "; all differ; " in sentences(wrong.model_copy(update={"marks": marks[1:]}))[0]


def test_a_rule_for_the_whole_tensor_is_a_problem_or_an_assumption():
    low = output([1.0], verdict="mismatch", measured=[Measured(rule=SNR, value=39.12, enough=False)])
    assert sentences(low) == ["y: too low: snr 39.12 dB, at least 40 dB"]
    assert assumptions(low) == []
    fine = output([1.0], measured=[Measured(rule=COSINE, value=0.999999, enough=True)])
    assert (sentences(fine), assumptions(fine)) == ([], ["cosine 0.999999, cosine at least 0.99"])


def test_verdicts_without_a_wrong_element_are_told():
    assert sentences(output([1.0], verdict="vacuous")) == [
        "y: the bound is over a tenth of the values' size; name snr_db, or judge layer by layer"
    ]
    assert sentences(output([1.0], verdict="mismatch")) == ["y: outside the typical bound, which this case demands"]


def test_what_a_verdict_rests_on():
    one = output(
        [1.0, 2.0],
        granted="transform_domain",
        certified=2,
        certified_wrong=1,
        tolerance=[Tolerance("ulp", limit=4.0, reason="measured"), Tolerance()],
    )
    assert assumptions(one) == [
        "transform-domain accuracy",
        "1 of 2 elements that the certificate covers are not exact",
        "4 ulp: measured",
    ]
    alone = output([1.0], reference=None, actual_reference=None, actual_expected=Comparison(agrees=True, bad=0))
    assert assumptions(alone) == ["no reference: judged by the expected values alone"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, ""),
        ({"certified": 2}, "Exact, certified for every element."),
        (
            {"actual_reference": close(0.25, 1e-3, [1]), "terms": Terms(count=2, magnitude=3.0, largest_partial=2.5)},
            "Worst error 0.001 at `[1]` (2 terms, Σ|terms| = 3, largest partial sum 2.5), 0.25 of the bound.",
        ),
        (
            {"actual_reference": close(0.25, 1e-3, [1]), "typical": 1.5, "rms_typical": 0.5, "verdict": "wide"},
            "Worst error 0.001 at `[1]`, 0.25 of the bound, 1.5 of the typical error (rms 0.5); "
            "**wide**: inside the hard bound, outside the typical one.",
        ),
        (
            {"verdict": "mismatch", "actual_reference": WRONG, "expected_reference": close(0.5, 0.1, [0])},
            "Expected and reference agree: worst error 0.1 at `[0]`, 0.5 of what is allowed.",
        ),
        ({"tolerance": [SNR], "undetermined": 1}, "1 of 2 elements undetermined; tolerance `at least 40 dB`."),
        ({"undetermined": 2, "unsettled": 1}, "2 of 2 elements undetermined, 1 not judged."),
        ({"undetermined": 2, "unsettled": 2}, "2 of 2 elements undetermined, and not judged."),
    ],
)  # fmt: skip
def test_the_paragraph_about_errors(more, says):
    assert errors(output([1.0, 2.0], **more)) == says


def test_the_worst_error_of_a_case_is_that_of_what_disagrees():
    fine, bad = (output([1.0], actual_reference=compared) for compared in (close(0.5, 1e-3, [0]), WRONG))
    assert worst(case("a", fine)) == "0.5"
    assert worst(case("a", fine, bad)) == "12.3"
    assert worst(case("a")) == ""


def test_origins():
    assert origin(Origin("observed", "tensorrt-8.6.0", "NVIDIA H100")) == "observed tensorrt-8.6.0 NVIDIA H100"
    assert origin(Origin("source")) == "source"
    assert origin(Origin(release="8.6")) == "8.6"
