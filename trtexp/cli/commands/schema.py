"""trtexp schema"""

from __future__ import annotations

import sys

from trtexp.cli.options import SchemaOptions
from trtexp.spec.schema import text


def schema(options: SchemaOptions) -> int:
    """Print the JSON Schema, or compare a file with it. Raises OSError."""
    if options.check is None:
        print(text(), end="")
        return 0
    if options.check.read_text(encoding="utf-8") == text():
        return 0
    print(f"{options.check} is out of date; write it again: trtexp schema > {options.check}", file=sys.stderr)
    return 1
