"""Generators: the numbers as written, the bits that the device gets, and files that are never more than data."""

import zipfile

import numpy as np
import pytest
from conftest import BASE

from trtexp.numerics import decode
from trtexp.numerics.recipe import Recipe
from trtexp.spec.errors import SpecError
from trtexp.spec.load import read

X = "x: {shape: [1, 1, 3, 3], arange: {start: 1}}"


@pytest.fixture
def made(load, tmp_path):
    """The input x of a file that makes it by the given text, and passes it through an identity."""

    def made(text):
        head = (
            f"title: t\ninputs:\n  s: {{values: [1, 2]}}\n  x: {{{text}}}\nnetwork:\n  i: {{identity: {{input: x}}}}\n"
        )
        return load(head).cases[0].inputs["x"]

    return made


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("values: 5", 5),
        ("values: [[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
        ("shape: [2, 1], values: [1, 2]", [[1], [2]]),
        ("shape: [], full: 0.5", 0.5),
        ("shape: [0], full: 1", []),
        ("shape: [3], arange: {}", [0, 1, 2]),
        ("shape: [3], arange: {start: 1, step: -0.5}", [1, 0.5, 0]),
        ("shape: [3], linspace: {start: 0, stop: 1}", [0, 0.5, 1]),
        ("powers: {base: 2, first: 1, last: -1}", [2, 1, 0.5]),
        ("powers: {base: -3, first: 0, last: 2}", [1, -3, 9]),
        ("eye: 2", [[1, 0], [0, 1]]),
        ("negate: s", [-1, -2]),
        ("scale: {of: s, by: 3}", [3, 6]),
        ("tile: {of: s, reps: [2]}", [1, 2, 1, 2]),
        ("concat: {of: [s, {values: [9]}]}", [1, 2, 9]),
        ("stack: {of: [s, {negate: s}], axis: 1}", [[1, -1], [2, -2]]),
        ("transpose: {of: {values: [[1, 2, 3]]}, perm: [1, 0]}", [[1], [2], [3]]),
        ("special: [zero]", [0, -0.0]),
        ("special: [ties]", [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]),
        ("special: [extremes], dtype: int4", [-8, 7]),
        ("special: [extremes], dtype: int64", [-(2**63), 2**63 - 1]),
        ("shape: [2], full: true, dtype: bool", [1, 1]),
        ("values: [9007199254740993], dtype: int64", [9007199254740993]),
        ("shape: [1], full: 9007199254740993, dtype: int64", [9007199254740993]),
        ("shape: [1], full: 9223372036854775807, dtype: int64", [2**63 - 1]),
        ("shape: [2], arange: {start: 9007199254740993}, dtype: int64", [2**53 + 1, 2**53 + 2]),
        ("shape: [2], arange: {start: 1, step: 9007199254740993}, dtype: int64", [1, 2**53 + 2]),
        ("shape: [2], arange: {start: 1.0e+300, step: 1}", [np.inf, np.inf]),
        ("negate: {values: [9007199254740993]}, dtype: int64", [-(2**53) - 1]),
        ("scale: {of: {values: [3002399751580331]}, by: 3}, dtype: int64", [2**53 + 1]),
        ("negate: {values: [0]}", [-0.0]),
    ],
)  # fmt: skip
def test_generators_make_what_they_say(made, text, values):
    found = decode(made(text).array)
    assert found.shape == np.shape(values)
    np.testing.assert_array_equal(found.astype(object), np.array(values, dtype=object))


def test_powers_are_exact_decimals(made):
    decimals = made("powers: {base: 10, first: 4, last: -4}").decimals
    assert decimals.tolist() == [1e4, 1e3, 100.0, 10.0, 1.0, 0.1, 0.01, 0.001, 0.0001]
    assert made("powers: {base: 0.1, first: 0, last: 3}").decimals.tolist() == [1.0, 0.1, 0.01, 0.001]


def test_random_numbers_are_the_same_everywhere(made):
    first = made("shape: [3], random: {seed: 7, integers: [0, 9]}").array
    assert decode(first).tolist() == [9, 6, 6]
    assert made("shape: [3], random: {seed: 7, integers: [0, 9]}").array.same_bits(first)
    low = made("shape: [1000], random: {seed: 1, uniform: [2, 3]}").decimals
    assert low.min() >= 2 and low.max() < 3
    assert abs(made("shape: [1000], random: {seed: 1, normal: [5, 1]}").decimals.mean() - 5) < 0.2


