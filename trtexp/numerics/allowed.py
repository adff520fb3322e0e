"""What the arithmetic of dot products may be, by release, GPU and type: `allowed.json`, each row with its source.

Between bounds and judge it stands so: for an output the judge asks `grants` and tries them in order; each is a name, ""
for what needs no word, a cut of the operands, and accumulators, of which a tactic may have any.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from trtexp.numerics.accumulators import Accumulator
from trtexp.numerics.dtypes import UNIT

#: The first compute capability of a generation, newest first.
GENERATIONS = (((10, 0), "Blackwell"), ((9, 0), "Hopper"), ((8, 9), "Ada"), ((8, 0), "Ampere"), ((7, 5), "Turing"))


@dataclass(frozen=True)
class Rule:
    """One row of the table.

    name: what a verdict says when it is granted. releases: families of releases; gpus: generations, none for any. type:
    what is multiplied; flag: the BuilderFlag that must be set, "" for none. cut: what each operand may lose, relative
    to it. measured: releases, GPUs and what was seen, none if it was not; source: where else it stands.
    """

    name: str
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
    """What is allowed under one name. narrowed: float32 that is multiplied, and given, as another type."""

    name: str
    cut: float
    accumulators: tuple[Accumulator, ...]
    measured: bool
    narrowed: str | None = None


def generation(compute_capability: str | None) -> str | None:
    """`9.0` -> `Hopper`; None for a GPU that is older than all of them, or not known."""
    if compute_capability is None:
        return None
    major, _, minor = compute_capability.partition(".")
    return next((name for first, name in GENERATIONS if (int(major), int(minor or 0)) >= first), None)


def grants(dtype: str, family: str | None, gpu: str | None, flags: Collection[str] = ()) -> tuple[Grant, ...]:
    """What a dot product of a type may be computed like, the strictest first.

    family: of the release, None if no release is known, and then any may have answered; gpu: its generation, None
    likewise. Float32 under the FP16 flag may be rounded to half and multiplied as that.
    """
    made = _grants(dtype, family, gpu, flags)
    if dtype == "float32" and "FP16" in flags and family != "tensorrt-rtx":
        made += tuple(_narrowed(grant) for grant in _grants("float16", family, gpu, flags))
    return made


def _narrowed(grant: Grant) -> Grant:
    """The same of operands that are rounded to half."""
    name = ", ".join(word for word in ("half", grant.name) if word)
    return replace(grant, name=name, cut=UNIT["float16"], narrowed="float16")


def _grants(dtype: str, family: str | None, gpu: str | None, flags: Collection[str]) -> tuple[Grant, ...]:
    fitting = [
        rule
        for rule in rules()
        if rule.type == dtype
        and (family is None or family in rule.releases)
        and (gpu is None or not rule.gpus or gpu in rule.gpus)
        and (not rule.flag or rule.flag in flags)
    ]
    names = dict.fromkeys(rule.name for rule in fitting)
    return tuple(_grant(name, [rule for rule in fitting if rule.name == name]) for name in names)


def _grant(name: str, fitting: list[Rule]) -> Grant:
    accumulators = tuple(dict.fromkeys(rule.accumulator for rule in fitting))
    return Grant(name, max(rule.cut for rule in fitting), accumulators, all(rule.measured for rule in fitting))


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
