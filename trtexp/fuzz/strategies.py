"""Hypothesis strategies: a layer's own small network, changed a few times in ways that its model allows."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from trtexp.fuzz import changes
from trtexp.fuzz.chains import longer, several_outputs
from trtexp.fuzz.near import longer_list, near, other_name, other_numbers
from trtexp.fuzz.network import Data
from trtexp.fuzz.subject import Subject, subject

#: A change of a network in place. It may leave a network that nobody takes: a refusal is an answer, too.
Change = Callable[[Data, Subject, DrawFn], None]
MOST_CHANGES = 5


@cache
def networks(word: str, release: str) -> SearchStrategy[Data]:
    """Networks around a layer of a release."""
    found = subject(word, release)
    assert found is not None, word
    return _changed(found)


@st.composite
def _changed(draw: DrawFn, of: Subject) -> Data:
    data: Data = copy.deepcopy(of.start)
    for _ in range(draw(_COUNTS)):
        draw(_CHANGES)(data, of, draw)
    if draw(_IN_SIX) == LAST:
        longer(data, of, draw)
    if draw(_IN_SIX) == LAST:
        several_outputs(data, of, draw)
    return data


_COUNTS: SearchStrategy[int] = st.sampled_from((0, 1, 1, 2, 2, 2, 3, 3, 4, MOST_CHANGES))
LAST = 5  # shrinks to 0, which leaves a network alone
_IN_SIX: SearchStrategy[int] = st.integers(0, LAST)
#: Each change as often as it stands here; what shrinks best comes first.
_EVERY: tuple[Change, ...] = (
    *(changes.attribute, changes.attribute, changes.attribute, changes.argument, changes.argument),
    *(changes.dtype_of_all, changes.dtype_of_one, changes.size_of_all, changes.size_of_all, changes.size_of_one),
    *(changes.rank_of_all, changes.rank_of_all, changes.shape_of_one, changes.operand, changes.operand),
    *(changes.left_out, changes.dynamic, near, near, longer_list, other_numbers, other_name),
)
_CHANGES: SearchStrategy[Any] = st.sampled_from(_EVERY)
