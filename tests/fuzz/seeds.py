"""Valid experiments as plain data: the scaffold of each layer, the example of each key, and the project's own files."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path
from typing import Any

from trtexp.authoring.scaffold import flow, scaffold, start
from trtexp.layers import LAYERS
from trtexp.spec.examples import BASE, EXAMPLES
from trtexp.spec.spoken import Meant
from trtexp.spec.tree import merge, parse, plain

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
Data = dict[str, Any]


class Raw(str):
    """A scalar as it is to stand in the text."""


def written(data: Any) -> str:
    """Plain data as YAML, a line for each of the outer keys, so that a fault's line says something."""
    return "".join(f"{key}: {_flow(value)}\n" for key, value in data.items())


def _flow(value: Any) -> str:
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_flow(key)}: {_flow(child)}' for key, child in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    text = flow(value)
    return {"Infinity": ".inf", "-Infinity": "-.inf", "NaN": ".nan"}.get(text, text)


@cache
def layer(word: str) -> str:
    """The network of a layer, as JSON."""
    return json.dumps(scaffold(word))


@cache
def _of_layer(word: str) -> Data:
    return plain(parse(start(Meant(word), "s"), word))


@cache
def _examples() -> list[Data]:
    """Each merged over the base, as its page says."""
    base = parse(BASE, "base")
    return [plain(merge(base, parse(text, key))) for key, text in EXAMPLES.items()]


@cache
def _files() -> list[Path]:
    return sorted(EXPERIMENTS.rglob("*.yaml"))


@cache
def _file(path: Path) -> Data:
    return plain(parse(path.read_text(encoding="utf-8"), path.name))


def experiment(rng: random.Random) -> Data:
    """A valid experiment of at most two cases; what it holds may be changed."""
    kind = rng.random()
    if kind < 0.6:
        found = _copy(_of_layer(rng.choice(list(LAYERS))) if kind < 0.5 else rng.choice(_examples()))
    else:
        found = _copy(_file(rng.choice(_files())))
    for owner in (found, *found.get("cases", {}).values()):
        owner.pop("about", None)
        _thin(owner, rng)
    return found  # type: ignore[no-any-return]


def _thin(owner: Data, rng: random.Random) -> None:
    """Of many cases, and of many values of a matrix, leave two."""
    for group in ("cases", "matrix"):
        values = owner.get(group, {})
        if group == "cases" and len(values) > 2:
            owner[group] = {name: values[name] for name in rng.sample(list(values), 2)}
        elif group == "matrix" and values:
            owner[group] = {path: axis[:2] for path, axis in values.items()}


def _copy(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _copy(value) for key, value in data.items()}
    return [_copy(value) for value in data] if isinstance(data, list) else data
