"""trtexp schema"""

from __future__ import annotations

from trtexp.cli.commands.generated import up_to_date
from trtexp.cli.options import SchemaOptions
from trtexp.spec.schema import text


def schema(options: SchemaOptions) -> int:
    """Print the JSON Schema, or compare a file with it. Raises OSError."""
    if options.check is None:
        print(text(), end="")
        return 0
    return up_to_date(options.check, text(), f"trtexp schema > {options.check}")
