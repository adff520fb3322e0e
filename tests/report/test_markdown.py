"""Pages against snapshots. After a wanted change: `TRTEXP_SNAPSHOTS=write pytest tests/report`, and read the diff."""

from __future__ import annotations

import os
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from report_samples import FULL, GPU, SAMPLES, case, close, differs, log, output, report, tensor

from trtexp.records.files import from_json, to_json
from trtexp.records.network import LayerRecord, NetworkRecord
from trtexp.report.escape import width
from trtexp.report.markdown import case_anchors, page_name, render
from trtexp.report.pictures.page import WINDOW, Pictures

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize("name", SAMPLES)
def test_page_is_the_snapshot(name: str) -> None:
    path = SNAPSHOTS / f"{name}.md"
    page = render(SAMPLES[name])
    if os.environ.get("TRTEXP_SNAPSHOTS") == "write":
        path.write_bytes(page.encode())
    assert page.encode() == path.read_bytes()


def test_no_snapshot_is_left_over() -> None:
    assert {path.stem for path in SNAPSHOTS.glob("*.md")} - {"matrix"} == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_record_read_back_renders_the_same(name: str) -> None:
    again = from_json(to_json(SAMPLES[name]), name)
    assert render(again) == render(SAMPLES[name])


@pytest.mark.parametrize("name", sorted(SAMPLES.keys() - {"attack"}))
def test_lines_fit_a_terminal(name: str) -> None:
    lines = render(SAMPLES[name]).splitlines()
    assert max(width(line) for line in lines if not line.startswith("|")) <= 120
    assert max(width(line) for line in lines if line.startswith("|")) <= 130


def test_a_passing_case_is_a_few_lines() -> None:
    page = render(report(case("plain", output([1.0, 2.0, 3.0]))))
    section = page.partition("## plain")[2].partition("---\n")[0]
    assert section.strip().splitlines() == ["```text", "y  float32 3    actual = reference", "  1  2  3", "```"]


def test_bits_below_the_bound_do_not_show() -> None:
    bound = abs(FULL) * 1e-6
    pages = {
        render(report(case("sum", output(FULL * (1 + shift), bound=bound, actual_reference=close(0.2, 1e-9, [0, 0])))))
        for shift in (0, 1e-9, -1e-9)
    }
    assert len(pages) == 1


def test_marks_stay_visible_in_a_cropped_matrix() -> None:
    page = render(SAMPLES["mismatches"]).split("## cropped")[1]
    assert re.search(r" -1 ◀", page) and page.count("◀") == 2
    actual, reference = page.split("  reference\n")
    assert "491" in reference.split("```")[0] and "795" in reference.split("```")[0]
    assert "…" in actual


@pytest.mark.parametrize(
    ("experiment", "name", "link"),
    [
        ("experiments/padding.yaml", "padding", "](../../experiments/padding.yaml)"),
        ("experiments/layers/pooling.yaml", "layers/pooling", "](../../../experiments/layers/pooling.yaml)"),
        ("own/thing.yaml", "own/thing", "](../../../own/thing.yaml)"),
    ],
)
def test_experiment_is_linked_from_where_the_page_stands(experiment: str, name: str, link: str) -> None:
    assert page_name(experiment) == name
    assert link in render(report(case("a"), experiment=experiment))


def test_page_name_stays_below_the_folder() -> None:
    assert page_name("../../etc/x.yaml") == "etc/x"
    assert page_name("/etc/x.yaml") == "etc/x"


def test_anchors_are_those_of_github() -> None:
    cases = [case("Stride [1, 1]"), case("a_b"), case("title"), case("a_b")]
    assert case_anchors(report(*cases, title="Title")) == ["stride-1-1", "a_b", "title-1", "a_b-1"]


def test_backends_that_did_not_run_say_so() -> None:
    assert "TensorRT was NOT run" in render(SAMPLES["reference"])
    assert "NOT run" in render(SAMPLES["built"])
    assert "NOT run" not in render(report(case("a"), release=GPU))


MESSAGE = "y.axes: 8 was given: Error Code 3: API Usage Error (Parameter check failed)"


@pytest.mark.parametrize(
    "line",
    [
        "3: [softMaxLayer.cpp::setAxes::20] Error Code 3: API Usage Error (Parameter check failed)",
        "Error Code 3: API Usage Error (Parameter check failed)",
        MESSAGE,
    ],
)
def test_a_log_line_that_the_message_holds_is_not_quoted_again(line: str) -> None:
    refused = case("a", status="failed", ending="refused", phase="define", message=MESSAGE, log=log(f"ERROR: {line}"))
    page = render(report(refused))
    assert page.count("Parameter check failed") == 1
    assert "TensorRT's log" not in page


def test_a_log_line_that_says_more_is_quoted() -> None:
    more = log("ERROR: 4: [network.cpp::validate::2771] Error Code 4: Internal Error")
    page = render(report(case("a", status="failed", ending="refused", phase="build", message=MESSAGE, log=more)))
    assert "ERROR: 4: [network.cpp::validate::2771] Error Code 4: Internal Error" in page


def networked(**own: Any) -> str:
    """The page of a case whose network is not the base's."""
    base = NetworkRecord(inputs={"x": tensor([1.0, 2.0])}, weights={}, lines=["y = network.add_unary(input=x)"])
    defaults: dict[str, Any] = {"inputs": {}, "weights": {}, "lines": []}
    made = report(case("a", differs=differs("y.op: <NEG>")))
    networks = {"a": NetworkRecord(**(defaults | own))}
    return render(made.model_copy(update={"network": base, "networks": networks})).partition("\n## a\n")[2]


def test_a_case_shows_its_input_where_it_is_another() -> None:
    section = networked(inputs={"x": tensor([[7.0, 8.0]])})
    assert "x  input  float32 1×2\n  7  8\n" in section
    assert "Differs in `y.op: <NEG>`." in section


def test_a_case_shows_its_calls_behind_what_it_differs_in() -> None:
    section = networked(lines=["y = network.add_unary(input=x)", "y.op = NEG"])
    summary = "<details><summary>Differs in <code>y.op: &lt;NEG&gt;</code></summary>"
    assert f"{summary}\n\n```python\ny = network.add_unary(input=x)\ny.op = NEG\n```\n\n</details>\n" in section


def test_a_network_of_three_layers_is_a_graph() -> None:
    layers = [
        LayerRecord(name=name, method="unary", takes=[before], makes=[name])
        for before, name in pairwise(["x", "a", "b", "c"])
    ]
    section = networked(lines=["c"], layers=layers, outputs=["c"])
    assert "```mermaid\nflowchart LR\n" in section
    made = report(case("a"))
    base = NetworkRecord(inputs={}, weights={}, lines=["c"], layers=layers, outputs=["c"])
    own = {"a": base.model_copy(update={"lines": ["d"]})}
    page = render(made.model_copy(update={"network": base, "networks": own}))
    assert page.count("```mermaid") == 1  # the same graph is not drawn again


def test_a_window_is_shown_with_its_case() -> None:
    drawn = Pictures({WINDOW: "<svg/>"}, {}, "b")
    page = render(report(case("a"), case("b")), drawn=drawn)
    assert page.index("\n## b\n") < page.index("](sample/window.svg)")
    assert page.count("window.svg") == 1
