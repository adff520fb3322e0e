"""Names of tensors, weights, layers and cases."""

from __future__ import annotations

import re

from trtexp.definition.names import LONGEST, is_name
from trtexp.definition.steps import NETWORK
from trtexp.spec.models import ExpectModel

RESERVED = (NETWORK, *ExpectModel.model_fields)
_CASE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+=-]*", re.ASCII)


def good_name(name: object) -> bool:
    """Whether a tensor, a weights array or a layer may be called that."""
    return is_name(name) and name not in RESERVED


def bad_name(name: object) -> str:
    """Why a name cannot be used."""
    if name in RESERVED:
        return f"{name!r} is a reserved word; choose another name"
    said = f"{name!r} is no name; use letters, digits and _, and start with a letter"
    return _too_long(name) or f"{said}{_better(name, 'x')}"


def good_case(name: object) -> bool:
    """Whether a case may be called that."""
    return isinstance(name, str) and len(name) <= LONGEST and _CASE.fullmatch(name) is not None


def bad_case(name: object) -> str:
    """Why a case cannot be called that."""
    return _too_long(name) or f"{name!r} is no name for a case; use letters, digits and _{_better(name, '')}"


def _better(name: object, first: str) -> str:
    """`, as in my_case`: the name with what is allowed of it; nothing if that is no name either."""
    kept = re.sub(r"[^A-Za-z0-9_]+", "_", str(name)).strip("_")
    better = kept if re.match("[A-Za-z]" if first else ".", kept) else f"{first}{kept}"
    return f", as in {better}" if kept and better not in RESERVED else ""


def _too_long(name: object) -> str:
    long = len(str(name)) > LONGEST
    return f"a name of {len(str(name))} characters; at most {LONGEST} are allowed" if long else ""
