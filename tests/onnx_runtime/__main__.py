"""PYTHONPATH=tests python -m onnx_runtime: writes AGREEMENT.md anew, and shows disagreements that are not listed."""

from __future__ import annotations

from conftest import FILES

from onnx_runtime.agreement import PAGE, listed, name_of, page, row_of, summary

rows, faults = {}, {}
for path in FILES:
    rows[name_of(path)], found = row_of(path)
    faults |= {output: fault for output, fault in found.items() if output not in listed(name_of(path))}
PAGE.write_text(page(rows), encoding="utf-8")
print(summary(rows.values()), *(f"{output}: {fault}" for output, fault in faults.items()), sep="\n")
