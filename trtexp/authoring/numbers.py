"""Numbers as an experiment file has them: the digits that name them, in the style of those beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

import numpy as np

from trtexp.definition.network import Array
from trtexp.judging.literal import passing
from trtexp.numerics import UNIT, Bounded, decode
from trtexp.numerics.format import number
from trtexp.spec.source import SPECIAL

ENOUGH = 4  # significant digits of a number that is written as those beside it are


def places(texts: Iterable[str]) -> int | None:
    """The most decimals that any of these numbers is written with; None where one has an exponent, or none is one."""
    found = [re.fullmatch(r"[-+]?\d+(?:\.(\d*))?", text) for text in texts if text.lstrip("-+.").lower() not in _NAMES]
    if not found or None in found:
        return None
    return max(len(match[1] or "") for match in found if match is not None)


_BOOLS = ("true", "false")
_NAMES = ("nan", "inf", "null", "~", *_BOOLS)


def observed(actual: Array, place: int, exact: bool, old: str) -> str:
    """An observed element as YAML: the shortest digits that give its bits. old: the literal that it replaces."""
    value = decode(actual).reshape(-1)[place]
    if actual.dtype not in UNIT:
        whole = int(value)
        return str(bool(whole)).lower() if old.lower() in _BOOLS else str(whole)
    text = number(float(value), 0.0, "float64" if exact else actual.dtype)
    return SPECIAL.get(text) or _pointed(text, old)


def derived(legal: Bounded, place: int, exact: bool, style: int | None, old: str) -> str:
    """A legal value as YAML: with as many decimals as the numbers beside it if these are enough to tell it from others,
    else in the shortest digits that name it in its type.

    style: those decimals, None where they are of no use. Raises ValueError where more than one value is legal.
    """
    index = tuple(map(int, np.unravel_index(place, legal.shape)))
    text = passing(legal, index, exact)
    if " or " in text:
        raise ValueError(f"more than one value is legal: {text}")
    if legal.dtype == "bool" and old.lower() not in _BOOLS:
        return str(int(text == "true"))
    if text in SPECIAL.values() or legal.dtype not in UNIT:
        return text
    if not exact and style:
        short = Decimal(float(legal.ref[index])).quantize(Decimal(1).scaleb(-style))
        if len(short.as_tuple().digits) >= ENOUGH and len(f"{short:f}") < len(text):
            return f"{short:f}"
    return _pointed(text, old)


def _pointed(text: str, old: str) -> str:
    """A whole number with a decimal point, if what it replaces has one."""
    return f"{text}.0" if ("." in old or text == "-0") and re.fullmatch(r"-?\d+", text) else text
