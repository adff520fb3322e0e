"""The order of releases and of experiments in what is read across them."""

from __future__ import annotations

import re

from trtexp.records.model import ReleaseRecord

_FLAVOURS = ["tensorrt", "tensorrt-rtx"]


def newest_first(release: ReleaseRecord) -> tuple[int, list[int], str]:
    """A sort key: tensorrt by version from the newest, then tensorrt-rtx alike, other flavours, the reference last."""
    return _key(release.flavour, release.version, release.name, release.backend == "reference")


def newest_name_first(name: str) -> tuple[int, list[int], str]:
    """The same key of a release of which only the name is known, `tensorrt-8.6.0`: that of its folder of reports."""
    known = re.fullmatch(r"(.+?)-(\d.*)", name)
    flavour, version = known.groups() if known else (name, "")
    return _key(flavour, version, name, known is None)


def _key(flavour: str, version: str, name: str, last: bool) -> tuple[int, list[int], str]:
    group = _FLAVOURS.index(flavour) if flavour in _FLAVOURS else len(_FLAVOURS) + last
    return group, [*(-int(part) for part in re.findall(r"\d+", version)), 1], name


def experiments_in_order(name: str) -> tuple[str, str]:
    """A sort key of page names, `layers/pooling`: those of no folder first, then folder by folder."""
    folder, _, last = name.rpartition("/")
    return folder, last
