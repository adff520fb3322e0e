"""libyaml's complaints in plain words, each with what to do."""

from __future__ import annotations


def broken_yaml(context: str, problem: str, line: int | None, character: str) -> str:
    """libyaml's complaint with what to do. line: where what it complains of began; character: the one it met."""
    if character == "\t":
        return "broken YAML: a tab; YAML is indented by spaces, write two for each level"
    if problem == "mapping values are not allowed in this context":
        return "broken YAML: a second ': ' in one line; put a text with a colon in quotes, as in title: 'a: b'"
    if "flow" in context:
        opened = "{" if "mapping" in context else "["
        where = f" of line {line}" if line else ""
        closed = "}" if opened == "{" else "]"
        return f"broken YAML: the {opened}{where} is not closed; write a {closed}, or the comma that is missing"
    if problem in ("did not find expected key", "did not find expected '-' indicator"):
        return "broken YAML: this line is indented unlike those beside it; keys of one mapping start in one column"
    if problem == "found unexpected end of stream" and "quoted scalar" in context:
        return f"broken YAML: a quote{f' of line {line}' if line else ''} is not closed"
    if problem == "found character that cannot start any token" or context == "while scanning an alias":
        first = "*" if context == "while scanning an alias" else character
        return f"broken YAML: a text that begins with {first} stands in quotes, as in '{first}…'"
    if problem == "found unexpected ':'":
        return "broken YAML: nothing stands behind a colon; write a value, or {} for nothing"
    return f"broken YAML: {f'{context}, ' if context else ''}{problem}"
