"""Tests of which there are many: each run takes a sample, `make test-long` the rest."""

from collections.abc import Iterable
from typing import Any

import pytest

EACH = 6


def sample(values: Iterable[Any]) -> list[Any]:
    """For `parametrize`: all but every sixth are marked as long, in the order that they have."""
    return [value if i % EACH == 0 else pytest.param(value, marks=pytest.mark.long) for i, value in enumerate(values)]
