"""YAML text -> a tree of located nodes, by PyYAML's C parser, with YAML 1.2 scalars and hard limits.

The tree is built from parser events: nothing recurses while reading, nothing is constructed from tags, and an alias is
the same node again, counted as often as it is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Union

import yaml

from trtexp.numerics.budget import Limits
from trtexp.spec.broken import broken_yaml
from trtexp.spec.errors import Fault, Mark, SpecError

MOST_DEPTH = 64
MOST_TEXT = 20_000  # characters of one scalar
MOST_ITEMS = 10_000  # of one list that is not below `values`

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = {"inf": float("inf"), "nan": float("nan")}
_WORDS: dict[str, Any] = {"": None, "~": None} | {
    spelling: value
    for word, value in (("null", None), ("true", True), ("false", False))
    for spelling in (word, word.capitalize(), word.upper())
}


class Reader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """PyYAML's parser, used for its events only."""


class Number(float):
    """A float that keeps the digits it was written with."""

    text: str

    def __new__(cls, text: str, value: float) -> Number:
        made = super().__new__(cls, value)
        made.text = text
        return made

    def __getnewargs__(self) -> tuple[str, float]:  # type: ignore[override]  # float's takes one
        """What `__new__` wants, for pickle."""
        return self.text, float(self)


#: From where to where a node stands in the text, in characters; the end of a block collection is that of what follows.
Span = tuple[int, int]


@dataclass(eq=False)
class Scalar:
    mark: Mark
    value: Any
    size: int = 1
    depth: int = 0
    span: Span = (0, 0)


@dataclass(eq=False)
class Sequence:
    mark: Mark
    items: list[Node] = field(default_factory=list)
    size: int = 1
    depth: int = 1
    span: Span = (0, 0)
    flow: bool = False


@dataclass(eq=False)
class Mapping:
    """keys: key -> (the key's own place, node)."""

    mark: Mark
    keys: dict[Any, tuple[Mark, Node]] = field(default_factory=dict)
    size: int = 1
    depth: int = 1
    span: Span = (0, 0)
    flow: bool = False


Node = Union[Scalar, Sequence, Mapping]


def parse(text: str, file: str, most: int = Limits.values) -> Mapping:
    """Read one document whose top is a mapping, of so many values at most, aliases expanded. Raises SpecError."""
    reader = Reader(text)
    try:
        top = _compose(reader, file, most)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        place = Mark(file, mark.line + 1, mark.column + 1) if mark else Mark(file, *_position(text, error))
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        began = getattr(error, "context_mark", None)
        met = "".join(text.split("\n")[place.line - 1 : place.line])[place.column - 1 : place.column]  # may be the end
        context = getattr(error, "context", None) or ""
        raise _fault(place, broken_yaml(context, problem, began and began.line + 1, met)) from error
    finally:
        reader.dispose()
    if not isinstance(top, Mapping):
        what = "nothing" if top is None else "a list" if isinstance(top, Sequence) else "a single value"
        raise _fault(
            Mark(file, 1, 1), f"{what} at the top of the file; an experiment is a mapping that starts with title:"
        )
    return top


