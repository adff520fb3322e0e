"""The page of all findings."""

from __future__ import annotations

import random

from report_samples import GPU, NEW, REFERENCE, RTX, SAMPLES, case, report

from trtexp.report.findings import render_findings
from trtexp.report.overview import summarize

ENDINGS = SAMPLES["endings"].model_copy(update={"experiment": "experiments/layers/endings.yaml"})


def page_of(*reports):
    return render_findings([summarize(one) for one in reports])


def on(*releases, **changes):
    """The findings page of one case on some releases."""
    found = case("differs", finding="3 is promised, 2 comes.", **changes)
    made = [report(found).model_copy(update={"release": r, "experiment": "experiments/a.yaml"}) for r in releases]
    return page_of(*made)


def test_a_finding_has_text_link_and_command():
    page = page_of(ENDINGS)
    assert "## layers/endings / differs\n\nThe document says 3; every release since 8.5 gives 2." in page
    assert "\n- tensorrt-8.6.0: [differs](tensorrt-8.6.0/layers/endings.md#differs)\n" in page
    assert "trtexp script experiments/layers/endings.yaml --case differs --release tensorrt-8.6.0\n" in page, (
        "the command that prints the program"
    )


def test_one_finding_on_two_releases_stands_once_with_the_newest_first():
    page = on(GPU, NEW)
    assert page.count("## a / differs") == 1
    assert page.index(NEW.name) < page.index(GPU.name) < page.index("```")


def test_cases_of_which_the_same_is_said_stand_together():
    cases = [case(name, finding="3 is promised, 2 comes.") for name in ("one", "two")]
    made = report(*cases).model_copy(update={"release": GPU, "experiment": "experiments/a.yaml"})
    page = page_of(made)
    assert "## a / one, two\n" in page
    assert "- tensorrt-8.6.0: [one](tensorrt-8.6.0/a.md#one), [two](tensorrt-8.6.0/a.md#two)\n" in page
    assert "| [a / one, two](#a--one-two) | 3 is promised, 2 comes. | tensorrt-8.6.0 |\n" in page
    assert page.count("trtexp script") == 1


def test_an_end_of_the_process_that_was_expected_is_a_finding():
    ended = case("dies", status="crashed", phase="build", message="the worker was ended by signal 11 (SIGSEGV)")
    made = report(ended).model_copy(update={"release": GPU, "experiment": "experiments/a.yaml"})
    page = page_of(made)
    assert "The process ends while building: the worker was ended by signal 11 (SIGSEGV)." in page
    lost = made.model_copy(update={"cases": [ended.model_copy(update={"as_expected": False})]})
    assert "None." in page_of(lost)


def test_reason_and_issue():
    page = on(GPU, reason="The kernel rounds.", issue="https://example.org/1")
    assert "The kernel rounds.\n\n<https://example.org/1>" in page


def test_what_the_reference_alone_computed_is_left_out():
    assert "None." in on(REFERENCE)
    assert "None." not in on(RTX)


def test_what_is_not_as_expected_is_no_finding():
    assert "None." in on(GPU, as_expected=False)


def test_no_findings():
    assert page_of().endswith("None.\n")


def test_order_of_the_reports_does_not_matter():
    reports = [ENDINGS.model_copy(update={"release": release}) for release in (GPU, NEW, RTX)]
    assert len({page_of(*random.Random(seed).sample(reports, 3)) for seed in range(6)}) == 1


def test_each_row_links_to_its_section_even_where_two_are_called_alike():
    cases = [case("one", finding=text) for text in ("3 is promised.", "4 is promised.")]
    reports = [
        report(one).model_copy(update={"release": release, "experiment": "experiments/a.yaml"})
        for one, release in zip(cases, (GPU, NEW), strict=True)
    ]
    page = page_of(*reports)
    assert "[a / one](#a--one)" in page and "[a / one](#a--one-1)" in page
    assert page.count("\n## a / one\n") == 2
