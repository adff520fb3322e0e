"""The text of an experiment file, changed in place: numbers and keys by where they stand, all else as it was."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from collections.abc import Mapping as Dict
from collections.abc import Sequence as Items
from itertools import pairwise
from typing import NamedTuple

from trtexp.spec.tree import Mapping, Node, Scalar, Sequence, children, parse, scalar

#: As texts have what is no finite number -> as YAML has it.
SPECIAL = {"NaN": ".nan", "inf": ".inf", "-inf": "-.inf"}

_PROPERTY = re.compile(r"(?:[&!]\S*\s+)*")  # an anchor before a value
_BREAKS = "\n\r\x85\u2028\u2029"  # as YAML 1.1 has them
_LINE_END = re.compile(rf"\r\n|[{_BREAKS}]|$")
_COMMENT = re.compile(r"[\]}, ]*?( +)#")


class Edit(NamedTuple):
    """What stands from start to end becomes this text."""

    start: int
    end: int
    text: str


class Source:
    """A file's text and its tree, in which an alias is the same node again."""

    def __init__(self, text: str, file: str) -> None:
        self.bom = text[: text.startswith("\ufeff")]
        self.text = text[len(self.bom) :]
        self.tree = parse(text, file)
        self.parents: dict[int, list[tuple[Node, str | int]]] = {}
        self.nodes: dict[int, Node] = {}  # by where they start; a collection before its first child
        self._enter(self.tree)

    def _enter(self, node: Node) -> None:
        for key, child in _named(node):
            known = id(child) in self.parents
            self.parents.setdefault(id(child), []).append((node, key))
            if not known:
                self.nodes.setdefault(child.span[0], child)
                self._enter(child)

    def path(self, node: Node) -> tuple[str | int, ...]:
        """The keys that lead to a node, by its first place."""
        found: list[str | int] = []
        while node is not self.tree:
            node, key = self.parents[id(node)][0]
            found.append(key)
        return tuple(reversed(found))

    def uses(self, node: Node) -> int:
        """How many places of the file have this node, counting what it is in and what is in it."""
        most = max((len(self.parents[id(each)]) for each in below(node)), default=1)
        while node is not self.tree:
            most = max(most, len(self.parents[id(node)]))
            node = self.parents[id(node)][0][0]
        return most

    def numbers(self, values: Node, new: Dict[int, str]) -> Iterator[Edit]:
        """Write numbers into nested lists, by their place in row-major order; columns stay below each other."""
        lines: dict[int, list[tuple[Scalar, str | None]]] = {}
        for place, leaf in enumerate(leaves(values)):
            lines.setdefault(leaf.mark.line, []).append((leaf, new.get(place)))
        for tokens in lines.values():
            if any(text is not None for _, text in tokens):
                yield from self._line(tokens)

    def _line(self, tokens: Items[tuple[Scalar, str | None]]) -> Iterator[Edit]:
        """The numbers of one line: each decimal point stays in its column where the spaces before it allow that."""
        shift = 0  # how far what comes next has moved to the right
        end = self.place(tokens[0][0])[0]
        for leaf, text in tokens:
            before, (start, end) = end, self.place(leaf)
            if "\t" in self.text[before:start]:
                shift = 0  # behind a tab are no columns to be kept
            old = self.text[start:end]
            lead = 0 if text is None else _whole(old) - _whole(text)
            edit = self._spaces(start, lead - shift)
            yield edit
            shift += len(edit.text) - (edit.end - edit.start)
            if text is not None:
                yield Edit(start, end, text)
                shift += len(text) - len(old)
        comment = _COMMENT.match(self.text, end)
        if comment is not None:
            yield self._spaces(comment.end() - 1, -shift)

    def _spaces(self, end: int, more: int) -> Edit:
        """More or fewer spaces before a place, of which one stays where one is needed, and an indentation all."""
        start = end - (len(before := self.text[:end]) - len(before.rstrip(" ")))
        count, last = end - start, self.text[start - 1 : start]
        least = count if last in ("", *_BREAKS) else 0 if last == "[" else min(count, 1)
        return Edit(start, end, " " * max(least, count + more))

    def keys(self, mapping: Mapping, after: str, new: Dict[str, str]) -> Iterator[Edit]:
        """Set keys of a mapping to texts, as they stand; what is not there yet comes after this key."""
        missing = {key: text for key, text in new.items() if key not in mapping.keys}
        for key in (key for key in new if key in mapping.keys):
            after = key
            node = mapping.keys[key][1]
            if isinstance(node, Scalar) and node.value != scalar(new[key]):
                yield Edit(*self.place(node), new[key])
        if not missing:
            return
        end = self._end(mapping.keys[after][1])
        if mapping.flow:
            yield Edit(end, end, "".join(f", {key}: {text}" for key, text in missing.items()))
            return
        line_end, break_ = self._line_end(end)
        first = _LINE_END.search(self.text)
        break_ = break_ or (first[0] if first is not None else "") or "\n"
        indent = " " * (mapping.keys[after][0].column - 1)
        lines = "".join(f"{break_}{indent}{key}: {text}" for key, text in missing.items())
        yield Edit(line_end, line_end, lines)

    def without(self, mapping: Mapping, names: Collection[str]) -> Iterator[Edit]:
        """Take scalars out of a mapping that keeps another key before them; in block style with their lines."""
        keys = list(mapping.keys)
        for before, key in pairwise(keys):
            if key not in names:
                continue
            end = self._end(mapping.keys[key][1])
            if mapping.flow:
                yield Edit(self._end(mapping.keys[before][1]), end, "")
            else:
                yield Edit(self._line_end(self._end(mapping.keys[before][1]))[0], self._line_end(end)[0], "")

    def _line_end(self, place: int) -> tuple[int, str]:
        """Where the line of a place ends, and its break, which the last line may lack."""
        found = _LINE_END.search(self.text, place)
        assert found is not None
        return found.start(), found[0]

    def place(self, leaf: Scalar) -> tuple[int, int]:
        """Where the text of a scalar stands, without its anchor."""
        match = _PROPERTY.match(self.text, leaf.span[0])
        return (match.end() if match else leaf.span[0]), leaf.span[1]

    def _end(self, node: Node) -> int:
        """Where a node's last character stands; a block collection ends with its last child."""
        if isinstance(node, (Sequence, Mapping)) and not node.flow and (inner := list(children(node))):
            return self._end(inner[-1])
        return node.span[1]

    def changed(self, edits: Items[Edit]) -> str:
        """The text with all edits made."""
        text, parts, end = self.text, [self.bom], 0
        for edit in sorted(set(edits)):
            assert edit.start >= end, "two edits of one place"
            parts += [text[end : edit.start], edit.text]
            end = edit.end
        return "".join([*parts, text[end:]])


def leaves(node: Node) -> Iterator[Scalar]:
    """The scalars of nested lists in order."""
    if isinstance(node, Scalar):
        yield node
    for child in children(node):
        yield from leaves(child)


def quoted(text: str) -> str:
    """A text as a YAML scalar that also stands in a flow mapping: plain if it can be."""
    if re.fullmatch(r"[A-Za-z0-9](?:[\w. ()/+-]*[\w.()/+-])?", text, re.ASCII) and isinstance(scalar(text), str):
        return text
    return "'" + text.replace("'", "''") + "'"


def _whole(text: str) -> int:
    """The columns before a number's decimal point."""
    match = re.match(r"[-+]?\d+", text)
    return match.end() if match else len(text)


def _named(node: Node) -> Iterator[tuple[str | int, Node]]:
    if isinstance(node, Mapping):
        yield from ((key, child) for key, (_, child) in node.keys.items())
    else:
        yield from enumerate(children(node))


def below(node: Node) -> Iterator[Node]:
    """A node and all that is in it."""
    yield node
    for child in children(node):
        yield from below(child)
