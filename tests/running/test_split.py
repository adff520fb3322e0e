"""Which shard has what: the same everywhere, alike in time, and nearly the same with one case more."""

import random

import pytest

from trtexp.errors import BadUsage
from trtexp.running.split import BESIDE, parse_share, split

RNG = random.Random(16)
TIMES = {f"file_{i // 20}/case_{i}": RNG.lognormvariate(-4, 1) for i in range(1000)}


def loads(parts, times, count):
    return [sum(times[name] for name, part in parts.items() if part == number) for number in range(1, count + 1)]


@pytest.mark.parametrize("count", [2, 4, 16])
def test_shards_take_as_long_as_each_other(count):
    parts = split(TIMES, count)
    assert parts.keys() == TIMES.keys()
    beside = BESIDE * sum(TIMES.values()) / len(TIMES)
    whole = {name: seconds + beside for name, seconds in TIMES.items()}
    assert max(loads(parts, whole, count)) <= 1.03 * sum(whole.values()) / count


@pytest.mark.parametrize("count", [2, 4, 16])
def test_a_case_more_or_less_moves_few(count):
    names = list(TIMES)
    for times in (TIMES, dict.fromkeys(TIMES)):
        parts = split(times, count)
        for at in (0, 500, 1000):
            more = dict([*((name, times[name]) for name in names[:at]), ("new/case", times[names[0]])])
            more |= times
            moved = sum(parts[name] != part for name, part in split(more, count).items() if name in parts)
            assert moved <= len(TIMES) / 25


def test_it_is_the_same_on_every_machine_and_in_every_order():
    parts = split({name: TIMES[name] for name in reversed(TIMES)}, 3)
    assert parts == split(TIMES, 3)
    shared = split(dict.fromkeys("abcdefgh"), 3)
    assert [[name for name in shared if shared[name] == part] for part in (1, 2, 3)] == [
        ["e", "h"],
        ["b", "c", "f"],
        ["a", "d", "g"],
    ]


def test_one_case_that_takes_longer_than_all_others_has_a_shard_for_itself():
    times = {"long": 100.0, **{f"short_{i}": 1.0 for i in range(20)}}
    parts = split(times, 3)
    assert [name for name, part in parts.items() if part == parts["long"]] == ["long"]


def test_a_case_of_which_no_time_is_known_counts_as_one_like_others():
    times = {f"known_{i}": 2.0 for i in range(10)} | {f"new_{i}": None for i in range(10)}
    assert sorted(loads(split(times, 2), dict.fromkeys(times, 1), 2)) == [10, 10]


def test_there_may_be_more_shards_than_cases():
    assert len(set(split({"a": None, "b": 0.0}, 9).values())) == 2


@pytest.mark.parametrize("text", ["", "2", "0/4", "5/4", "1/0", "-1/4", "1/4/2", "1/ 4", "a/b", "1/1001", "١/4"])
def test_what_is_no_share_is_refused(text):
    with pytest.raises(BadUsage, match=r"--shard .*: give I/N"):
        parse_share(text)
