"""A worker that defines many networks for one message."""

import pytest
import standin

from trtexp.workers import WorkerOptions
from trtexp.workers.definer import MOST_DEATHS, Definer, TooManyDeaths

QUICK = {"define": 1.5}


@pytest.fixture
def definer():
    made = Definer(standin.place(), WorkerOptions(QUICK))
    yield made
    made.close()


def statuses(definer, *names):
    return [outcome.status for outcome in definer.define([standin.definition(name) for name in names])]


def test_a_batch_gives_an_outcome_for_each_definition_in_order(definer):
    outcomes = definer.define([standin.definition(name) for name in ("a", "b", "c")])
    assert [outcome.status for outcome in outcomes] == ["defined"] * 3
    assert [list(outcome.inferred) for outcome in outcomes] == [["a"], ["b"], ["c"]]


def test_one_that_kills_the_process_costs_itself_alone(definer):
    assert statuses(definer, "a", "segv_define", "b", "exit_define", "c") == [
        *("defined", "crashed", "defined", "crashed", "defined")
    ]


@pytest.mark.parametrize(("fault", "said"), [("segv", "SIGSEGV"), ("abort", "SIGABRT"), ("exit", "exit code 3")])
def test_the_outcome_says_how_it_died(definer, fault, said):
    (outcome,) = definer.define([standin.definition(f"{fault}_define")])
    assert said in outcome.message


def test_one_that_hangs_is_ended(definer):
    assert statuses(definer, "a", "hang_define", "b") == ["defined", "timeout", "defined"]


def test_many_deaths_in_a_row_end_it(definer):
    definer.deaths.in_a_row = MOST_DEATHS - 2
    with pytest.raises(TooManyDeaths, match=f"{MOST_DEATHS} workers died in a row"):
        statuses(definer, "segv_define", "segv_define", "a")


def test_one_that_lives_begins_the_count_anew(definer):
    definer.deaths.in_a_row = MOST_DEATHS - 2
    assert statuses(definer, "segv_define", "a", "segv_define")[1] == "defined"
