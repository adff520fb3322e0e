"""Every fault at every phase costs its case only."""

import os
import random
import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import standin

from trtexp.workers import Crew, Unsettled, WorkerOptions, handshake

PHASES = ("define", "build", "run")
BROKE = "the worker's channel broke while it lived on"
#: fault -> what the message says of it.
CRASHES = {
    "segv": r"ended by signal 11 \(SIGSEGV\)",
    "loud": r"ended by signal 11 \(SIGSEGV\)",
    "abort": r"ended by signal 6 \(SIGABRT\)",
    "kill": r"killed by signal 9 \(SIGKILL\), perhaps by the kernel for want of memory",
    "exit": r"ended with exit code 3",
    "garbage": r"sent \('what', 'is', 'this'\), which is no answer",
    "number": r"sent 42, which is no answer",
    "stray": r"sent \('phase', 999999, 'run'\), which is no answer",
    "unreadable": r"sent an outcome that cannot be read",
    "noise": BROKE,
    "shut": BROKE,
}
HANGS = ("hang", "hold", "stop", "chatter")
QUICK = {"define": 1.5, "build": 1.5, "run": 1.5}


def right(outcome, start):
    tensors = list(outcome.outputs.values())
    return outcome.status == "ran" and tensors[0].bits.tolist() == [start, start + 1, start + 2, start + 3]


def run_all(crew, names):
    """Outcomes of cases in the order of their names; each has other numbers to give back."""

    def run(item):
        number, name = item
        return crew.run(standin.definition("first", name, "last"), standin.feeds(number))

    with ThreadPoolExecutor(crew.size) as executor:
        return list(executor.map(run, enumerate(names)))


def test_each_fault_at_each_phase_costs_one_case(events):
    names = []
    for phase in PHASES:
        for fault in (*CRASHES, *HANGS):
            names += [f"{fault}_{phase}", f"fine_after_{fault}"]
    with Crew([standin.place()] * 3, WorkerOptions(QUICK, retry=False, on_event=events.append)) as crew:
        outcomes = run_all(crew, names)
    wrong = {}
    for number, (name, outcome) in enumerate(zip(names, outcomes, strict=True)):
        fault, _, phase = name.rpartition("_")
        if fault in CRASHES:
            fine = outcome.status == "crashed" and re.search(CRASHES[fault], outcome.message)
        elif fault in HANGS:
            fine = outcome.status == "timeout" and outcome.message == f"no answer within 1.5 s of {phase}"
        else:
            fine = right(outcome, number)
        if phase in PHASES:
            last = [line.text for line in outcome.log if line.severity == "WARNING"][-1:]
            fine = fine and outcome.phase == phase and last == [f"{name} is about to {phase}"]
        if not fine:
            wrong[name] = outcome
    assert not wrong
    assert [event.kind for event in events] == ["restart"] * (len(PHASES) * (len(CRASHES) + len(HANGS)))


def test_last_words_of_the_process_are_kept():
    with Crew([standin.place()], WorkerOptions(retry=False)) as crew:
        aborted = crew.run(standin.definition("abort_build"), standin.feeds())
        loud = crew.run(standin.definition("loud_run"), standin.feeds())
        fine = crew.run(standin.definition("fine"), standin.feeds())
    words = [line.text for line in aborted.log if line.severity == "STDERR"]
    assert words == ["terminate called after throwing an instance of 'std::runtime_error'", "what(): stand-in"]
    assert [line.text for line in loud.log if line.severity == "STDERR"][-1] == "noise number 39999"
    assert right(fine, 1) and not fine.log


def test_a_worker_trusts_no_entry_that_another_version_of_the_engine_kept(tmp_path, monkeypatch):
    def built():
        with Crew([standin.place()], WorkerOptions(cache=str(tmp_path))) as crew:
            outcome = crew.run(standin.definition("a"), standin.feeds())
        assert right(outcome, 1)
        return "build" in outcome.seconds

    assert [built(), built()] == [True, False]
    sources = handshake.engine_sources()
    changed = sources | {"trtexp/engine/build.py": sources["trtexp/engine/build.py"] + b"# changed\n"}
    monkeypatch.setattr(handshake, "engine_sources", lambda: changed)
    assert [built(), built()] == [True, False]


@pytest.mark.parametrize(
    ("name", "ends", "how"),
    [
        ("segv_build", "crashed", "again when tried alone"),
        ("hang_run", "timeout", "again when tried alone"),
        ("segv_once_build", "crashed", "not again when tried alone"),
        ("hang_once_define", "timeout", "not again when tried alone"),
        (
            "abort_once_build_then_exit_run",
            "crashed",
            "again when tried alone, otherwise: the worker ended with exit code 3, in run",
        ),
    ],
)
def test_a_case_that_ends_badly_is_tried_once_more_alone(tmp_path, name, ends, how):
    names = [name] if "_then_" not in name else name.split("_then_")
    with Crew([standin.place(STANDIN_STATE=tmp_path)], WorkerOptions(QUICK)) as crew:
        assert right(crew.run(standin.definition("before"), standin.feeds()), 1)
        outcome = crew.run(standin.definition(*names), standin.feeds())
        assert right(crew.run(standin.definition("after"), standin.feeds(5)), 5)
    assert outcome.status == ends and outcome.message.endswith(f"; {how}")
    assert not outcome.outputs  # what the second try gave is not used