def _position(text: str, error: yaml.YAMLError) -> tuple[int, int]:
    offset = getattr(error, "position", 0) or 0
    before = text[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")


def _fault(mark: Mark, message: str) -> SpecError:
    return SpecError([Fault(mark, "", "", message)])


def _compose(reader: Any, file: str, most: int) -> Node | None:
    """One document's events as a tree."""
    too_many = f"{{}} values, aliases expanded; a file may have {most}, or more by --limit values=N"
    stack: list[tuple[Node, Any]] = []  # open collections, each with the key that waits for its value
    anchors: dict[str, Node] = {}
    top: Node | None = None
    documents = count = 0
    while (event := reader.get_event()) is not None:
        kind = type(event)
        start, end = event.start_mark, event.end_mark
        mark = Mark(file, start.line + 1, start.column + 1)
        if kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                raise _fault(mark, "a second document; a file holds one experiment")
        elif kind in _ENDS:
            node, _ = stack.pop()
            node.span = (node.span[0], end.index)
            below = list(children(node))
            node.size += sum(child.size for child in below)
            node.depth += max((child.depth for child in below), default=0)
            if node.size > most:
                raise _fault(node.mark, too_many.format(node.size))
            if isinstance(node, Sequence) and len(node.items) > MOST_ITEMS and not _below_values(stack):
                raise _fault(node.mark, f"a list of {len(node.items)}; at most {MOST_ITEMS} are allowed but for values")
            if stack:
                stack[-1] = _attach(stack[-1], node, mark)
        elif kind is yaml.AliasEvent:
            if event.anchor not in anchors:
                raise _fault(mark, f"alias *{event.anchor} names no anchor above it")
            if any(node is anchors[event.anchor] for node, _ in stack):
                raise _fault(mark, f"alias *{event.anchor} stands inside its own anchor")
            if len(stack) + anchors[event.anchor].depth > MOST_DEPTH:
                raise _fault(mark, f"nested deeper than {MOST_DEPTH} levels")
            stack[-1] = _attach(stack[-1], anchors[event.anchor], mark)
        elif kind is yaml.ScalarEvent or kind in _STARTS:
            if event.tag is not None:
                raise _fault(mark, f"tag {event.tag}; tags are not allowed, an experiment is plain data")
            if kind is yaml.ScalarEvent and len(event.value) > MOST_TEXT:
                raise _fault(mark, f"a text of {len(event.value)} characters; at most {MOST_TEXT} are allowed")
            new = _node(event, mark, (start.index, end.index))
            count += 1
            if count > most:
                raise _fault(mark, too_many.format(count))
            if event.anchor is not None:
                anchors[event.anchor] = new
            if not isinstance(new, Scalar):
                if len(stack) >= MOST_DEPTH:
                    raise _fault(mark, f"nested deeper than {MOST_DEPTH} levels")
                stack.append((new, _NO_KEY))
            elif stack:
                stack[-1] = _attach(stack[-1], new, mark)
            top = new if top is None else top
    return top


def _below_values(stack: list[tuple[Node, Any]]) -> bool:
    return any(isinstance(key, Scalar) and str(key.value).endswith("values") for _, key in stack)


_ENDS = (yaml.SequenceEndEvent, yaml.MappingEndEvent)
_STARTS = {yaml.SequenceStartEvent: Sequence, yaml.MappingStartEvent: Mapping}


def _node(event: Any, mark: Mark, span: tuple[int, int]) -> Node:
    """What a scalar is, or a collection that is still empty."""
    if isinstance(event, yaml.ScalarEvent):
        return Scalar(mark, scalar(event.value) if event.implicit[0] else event.value, span=span)
    return _STARTS[type(event)](mark, span=span, flow=bool(event.flow_style))


_NO_KEY = object()


def _attach(entry: tuple[Node, Any], child: Node, mark: Mark) -> tuple[Node, Any]:
    """Put a child into the open collection; a mapping takes keys and values in turn."""
    node, key = entry
    if isinstance(node, Sequence):
        node.items.append(child)
        return entry
    assert isinstance(node, Mapping)
    if key is _NO_KEY:
        if not isinstance(child, Scalar) or isinstance(child.value, float):
            raise _fault(child.mark, "a key that is no plain name; keys are names or whole numbers")
        if child.value == "<<":
            raise _fault(mark, "merge key <<; write the keys out, or use cases, which merge over the file")
        if child.value in node.keys:
            first = node.keys[child.value][0]
            raise _fault(mark, f"duplicate key {child.value!r}; the first is in line {first.line}")
        return node, Scalar(mark, child.value)
    node.keys[key.value] = (key.mark, child)
    return node, _NO_KEY


def scalar(text: str) -> Any:
    """A plain scalar by YAML 1.2's core schema: `1e-5` is a number, `no` a string. Floats keep their digits."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        if len(text) > 400:
            return text
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.fullmatch(text):
        return Number(text, float(text))
    if text.lstrip("+-")[:1] == "." and (word := text.lstrip("+-")[1:].lower()) in _SPECIAL and len(text) <= 5:
        return Number(text, -_SPECIAL[word] if text.startswith("-") else _SPECIAL[word])
    return text


def children(node: Node) -> Iterator[Node]:
    """The nodes right below."""
    if isinstance(node, Sequence):
        yield from node.items
    elif isinstance(node, Mapping):
        yield from (child for _, child in node.keys.values())


def mapping(tree: Mapping, key: str) -> Mapping | None:
    """The mapping under a key; None if there is none."""
    node = tree.keys.get(key, (None, None))[1]
    return node if isinstance(node, Mapping) else None


def plain(node: Node) -> Any:
    """The tree as lists, dicts and values."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key: plain(child) for key, (_, child) in node.keys.items()}


def find(node: Node, path: tuple[str | int, ...]) -> tuple[Mark, Mark]:
    """(place of the key, place of the value) at a path; as far as the path leads."""
    key_mark = node.mark
    for part in path:
        if isinstance(node, Mapping) and part in node.keys:
            key_mark, node = node.keys[part]
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            key_mark = node.mark
        else:
            break
    return key_mark, node.mark


def merge(base: Node, over: Node) -> Node:
    """The one merge rule: mappings merge, everything else replaces, null removes."""
    if not isinstance(over, Mapping):
        return over
    if not isinstance(base, Mapping):
        base = Mapping(over.mark)
    keys = dict(base.keys)
    for key, (mark, child) in over.keys.items():
        if isinstance(child, Scalar) and child.value is None:
            keys.pop(key, None)
        else:
            keys[key] = (mark, merge(keys.get(key, (mark, child))[1], child))
    return merged_mapping(over.mark, keys)


def merged_mapping(mark: Mark, keys: dict[Any, tuple[Mark, Node]]) -> Mapping:
    """A mapping that stands in no text, of the size that its values have."""
    return Mapping(mark, keys, 1 + sum(node.size for _, node in keys.values()))
