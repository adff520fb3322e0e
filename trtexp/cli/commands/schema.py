"""trtexp schema"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from trtexp.spec.schema import text


def schema(options: argparse.Namespace) -> int:
    """Print the JSON Schema, or compare a file with it. Raises OSError."""
    if options.check is None:
        print(text(), end="")
        return 0
    if Path(options.check).read_text(encoding="utf-8") == text():
        return 0
    print(f"{options.check} is out of date; write it again: trtexp schema > {options.check}", file=sys.stderr)
    return 1