def test_a_second_try_is_in_nobodys_way(events):
    """The only worker goes on while a further one finds out whether a hang is one again."""
    with Crew([standin.place()], WorkerOptions(QUICK, on_event=events.append)) as crew:
        with ThreadPoolExecutor(1) as executor:
            hang = executor.submit(crew.run, standin.definition("hang_run"), standin.feeds())
            while not events:
                time.sleep(0.01)
            assert right(crew.run(standin.definition("fine"), standin.feeds(3)), 3)
            assert not hang.done()
        assert hang.result().message.endswith("again when tried alone")
        assert len(pids(crew)) == 1


def test_what_is_sure_to_crash_is_tried_beside_the_others(events):
    with Crew([standin.place()], WorkerOptions(on_event=events.append)) as crew:
        assert right(crew.run(standin.definition("fine"), standin.feeds()), 1)
        (before,) = pids(crew)
        definition, feeds = standin.definition("segv_build"), standin.feeds()
        found = crew.attempt(definition, feeds, None, beside=True)
        assert isinstance(found, Unsettled) and found.first.message == "the worker was ended by signal 11 (SIGSEGV)"
        outcome = crew.settle(definition, feeds, None, found)
        assert outcome.message.endswith("ended by signal 11 (SIGSEGV); again when tried alone")
        assert right(crew.attempt(standin.definition("well"), standin.feeds(2), None, beside=True), 2)
        assert pids(crew) == [before]
    assert [event.kind for event in events] == ["restart"] * 2


def test_out_of_memory_and_a_spoilt_context_cost_one_case(events):
    names = []
    for phase in PHASES:
        names += [f"oom_{phase}", "fine", f"poison_{phase}", "fine"]
    with Crew([standin.place()], WorkerOptions(on_event=events.append)) as crew:
        outcomes = run_all(crew, names)
    for number, (name, outcome) in enumerate(zip(names, outcomes, strict=True)):
        if name == "fine":
            assert right(outcome, number), names[number - 1]
        else:
            at = "run" if name == "poison_define" else name.rpartition("_")[2]  # what is spoilt shows when it is used
            assert (outcome.status, outcome.phase) == ("error", at)
            assert ("out of memory" if "oom" in name else "illegal") in outcome.message
    assert not events


def pids(crew):
    return [worker._link.process.pid for worker in crew._workers if worker._link is not None]


def test_a_worker_that_died_between_two_cases_is_replaced_silently(events):
    with Crew([standin.place()], WorkerOptions(on_event=events.append)) as crew:
        for number in range(5):
            assert right(crew.run(standin.definition("fine"), standin.feeds(number)), number)
            os.kill(pids(crew)[0], signal.SIGKILL)
    assert not events


def test_kills_from_outside_at_random_moments():
    """Every case is answered: rightly, or as killed; and no more of them are killed than there were kills."""
    chance, answered, kills, outcomes = random.Random(3), threading.Semaphore(0), [], []

    def kill():
        for _ in range(12):
            for _ in range(chance.randrange(4, 9)):  # a worker that is killed at each start would be given up
                answered.acquire()
            time.sleep(chance.uniform(0, 0.1))
            kills.append(chance.choice(pids(crew) or [0]))
            if kills[-1]:
                os.kill(kills[-1], signal.SIGKILL)

    def run(number):
        outcomes.append((number, crew.run(standin.definition("fine"), standin.feeds(number))))
        answered.release()

    with Crew([standin.place(STANDIN_SECONDS=0.03)] * 3, WorkerOptions(retry=False)) as crew:
        killer = threading.Thread(target=kill)
        killer.start()
        with ThreadPoolExecutor(3) as executor:
            list(executor.map(run, range(120)))
        killer.join(20)
    killed = [outcome for _, outcome in outcomes if outcome.status == "crashed"]
    assert all(right(outcome, number) or "killed by signal 9" in outcome.message for number, outcome in outcomes)
    assert len(outcomes) == 120 and len(killed) <= len(kills) == 12


def test_spread_does_not_change_results():
    names = ["a", "segv_build", "b", "oom_run", "exit_define", "c"]
    found = []
    for size in (1, 3):
        with Crew([standin.place()] * size) as crew:
            found.append([(o.status, o.phase, o.message, o.log) for o in run_all(crew, names)])
    assert found[0] == found[1]


def test_a_chatty_hang_is_a_hang_too():
    """The time of a phase is counted from its start, not from its last message."""
    with Crew([standin.place()], WorkerOptions({"build": 1.0}, retry=False)) as crew:
        start = time.monotonic()
        outcome = crew.run(standin.definition(*(f"slow{n}_slow_build" for n in range(12))), standin.feeds())
    assert (outcome.status, outcome.phase) == ("timeout", "build")
    assert len(outcome.log) >= 2 and time.monotonic() - start < 3.5
