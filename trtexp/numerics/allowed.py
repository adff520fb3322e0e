"""What the arithmetic of dot products may be, by release, GPU and type: `allowed.json`, each row with its source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from trtexp.numerics.accumulators import Accumulator
from trtexp.numerics.arithmetic import Arithmetic, Freedom
from trtexp.numerics.dtypes import UNIT


@dataclass(frozen=True)
class Rule:
    """One row of the table.

    freedom: what must be granted for it, None for nothing. releases: families of releases; gpus: generations, none for
    any. type: what is multiplied; flag: the BuilderFlag that must be set, "" for none. cut: what each operand may lose,
    relative to it. measured: releases, GPUs and what was seen, none if it was not; source: where else it stands.
    """

    freedom: Freedom | None
    releases: tuple[str, ...]
    gpus: tuple[str, ...]
    type: str
    flag: str
    operands: str
    cut: float
    accumulator: Accumulator
    output: str
    measured: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Grant:
    """What a dot product may be computed like: what its operands may lose, and accumulators, of which a tactic may have
    any."""

    cut: float
    accumulators: tuple[Accumulator, ...]


@cache
def grant(dtype: str, arithmetic: Arithmetic, products: bool = True) -> Grant:
    """What is allowed to a dot product of a type, by all that its arithmetic grants.

    products: whether it is one of matrices, which tensor cores may compute; else its terms are added one by one, and
    not to a half: averages and sums of half over 4 to 4,096 terms had float32 accumulators with 8.5.3.1 and 8.6.0 on an
    NVIDIA H100. Where the release is not known, any may have answered; what a release has no row for is a rounding of
    float32 for each term.
    """
    types = {dtype, arithmetic.codes}
    if dtype == "float32" and arithmetic.grants("half"):
        types.add("float16")
    fitting = [rule for rule in rules() if rule.type in types and _fits(rule, arithmetic, products)]
    if arithmetic.by_hand is not None:
        fitting += [rule for rule in rules() if rule.freedom == arithmetic.by_hand]
    held = [rule.accumulator for rule in fitting if products or rule.accumulator.block == 1]
    cut = max((rule.cut for rule in fitting if rule.type == dtype), default=0.0)
    return Grant(cut, tuple(dict.fromkeys(held)) or (PLAIN,))


#: One fused multiply-add of float32 after the other.
PLAIN = Accumulator(block=1, unit=UNIT["float32"], bits=24, unfused=UNIT["float32"])


def _fits(rule: Rule, arithmetic: Arithmetic, products: bool) -> bool:
    return (
        (products or rule.accumulator.most_terms is None)
        and (arithmetic.family is None or arithmetic.family in rule.releases)
        and (arithmetic.gpu is None or not rule.gpus or arithmetic.gpu in rule.gpus)
        and (rule.freedom is None or rule.freedom in arithmetic.granted)
    )


@cache
def rules() -> tuple[Rule, ...]:
    """The table."""
    text = (resources.files("trtexp.numerics") / "allowed.json").read_text(encoding="utf-8")
    return tuple(_rule(row) for row in json.loads(text))


def _rule(row: Mapping[str, Any]) -> Rule:
    held = {name: _number(value) for name, value in row["accumulator"].items()}
    lists = {name: tuple(row[name]) for name in ("releases", "gpus", "measured")}
    return Rule(**{**row, **lists, "cut": _number(row["cut"]), "accumulator": Accumulator(**held)})


def _number(value: Any) -> Any:
    """A number; powers of two stand as `2^-24`."""
    if isinstance(value, str):
        base, _, exponent = value.partition("^")
        return float(base) ** int(exponent or 1)
    return value
