"""The data of the releases against itself, and the names by which releases are found."""

import pytest

from trtexp.migration.releases.api import NETWORK_CLASS, UnknownRelease, find, known, name_of, named

EACH = pytest.mark.parametrize("release", known(), ids=lambda release: release.name)


def test_the_known_releases_from_old_to_new():
    names = ["tensorrt-8.5.3", "tensorrt-8.6.0", "tensorrt-10.16", "tensorrt-11.4", "tensorrt-rtx-1.7"]
    assert [release.name for release in known()] == names
    assert [name_of(release.flavour, release.version) for release in known()] == names


@EACH
def test_every_method_of_the_network_makes_a_class_of_the_data(release):
    methods = release.classes[NETWORK_CLASS]["methods"]
    adders = [name for name in methods if name.startswith("add_")]
    assert (
        len(adders)
        == {"8.5.3.1": 46, "8.6.0": 49, "10.16.1.11": 56, "11.4.0.106": 57, "1.7.1.116": 54}[release.version]
    )
    for name in adders:
        assert release.has(name) and release.made_by(NETWORK_CLASS, name) in release.classes


@EACH
def test_bases_and_what_is_deprecated_are_in_the_data_too(release):
    for kind, described in release.classes.items():
        assert set(described["bases"]) <= release.classes.keys(), kind
    for name, note in release.deprecated.items():
        assert release.has(name), name
        assert note.keys() <= {"since", "instead"} and all(note.values())


@pytest.mark.parametrize(
    ("name", "lacking"),
    [
        ("add_deconvolution", ("10.16", "11.4", "rtx-1.7")),
        ("add_cast", ("8.5.3",)),
        ("add_attention_v2", ("8.5.3", "8.6.0", "10.16")),
        ("add_plugin_v2", ("rtx-1.7",)),
        ("PaddingMode.CAFFE_ROUND_UP", ("10.16", "11.4", "rtx-1.7")),
        ("IIdentityLayer.set_output_type", ("11.4", "rtx-1.7")),
        ("IConvolutionLayer.name", ()),
        ("ILoopOutputLayer.axis", ()),
        ("IBuilderConfig.max_workspace_size", ("10.16", "11.4", "rtx-1.7")),
        ("add_fill(output_type)", ("8.5.3", "8.6.0")),
        ("Weights(FP8)", ("8.5.3", "8.6.0")),
        ("DataType.INT64", ("8.5.3", "8.6.0")),
        ("add_nothing", ("8.5.3", "8.6.0", "10.16", "11.4", "rtx-1.7")),
    ],
)
def test_which_release_lacks_what(name, lacking):
    assert tuple(r.name.removeprefix("tensorrt-") for r in known() if not r.has(name)) == lacking


def test_what_a_release_demands():
    assert find("11.4").demands(NETWORK_CLASS, "add_quantize") == {"input", "scale", "output_type"}
    assert find("10.16").demands(NETWORK_CLASS, "add_quantize") == {"input", "scale"}
    assert find("10.16").demands(NETWORK_CLASS, "add_squeeze") == {"input", "axes"}
    assert find("11.4").demands(NETWORK_CLASS, "add_squeeze") == {"input"}
    assert find("11.4").demands(NETWORK_CLASS, "add_pooling") == frozenset()


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("11.4", "tensorrt-11.4"), ("8.6", "tensorrt-8.6.0"), ("8.5.3.1", "tensorrt-8.5.3"),
        ("tensorrt-10.16", "tensorrt-10.16"), ("rtx-1.7", "tensorrt-rtx-1.7"), ("RTX 1.7", "tensorrt-rtx-1.7"),
        ("tensorrt-rtx-1.7.1", "tensorrt-rtx-1.7"), ("10", "tensorrt-10.16"),
    ],
)  # fmt: skip
def test_a_release_is_found_by_its_names(given, name):
    assert find(given).name == name


@pytest.mark.parametrize("given", ["12", "11.5", "1.7", "", "rtx-", "8.6.0.1", "tensorrt-rtx-8.6", "latest"])
def test_an_unknown_release_lists_the_known_ones(given):
    with pytest.raises(UnknownRelease, match=r"is not known; known are: tensorrt-8\.5\.3, .*tensorrt-rtx-1\.7"):
        find(given)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("8.6.0", ["tensorrt-8.6.0"]),
        ("tensorrt-8.5.3.1", ["tensorrt-8.5.3.1"]),
        ("8.5", ["tensorrt-8.5.3.1"]),
        ("8", ["tensorrt-8.5.3.1", "tensorrt-8.6.0"]),
        ("rtx-1.7", ["tensorrt-rtx-1.7.1.116"]),
        ("reference", ["reference"]),
        ("9", []),
    ],
)
def test_a_release_of_reports_has_the_same_names(given, meant):
    assert named(given, ["reference", "tensorrt-8.5.3.1", "tensorrt-8.6.0", "tensorrt-rtx-1.7.1.116"]) == meant


def test_half_a_number_names_several():
    with pytest.raises(UnknownRelease, match=r"8 names tensorrt-8\.5\.3 and tensorrt-8\.6\.0; known are"):
        find("8")
