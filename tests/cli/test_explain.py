"""trtexp explain: keys, layers, attributes and constraints, and the page that holds the reference."""

import pytest

from trtexp.cli.main import main
from trtexp.spec.examples import EXAMPLES
from trtexp.spec.reference import BEGINS, ENDS, entries


def said(capsys, *words):
    assert main(["explain", *words]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("key", entries())
def test_every_key_is_explained_with_its_example(capsys, key):
    text = said(capsys, key)
    assert text.startswith(f"{key}: ")
    assert all(line in text for line in EXAMPLES.get(key, "").splitlines())


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["image.declared"], "inputs.x.declared: list of int\n"),
        (["tolerance"], "tolerance: auto, exact or mapping or a list of these; left out: auto\n"),
        (["convolution_nd", "C4"], "convolution_nd: C4: stride, dilation"),
        (["[C4]", "conv2d"], "convolution_nd: C4: stride, dilation"),
        (["softmax.C1"], "softmax: C1: "),
        (["softmax.axes"], "softmax.axes: an attribute, below set:\n  axes: int\n"),
        (["softmax.set.axes"], "softmax.axes: an attribute, below set:\n  axes: int\n"),
        (["deconv.set.stride_nd"], "deconvolution_nd.stride_nd: an attribute, below set:\n"),
        (["topk.k"], "topk.k: an argument\n"),
        (["mine.set.stride_nd"], "stride_nd of convolution, convolution_nd, deconvolution, deconvolution_nd\n"),
        (["relu"], "activation: {type: RELU}\n\nactivation: add_activation, IActivationLayer"),
        (["IPoolingLayer"], "pooling\n\npooling: add_pooling"),
    ],
)
def test_what_else_is_explained(capsys, words, wanted):
    assert said(capsys, *words).startswith(wanted)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["tolerence"], "nothing is known of 'tolerence'; did you mean 'tolerance'?"),
        (["C4"], "C4 of which layer? write trtexp explain LAYER C4, as softmax C1"),
        (["softmax", "C9"], "softmax has no C9; it has C1, C2"),
        (["softmax.axis"], "softmax has no 'axis'; did you mean 'axes'?"),
        ([], "name a key, as in trtexp explain tolerance; outermost: title, source, about, "),
    ],
)
def test_what_is_not_known_leads_on(capsys, words, wanted):
    assert main(["explain", *words]) == 2
    assert capsys.readouterr().err.startswith(wanted)


def test_a_page_keeps_the_reference_between_its_marks(capsys, tmp_path):
    path = tmp_path / "page.md"
    path.write_text(f"# Title\n\n{BEGINS}\nWHAT IT WAS\n{ENDS}\nend\n", encoding="utf-8")
    assert main(["explain", "--check", str(path)]) == 1
    assert f"{path} is out of date; write it again: trtexp explain --write {path}" in capsys.readouterr().err
    assert main(["explain", "--write", str(path)]) == 0 == main(["explain", "--check", str(path)])
    text = path.read_text(encoding="utf-8")
    assert (
        text.startswith(f"# Title\n\n{BEGINS}\n\n### ")
        and text.endswith(f"{ENDS}\nend\n")
        and "WHAT IT WAS" not in text
    )


def test_a_page_without_a_place_for_the_reference_is_told(capsys, tmp_path):
    path = tmp_path / "page.md"
    path.write_text("# Title\n", encoding="utf-8")
    assert main(["explain", "--write", str(path)]) == 2
    assert "has no place for the reference" in capsys.readouterr().err
