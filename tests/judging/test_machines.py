"""Another machine's library and kernels, whose last bits differ, change no byte of a record."""

import subprocess
import sys

import pytest
from conftest import EXPERIMENTS

#: Makes numpy's functions an ulp too large, of whatever float they compute in, and lets its products be added in
#: another order; then prints the records of an experiment, judged without a device.
PROGRAM = """
import math, sys
from pathlib import Path
import ml_dtypes, numpy as np

def off(f):
    def made(*x, **keys):
        y = np.asarray(f(*x, **keys))
        return y * (1 + np.finfo(y.dtype).eps)
    return made

def backwards(f):
    return lambda a, b: f(a[..., ::-1], b[::-1] if np.ndim(b) == 1 else b[..., ::-1, :])

if sys.argv[2] == "another":
    for name in FUNCTIONS:
        setattr(np, name, off(getattr(np, name)))
    for name in ("exp", "log", "pow", "erf", "sin", "cos", "tan", "tanh"):
        setattr(math, name, lambda *x, f=getattr(math, name): math.nextafter(f(*x), math.inf))
    np.matmul, np.dot = backwards(np.matmul), backwards(np.dot)

from trtexp.judging.case import record_case
from trtexp.spec.load import read

path = Path(sys.argv[1])
for case in read(path, path.name).experiment().cases:
    print(record_case(case, None).model_dump_json())
"""
FUNCTIONS = [
    "exp", "expm1", "log", "log10", "log1p", "log2", "power", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin",
    "arccos", "arctan", "arcsinh", "arccosh", "arctanh", "logaddexp", "hypot",
]  # fmt: skip


def records(name, machine):
    program = PROGRAM.replace("FUNCTIONS", repr(FUNCTIONS))
    command = [sys.executable, "-c", program, str(EXPERIMENTS / f"{name}.yaml"), machine]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", ["unary", "activation", "matrix_multiply", "moe"])
def test_no_byte_of_a_record_depends_on_the_machines_library(name):
    here = records(f"layers/{name}", "this")
    assert here.count("\n") > 3
    assert records(f"layers/{name}", "another") == here
