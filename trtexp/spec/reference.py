"""The reference of the YAML: every key with its type, default, text and a short example, read from the models.

`experiments/README.md` holds it as tables, `trtexp explain KEY` prints one entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from trtexp.spec.examples import EXAMPLES
from trtexp.spec.fields import of_model
from trtexp.spec.models import (
    KEYS,
    AutoOptions,
    Build,
    ExpectModel,
    ExperimentModel,
    LayerModel,
    OutputModel,
    Profile,
    Repeat,
    Rule,
)
from trtexp.spec.tensors import Arange, InputModel, Join, Linspace, Powers, Random, Scaling, Tile, Transpose


@dataclass(frozen=True)
class Entry:
    """One key. path: with names in the place of what the author chooses (`inputs.x.declared`); default: as YAML has it,
    empty if there is none."""

    path: str
    kind: str
    default: str
    text: str
    example: str


@dataclass(frozen=True)
class Section:
    """Keys that stand beside each other."""

    title: str
    about: str
    entries: tuple[Entry, ...]


#: (path of the mapping, title, model); the text under a title is the model's docstring.
_SECTIONS: tuple[tuple[str, str, type[BaseModel]], ...] = (
    ("", "The file, and each of its cases", ExperimentModel),
    ("inputs.x", "An input; weights take the same but `declared` and `set`", InputModel),
    ("inputs.x.arange", "arange", Arange),
    ("inputs.x.linspace", "linspace", Linspace),
    ("inputs.x.powers", "powers", Powers),
    ("inputs.x.random", "random", Random),
    ("inputs.x.tile", "tile", Tile),
    ("inputs.x.concat", "concat and stack", Join),
    ("inputs.x.scale", "scale", Scaling),
    ("inputs.x.transpose", "transpose", Transpose),
    ("network.y", "A layer", LayerModel),
    ("build", "build", Build),
    ("build.profiles.0.x", "A range of a profile", Profile),
    ("expect", "expect", ExpectModel),
    ("expect.y", "An expected output; its values by any generator", OutputModel),
    ("tolerance", "tolerance, of a file, a case or an output", Rule),
    ("tolerance.auto", "Options of auto", AutoOptions),
    ("repeat", "repeat", Repeat),
)


def sections() -> Iterator[Section]:
    """The whole reference, outermost keys first."""
    for path, title, model in _SECTIONS:
        own = [field for field in of_model(model) if not (model is OutputModel and field.name in _generators())]
        entries = [_entry(path, model, field.name, field.kind, field.members, field.text) for field in own]
        if model is ExperimentModel:
            entries += [Entry(key, "mapping", "", text, EXAMPLES.get(key, "")) for key, text in KEYS.items()]
        yield Section(title, " ".join((model.__doc__ or "").split()), tuple(entries))


def entries() -> dict[str, Entry]:
    """path -> entry."""
    return {entry.path: entry for section in sections() for entry in section.entries}


def found(key: str) -> list[Entry]:
    """The entries that a key means: by its path, with any names in it, or by its last parts. Empty if there is none."""
    every, parts = entries(), key.split(".")
    if key in every:
        return [every[key]]
    return [entry for path, entry in every.items() if _alike(path.split("."), parts)]


def markdown() -> str:
    """The reference as tables."""
    lines: list[str] = []
    for section in sections():
        lines += [
            f"### {section.title}",
            "",
            section.about,
            "",
            "| key | type | default | |",
            "| --- | --- | --- | --- |",
        ]
        for entry in section.entries:
            name, default = entry.path.rpartition(".")[2], f"`{entry.default}`" if entry.default else ""
            lines.append(f"| `{name}` | {_cell(entry.kind)} | {default} | {_cell(entry.text)} |")
        lines.append("")
        for entry in section.entries:
            if entry.example:
                lines += ["```yaml", f"# {entry.path}", entry.example.strip(), "```", ""]
    return "\n".join(lines)


def _entry(path: str, model: type[BaseModel], name: str, kind: str, members: tuple[str, ...], text: str) -> Entry:
    place = f"{path}.{name}".lstrip(".")
    if members:
        kind = " or ".join(dict.fromkeys([*(f"`{member}`" for member in members), *_beside(kind)]))
    by_name = {field.alias or key: field for key, field in model.model_fields.items()}
    return Entry(
        place,
        kind,
        "" if by_name[name].is_required() else _default(by_name[name].default),
        text,
        EXAMPLES.get(place, ""),
    )


def _beside(kind: str) -> list[str]:
    """What may be given beside the words of an enum."""
    return [part for part in kind.split(" or ") if part != "text"]


def _default(value: Any) -> str:
    if value is None or isinstance(value, BaseModel) or value in ({}, [], ""):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _generators() -> set[str]:
    return set(InputModel.model_fields) - {"shape", "dtype"}


def _alike(path: list[str], parts: list[str]) -> bool:
    """Whether a path is meant by the given parts: the same ends, or the same but for the names that authors choose."""
    if len(parts) <= len(path) and path[-len(parts) :] == parts:
        return True
    chosen = {1} if path[0] in ("inputs", "network") or path[:2] == ["expect", "y"] else set()
    chosen |= {2, 3} if path[:2] == ["build", "profiles"] else set()
    same = [i in chosen or part == given for i, (part, given) in enumerate(zip(path, parts, strict=False))]
    return len(path) == len(parts) and all(same)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
