"""The drawing of a sliding window: that its cells make the numbers which the layer makes."""

from itertools import product
from xml.etree import ElementTree

import numpy as np
import pytest
from report_samples import SAMPLES, case, output, report, tensor

from trtexp.layers.geometry import Axis, convolved, pooled
from trtexp.records.network import NetworkRecord, SlidingAxis, SlidingWindow
from trtexp.report.pictures.window import drawing, way

TEXT = "{http://www.w3.org/2000/svg}text"
INPUT, KERNEL = [1.0, 2.0, 4.0, 8.0, 16.0], [1.0, 100.0, 10_000.0]


def made(way, kernel):
    """What the windows of a way make, cell by cell."""
    values = [0.0 if place is None else INPUT[place] for place in way.places]
    starts = range(0, way.out * way.step, way.step)
    return [sum(values[start + tap] * w for tap, w in zip(way.taps, kernel, strict=True)) for start in starts]


@pytest.mark.parametrize(
    ("taps", "stride", "dilation", "pre", "post"), list(product((1, 2, 3), (1, 2, 3), (1, 2), (0, 1), (0, 2)))
)
def test_windows_of_a_convolution_meet_what_they_multiply(taps, stride, dilation, pre, post):
    axis = convolved("EXPLICIT_ROUND_UP", Axis(5, taps, stride, dilation, pre, post))
    found = way(record(axis), spread=False)
    padded = np.pad(INPUT, (pre, axis.behind + post))
    right = [sum(padded[o * stride + t * dilation] * KERNEL[t] for t in range(taps)) for o in range(axis.out)]
    assert made(found, KERNEL[:taps]) == right
    assert len(found.places) >= pre + 5 + post  # padding that no window meets is drawn, too


@pytest.mark.parametrize(
    ("taps", "stride", "dilation", "pre", "post"), list(product((1, 2, 3), (1, 2, 3), (1, 2), (0, 1), (0, 2)))
)
def test_windows_of_a_deconvolution_meet_what_is_spread(taps, stride, dilation, pre, post):
    full = np.zeros(4 * stride + 1 + dilation * (taps - 1))
    for i, t in product(range(5), range(taps)):
        full[i * stride + t * dilation] += INPUT[i] * KERNEL[t]
    right = full[pre : len(full) - post]
    axis = SlidingAxis(size=5, taps=taps, stride=stride, dilation=dilation, pre=pre, post=post, out=len(right))
    found = way(axis, spread=True)
    assert made(found, KERNEL[:taps][::-1]) == list(right)
    assert found.step == 1


def test_a_pooling_that_rounds_up_reaches_beyond_the_input():
    found = way(record(pooled("EXPLICIT_ROUND_UP", Axis(5, 2, 2))), spread=False)
    assert found.places == [0, 1, 2, 3, 4, None]


def record(axis):
    names = ("size", "taps", "stride", "dilation", "pre", "post", "out")
    return SlidingAxis(**{name: getattr(axis, name) for name in names})


def sample(kind="deconvolution", **changes):
    """A report with a window over 1 … 9, and the kernel 1 2 / 3 4."""
    network = NetworkRecord(
        inputs={"x": tensor(np.arange(1.0, 10).reshape(1, 1, 3, 3))},
        weights={"w": tensor([[[[1.0, 2.0], [3.0, 4.0]]]])},
        lines=[],
    )
    out = 4 if kind == "deconvolution" else 2
    axis = SlidingAxis(size=3, taps=2, out=out)
    given = {"kernel": None if kind == "pooling" else "w"} | changes
    window = SlidingWindow(case="a", layer="y", kind=kind, input="x", axes=(axis, axis), **given)
    values = np.arange(float(out * out)).reshape(1, 1, out, out)
    made = report(case("a", output(values)))
    return made.model_copy(update={"network": network, "window": window})


def texts(svg):
    return [element.text for element in ElementTree.fromstring(svg).iter(TEXT)]


def test_the_input_is_drawn_once_and_used_in_every_panel():
    svg = drawing(sample())
    assert svg.count("<use ") == 3
    assert [text for text in texts(svg) if text in "123456789"][:9] == list("123456789")
    assert texts(svg)[-4:] == ["4", "3", "2", "1"]  # the reversed kernel
    assert "w, reversed" in texts(svg)


def test_each_panel_says_which_element_it_makes():
    said = texts(drawing(sample()))
    assert said[said.index("y[0, 0, 0, 0]") :][:2] == ["y[0, 0, 0, 0]", "= 0"]
    assert said[said.index("y[0, 0, 3, 3]") :][:2] == ["y[0, 0, 3, 3]", "= 15"]


def test_a_convolution_does_not_reverse_its_kernel():
    said = texts(drawing(sample("convolution")))
    assert "w" in said and said[-4:] == ["1", "2", "3", "4"]


def test_a_pooling_has_no_kernel():
    said = texts(drawing(sample("pooling")))
    assert said[-1].startswith("= ")


def test_tensors_of_the_case_come_before_those_of_the_base():
    made = sample()
    own = NetworkRecord(inputs={"x": tensor(np.full((1, 1, 3, 3), 7.0))}, weights={}, lines=[])
    said = texts(drawing(made.model_copy(update={"networks": {"a": own}})))
    assert said.count("7") == 9


def test_an_output_that_is_not_recorded_has_no_value():
    made = sample().model_copy(update={"cases": [case("a")]})
    assert "y[…, 0, 0]" in texts(drawing(made))


@pytest.mark.parametrize(
    "change",
    [
        {"window": None},
        {"network": None},
        {"network": NetworkRecord(inputs={"x": tensor(np.full((1, 1, 3, 3), 1 / 3), "float64")}, weights={}, lines=[])},
    ],
    ids=["no window", "no numbers", "long numbers"],
)
def test_what_cannot_be_read_is_not_drawn(change):
    assert drawing(sample().model_copy(update=change)) is None


def test_a_page_without_a_window_has_none():
    assert drawing(SAMPLES["padding"]) is None


def test_the_largest_drawing_is_small():
    axis = SlidingAxis(size=9, taps=7, pre=6, post=6, out=15)
    big = sample().model_copy(
        update={
            "network": NetworkRecord(
                inputs={"x": tensor(np.arange(-99.5, -18.5).reshape(1, 1, 9, 9))},
                weights={"w": tensor(np.arange(-99.5, -50.5).reshape(1, 1, 7, 7))},
                lines=[],
            )
        }
    )
    window = big.window.model_copy(update={"axes": (axis, axis), "kind": "convolution"})
    assert len(drawing(big.model_copy(update={"window": window})).encode()) < 20_000
