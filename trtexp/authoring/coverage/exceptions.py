"""What no experiment reaches, and why: the one list of it."""

from __future__ import annotations

from fnmatch import fnmatchcase

from trtexp.authoring.coverage.walk import Feature

#: (layer, name, reason), with * for any text; the first that matches counts.
EXCEPTIONS: tuple[tuple[str, str, str], ...] = (
    ("plugin*", "PluginFieldType.*", "no plugin whose mathematics the reference knows takes a field of this type"),
    ("inputs", "set_dynamic_range", "the attribute dynamic_range sets the same two numbers"),
)


def excepted(feature: Feature) -> tuple[str, str, str] | None:
    """The exception that a feature is; None if it is none."""
    return next((e for e in EXCEPTIONS if fnmatchcase(feature.layer, e[0]) and fnmatchcase(feature.name, e[1])), None)
