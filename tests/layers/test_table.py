"""The table of layers."""

import subprocess
import sys
from pathlib import Path

import trtexp
from trtexp.layers import LAYERS
from trtexp.layers.table import TABLE


def test_the_table_is_sorted_and_all_that_there_is():
    assert list(TABLE) == sorted(TABLE) == list(LAYERS)


def test_reading_the_table_imports_nothing_heavy():
    code = (
        "import sys\nimport trtexp.layers.table\nprint([m for m in ('numpy', 'pydantic', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(trtexp.__file__).parents[1],
    )
    assert done.stdout == "[]\n"
