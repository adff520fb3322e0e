"""Experiments that are changed by what they mean: no command fails at one, and none takes long."""

import os

import pytest
from sampling import sample

from fuzz.campaign import campaign

EXAMPLES = int(os.environ.get("TRTEXP_FUZZ_EXAMPLES", "5000"))
SEED = int(os.environ.get("TRTEXP_FUZZ_SEED", "1"))
PARTS = 20


@pytest.mark.parametrize("part", sample(range(PARTS)))
def test_no_command_fails_at_an_experiment(part, tmp_path):
    numbers = range(part * EXAMPLES // PARTS, (part + 1) * EXAMPLES // PARTS)
    tally = campaign(SEED, numbers, tmp_path)
    assert not tally.found, "\n\n".join(map(str, tally.found[:3]))
    assert tally.codes.total() == len(numbers)
    assert len(numbers) < 100 or tally.codes[0] > len(numbers) / 20, "hardly an experiment is valid"
