"""trtexp fuzz --shard and trtexp merge: the finds and the page of one campaign, from parts that were tried anywhere."""

from pathlib import Path

import pytest
import standin
from processes import inside
from runs import tree

from trtexp.cli.main import main
from trtexp.fuzz.asking import end_workers
from trtexp.fuzz.campaign import Plan, run
from trtexp.fuzz.finds import write
from trtexp.fuzz.page import page
from trtexp.fuzz.parts import FuzzShard
from trtexp.fuzz.runs import run_of
from trtexp.records.shard import load, save
from trtexp.running.helpers import Helpers
from trtexp.running.options import TargetOptions
from trtexp.running.split import Share
from trtexp.running.targets import places

PYTHON = ("--python", standin.command())
CAMPAIGN = ("fuzz", "identity", *PYTHON, "--jobs", "1", "--seed", "3", "--examples", "240")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """What one campaign leaves, with its page, and the parts of another."""
    folder = tmp_path_factory.mktemp("made")
    for name in ("one", "many"):
        (folder / name).mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trtexp.fuzz.campaign.OF_A_ROUND", 40)
        patch.setattr("trtexp.fuzz.rounds.SHRINKING", 0.0)  # else the time decides how small a find is
        with inside(folder / "many"):
            codes = {main([*CAMPAIGN, "--shard", f"{number}/3"]) for number in (1, 2, 3)}
            assert codes <= {0, 1}
            plan = load(Path("trtexp-1-of-3.shard"), FuzzShard).plan
        with inside(folder / "one"), Helpers(1, 1) as helpers:
            found = run(plan, places(TargetOptions(python=PYTHON[1]))[0], helpers, write)
            Path("FUZZ.md").write_text(page([run_of(found, 1)]), encoding="utf-8")
    end_workers()
    return folder


@pytest.fixture
def parts(made, tmp_path, monkeypatch):
    """The parts in an empty working directory; their paths."""
    for path in (made / "many").glob("*.shard"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.chdir(tmp_path)
    return sorted(path.name for path in tmp_path.iterdir())


def test_parts_give_the_finds_and_the_page_of_one_campaign(made, parts, capsys):
    for name in parts:
        changed(name, every=True)  # as if no layer was named
    assert main(["merge", *parts]) == 1
    assert tree(Path(".trtexp/fuzz")) == tree(made / "one" / ".trtexp/fuzz") != {}
    assert Path("reports/FUZZ.md").read_bytes() == (made / "one" / "FUZZ.md").read_bytes()
    assert "240 networks tried" in capsys.readouterr().out


def changed(name, **changes):
    save(Path(name), load(Path(name), FuzzShard).model_copy(update=changes))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seed": 4}, "are of different campaigns, by their seed: 3 and 4"),
        ({"full": "tensorrt-8.6.1"}, "are of different campaigns, by their release: tensorrt-8.6.0 and tensorrt-8.6.1"),
        ({"words": ["softmax"]}, "are of different campaigns, by their layers"),
        ({"hypothesis": "6.0.0"}, "and 6.0.0, which draw others of one seed"),
        ({"number": 1}, "trtexp-1-of-3.shard and trtexp-2-of-3.shard overlap: both are shard 1/3"),
        ({"count": 4}, "is shard 1/3, and trtexp-2-of-3.shard is shard 2/4"),
    ],
)
def test_parts_of_different_campaigns_are_refused_by_name(changes, said, parts, capsys):
    changed("trtexp-2-of-3.shard", **changes)
    assert main(["merge", *parts]) == 2
    assert said in capsys.readouterr().err
    assert not Path(".trtexp").exists()


def test_what_is_missing_is_said_and_other_shards_are_told(parts, capsys):
    assert main(["merge", *parts[1:]]) == 2
    assert "fuzz of tensorrt-8.6.0: shard 1 of 3 missing" in capsys.readouterr().err
    Path("experiments").mkdir()
    Path("experiments/a.yaml").write_text(standin.experiment("one"), encoding="utf-8")
    main(["run", "experiments", "--backend", "reference", "--shard", "1/1"])
    assert main(["merge", *parts, "trtexp-1-of-1.shard"]) == 2
    assert "trtexp-1-of-1.shard: a shard of trtexp run; name those of one command" in capsys.readouterr().err
    assert main(["merge", *parts, "--github"]) == 2
    assert "--github: a campaign has no cases" in capsys.readouterr().err


@pytest.mark.parametrize("more", [["--time", "5"], ["--known"], ["--regress"], ["--replay", "a.yaml"]])
def test_what_no_part_can_do_is_refused(more, capsys):
    assert main([*CAMPAIGN, "--shard", "1/3", *more]) == 2
    assert "--shard 1/3 goes with neither --time" in capsys.readouterr().err


def test_each_round_is_in_one_part():
    plan = Plan(("softmax", "slice", "identity"), "tensorrt-8.6", "tensorrt-8.6.0", 1, 9000)
    rounds = list(plan.rounds())
    of = [list(Plan(*plan_fields(plan), share=Share(number, 4)).rounds()) for number in range(1, 5)]
    assert sorted(one for each in of for one in each) == sorted(rounds)
    assert max(map(len, of)) <= len(rounds) / 4 + 2
    assert all(each == sorted(each, key=rounds.index) for each in of)


def plan_fields(plan):
    return plan.words, plan.release, plan.full, plan.seed, plan.examples
