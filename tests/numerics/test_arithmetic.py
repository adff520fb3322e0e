"""The families of releases."""

import pytest

from trtexp.numerics import FAMILIES, Arithmetic, family_of


@pytest.mark.parametrize(
    ("flavour", "version", "family"),
    [
        ("tensorrt", "8.5.3.1", "tensorrt<10"),
        ("tensorrt", "8.6.0", "tensorrt<10"),
        ("tensorrt", "10", "tensorrt>=10"),
        ("tensorrt", "10.16.1", "tensorrt>=10"),
        ("tensorrt", "11.0", "tensorrt>=10"),
        ("tensorrt-rtx", "1.7.1", "tensorrt-rtx"),
        ("reference", "", None),
    ],
)
def test_a_release_belongs_to_a_family(flavour, version, family):
    assert family_of(flavour, version) == family
    assert family is None or family in FAMILIES


def test_without_a_release_no_family_is_known_and_tensors_are_real_numbers():
    assert (Arithmetic().family, Arithmetic().typed) == (None, False)
