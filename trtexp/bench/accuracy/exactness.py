"""python -m trtexp.bench.accuracy.exactness --out FILE: which results are exact, and which neighbours a release takes.

Quotients, products, powers and roots whose right result is known, in float32 and float16, and the coordinates of a
resize by NEAREST; eight questions are one network. What was not asked within --seconds is named in the file.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from trtexp.bench.accuracy.coordinates import coordinates, images
from trtexp.bench.accuracy.device import Device, Function, Way, opened, ways
from trtexp.bench.accuracy.functions import write
from trtexp.bench.accuracy.questions import questions
from trtexp.numerics import VALUE_DTYPES

MOST_SHOWN = 6
ALL_SHOWN = "special numbers"  # questions whose differing answers are all shown


def answered(function: Function, given: Mapping[str, np.ndarray], got: np.ndarray, dtype: str) -> dict[str, Any]:
    """How many results were asked for, how many are not the right ones to the bit, and the first of them as
    `[inputs…, came, right]`."""
    inputs = np.broadcast_arrays(*(given[name].astype(np.float64) for name in function.inputs))
    with np.errstate(all="ignore"):
        right = np.asarray(function.right(*inputs)).astype(VALUE_DTYPES[dtype]).astype(np.float64)
    came = got.astype(np.float64)
    same = ((came == right) & (np.signbit(came) == np.signbit(right))) | (np.isnan(came) & np.isnan(right))
    made: dict[str, Any] = {"asked": int(right.size), "differ": int((~same).sum())}
    if not same.all():
        places = np.flatnonzero(~same)[: None if function.name.endswith(ALL_SHOWN) else MOST_SHOWN]
        made["first"] = [[_shown(part[place]) for part in (*inputs, came, right)] for place in places]
    return made


def _shown(value: float) -> float | str:
    """A number as JSON knows it; the sign of a zero and what is not finite as a text."""
    plain = np.isfinite(value) and not (value == 0 and np.signbit(value))
    return float(value) if plain else str(float(value))


def measure_exactness(device: Device, way: Way) -> dict[str, Any]:
    """Question -> answer."""
    asked, given = questions(way.dtype)
    came = device.ask(asked, given, way)
    return {f.name: answered(f, given, came[f.name], way.dtype) for f in asked if f.name in came}


def measure_coordinates(device: Device, way: Way) -> dict[str, Any]:
    """What was asked -> which elements were taken."""
    asked = coordinates()
    came = device.ask([each.function for each in asked], images(way.dtype), way)
    found: dict[str, Any] = {}
    for each in asked:
        if each.function.name in came:
            found |= dict(each.facts(came[each.function.name]))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m trtexp.bench.accuracy.exactness", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="where the answers go, a JSON file")
    parser.add_argument("--flavour", choices=("tensorrt", "tensorrt-rtx"), help="which TensorRT, if several are here")
    parser.add_argument("--seconds", type=float, default=60, help="for how long to ask (default: %(default)g)")
    options = parser.parse_args()
    with opened(options.flavour, options.seconds) as device:
        measure(device, lambda made: write(options.out, made))
    return 0


def measure(device: Device, write: Callable[[Mapping[str, Any]], None]) -> None:
    """Both types, then the coordinates; `write` is called after each."""
    made: dict[str, Any] = {"release": device.release.name, "gpu": device.release.gpu, "refused": device.refused}
    typed = [way for way in ways(device) if way.obey or not way.flags]
    for way in typed:
        made[f"exact in {way.dtype}"] = measure_exactness(device, way)
        write(made)
    made["neighbours"] = measure_coordinates(device, typed[0])
    write(made)


if __name__ == "__main__":
    sys.exit(main())
