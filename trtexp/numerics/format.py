"""Numbers as text, to the digits that the error bound makes meaningful; shapes and nested lists."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import isfinite
from typing import Any, TypeVar

import numpy as np

_NARROW: dict[str, type[np.floating[Any]]] = {"float16": np.float16, "float32": np.float32}
#: How JSON spells what it has no number for -> how text does.
_SPECIAL = {"NaN": "NaN", "Infinity": "inf", "-Infinity": "-inf"}
_SPELLED = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}  # by `str` of the float

T = TypeVar("T")


def number(value: Any, bound: Any = 0.0, dtype: str = "float64") -> str:
    """A recorded number as text.

    bound 0: the shortest decimal that reads back to the same number of `dtype`. Otherwise no digit more than one below
    the bound's first digit, so that the text is within bound / 20 of the value.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, str)):
        return _SPECIAL.get(str(value), str(value))
    if value and abs(value) < 1e10 and value == int(value) and not isinstance(bound, str) and bound < 10:
        return str(int(value))
    exact = Decimal(shortest(value, dtype))
    if not exact.is_finite():
        return _SPECIAL[str(exact)]
    limit = Decimal(_SPECIAL.get(bound, bound) if isinstance(bound, str) else repr(float(bound)))
    if not limit.is_finite() or limit <= 0:
        return plain(exact)
    unit = limit.adjusted() - 1
    if int(exact.as_tuple().exponent) >= unit:
        return plain(abs(exact) if exact == 0 else exact)
    rounded = exact.quantize(Decimal(1).scaleb(unit))
    return plain(abs(rounded) if rounded == 0 else rounded, rounded_whole=unit > 0)


def shortest(value: float, dtype: str) -> str:
    """The shortest decimal that reads back to the same number of `dtype`; whole numbers are written out."""
    if dtype in _NARROW and not float(value).is_integer():
        with np.errstate(over="ignore"):
            narrow = _NARROW[dtype](value)
        if np.isfinite(narrow):
            return np.format_float_scientific(narrow, unique=True, trim="-")
    return repr(float(value))


def plain(value: Decimal, rounded_whole: bool = False) -> str:
    """A decimal without needless zeros, with an exponent if it is very large, very small or not known to the unit."""
    if value == 0:
        return "-0" if value.is_signed() else "0"
    value = value.normalize()
    if -6 <= value.adjusted() < 10 and not rounded_whole:
        return format(value, "f")
    digits = "".join(map(str, value.as_tuple().digits))
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{'-' if value.is_signed() else ''}{mantissa}e{value.adjusted()}"


def rounded(value: Any, digits: int) -> str:
    """A measured quantity, such as an error or a ratio, to so many significant digits."""
    if isinstance(value, str):
        return _SPECIAL.get(value, value)
    return plain(Decimal(f"{value:.{digits - 1}e}")) if np.isfinite(value) else number(float(value))


def spelled(value: float) -> float | str:
    """A number as JSON holds it: NaN and infinities as text, which `float` reads back."""
    return value if isfinite(value) else _SPELLED[str(float(value))]


def nested(flat: Sequence[T], shape: Sequence[int]) -> Any:
    """Row-major elements as lists nested like the shape; a scalar is its element."""
    if not shape:
        return flat[0]
    if len(shape) == 1:
        return list(flat)
    step = len(flat) // shape[0] if shape[0] else 0
    return [nested(flat[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])]


def shape_text(shape: Sequence[int]) -> str:
    """`1×5×?`: -1 is a dimension that is not known yet."""
    return "×".join("?" if n < 0 else str(n) for n in shape) or "scalar"
