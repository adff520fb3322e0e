"""python -m trtexp.bench.accuracy.functions --out FILE: the worst error of each function, by type and range.

All unary operations and activations, the elementwise ones that compute, softmax and powers of the scale layer, in
float32 on 2^20 numbers and in float16 on all 65,536; some functions are one network. The file is written after each
network, and what was not asked within --seconds is named in it. It needs numpy, TensorRT and cuda-python.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from trtexp.bench.accuracy import formulas, points
from trtexp.bench.accuracy.device import GROUP, Device, Function, Way, opened, tensor, ways
from trtexp.bench.accuracy.table import measured, shown
from trtexp.definition.steps import Member, Value
from trtexp.files.atomic import write_text
from trtexp.numerics import F64

SOFTMAX_ROWS = (2, 16, 128, 1024, 4096)
LOGICAL = ("ISINF", "ISNAN")


def functions() -> list[Function]:
    """Everything that is measured; what a release lacks it refuses, one by one."""
    return [*_unary(), *_activations(), *_pairs(), *_softmax(), *_powers()]


def _unary() -> Iterator[Function]:
    for name, formula in formulas.UNARY.items():
        arguments: dict[str, Value] = {"input": tensor("x"), "op": Member("UnaryOperation", name)}
        yield Function(name, "add_unary", arguments, ("x",), formula, logical=name in LOGICAL)


def _activations() -> Iterator[Function]:
    alpha, beta = (float(np.float32(value)) for value in (formulas.ALPHA, formulas.BETA))
    for name, formula in formulas.ACTIVATION.items():
        arguments: dict[str, Value] = {"input": tensor("x"), "type": Member("ActivationType", name)}
        attributes = {"alpha": alpha, "beta": beta}
        yield Function(name, "add_activation", arguments, ("x",), _with(formula, alpha, beta), None, attributes)


def _with(formula: formulas.Formula, alpha: float, beta: float) -> Callable[..., F64]:
    return lambda x: formula(x, alpha, beta)


def _pairs() -> Iterator[Function]:
    for name, formula in formulas.ELEMENTWISE.items():
        inputs = ("base", "exponent") if name == "POW" else ("a", "b")
        arguments: dict[str, Value] = {
            "input1": tensor(inputs[0]),
            "input2": tensor(inputs[1]),
            "op": Member("ElementWiseOperation", name),
        }
        key: Callable[..., F64] = _exponent if name == "POW" else formula
        yield Function(name, "add_elementwise", arguments, inputs, formula, key)


def _exponent(x: F64, y: F64) -> F64:
    """y · ln x, by which the error of a power grows."""
    return y * np.log(x)


def _softmax() -> Iterator[Function]:
    for length in SOFTMAX_ROWS:
        name = f"SOFTMAX of {length}"
        rows, key = f"rows of {length}", formulas.below_largest
        yield Function(name, "add_softmax", {"input": tensor(rows)}, (rows,), formulas.softmax, key, {"axes": 2})


def _powers() -> Iterator[Function]:
    for power in formulas.POWERS:
        empty = np.zeros(0)
        yield Function(
            f"SCALE to the power of {power:g}",
            "add_scale",
            {"input": tensor("image"), "mode": Member("ScaleMode", "UNIFORM")},
            ("image",),
            _power(power),
            weights={"shift": empty, "scale": empty, "power": np.array([power])},
        )


def _power(power: float) -> Callable[..., F64]:
    return lambda x: np.power(x, power)


def feeds(way: Way) -> dict[str, np.ndarray]:
    """The points of a way: those of half where half is allowed, be it with inputs of float32."""
    of = "float16" if way.flags or way.dtype == "float16" else "float32"
    made: dict[str, np.ndarray] = {"x": (points.halves() if of == "float16" else points.floats()).reshape(256, -1)}
    made["image"] = made["x"].reshape(1, 32, 32, -1)
    made["a"], made["b"] = points.pairs(of)
    made["base"], made["exponent"] = points.bases_and_exponents(of)
    made |= {f"rows of {length}": points.rows(length, of) for length in SOFTMAX_ROWS}
    return {name: array.astype(way.dtype) for name, array in made.items()}


def table(function: Function, given: Mapping[str, np.ndarray], got: np.ndarray, dtype: str) -> dict[str, Any]:
    """What is known of a function: special results, and the worst errors in units of the dtype."""
    with np.errstate(all="ignore"):
        inputs = [given[name].astype(np.float64) for name in function.inputs]
        right = np.asarray(function.right(*inputs)).astype(np.float64).reshape(-1)
        key = (inputs[0] if function.key is None else np.asarray(function.key(*inputs))).reshape(-1)
        made = measured(key, got, right, dtype)
    if function.key is None:
        x = given[function.inputs[0]]
        made = {"of": shown(points.special(str(x.dtype)), x, got), **made}
    return made


def allowed(function: Function, given: Mapping[str, np.ndarray], got: np.ndarray, half: np.ndarray) -> dict[str, Any]:
    """What TensorRT made of it where it could choose: half, or something better, which is measured as float32."""
    if function.logical or _of_half(got):
        equal = (got == half) | (np.isnan(got) & np.isnan(half)) if got.size == half.size else np.zeros(1, bool)
        return {"type": str(got.dtype), "values": "of half", "as in half": f"{int(equal.sum())} of {equal.size}"}
    return {"type": str(got.dtype), "values": "of float32", **table(function, given, got, "float32")}


def measure(device: Device, write: Callable[[Mapping[str, Any]], None]) -> None:
    """Every way in turn; `write` is called after every network."""
    made: dict[str, Any] = {"release": device.release.name, "gpu": device.release.gpu, "ways": {}}
    halves: dict[str, np.ndarray] = {}
    for way in ways(device):
        given = feeds(way)
        asked = {function.name: function for function in functions()}
        tables = made["ways"].setdefault(way.name, {})
        made["refused"] = device.refused
        for came in device.answers(list(asked.values()), given, way):
            for name, got in came.items():
                if way.dtype == "float16" and (way.obey or way.strongly_typed):
                    halves[name] = got
                tables[name] = _table(asked[name], given, got, halves.get(name, np.zeros(0)), way)
            write(made)
        write(made)
        device.say(f"{way.name}: {len(tables)} of {len(asked)} measured")


def _table(
    function: Function, given: Mapping[str, np.ndarray], got: np.ndarray, half: np.ndarray, way: Way
) -> dict[str, Any]:
    if way.flags and not way.obey:
        return allowed(function, given, got, half)
    made = table(function, given, got, way.dtype)
    if way.dtype == "float16" and not function.logical and not _of_half(got):
        made = {"values": "of float32", **made}
    return made


def _of_half(got: np.ndarray) -> bool:
    """Whether half has all of these numbers."""
    with np.errstate(over="ignore"):
        return bool(((got.astype(np.float16).astype(np.float64) == got) | np.isnan(got)).all())


def rendered(value: Any, depth: int = 0) -> str:
    """JSON with a line per fact: lists of lists and mappings open, what stands in them is on one line."""
    inner = "\n" + " " * (depth + 1)
    outer = "\n" + " " * depth
    if isinstance(value, dict) and value and depth < 5 and any(isinstance(v, (dict, list)) for v in value.values()):
        items = (f"{json.dumps(k)}: {rendered(v, depth + 1)}" for k, v in value.items())
        return "{" + inner + f",{inner}".join(items) + outer + "}"
    if isinstance(value, list) and value and isinstance(value[0], list):
        return "[" + inner + f",{inner}".join(json.dumps(v) for v in value) + outer + "]"
    return json.dumps(value)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m trtexp.bench.accuracy.functions", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="where the table goes, a JSON file")
    parser.add_argument("--flavour", choices=("tensorrt", "tensorrt-rtx"), help="which TensorRT, if several are here")
    parser.add_argument("--seconds", type=float, default=90, help="for how long to ask (default: %(default)g)")
    parser.add_argument("--group", type=int, default=GROUP, help="functions in a network (default: %(default)s)")
    options = parser.parse_args()
    with opened(options.flavour, options.seconds, options.group) as device:
        measure(device, lambda made: write(options.out, made))
    return 0


def write(path: Path, made: Mapping[str, Any]) -> None:
    """The file as a whole, whenever the program is ended."""
    write_text(path, rendered(dict(made)) + "\n")


if __name__ == "__main__":
    sys.exit(main())
