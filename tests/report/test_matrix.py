"""The overview of all reports. Its snapshot is made anew as those of the pages are."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from report_samples import GPU, NEW, OLD, REFERENCE, RTX, SAMPLES, case, report

from trtexp.report.markdown import case_anchors
from trtexp.report.matrix import ApiColumn, render_matrix
from trtexp.report.order import newest_first
from trtexp.report.overview import summarize

RELEASES = [NEW, GPU, OLD, RTX, REFERENCE]
RECORDS = [SAMPLES["padding"].model_copy(update={"release": release}) for release in RELEASES]
RECORDS += [SAMPLES["built"], SAMPLES["endings"].model_copy(update={"experiment": "experiments/endings.yaml"})]
REPORTS = [summarize(record) for record in RECORDS]
SNAPSHOT = Path(__file__).parent / "snapshots" / "matrix.md"


def test_matrix_is_the_snapshot() -> None:
    page = render_matrix(REPORTS)
    if os.environ.get("TRTEXP_SNAPSHOTS") == "write":
        SNAPSHOT.write_bytes(page.encode())
    assert page.encode() == SNAPSHOT.read_bytes()


def test_order_of_the_reports_does_not_matter() -> None:
    for seed in range(5):
        shuffled = random.Random(seed).sample(REPORTS, len(REPORTS))
        assert render_matrix(shuffled) == render_matrix(REPORTS)


def test_releases_stand_newest_first_and_the_reference_last() -> None:
    assert sorted([GPU, REFERENCE, RTX, NEW, OLD], key=newest_first) == RELEASES


def test_what_is_not_as_expected_is_listed_with_links() -> None:
    page = render_matrix(REPORTS)
    assert "- [padding / typo](tensorrt-8.6.0/padding.md#typo) on tensorrt-8.6.0:" in page
    assert "- [endings / hang](tensorrt-8.6.0/endings.md#hang) on tensorrt-8.6.0:" in page
    assert case_anchors(SAMPLES["endings"])[-1] == "differs"


def test_nothing_to_say() -> None:
    page = render_matrix([summarize(report(case("a")))])
    assert "## Not as expected\n\nNothing." in page and "## Findings\n\nNone." in page


@pytest.mark.parametrize("reports", [[], [summarize(report())]])
def test_no_cases(reports: list) -> None:
    assert render_matrix(reports).startswith("# Reports\n")


def test_experiments_are_grouped_by_folder_with_totals() -> None:
    page = render_matrix(REPORTS)
    totals, _, groups = page.partition("\n## experiments\n")
    assert "| [layers](#layers)           | –                | –                           |" in totals
    assert "| **all**                     | **✅ 4 ❌ 1**    | **✅ 5 ◆ 1 ➖ 1 ❔ 1 ❌ 6** |" in totals
    first, _, second = groups.partition("\n## layers\n")
    assert "[padding]" in first and "[layers/pooling]" not in first
    assert "[layers/pooling]" in second.partition("\n## ")[0]
    assert "| **total**          | **✅ 4 ❌ 1**          | **✅ 5 ◆ 1 ➖ 1 ❔ 1 ❌ 6**          |" in first


def test_totals_of_a_release_without_runs_are_summed_by_what_they_mean() -> None:
    api = ApiColumn("tensorrt-99", "99.0", {"experiments/padding.yaml": (2, 1), "experiments/endings.yaml": (3,)})
    page = render_matrix(REPORTS, apis=[api])
    assert page.count("| **5 ➖ 1** ") == 2  # of the group, and of all


def test_a_finding_is_told_once_with_every_case_that_shows_it() -> None:
    reports = [summarize(SAMPLES["endings"].model_copy(update={"release": release})) for release in (GPU, OLD)]
    findings = render_matrix(reports).partition("## Findings")[2]
    assert findings.count("The document says 3") == 1
    assert "sample.md#differs) on tensorrt-8.6.0, [differs](tensorrt-8.5.3.1/" in " ".join(findings.split())
