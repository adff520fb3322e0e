"""Names of tensors, weights and layers."""

from __future__ import annotations

import re

from trtexp.definition.steps import NETWORK
from trtexp.spec.models import ExpectModel

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
RESERVED = (NETWORK, *ExpectModel.model_fields)


def bad_name(name: object) -> str:
    """Why a name cannot be used."""
    if name in RESERVED:
        return f"{name!r} is a reserved word; choose another name"
    return f"{name!r} is no name; use letters, digits and _, and start with a letter"
