"""The reference of the YAML: every key with its type, default, text and a short example, read from the models.

`experiments/README.md` holds it as tables, `trtexp explain KEY` prints one entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from trtexp.errors import BadUsage
from trtexp.spec.examples import EXAMPLES
from trtexp.spec.fields import Field, of_model
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

BEGINS = "<!-- written by: trtexp explain --write experiments/README.md -->"
ENDS = "<!-- end of what is written -->"


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
        entries = [_entry(path, model, field) for field in own]
        if model is ExperimentModel:
            entries += [Entry(key, "mapping", "", _sentence(text), EXAMPLES.get(key, "")) for key, text in KEYS.items()]
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


def page(text: str) -> str:
    """A page with the reference between its two marks. Raises BadUsage where it has none."""
    before, begins, rest = text.partition(BEGINS)
    _, ends, after = rest.partition(ENDS)
    if not begins or not ends:
        raise BadUsage(f"the page has no place for the reference; write {BEGINS} and {ENDS} on lines of their own")
    return f"{before}{BEGINS}\n\n{markdown()}\n{ENDS}{after}"


def markdown() -> str:
    """The reference as tables, each with the examples of its keys below it."""
    return "\n".join(line for section in sections() for line in _section(section))


def _section(section: Section) -> Iterator[str]:
    yield from (f"### {section.title}", "", section.about, "")
    yield from ("| key | what it takes | left out | |", "| --- | --- | --- | --- |")
    for entry in section.entries:
        name, default = entry.path.rpartition(".")[2], f"`{entry.default}`" if entry.default else ""
        yield f"| `{name}` | {_cell(entry.kind)} | {default} | {_cell(entry.text)} |"
    yield ""
    shown = [f"# {entry.path}\n{entry.example.strip()}" for entry in section.entries if entry.example]
    if shown:
        yield from ("```yaml part", "\n\n".join(shown), "```", "")


def _entry(path: str, model: type[BaseModel], field: Field) -> Entry:
    place = f"{path}.{field.name}".lstrip(".")
    by_name = {known.alias or key: known for key, known in model.model_fields.items()}
    default = "" if by_name[field.name].is_required() else _default(by_name[field.name].default)
    return Entry(place, _takes(field), default, _sentence(field.text), EXAMPLES.get(place, ""))


def _takes(field: Field) -> str:
    """The type in words, the members of an enum in the place of `text`."""
    members = ", ".join(f"`{member}`" for member in dict.fromkeys(field.members))
    return field.kind.replace("text", members, 1) if members else field.kind


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", ")", "…", "]")) else f"{text}."


def _default(value: Any) -> str:
    if value is None or isinstance(value, BaseModel) or value in ({}, [], ""):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _generators() -> set[str]:
    return set(InputModel.model_fields) - {"shape", "dtype"}


def _alike(path: list[str], parts: list[str]) -> bool:
    """Whether a path ends in the given parts, but for the names that authors choose."""
    chosen = {1} if path[0] in ("inputs", "network") or path[:2] == ["expect", "y"] else set()
    chosen |= {2, 3} if path[:2] == ["build", "profiles"] else set()
    start = len(path) - len(parts)
    return start >= 0 and all(start + i in chosen or path[start + i] == part for i, part in enumerate(parts))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
