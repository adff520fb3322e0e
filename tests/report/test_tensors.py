"""Expected, actual and reference of one output, side by side."""

from __future__ import annotations

import numpy as np
from report_samples import close, expected, output, tensor

from trtexp.records.bins import grid
from trtexp.records.model import OutputRecord
from trtexp.records.picture import Picture
from trtexp.records.tensors import Summary, TensorRecord
from trtexp.report.tensors import excerpt_lines, output_lines


def test_empty_tensors_of_two_types_have_a_row_each() -> None:
    empty = np.zeros((0,))
    output = OutputRecord(
        name="y",
        dtype="int64",
        shape=[0],
        actual=tensor(empty, "int32"),
        reference=tensor(empty, "int64"),
        verdict="mismatch",
    )
    head, *rows = output_lines(output)
    assert head == "y  int64 0"
    assert [row.split()[0] for row in rows] == ["actual", "reference"]
    assert all("(no elements)" in row for row in rows)


def heading(one: OutputRecord) -> str:
    return output_lines(one)[0].partition("    ")[2].partition("  ")[0]


def test_what_agrees_to_the_bit_is_equal_and_what_is_within_the_bound_is_near() -> None:
    right = np.array([1.0, 2.0])
    near = close(0.2, 1e-9, [0])
    assert heading(output(right)) == "actual = reference"
    assert heading(output(right, actual_reference=near)) == "actual ≈ reference"
    given = expected(right, expected_reference=near)
    assert heading(output(right, actual_reference=near, **given)) == "expected (source) = actual ≈ reference"
    other = expected([1.0, 2.0000002], actual_expected=near, expected_reference=near)
    assert heading(output(right, **other)) == "expected (source) ≈ actual = reference"


def test_a_zero_of_the_other_sign_has_other_bits() -> None:
    other = expected([-0.0], actual_expected=close(0.0, 0.0, [0]))
    assert heading(output([0.0], **other)) == "expected (source) ≈ actual = reference"


def test_what_is_not_expected_is_not_compared() -> None:
    given = expected([1.0, 5.0])
    record = given["expected"].model_copy(update={"values": [1.0, None], "text": ["1", None]})
    assert heading(output([1.0, 2.0], **(given | {"expected": record}))) == "expected (source) = actual = reference"


def test_a_large_exact_output_has_an_excerpt_with_indices() -> None:
    values = np.arange(1600.0).reshape(40, 40)
    large = output([0.0]).model_copy(
        update={
            "shape": [40, 40],
            "actual": TensorRecord(
                dtype="float32", shape=[40, 40], summary=Summary(elements=1600, smallest=0.0, largest=1599.0)
            ),
            "reference": None,
            "actual_reference": None,
            "picture": Picture(grid=grid(values, None)),
        }
    )
    text = output_lines(large)
    assert text[2:5] == ["", "excerpt, to 3 digits", "         [0]   [1]   [2]   [3]  …  [36]  [37]  [38]  [39]"]
    assert text[5].split() == ["[0]", "0", "1", "2", "3", "…", "36", "37", "38", "39"]
    assert text[-1].split()[0] == "[39]" and len(text) == 12


def test_an_excerpt_of_cells_says_where_they_begin() -> None:
    values = np.arange(256.0 * 256).reshape(256, 256)
    lines = excerpt_lines(output([0.0]).model_copy(update={"shape": [256, 256]}), grid(values, None))
    assert lines[0].endswith("of cells that begin at these rows and columns")
    assert lines[1].split()[0] == "smallest"
    assert lines[2].split()[:4] == ["[0]", "[4]", "[8]", "[12]"]


def test_tensors_of_other_shapes_have_a_row_each() -> None:
    for shapes in (((5,), ()), ((), (5,)), ((3,), (2, 3)), ((1, 3), (3,))):
        one, other = (tensor(np.ones(shape), "float32") for shape in shapes)
        record = OutputRecord(
            name="y",
            dtype="float32",
            shape=list(shapes[1]),
            expected=one,
            reference=other,
            verdict="mismatch",
        )
        lines = output_lines(record)
        assert sum("expected" in line for line in lines) == sum("reference" in line for line in lines) == 1
