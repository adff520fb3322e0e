"""Text from YAML and TensorRT as Markdown that it cannot break out of: no tables, fences, tags or links of its own."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from trtexp.errors import visible

WIDTH = 116  # columns of a line of prose, so that a page also reads well in a terminal

_HELD = "\x00"  # stands for a space at which a line must not be broken
_ATOM = re.compile(
    r"(?P<code>(?<!`)(?P<tick>`+)(?!`)(?P<body>.+?)(?<!`)(?P=tick)(?!`))|(?P<url>https?://[^\s<>`]+)", re.DOTALL
)
_MARKED = re.compile(r"##(?=\w*\[)")
_SPAN = re.compile(r"(?<![\\`])(`+)(?!`).+?(?<!`)\1(?!`)")
_SPECIAL = re.compile(r"[\\`<$]|[*~](?=\S)|&(?=#?\w+;)|\](?=[(\[])|(?<![^\W_])_(?=\S)")
_START = re.compile(r"^(?:[-+*](?=\s|$)|[-=|:](?=[-=|: ]*$)|#(?=[#\s]|$)|>|\[(?=\^|[^\]]*\]:)|\d+(?=[.)](?:\s|$)))")


def inert(line: str) -> str:
    """A line that no CI takes for a command of its own: GitHub's `::name::` and `##[name]`, Azure's and TeamCity's
    `##name[`."""
    if "##" not in line and "::" not in line:
        return line
    line = _MARKED.sub(r"#\\#", line)
    start = len(line) - len(line.lstrip())
    return f"{line[:start]}\\{line[start:]}" if line.startswith("::", start) else line


def width(text: str) -> int:
    """Columns of a terminal that the text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) or c == "\ufe0f" else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def inline(text: str) -> str:
    """A line of text in which only `code` and web addresses have a meaning."""
    return _guard(_atoms(text.strip()))


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", visible(text))


def _guard(line: str) -> str:
    """The line, if its start would make a list, a heading or a quote of it, with that start escaped."""
    return _START.sub(lambda m: m[0] + "\\" if m[0].isdigit() else "\\" + m[0], line)


def code(text: str) -> str:
    """A code span, with a delimiter longer than any run of backticks inside."""
    body = visible(text) or " "
    tick = "`" * (1 + max((len(run) for run in re.findall("`+", body)), default=0))
    pad = " " if body[0] == "`" or body[-1] == "`" else ""
    return f"{tick}{pad}{body}{pad}{tick}"


def code_tag(text: str) -> str:
    """Code where Markdown means nothing: in the line of an HTML tag."""
    return f"<code>{html.escape(visible(text), quote=False)}</code>"


def cell(markdown: str) -> str:
    """Markdown inside a table: an unescaped `|` would end the cell, in a code span too."""
    return re.sub(r"(?<!\\)((?:\\\\)*)\|", r"\1\\|", markdown)


def fence(text: str, language: str = "text") -> str:
    """A fenced block, its fence longer than any run of backticks inside."""
    body = visible(text, keep="\n").rstrip("\n")
    tick = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", body)), default=0))
    return f"{tick}{language}\n{body}\n{tick}"


def strong(text: str) -> str:
    """Inline text in bold, which no asterisk of its own ends."""
    spans = re.compile(_SPAN.pattern + r"|(?<!\\)\*")
    inner = spans.sub(lambda m: r"\*" if m[0] == "*" else m[0], inline(text))
    return f"**{inner}**"


def link(text: str, target: str) -> str:
    """A link to a path or an anchor."""
    return f"[{label(text)}]({path(target)})"


def image(text: str, target: str) -> str:
    """An image, and what it shows in words."""
    return f"!{link(text, target)}"


def label(text: str) -> str:
    """The text of a link: brackets would end it, and code and addresses would come before it."""
    return re.sub(r"[\[\]]", r"\\\g<0>", _escape(text.strip()).replace("\\]", "]"))


def anchor(heading: str) -> str:
    """The anchor that GitHub gives to a heading, the first of its kind on a page."""
    return re.sub(r"[^\w\- ]", "", visible(heading).strip().lower()).replace(" ", "-")


def anchors(headings: Iterable[str]) -> list[str]:
    """The anchors of all headings of a page, in their order: those that are alike are counted."""
    seen: dict[str, int] = {}
    found = []
    for slug in map(anchor, headings):
        count = seen.get(slug, 0)
        seen[slug] = count + 1
        found.append(f"{slug}-{count}" if count else slug)
    return found


def path(target: str) -> str:
    """A path or an anchor as the target of a link."""
    return quote(target, safe="/#.-_~")


def address(url: str) -> str:
    """A web address as a link that shows itself; anything else as code."""
    return f"<{url}>" if re.fullmatch(r"https?://[!-;=?-~]+", url) and "`" not in url else code(url)


def prose(text: str, prefix: str = "", columns: int = WIDTH) -> str:
    """Paragraphs, and lists that start one, with `code` and web addresses; all else is plain text.

    prefix: what every line starts with, such as `> `.
    """
    paragraphs = [
        "\n".join(_item(item, prefix, columns) for item in _items(paragraph))
        for paragraph in re.split(r"\n\s*\n", text.strip())
    ]
    return f"\n{prefix.rstrip()}\n".join(p for p in paragraphs if p)


def bullet(text: str) -> str:
    """A list item, its further lines indented."""
    return "- " + prose(text, prefix="  ")[2:]


def _items(paragraph: str) -> Iterator[str]:
    lines: list[str] = []
    listed = paragraph.lstrip().startswith("- ")
    for line in paragraph.split("\n"):
        if listed and line.lstrip().startswith("- ") and lines:
            yield " ".join(lines)
            lines = []
        lines.append(re.sub(r"[ \t\r]+", " ", line).strip())
    yield " ".join(lines)


def _item(item: str, prefix: str, columns: int) -> str:
    bullet, hang = ("- ", "  ") if item.startswith("- ") else ("", "")
    lines = wrap(_atoms(item[len(bullet) :]), columns - len(prefix) - len(bullet))
    return "\n".join(prefix + (hang if i else bullet) + line for i, line in enumerate(lines))


def _atoms(text: str) -> str:
    """Escaped text in which code spans and addresses are left standing."""
    parts, end = [], 0
    for match in _ATOM.finditer(text):
        parts.append(_escape(text[end : match.start()]))
        parts.append(code(match["body"].strip()) if match["code"] else _url(match["url"]))
        end = match.end()
    return "".join([*parts, _escape(text[end:])])


def _url(url: str) -> str:
    tail = re.search(r"[).,;:!?'\"]*$", url)
    end = tail.start() if tail else len(url)
    return address(url[:end]) + _escape(url[end:])


def wrap(markdown: str, columns: int = WIDTH) -> list[str]:
    """Lines of escaped Markdown, broken at spaces outside of code, each a plain line of its paragraph."""
    lines, line, taken = [], "", 0
    held = re.sub(r" ([-+*=]) ", rf"{_HELD}\1{_HELD}", markdown)  # no line starts with what could be a bullet
    for word in _SPAN.sub(lambda m: m[0].replace(" ", _HELD), held).split(" "):
        columns_of_word = width(word)
        if line and taken + 1 + columns_of_word > columns:
            lines.append(line)
            line, taken = word, columns_of_word
        else:
            line, taken = (f"{line} {word}", taken + 1 + columns_of_word) if line else (word, columns_of_word)
    return [_guard(each.replace(_HELD, " ")) for each in [*lines, line]]
