"""trtexp schema"""

from __future__ import annotations

import sys

from trtexp.cli.options import SchemaOptions
from trtexp.files.reading import holds
from trtexp.spec.schema import text


def schema(options: SchemaOptions) -> int:
    """Print the JSON Schema, or compare a file with it. Raises OSError."""
    if options.check is None:
        print(text(), end="")
        return 0
    if holds(options.check, text().encode("utf-8")):
        return 0
    print(f"{options.check} is out of date; write it again: trtexp schema > {options.check}", file=sys.stderr)
    return 1
