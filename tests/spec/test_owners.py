"""Which cases an expectation belongs to, and which expectations no case uses."""

import pytest
from conftest import BASE

from trtexp.spec.load import read
from trtexp.spec.owners import Owners
from trtexp.spec.source import Source

ZEROS = "{deconv: {values: [[[[0]]]]}}"


@pytest.fixture
def owners(tmp_path):
    """A file's end -> its owners and its cases."""

    def owners(end):
        path = tmp_path / "e.yaml"
        path.write_text(text := BASE.replace("[1, 1, 3, 3], ar", "[1, 1, 1, 1], ar").replace("[3, 3]", "[1, 1]") + end)
        file = read(path)
        return Owners(file, Source(text, "e.yaml")), file.experiment().cases

    return owners


@pytest.mark.parametrize(
    ("end", "unused"),
    [
        (f"expect: {ZEROS}\n", []),
        (f"expect: {ZEROS}\ncases: {{a: {{}}, b: {{expect: {ZEROS}}}}}\n", []),
        (f"expect: {ZEROS}\ncases: {{b: {{expect: {ZEROS}}}}}\n", ["expect.deconv.values"]),
        (f"expect: {ZEROS}\ncases: {{a: {{expect: {{error: {{build: x}}}}}}}}\n", ["expect.deconv.values"]),
        (f"expect: {ZEROS}\ncases: {{a: {{expect: {{deconv: null}}}}}}\n", ["expect.deconv.values"]),
        ("cases: {a: {expect: {error: {build: x, run: null}}}}\n", []),
        (f"releases: {{tensorrt>=10: {{expect: {ZEROS}, reason: r}}}}\n", []),
        (f"expect: {ZEROS}\nreleases: {{tensorrt: {{expect: {{crash: {{run: x}}}}, reason: r}}}}\n", []),
        ("matrix: {expect.deconv.values: [[[[[0]]]], [[[[1]]]]]}\n", []),
    ],
)
def test_what_no_case_uses_on_any_release(owners, end, unused):
    assert [path for _, path in owners(end)[0].unused()] == unused


def test_what_is_a_cases_own(owners):
    found, (a, b) = owners(f"expect: {ZEROS}\ncases: {{a: {{about: c}}, b: {{expect: {ZEROS}}}}}\n")
    assert [found.source.path(found.own(case, "deconv", "values"))[0] for case in (a, b)] == ["expect", "cases"]
