"""What lies around a page, and how it says so."""

import random

from report_samples import case, report

from trtexp.report.markdown import render
from trtexp.report.navigation import ALONE, Near, line, nearby

PAGES = [
    ("tensorrt-8.6.0", "stride"),
    ("tensorrt-8.6.0", "padding"),
    ("tensorrt-8.6.0", "layers/unary"),
    ("tensorrt-8.6.0", "edges/quotients"),
    ("tensorrt-10.16.0", "padding"),
    ("tensorrt-rtx-1.7.1.116", "padding"),
    ("reference", "padding"),
]


def test_pages_follow_each_other_folder_by_folder():
    near = nearby(PAGES)
    names, name = ["padding"], "padding"
    while (name := near["tensorrt-8.6.0", name].after) is not None:
        names.append(name)
    assert names == ["padding", "stride", "edges/quotients", "layers/unary"]
    assert near["tensorrt-8.6.0", "stride"].before == "padding"
    assert near["tensorrt-8.6.0", "padding"].before is None


def test_other_releases_stand_newest_first():
    assert nearby(PAGES)["tensorrt-8.6.0", "padding"].releases == (
        "tensorrt-10.16.0",
        "tensorrt-rtx-1.7.1.116",
        "reference",
    )
    assert nearby(PAGES)["tensorrt-8.6.0", "stride"].releases == ()


def test_the_order_of_the_pages_does_not_matter():
    shuffled = random.Random(1).sample(PAGES, len(PAGES))
    assert nearby(shuffled) == nearby(PAGES)


def test_another_page_changes_its_neighbours_alone():
    before, after = nearby(PAGES), nearby([*PAGES, ("tensorrt-8.6.0", "rejected")])
    changed = {page for page, near in before.items() if after[page] != near}
    assert changed == {("tensorrt-8.6.0", "padding"), ("tensorrt-8.6.0", "stride")}


def test_links_lead_from_the_folder_of_the_page():
    text = line("layers/unary", Near("edges/quotients", "layers/zero", ("reference",)))
    assert text == (
        "[all reports](../../README.md#layers) · ← [edges/quotients](../edges/quotients.md) ·\n"
        "[layers/zero](../layers/zero.md) → · also on [reference](../../reference/layers/unary.md)"
    )
    assert line("padding", ALONE) == "[all reports](../README.md#experiments)"


def test_the_links_stand_above_and_below_the_page():
    near = Near(after="stride")
    page = render(report(case("a")), near)
    assert page.count(line("sample", near)) == 2
    assert page.splitlines()[2] == line("sample", near)
