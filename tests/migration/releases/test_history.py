"""Since and until when, and what to write instead."""

import pytest

from trtexp.migration.releases.api import find, known
from trtexp.migration.releases.history import ADVICE, history, instead


@pytest.mark.parametrize(
    ("name", "release", "fact"),
    [
        ("add_pooling", "11.4", "removed: 8.6.0 has it, 10.16 no longer"),
        ("add_pooling", "rtx-1.7", "removed: 8.6.0 has it, 10.16 no longer"),
        ("IIdentityLayer.set_output_type", "11.4", "removed: 10.16 has it, 11.4 no longer"),
        ("add_cast", "8.5.3", "not yet: 8.5.3 lacks it, 8.6.0 has it"),
        ("add_attention_v2", "8.5.3", "not yet: 10.16 lacks it, 11.4 has it"),
        ("add_plugin_v2", "rtx-1.7", "not in RTX: 11.4 has it"),
        ("ComputeCapability.SM89", "11.4", "only in tensorrt-rtx-1.7"),
        ("add_odd", "11.4", "in no known release"),
    ],
)
def test_since_or_until_when(name, release, fact):
    assert not find(release).has(name)
    assert history(name, find(release)) == fact


@pytest.mark.parametrize(
    ("name", "release", "text"),
    [
        ("add_deconvolution", "11.4", "add_deconvolution_nd"),
        ("IPoolingLayer.window_size", "11.4", "window_size_nd"),  # the bindings say windnow_size_nd
        ("add_rnn_v2", "10.16", "add_loop"),  # the bindings say addLoop
        ("SampleMode.DEFAULT", "rtx-1.7", "STRICT_BOUNDS"),
        ("ILayer.precision", "11.4", "strong typing"),
        ("IConvolutionLayer.precision", "11.4", "strong typing"),
        ("add_normalization_v2", "8.6", "add_normalization"),
        ("add_attention_v2", "10.16", "add_attention"),
        ("IIdentityLayer.set_output_type", "11.4", ADVICE["set_output_type"]),
        ("add_plugin_v2", "rtx-1.7", None),
        ("add_odd", "11.4", None),
    ],
)
def test_what_to_write_instead(name, release, text):
    assert instead(name, find(release)) == text


def test_every_advice_is_about_a_name_that_some_release_has_and_some_lacks():
    for name in ADVICE:
        spelled = {n for r in known() for n in r.names if n == name or n.rpartition(".")[2] == name}
        assert any(not r.has(n) for n in spelled for r in known()), name


def test_every_successor_is_there_in_the_last_release_or_is_a_sentence():
    newest = find("11.4")
    for release in known():
        for name in release.deprecated:
            if not newest.has(name) and (text := instead(name, newest)) is not None and text.isidentifier():
                kind = name.rpartition(".")[0]
                assert newest.has(f"{kind}.{text}".lstrip(".")) or newest.has(text), (name, text)
