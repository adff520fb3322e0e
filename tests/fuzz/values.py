"""What an experiment holds, and values that may stand in it."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from fuzz.seeds import Data, Raw
from trtexp.layers import LAYERS
from trtexp.spec import fields
from trtexp.spec.fields import Field

#: Numbers at the ends of types, and beyond all of them.
NUMBERS = [
    *(0, 1, -1, 2, 3, 7, 8, 31, 64, 127, 128, -128, 255, 256, 1000, 65535, 65536, 10**6, 10**9),
    *(2**31 - 1, 2**31, -(2**31), 2**32, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 10**30),
    *(0.5, -0.5, 0.1, 1.5, 1e-5, 1e-45, 1e-320, 1e38, 1e39, 1e300, -1e308, math.inf, -math.inf, math.nan, -0.0),
    *(Raw("1e400"), Raw("-1e-400"), Raw("9" * 300), Raw("9" * 500), Raw("0x7fffffffffffffff"), Raw("1e-99999")),
]
DIMENSIONS = [0, 1, 1, 2, 2, 3, 3, 4, 5, 7, 8, 16, 64]
FAR_DIMENSIONS = [-1, -2, 1000, 65536, 2**24, 2**31 - 1, 2**40, 2**63, 10**30]
WRONG = [None, True, "", "x", "no_such_name", "é", "a.b", [], {}, [[]], [1, [2]], {"a": 1}, [None], 1.5, "1", "NaN"]
REQUIREMENTS = ["tensorrt", "tensorrt>=10", "tensorrt<10", "tensorrt-rtx", "tensorrt>=8 | tensorrt-rtx", "reference"]
SPECIAL = ["nan", "inf", "zero", "subnormal", "ties", "extremes"]


@cache
def arguments(word: str) -> list[Field]:
    """What the constructor of a layer takes."""
    return fields.arguments(LAYERS[word])


@cache
def attributes(word: str) -> list[Field]:
    """What may be assigned to a layer."""
    return fields.attributes(LAYERS[word])


def tensors(data: Data, before: str = "") -> list[str]:
    """The names that operands may give. before: a layer, whose own tensors and those further down are not given."""
    found = [*group(data, "inputs")]
    for name, entry in group(data, "network").items():
        if name == before:
            break
        found.append(str(name))
        for word in words(entry):
            found += [f"{name}.{suffix}" for suffix in LAYERS[word].output_names if suffix]
    return found or ["x"]


def group(data: Data, key: str) -> Data:
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def words(entry: Any) -> list[str]:
    return [word for word in entry if word in LAYERS] if isinstance(entry, dict) else []


def layers(data: Data) -> list[tuple[str, Data, str]]:
    """(name, entry, word) of the layers that are still some."""
    every = [(name, entry) for name, entry in group(data, "network").items() if isinstance(entry, dict)]
    return [(name, entry, word) for name, entry in every for word in words(entry)]


def generators(data: Data, *groups: str) -> list[Data]:
    found = [made for name in groups or ("inputs", "weights") for made in group(data, name).values()]
    return [made for made in found if isinstance(made, dict)]


def places(data: Any) -> Iterator[tuple[Any, Any]]:
    """(container, key) of all that is in it."""
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in [*pairs]:
        yield data, key
        yield from places(value)


def is_shape(value: Any) -> bool:
    return isinstance(value, list) and all(type(n) is int for n in value)


def random_shape(rng: random.Random, most: int = 5) -> list[int]:
    shape = [rng.choice(DIMENSIONS) for _ in range(rng.choice((*range(most), 8, 9, 33)))]
    return shape if math.prod(shape) <= 4096 else [min(n, 2) for n in shape]


def filled(shape: Sequence[int], rng: random.Random) -> Data:
    """A tensor of a shape, made in any way."""
    numbers = [x for x in NUMBERS if not isinstance(x, Raw)]
    made = rng.choice(
        [
            {"full": rng.choice(NUMBERS)},
            {"full": rng.random() < 0.5},
            {"arange": {"start": rng.choice(NUMBERS), "step": rng.choice(NUMBERS)}},
            {"linspace": {"start": rng.choice(NUMBERS), "stop": rng.choice(NUMBERS)}},
            {"random": {"seed": rng.randrange(9), "normal": [0, rng.choice(numbers)]}},
            {"random": {"seed": 1, "uniform": [-1, 1]}},
            {"random": {"seed": 1, "integers": rng.choice(([0, 1], [-128, 127], [0, 2**40], [-(2**63), 2**63 - 1]))}},
            {"values": [rng.choice(NUMBERS) for _ in range(min(64, abs(math.prod(shape))))]},
            {
                "powers": {
                    "base": rng.choice(numbers),
                    "first": rng.choice((0, 3, -9, 1100)),
                    "last": rng.choice((9, -9)),
                }
            },
            {"eye": rng.choice((0, 1, 3, 64, 10**6))},
            {"special": rng.sample(SPECIAL, rng.randint(1, 6))},
        ]
    )
    return made | ({} if set(made) & {"eye", "special"} else {"shape": [*shape]})


def value_of(field: Field, data: Data, rng: random.Random) -> Any:
    """A value that a field may have by its type, or could have, were it right."""
    if rng.random() < 0.03:
        return rng.choice(WRONG)
    kind = rng.choice(field.kind.split(" or "))
    if kind.startswith("list of "):
        count = rng.choice((0, 1, 2, 2, 3, 4, 8, 9))
        return [value_of(field._replace(kind=kind.removeprefix("list of ")), data, rng) for _ in range(count)]
    if field.members:
        return rng.choice(field.members)
    match kind:
        case "int":
            return rng.choice((rng.randrange(-2, 9), rng.choice([n for n in NUMBERS if isinstance(n, int)])))
        case "float":
            return rng.choice((rng.random() * 4 - 2, rng.choice(NUMBERS)))
        case "bool":
            return rng.random() < 0.5
        case "tensor":
            return rng.choice(tensors(data))
        case "weights":
            return rng.choice([*group(data, "weights"), *tensors(data)])
        case "object":
            return rng.choice([str(name) for name in group(data, "network")] or ["l"])
        case "text":
            return rng.choice(("", "a", "i,j->ij", "ij,jk->ik", "ii->i", "i" * 60, "ij->", "...i->i", "a" * 3000, "{}"))
    return rng.choice((WRONG, NUMBERS))[rng.randrange(len(WRONG))]


def some(found: Sequence[Any], rng: random.Random) -> list[Any]:
    """One of them, if there is any; sometimes more."""
    return rng.sample(found, min(len(found), rng.choice((1, 1, 1, 2)))) if found else []
