"""Functions in as many digits as it takes to know the nearest float64: slow, and the same on every machine.

Each takes decimals that are float64 numbers, where the function is finite, and is good to all but 5 of the digits of
the context that it is called in. exp and ln are Python's own, correctly rounded.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from functools import lru_cache
from typing import Any

Exact = Callable[..., Decimal]

DIGITS = (30, 60, 120)
#: Beyond these a function is infinite, 0 or 1 in float64, as it is there.
MOST_EXPONENT, MOST_TANH, MOST_ERF = Decimal(800), Decimal(40), Decimal(7)


@lru_cache(2**16)
def nearest(function: Exact, *x: float) -> float:
    """The float64 nearest to a function's value, ties to even.

    What 120 digits do not tell from the middle between two numbers is the middle: only powers have such values.
    """
    for count in DIGITS:
        with digits(count):
            value = function(*map(Decimal, x))
            error = abs(value).scaleb(5 - count)
            low, high = float(value - error), float(value + error)
        if low == high:
            return low
    with digits(1600):
        return float((Decimal(low) + Decimal(high)) / 2)


def digits(count: int) -> AbstractContextManager[Any]:
    """A block with so many digits, and every exponent that there is."""
    return decimal.localcontext(decimal.Context(count, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN))


def more(count: int) -> AbstractContextManager[Any]:
    """A block with so many digits more."""
    return digits(decimal.getcontext().prec + count)


def _lost(x: Decimal) -> int:
    """How many digits 1 + x - 1 loses, and some more."""
    return max(-x.adjusted(), 0) + 5


def _within(x: Decimal, most: Decimal) -> Decimal:
    return max(-most, min(most, x))


def exp(x: Decimal) -> Decimal:
    return _within(x, MOST_EXPONENT).exp()


def log(x: Decimal) -> Decimal:
    return x.ln()


def log10(x: Decimal) -> Decimal:
    return x.log10()


def expm1(x: Decimal) -> Decimal:
    with more(_lost(x)):
        return exp(x) - 1


def log1p(x: Decimal) -> Decimal:
    with more(_lost(x)):
        return (1 + x).ln()


def sinh(x: Decimal) -> Decimal:
    with more(_lost(x)):
        return (exp(x) - exp(-x)) / 2


def cosh(x: Decimal) -> Decimal:
    return (exp(x) + exp(-x)) / 2


def tanh(x: Decimal) -> Decimal:
    m = expm1(2 * _within(x, MOST_TANH))
    return m / (m + 2)


def arcsinh(x: Decimal) -> Decimal:
    with more(2 * _lost(x)):
        return (abs(x) + (x * x + 1).sqrt()).ln().copy_sign(x)


def arccosh(x: Decimal) -> Decimal:
    with more(_lost(x - 1)):
        return (x + ((x - 1) * (x + 1)).sqrt()).ln()


def arctanh(x: Decimal) -> Decimal:
    with more(_lost(x)):
        return ((1 + x) / (1 - x)).ln() / 2


def power(x: Decimal, y: Decimal) -> Decimal:
    """x to the power of y; of a negative x the power is a whole number."""
    made = abs(x) ** y
    return -made if x < 0 and y % 2 else made


def sin(x: Decimal) -> Decimal:
    quarter, rest = _turned(x)
    made = _series_of_sine(rest, quarter % 2)
    return -made if quarter % 4 > 1 else made


def cos(x: Decimal) -> Decimal:
    quarter, rest = _turned(x)
    made = _series_of_sine(rest, 1 - quarter % 2)
    return -made if quarter % 4 in (1, 2) else made


def tan(x: Decimal) -> Decimal:
    return sin(x) / cos(x)


def arctan(x: Decimal) -> Decimal:
    with more(5):
        for _ in range(3):
            x = x / (1 + (1 + x * x).sqrt())
        power, total, k = x, x, 1
        while power and power.adjusted() > total.adjusted() - decimal.getcontext().prec:
            power, k = -power * x * x, k + 2
            total += power / k
        return 8 * total


def arcsin(x: Decimal) -> Decimal:
    with more(_lost(1 - abs(x))):
        return arctan(x / ((1 - x) * (1 + x)).sqrt()) if abs(x) != 1 else (_pi() / 2).copy_sign(x)


def arccos(x: Decimal) -> Decimal:
    with more(_lost(1 - abs(x))):
        return 2 * arctan(((1 - x) / (1 + x)).sqrt()) if x != -1 else _pi()


def erf(x: Decimal) -> Decimal:
    """2 / sqrt(pi) · exp(-x²) · the sum of 2^n x^(2n + 1) / (1 · 3 · … · (2n + 1)), whose terms have one sign."""
    x = _within(x, MOST_ERF)
    with more(10):
        square = x * x
        term, total, k = x, x, 1
        while term and term.adjusted() > total.adjusted() - decimal.getcontext().prec:
            k += 2
            term = term * 2 * square / k
            total += term
        return total * erf_slope(x)


def erf_slope(x: Decimal) -> Decimal:
    """erf's derivative, 2 / sqrt(pi) · exp(-x²)."""
    return 2 * (-x * x).exp() / _pi().sqrt()


def _turned(x: Decimal) -> tuple[int, Decimal]:
    """(quarter turns, rest from -pi/4 to pi/4) of an angle. No float64 is nearer to a quarter turn than 2^-64."""
    with more(max(x.adjusted(), 0) + 25):
        right = _pi() / 2
        quarter = (x / right).to_integral_value()
        return int(quarter), x - quarter * right


def _series_of_sine(x: Decimal, of_cosine: int) -> Decimal:
    with more(5):
        term = total = Decimal(1) if of_cosine else x
        k = 0 if of_cosine else 1
        while term and term.adjusted() > total.adjusted() - decimal.getcontext().prec:
            term = -term * x * x / ((k + 1) * (k + 2))
            total, k = total + term, k + 2
        return total


def _pi() -> Decimal:
    return _pi_to(decimal.getcontext().prec)


@lru_cache(64)
def _pi_to(count: int) -> Decimal:
    """pi, by 16 arctan(1/5) - 4 arctan(1/239), in whole numbers."""
    one = 10 ** (count + 10)

    def inverse(n: int) -> int:
        power, total, k = one // n, 0, 1
        while power:
            total += power // k if k % 4 == 1 else -(power // k)
            power, k = power // (n * n), k + 2
        return total

    with digits(count + 10):
        return Decimal(16 * inverse(5) - 4 * inverse(239)).scaleb(-count - 10)
