"""Records of older formats -> the format of today, without a GPU: a step from each format to the next.

A new format is one function, in a file that is never changed again, and one line in STEPS. A step takes and returns
plain JSON data, since the records' own classes are those of the last format. `python -m trtexp.records.upgrade` does it
in place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from trtexp.errors import DamagedRecord
from trtexp.files.atomic import write_text
from trtexp.files.opening import files_below
from trtexp.files.reading import read_bytes
from trtexp.records.files import format_of, from_json, to_json
from trtexp.records.model import FORMAT
from trtexp.records.upgrade.format_1 import from_format_1

#: format -> what makes the next one of it; raises ValueError for what that format did not have.
STEPS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    1: from_format_1,
}


def upgraded(text: str | bytes, name: str) -> str:
    """The text of a record as it is written today. name: of the file, for the message. Raises DamagedRecord."""
    found = format_of(text)
    if found is not None and found < FORMAT:
        data = json.loads(text)
        try:
            for number in range(found, FORMAT):
                data = STEPS[number](data) | {"format": number + 1}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            why = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
            raise DamagedRecord(f"{name}: cannot be upgraded: {why}; run the experiment again to replace it") from error
        text = json.dumps(data)
    return to_json(from_json(text, name))


def upgrade(path: Path) -> bool:
    """Upgrade one record in place; True if it changed. Raises DamagedRecord and OSError, the old file left whole."""
    return write_text(path, upgraded(read_bytes(path), str(path)))


def old_records(path: Path) -> Iterator[Path]:
    """The records below a folder, or the file itself; other JSON is passed over. Raises OSError."""
    for file in files_below(path, ".json") if path.is_dir() else [path]:
        if format_of(read_bytes(file)) is not None:
            yield file
