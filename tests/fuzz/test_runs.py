"""Campaigns of several seeds: kept by seed, added up on one page."""

import json
from dataclasses import replace

import pytest

from trtexp.engine.outcome import Outcome
from trtexp.errors import BadUsage
from trtexp.fuzz.campaign import Campaign, Plan
from trtexp.fuzz.finds import Find
from trtexp.fuzz.known import known
from trtexp.fuzz.network import Answer
from trtexp.fuzz.oracle import Sign
from trtexp.fuzz.page import page
from trtexp.fuzz.runs import FEWEST_TIMED, add, read, run_of
from trtexp.fuzz.tally import Round, Seen, Tally

RTX = "tensorrt-rtx-1.7.1.116"
PLAN = Plan(("softmax",), "tensorrt-rtx-1.7", RTX, 3, 100)
SIGN = Sign("softmax", "we_refuse", "C1")


def campaign(seed=3, tried=100, seconds=0.0):
    made = Campaign(replace(PLAN, seed=seed), seconds=seconds)
    tally = Tally(tried, reached={("attributes", "axes"), ("dtypes", "float32")}, cpu=seconds / 2)
    tally.answers.update({"takes": tried - 10, "refuses": 5, "later": 2})
    tally.kinds.update({"chains": 4})
    tally.saw(SIGN, Seen(Round("softmax", PLAN.release, seed, 0, 100), {}, 3))
    made.tallies["softmax"] = tally
    find = Find(SIGN, ("axes",), {}, Answer(), Outcome("defined"), RTX, seed, 2)
    made.finds[find.mechanism] = find
    made.known[0] = 1
    return made


def test_seeds_add_up_and_one_seed_takes_its_own_place(tmp_path):
    add(tmp_path, run_of(campaign(3), 2))
    add(tmp_path, run_of(campaign(4, tried=50), 2))
    runs = add(tmp_path, run_of(campaign(3), 2))
    assert [(run.seed, run.tried) for run in runs] == [(3, 100), (4, 50)]
    assert read(tmp_path / "FUZZ.json") == runs
    text = page(runs)
    assert (
        "150 networks tried in 2 runs: 140 agreed, 2 differ as is known, 4 differ otherwise, 4 were not judged" in text
    )
    assert "8 have more layers behind" in text
    assert "| `softmax` | 150 | 130 | 10 | 0 | 4 | 6 | 1 of 4 | 0 of 0 | 1 of 12 | 0 of 9 | 0 of 2 |" in text
    assert "trtexp fuzz --stage define --seed 4 --examples 50\n" in text
    assert "| `softmax` | trtexp refuses, TensorRT takes | `axes` | 4 | C1 |" in text
    assert f"`{known()[0].layer}`, trtexp refuses, TensorRT takes, 2 times: {known()[0].reason}" in text


def test_what_was_not_reached_is_named(tmp_path):
    line = next(each for each in page([run_of(campaign(), 1)]).splitlines() if each.startswith("- `softmax`: "))
    assert "constraints C1" in line and "ranks 8" in line and "dtypes float32" not in line


def test_the_speed_is_that_of_campaigns_that_are_long_enough(tmp_path):
    short = run_of(campaign(seconds=10.0), 2)
    assert short.seconds is None and " a second" not in page([short])
    long = run_of(campaign(tried=FEWEST_TIMED, seconds=100.0), 2)
    assert "tried in 100 s on 2 processes" in page([long])
    assert "500 a second. trtexp's own side took 50 s of CPU: 1000 a second and core." in page([long])
    assert run_of(campaign(tried=FEWEST_TIMED), 2).seconds is None  # put together of shards


@pytest.mark.parametrize("text", ["[]", "{", json.dumps({"format": 9, "runs": []})])
def test_a_record_of_another_version_is_refused_by_name(tmp_path, text):
    (tmp_path / "FUZZ.json").write_text(text)
    with pytest.raises(BadUsage, match=r"FUZZ\.json: .*delete it to begin anew"):
        add(tmp_path, run_of(campaign(), 2))
    assert (tmp_path / "FUZZ.json").read_text() == text
