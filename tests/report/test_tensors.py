"""Expected, actual and reference of one output, side by side."""

from __future__ import annotations

import numpy as np
from report_samples import tensor

from trtexp.records.model import OutputRecord
from trtexp.report.tensors import output_lines


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


def test_tensors_of_other_shapes_have_a_row_each() -> None:
    for shapes in (((5,), ()), ((), (5,)), ((3,), (2, 3)), ((1, 3), (3,))):
        expected, reference = (tensor(np.ones(shape), "float32") for shape in shapes)
        output = OutputRecord(
            name="y",
            dtype="float32",
            shape=list(shapes[1]),
            expected=expected,
            reference=reference,
            verdict="mismatch",
        )
        lines = output_lines(output)
        assert sum("expected" in line for line in lines) == sum("reference" in line for line in lines) == 1
