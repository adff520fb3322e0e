"""PYTHONPATH=tests python -m onnx_nodes: writes AGREEMENT.md anew, and shows what does not agree.

With --build: the converted networks are built by the TensorRT that is installed, which takes minutes.
"""

from __future__ import annotations

import sys

import onnx

from onnx_nodes.agreement import PAGE, page, row_of, summary
from onnx_nodes.backend import modules
from onnx_nodes.building import report

if "--build" in sys.argv:
    report()
else:
    rows, faults = {}, []
    for module in modules():
        rows[module], more = row_of(module)
        faults += more
    PAGE.write_text(page(onnx.__version__, rows), encoding="utf-8")
    print(summary(rows), *faults, sep="\n")
