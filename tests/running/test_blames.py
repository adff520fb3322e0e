"""Pages of models in the page of all reports."""

from trtexp.records.blame import Blame, Found, Look
from trtexp.report.matrix import render_matrix
from trtexp.running.blames import blames

FOUND = Found(
    layer="conv", tensor="conv", kind="convolution_nd", model="/conv", node="Conv_0", dtype="float32", shape=[2],
    verdict="guilty", elements=2, bad=1, index=[1], got=2.0, want=1.0, ratio=3.0, allowed=0.25, impact=0.5,
)  # fmt: skip
RECORD = Blame(title="net.onnx", device="tensorrt-8.6.0", layers=3, looks=[Look(way="outputs", found=[FOUND])])


def test_a_record_is_listed_with_its_page_and_its_chart(tmp_path):
    (tmp_path / "blame").mkdir()
    (tmp_path / "blame" / "net.json").write_text(RECORD.model_dump_json())
    (tmp_path / "blame" / "other.json").write_text("{}")
    ((title, page, chart),) = blames(tmp_path)
    assert title.startswith(
        "net.onnx on tensorrt-8.6.0: convolution_nd /conv of node Conv_0 is guilty: 2 at [1] where 1"
    )
    assert (page, chart) == ("blame/net.md", "blame/net.outputs.svg")
    text = render_matrix([], blames=[(title, page, chart)])
    assert "](blame/net.md)" in text and "](blame/net.outputs.svg)" in text


def test_without_any_there_is_nothing(tmp_path):
    assert blames(tmp_path) == []
    assert "blame" not in render_matrix([])