def test_special_values_are_those_of_the_dtype(made):
    found = decode(made("special: [nan, inf, subnormal, extremes], dtype: float16").array).astype(float)
    assert np.isnan(found[0])
    assert found[1:3].tolist() == [np.inf, -np.inf]
    assert found[3:7].tolist() == [2.0**-24, -(2.0**-24), 2.0**-14 - 2.0**-24, 2.0**-24 - 2.0**-14]
    assert found[7:].tolist() == [65504, -65504, 2.0**-14, -(2.0**-14)]


def test_literals_keep_their_text(made):
    assert made("values: [1.50, 2, .inf, 1e-5]").text == ["1.50", "2", ".inf", "1e-5"]
    assert made("shape: [2], full: 1").text is None
    assert made("shape: [2], full: 1").made == Recipe("full", 1)


@pytest.mark.parametrize(
    "text",
    [
        "shape: [3, 3], random: {seed: -1, normal: [0, 1]}", "shape: [3], random: {seed: 1, normal: [0, -1]}",
        "shape: [3], random: {seed: 1, uniform: [-1e308, 1e308]}", "shape: [3], random: {seed: 1}",
        "shape: [3], random: {seed: 1, normal: [0, 1], uniform: [0, 1]}", "shape: [3], random: {seed: 1, normal: [0]}",
        "powers: {base: .inf, first: 0, last: 1}", "powers: {base: 0, first: -1, last: 1}",
        "powers: {base: 10, first: 300, last: 320}", "powers: {base: 2, first: 0, last: 1000000000}",
        "powers: {base: 1e-999999, first: -8, last: -1000}", "eye: 1000000", "eye: -1", "arange: {}", "full: 1",
        f"values: [1{'0' * 399}]", "tile: {of: s, reps: [-1]}", f"tile: {{of: s, reps: [{10**30}, 0]}}",
        "tile: {of: s, reps: [100000000]}", f"stack: {{of: [s], axis: {10**30}}}", "concat: {of: []}",
        "concat: {of: [s, {values: 1}]}", "transpose: {of: s, perm: [0, 0]}", "transpose: {of: s, perm: [1]}",
        "negate: later", "negate: x", "negate: 5", "negate: {fulll: 1}", "special: [nun]", "special: 5",
        "shape: [2], arange: {start: 7}, dtype: int4", "shape: [1], full: 1.5, dtype: int8",
        "shape: [1], full: .nan, dtype: int32", "values: [9223372036854775808], dtype: int64",
        "shape: [1, 1, 1, 1], values: [[1]]", "values: {a: 1}", "values: [null]", "shape: 3, full: 1",
        "shape: [1], full: 9223372036854775808, dtype: int64",
        "negate: {values: [-9223372036854775808]}, dtype: int64",
        "shape: [2], arange: {start: 9223372036854775807}, dtype: int64",
        "shape: [2.0], full: 1", f"shape: [{'1, ' * 70}], full: 1",
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_a_located_fault(faults, text):
    said = faults(
        f"title: t\ninputs:\n  s: {{values: [1, 2]}}\n  x: {{{text}}}\nnetwork:\n  i: {{identity: {{input: x}}}}\n"
    )
    assert said
    assert all(line.startswith("e.yaml:4:") and ": inputs.x" in line for line in said), said


def test_infinities_and_nan_make_no_noise(load, recwarn):
    for value in (".nan", ".inf", "1e400", "3.5e38"):
        load(BASE.replace(X, f"x: {{shape: [1, 1, 3, 3], full: {value}}}")).cases[0].evaluation()
    assert not [w for w in recwarn if issubclass(w.category, RuntimeWarning)]


# ---- files


def test_npy_and_npz_files_below_the_folder_are_read(made, tmp_path):
    (tmp_path / "data").mkdir()
    np.save(tmp_path / "data" / "a.npy", np.arange(3.0))
    np.savez(tmp_path / "b.npz", first=np.arange(2), second=np.ones((2, 2), np.float32))
    assert decode(made("file: data/a.npy").array).tolist() == [0, 1, 2]
    assert decode(made("file: b.npz#second").array).tolist() == [[1, 1], [1, 1]]
    assert made("file: b.npz#first, dtype: int8").array.dtype == "int8"


def said_of_file(faults, name):
    (said,) = faults(f"title: t\ninputs: {{x: {{file: {name}}}}}\nnetwork: {{i: {{identity: {{input: x}}}}}}\n")
    assert said.startswith("e.yaml:2:20: inputs.x.file: ")
    return said.removeprefix("e.yaml:2:20: inputs.x.file: ")


@pytest.mark.parametrize("name", ["../a.npy", "/etc/hostname", "data/../../a.npy", "a/../../e.npy#x"])
def test_a_file_outside_the_folder_is_not_even_looked_for(faults, name):
    assert "outside the project" in said_of_file(faults, name)


def test_two_folders_of_a_project_share_a_file(load, tmp_path):
    (tmp_path / "project" / "reports").mkdir(parents=True)
    for name in ("a", "b", "data"):
        (tmp_path / "project" / "experiments" / name).mkdir(parents=True)
    np.savez(tmp_path / "project" / "experiments" / "data" / "d.npz", one=np.arange(3.0))
    np.save(tmp_path / "e.npy", np.arange(3.0))
    text = "title: t\ninputs: {x: {file: %s}}\nnetwork: {i: {identity: {input: x}}}\n"
    for name in ("a", "b"):
        path = tmp_path / "project" / "experiments" / name / "e.yaml"
        path.write_text(text % "../data/d.npz#one", encoding="utf-8")
        assert read(path).experiment().cases[0].inputs["x"].array.shape == (3,)
    path.write_text(text % "../../../e.npy", encoding="utf-8")
    with pytest.raises(SpecError, match=r"e\.npy lies outside the project; only files below project are read"):
        read(path).experiment()


def test_a_symlink_to_the_outside_is_outside(faults, tmp_path, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "a.npy"
    np.save(elsewhere, np.ones(1))
    (tmp_path / "a.npy").symlink_to(elsewhere)
    assert "outside the project" in said_of_file(faults, "a.npy")


def test_a_pickle_is_never_opened(faults, tmp_path):
    np.save(tmp_path / "a.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    np.savez(tmp_path / "b.npz", o=np.array([None], dtype=object))
    (tmp_path / "c.npy").write_bytes(b"\x80\x04N.")
    for name in ("a.npy", "b.npz#o", "c.npy"):
        assert "cannot be read" in said_of_file(faults, name)


def test_files_that_are_missing_damaged_or_of_no_numbers_are_named(faults, tmp_path):
    assert said_of_file(faults, "none.npy") == "none.npy is not there; a path begins at the folder of the experiment"
    (tmp_path / "folder.npy").mkdir()
    assert said_of_file(faults, "folder.npy") == "'folder.npy' is no file"
    assert said_of_file(faults, "''") == "'' is no file"
    assert "is no file" in said_of_file(faults, '"a\\0b"')
    (tmp_path / "empty.npy").touch()
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 no zip")
    for name in ("empty.npy", "broken.npz"):
        assert "cannot be read" in said_of_file(faults, name)
    np.save(tmp_path / "words.npy", np.array(["a"]))
    assert "give numbers" in said_of_file(faults, "words.npy")


def test_a_missing_member_of_an_npz_lists_what_there_is(faults, tmp_path):
    np.savez(tmp_path / "b.npz", one=np.ones(1), two=np.ones(1))
    assert said_of_file(faults, "b.npz#three") == "b.npz#three: the file holds: one, two; write one of them behind #"


def test_a_header_that_claims_an_absurd_size_is_a_fault(faults, tmp_path):
    header = str({"descr": "<f8", "fortran_order": False, "shape": (10**13,)}).ljust(117) + "\n"
    data = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()
    (tmp_path / "a.npy").write_bytes(data)
    assert said_of_file(faults, "a.npy")
    with zipfile.ZipFile(tmp_path / "b.npz", "w") as archive:
        archive.writestr("x.npy", data)
    assert said_of_file(faults, "b.npz#x")
