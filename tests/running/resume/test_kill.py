"""kill -9 at random moments, then --resume: nothing finished is lost, and the end is the same to the byte."""

import random
import shutil
import time

import pytest
import standin
from processes import FILES, kill_when, results, start, written
from runs import tree

RELEASES = ("8.6.0", "8.5.3.1")


def kill_again_and_again(folder, rng, **more):
    """A chain of runs, each killed further on than the one before, until one comes to its end; how many were killed."""
    kills = done = 0
    while kills < 40:
        process = start(folder, "--resume", **more)
        goal = written(folder) + rng.randrange(1, 20_000)
        pause = rng.random() * 0.02
        if not kill_when(lambda: written(folder) >= goal and not time.sleep(pause), process):  # noqa: B023
            assert process.exitcode == 1
            break
        kills += 1
        assert results(folder) >= done, "a result was lost"
        done = results(folder)
    assert kills >= 3
    print(f"{kills} kills survived")


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_random_moments_and_resumed_gives_the_same_bytes(project, whole, seed):
    kill_again_and_again(project, random.Random(seed))
    assert tree(project / "reports") == whole
    assert not tree(project / ".trtexp" / "journal")


def test_killed_while_reports_are_written(project, whole):
    """Every moment between the first report and the end."""
    for count in range(1, 2 * FILES + 2):
        kill_when(lambda: len(tree(project / "reports")) >= count, start(project, "--resume"))  # noqa: B023
    process = start(project, "--resume")
    process.join()
    assert process.exitcode == 1
    assert tree(project / "reports") == whole


@pytest.fixture
def workers(tmp_path, monkeypatch):
    """Two files with a crash in each, for two releases with two workers each."""
    monkeypatch.chdir(tmp_path)
    names = [f"layer_{n}" for n in range(12)]
    names[5] = "segv_build"
    (tmp_path / "experiments").mkdir()
    for name in ("one", "two"):
        text = standin.experiment(*names, title=name)
        (tmp_path / "experiments" / f"{name}.yaml").write_text(text, encoding="utf-8")
    places = [f"--worker={r}={standin.command(r, STANDIN_SECONDS='0.02')}" for r in RELEASES for _ in range(2)]
    yield ["run", "experiments", "--no-cache", *places]
    assert standin.gone(), "processes are left over"


def test_killed_with_workers_of_two_releases_and_resumed_gives_the_same_bytes(tmp_path, workers):
    process = start(tmp_path, run=workers)
    process.join()
    assert process.exitcode == 1
    whole = tree(tmp_path / "reports")
    assert len(whole) == 11  # two records and pages for each of two releases; matrix, findings and API of all
    shutil.rmtree(tmp_path / "reports")
    kill_again_and_again(tmp_path, random.Random(1), run=workers)
    assert tree(tmp_path / "reports") == whole
