"""From a page to those around it: the matrix, the experiments before and after it, the same one on other releases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from trtexp.report import escape
from trtexp.report.order import experiments_in_order, newest_name_first

MATRIX = "README.md"  # the page of all reports, beside the folders of the releases
TOP = "experiments"  # what the group of experiments in no folder is called


@dataclass(frozen=True)
class Near:
    """What lies around a page. before, after: names of pages of its release; releases: others that have the page."""

    before: str | None = None
    after: str | None = None
    releases: tuple[str, ...] = ()


ALONE = Near()


def nearby(pages: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Near]:
    """(release, name) of all pages -> what is near to each. It depends on which pages there are, and on nothing else,
    so that what a page says of its neighbours changes only where pages come or go."""
    ordered = sorted(set(pages), key=lambda page: (newest_name_first(page[0]), experiments_in_order(page[1])))
    having: dict[str, list[str]] = {}
    for release, name in ordered:
        having.setdefault(name, []).append(release)
    found = {}
    for release, group in groupby(ordered, key=lambda page: page[0]):
        names = [name for _, name in group]
        for before, name, after in zip([None, *names], names, [*names[1:], None], strict=False):
            found[release, name] = Near(before, after, tuple(r for r in having[name] if r != release))
    return found


def folder(name: str) -> str:
    """The group of a page in the matrix: the folder of its experiment."""
    return name.rpartition("/")[0] or TOP


def line(name: str, near: Near) -> str:
    """The links of a page as one paragraph."""
    up = "../" * (1 + name.count("/"))
    here = up.removesuffix("../")
    said = [f"[all reports]({up}{MATRIX}#{escape.anchor(folder(name))})"]
    if near.before is not None:
        said.append(f"← {escape.link(near.before, f'{here}{near.before}.md')}")
    if near.after is not None:
        said.append(f"{escape.link(near.after, f'{here}{near.after}.md')} →")
    if near.releases:
        others = ", ".join(escape.link(release, f"{up}{release}/{name}.md") for release in near.releases)
        said.append(f"also on {others}")
    return "\n".join(escape.wrap(" · ".join(said)))
