"""Text from outside stays text: nothing breaks out of tables, fences, tags or links."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_samples import ATTACK, SAMPLES

from trtexp.report import escape
from trtexp.report.markdown import render
from trtexp.report.matrix import render_matrix
from trtexp.report.overview import summarize

markdown_it = pytest.importorskip("markdown_it")
FOREIGN = ("html_inline", "html_block", "image", "fence")
OWN_HTML = {"<details><summary>", "</summary>", "</details>"}
texts = st.text(alphabet=st.sampled_from(list("ab1 \n\t|`*_~[]()<>!&;#-+=.\\$:^{}/\x1b\u202e")), max_size=40)


def tokens(text: str) -> list[Any]:
    parser = markdown_it.MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    found = []
    for token in parser.parse(text):
        found += [token, *(token.children or [])]
    return found


def kinds(text: str) -> set[str]:
    return {token.type for token in tokens(text)}


def test_attack_adds_nothing_to_a_page() -> None:
    page = render(SAMPLES["attack"])
    found = tokens(page)
    html = "".join(t.content for t in found if t.type.startswith("html"))
    assert set(re.findall(r"<[^<>]*>(?:<summary>)?", html)) <= OWN_HTML
    assert not {"image", "em_open", "s_open"} & {t.type for t in found}
    assert sum(t.type == "heading_open" for t in found) == 1 + len(SAMPLES["attack"].cases)
    targets = [str(t.attrs["href"]) for t in found if t.type == "link_open"]
    assert all(t.startswith(("#", "../../", "../README.md#")) for t in targets)
    rows = [i for i, t in enumerate(found) if t.type == "tr_open"]
    cells = [
        sum(t.type in ("th_open", "td_open") for t in found[i : j or None])
        for i, j in zip(rows, [*rows[1:], 0], strict=True)
    ]
    assert len(set(cells[:3])) == 1
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", page)


def test_attack_adds_nothing_to_the_matrix() -> None:
    page, plain = (
        render_matrix([summarize(SAMPLES[name]) for name in names]) for names in (("attack", "padding"), ("padding",))
    )
    kinds_of = [Counter(t.type for t in tokens(text) if t.type in FOREIGN) for text in (page, plain)]
    assert kinds_of[0] == kinds_of[1]
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", page)


@given(texts)
def test_inline_and_prose_hold_any_text(text: str) -> None:
    harmless = {"paragraph_open", "inline", "text", "text_special", "paragraph_close", "softbreak", "code_inline"}
    assert kinds(escape.inline(text)) <= harmless
    assert kinds(escape.prose(text)) <= harmless | {
        "bullet_list_open",
        "bullet_list_close",
        "list_item_open",
        "list_item_close",
    }


@given(texts)
def test_code_shows_any_text(text: str) -> None:
    (span,) = [t for t in tokens("x " + escape.code(text) + " y") if t.type == "code_inline"]
    assert span.content.strip() == escape.visible(text).strip()


@given(texts)
def test_fence_shows_any_text(text: str) -> None:
    (fence,) = tokens(escape.fence(text))
    assert fence.type == "fence" and fence.content.rstrip("\n") == escape.visible(text, keep="\n").rstrip("\n")


@given(texts, texts)
def test_cells_hold_any_text(one: str, two: str) -> None:
    line = f"| {escape.cell(escape.inline(one))} | {escape.cell(escape.code(two))} |"
    found = [t.type for t in tokens(f"| a | b |\n| - | - |\n{line}")]
    assert found.count("td_open") == 2 and found.count("tr_open") == 2


def test_visible() -> None:
    assert escape.visible("a\x1b[0m\n\u202e\u2028é") == "a\\x1b[0m\\n\\u202e\\u2028é"
    assert "\x1b" not in escape.prose(ATTACK)


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("plain words, both_exact and 9.0", "plain words, both_exact and 9.0"),
        ("use `padding_nd` | here", "use `padding_nd` | here"),
        ("see https://a.b/c_d.", "see <https://a.b/c_d>."),
        ("a | b\n\n| - |", "a | b\n\n\\| - |"),
        ("1. first", "1\\. first"),
        ("(Unnamed Layer* 0) [Deconvolution]: no", "(Unnamed Layer* 0) [Deconvolution]: no"),
        ("- one\n- two", "- one\n- two"),
        ("(input\n- 1) times", "(input - 1) times"),
        ("EXPLICIT_* and __init__", "EXPLICIT_* and \\_\\_init__"),
        ("a\nb\n\nc", "a b\n\nc"),
    ],
)
def test_prose(text: str, markdown: str) -> None:
    assert escape.prose(text) == markdown


@pytest.mark.parametrize(
    "line", ["::add-mask::x", "  ::error::x", "a ##[add-path]x", "##vso[task.setvariable]x", "##teamcity[x]", "####[x]"]
)
def test_no_line_is_a_command_to_a_ci(line: str) -> None:
    made = escape.inert(line)
    assert not made.lstrip().startswith("::") and not re.search(r"##\w*\[", made)
    assert made.replace("\\", "") == line


@pytest.mark.parametrize("line", ["a::b", "experiments/padding.yaml::both", "## title", "#[x]", ""])
def test_other_lines_stay_as_they_are(line: str) -> None:
    assert escape.inert(line) == line
