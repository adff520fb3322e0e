"""A network as a mermaid graph."""

from trtexp.records.network import LayerRecord
from trtexp.report.mermaid import graph


def layer(name, method, takes, makes=None, within=None):
    return LayerRecord(name=name, method=method, takes=takes, makes=[name] if makes is None else makes, within=within)


CHAIN = [
    layer("up", "unary", ["x"]),
    layer("best", "topk", ["up"], ["best", "best.indices"]),
    layer("sum", "elementwise", ["up", "best.indices"]),
]


def test_layers_take_from_inputs_and_from_each_other():
    assert graph(CHAIN, ["sum", "best"]).splitlines() == [
        "flowchart LR",
        '  x0(["x"])',
        '  n0["up<br>unary"]',
        '  n1["best<br>topk"]',
        '  n2["sum<br>elementwise"]',
        "  x0 --> n0",
        "  n0 --> n1",
        "  n0 --> n2",
        '  n1 -->|"indices"| n2',
        "  classDef output stroke-width:3px",
        "  class n2,n1 output",
    ]


def test_many_layers_go_down():
    layers = [layer(f"l{i}", "unary", [f"l{i - 1}" if i else "x"]) for i in range(7)]
    assert graph(layers, []).startswith("flowchart TB\n")
    assert graph(layers[:6], []).startswith("flowchart LR\n")


LOOP = [
    layer("n", "constant", []),
    layer("loop", "loop", [], []),
    layer("limit", "trip_limit", ["n"], [], "loop"),
    layer("sum", "recurrence", ["x", "more"], None, "loop"),
    layer("more", "elementwise", ["sum", "sum"]),
    layer("out", "loop_output", ["sum"], None, "loop"),
    layer("after", "unary", ["out"]),
]


def test_what_lies_within_a_loop_stands_in_its_box():
    lines = graph(LOOP, ["after"]).splitlines()
    box = lines[lines.index('  subgraph n1["loop"]') + 1 : lines.index("  end")]
    assert [line.strip() for line in box] == [
        """n2["limit<br>trip_limit"]""",
        """n3["sum<br>recurrence"]""",
        """n4["more<br>elementwise"]""",
        """n5["out<br>loop_output"]""",
    ]
    assert '  n6["after<br>unary"]' in lines and '  n0["n<br>constant"]' in lines
    assert lines.count("  n3 --> n4") == 1  # taken twice, drawn once


def test_each_layer_stands_once():
    nested = [*LOOP, layer("inner", "loop", [], []), layer("part", "recurrence", ["more"], None, "inner")]
    nested[3] = layer("sum", "recurrence", ["x", "part"], None, "loop")
    text = graph(nested, [])
    assert all(text.count(f'["{one.name}<br>') == 1 for one in nested if one.name not in ("loop", "inner"))
    assert '["inner: loop"]' in text


def test_a_name_cannot_break_out_of_its_label():
    text = graph([layer('a"]\n  click x0 "javascript:y" <b>', "m", ["x"])] * 3, [])
    assert all(line.count('"') in (0, 2) for line in text.splitlines())
    assert "<b>" not in text and "\n  click" not in text
