"""The order of releases in what is read across releases."""

from __future__ import annotations

import re

from trtexp.records.model import ReleaseRecord

_FLAVOURS = ["tensorrt", "tensorrt-rtx"]


def newest_first(release: ReleaseRecord) -> tuple[int, list[int], str]:
    """A sort key: tensorrt by version from the newest, then tensorrt-rtx alike, other flavours, the reference last."""
    known = release.flavour in _FLAVOURS
    group = len(_FLAVOURS) + 1 if release.backend == "reference" else len(_FLAVOURS)
    numbers = [-int(part) for part in re.findall(r"\d+", release.version)]
    return _FLAVOURS.index(release.flavour) if known else group, [*numbers, 1], release.name
