"""trtexp run --shard and trtexp merge: the bytes of one run, from parts that ran anywhere; what is no part of it is
refused by name."""

import gzip
import json
import shutil
from pathlib import Path

import pytest
from processes import inside, kill_when, start
from runs import tree, write_project

from trtexp.cli.main import main
from trtexp.records.shard import RunShard, load, save

REFERENCE = ["--backend", "reference"]
PARTS = 3


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project of four files, what one run of it writes, and the shards of another."""
    folder = tmp_path_factory.mktemp("made")
    write_project(folder / "one", 4, 6)
    shutil.copytree(folder / "one", folder / "many")
    with inside(folder / "one"):
        assert main(["run", "experiments", *REFERENCE, "--json", "all.json", "--junit", "all.xml"]) == 1
    with inside(folder / "many"):
        for number in range(1, PARTS + 1):
            assert main(["run", "experiments", *REFERENCE, "--shard", f"{number}/{PARTS}"]) == 1
        assert not Path("reports").exists()
    return folder


@pytest.fixture
def project(made, tmp_path, monkeypatch):
    """The project, with the shards of three machines and no reports, as the working directory."""
    shutil.copytree(made / "many" / "experiments", tmp_path / "experiments")
    for path in (made / "many").glob("*.shard"):
        shutil.copy2(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRTEXP_KEY", "the key of another machine")
    return tmp_path


def shards():
    return sorted(map(str, Path().glob("*.shard")))


def test_shards_give_the_bytes_of_one_run(made, project, capsys):
    assert len(shards()) == PARTS
    assert main(["merge", *shards(), "--json", "all.json", "--junit", "all.xml"]) == 1
    assert tree(project / "reports") == tree(made / "one" / "reports")
    for name in ("all.json", "all.xml"):
        assert Path(name).read_bytes() == (made / "one" / name).read_bytes()
    capsys.readouterr()
    main(["review", "--all"])  # what differs is pending, as after a run
    assert "8 of 8: e03 / case_5 · reference" in capsys.readouterr().out


def test_a_shard_that_was_killed_goes_on(made, project):
    before = [Path(name).read_bytes() for name in shards()]
    Path("trtexp-2-of-3.shard").unlink()
    run = ["run", "experiments", *REFERENCE, "--shard", "2/3"]
    hidden = project / ".trtexp" / "shards" / "2-of-3"
    assert kill_when(lambda: sum(map(len, tree(hidden).values())) > 2000, start(project, run=run))
    assert not Path("trtexp-2-of-3.shard").exists()
    assert main([*run, "--resume"]) == 1
    assert [Path(name).read_bytes() for name in shards()] == before
    assert not tree(hidden / "journal")


def test_a_full_disk_loses_no_result(made, project, capsys):
    before = Path("trtexp-1-of-3.shard").read_bytes()
    run = ["run", "experiments", *REFERENCE, "--shard", "1/3"]
    assert main([*run, "--output", "/dev/full"]) == 3
    said = capsys.readouterr().err
    assert "/dev/full: cannot be written: No space left on device" in said
    assert "results are kept; go on with: trtexp run experiments" in said
    assert main([*run, "--resume"]) == 1
    assert Path("trtexp-1-of-3.shard").read_bytes() == before
    assert "from the run before" in capsys.readouterr().out


def changed(name, **changes):
    shard = load(Path(name), RunShard)
    save(Path(name), shard.model_copy(update=changes))


def other_code():
    changed(
        "trtexp-2-of-3.shard", maker=load(Path("trtexp-2-of-3.shard"), RunShard).maker.model_copy(update={"code": {}})
    )


def no_part():
    changed("trtexp-2-of-3.shard", number=5)


def endless():
    changed("trtexp-2-of-3.shard", count=10**12)


def other_gpu():
    (release,) = load(Path("trtexp-2-of-3.shard"), RunShard).releases
    place = release.release.model_copy(update={"gpu": "NVIDIA A100"})
    changed("trtexp-2-of-3.shard", releases=[release.model_copy(update={"release": place})])


def other_name():
    (release,) = load(Path("trtexp-2-of-3.shard"), RunShard).releases
    place = release.release.model_copy(update={"name": "../../elsewhere"})
    changed("trtexp-2-of-3.shard", releases=[release.model_copy(update={"release": place})])


def other_format():
    text = gzip.decompress(Path("trtexp-2-of-3.shard").read_bytes())
    content = json.loads(text)["content"] | {"format": 9}
    from trtexp.files.sealed import write_sealed

    write_sealed(Path("trtexp-2-of-3.shard"), json.dumps(content))


def torn():
    path = Path("trtexp-2-of-3.shard")
    path.write_bytes(path.read_bytes()[:-20])


def edited():
    path = Path("experiments/e01.yaml")
    path.write_text(path.read_text(encoding="utf-8").replace("start: 1", "start: 2"), encoding="utf-8")


def shard_of_edited():
    path = Path("experiments/e01.yaml")
    before = path.read_text(encoding="utf-8")
    edited()
    main(["run", "experiments", *REFERENCE, "--shard", "2/3"])
    path.write_text(before, encoding="utf-8")


def of_fewer_files():
    main(["run", "experiments/e00.yaml", *REFERENCE, "--shard", "2/3"])


def of_four():
    main(["run", "experiments", *REFERENCE, "--shard", "2/4"])


def by_other_times():
    cases = {f"e00/case_{n}": {"seconds": {"build": 3.0**n}} for n in range(6)}
    Path("times.json").write_text(json.dumps({"content": {"releases": {"r": {"cases": cases}}}}), encoding="utf-8")
    main(["run", "experiments", *REFERENCE, "--shard", "2/3", "--times", "times.json"])


def page():
    Path("trtexp-2-of-3.shard").write_text("title: no shard\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda: Path("trtexp-2-of-3.shard").unlink(), "reference: shard 2 of 3 missing; run what is missing"),
        (lambda: [Path(f"trtexp-{n}-of-3.shard").unlink() for n in (1, 3)], "reference: shards 1, 3 of 3 missing"),
        (
            lambda: shutil.copy2("trtexp-2-of-3.shard", "twin.shard"),
            "trtexp-2-of-3.shard and twin.shard overlap: both are shard 2/3; name one of them",
        ),
        (torn, "trtexp-2-of-3.shard: no result of --shard, or damaged"),
        (page, "trtexp-2-of-3.shard: no result of --shard, or damaged"),
        (other_format, "trtexp-2-of-3.shard: a shard of format 9, and this trtexp"),
        (edited, "experiments/e01.yaml: not as where the shards ran"),
        (lambda: Path("experiments/e02.yaml").unlink(), "experiments/e02.yaml: not as where the shards ran"),
        (shard_of_edited, "trtexp-1-of-3.shard and trtexp-2-of-3.shard are of different sources: experiments/e01.yaml"),
        (of_fewer_files, "are of different sources: experiments/e01.yaml, experiments/e02.yaml, experiments/e03.yaml"),
        (of_four, "trtexp-1-of-3.shard is shard 1/3, and trtexp-2-of-4.shard is shard 2/4: of other shards"),
        (by_other_times, "by the times of different runs; give all shards the same --times"),
        (
            other_code,
            "trtexp-1-of-3.shard and trtexp-2-of-3.shard come from different trtexps: other code in authoring",
        ),
        (other_gpu, "ran on no GPU and NVIDIA A100; a report is of one GPU and driver"),
        (no_part, "trtexp-2-of-3.shard: damaged shard: 5/3 is no part"),
        (endless, "trtexp-2-of-3.shard: damaged shard: count: Input should be less than or equal to 1000"),
        (other_name, "damaged shard: '../../elsewhere' is no release"),
    ],
)
def test_what_does_not_belong_together_is_refused_by_name(spoil, said, project, capsys):
    spoil()
    capsys.readouterr()
    assert main(["merge", *shards()]) == 2
    assert said in capsys.readouterr().err
    assert not (project / "reports").exists()


def test_shards_of_another_trtexp_are_told_from_this_one(project, capsys):
    for name in shards():
        maker = load(Path(name), RunShard).maker
        changed(name, maker=maker.model_copy(update={"trtexp": "0.0.1"}))
    assert main(["merge", *shards()]) == 2
    assert "is not of this trtexp: trtexp 0.0.1 and" in capsys.readouterr().err


def test_a_case_whose_tensors_are_others_here_is_told(project, capsys):
    for name in shards():
        shard = load(Path(name), RunShard)
        (release,) = shard.releases
        cases = {file: [one.model_copy(update={"data": "0"}) for one in each] for file, each in release.cases.items()}
        maker = shard.maker.model_copy(update={"python": "CPython 3.99"})
        changed(name, releases=[release.model_copy(update={"cases": cases})], maker=maker)
    assert main(["merge", *shards()]) == 2
    said = capsys.readouterr().err
    assert ": no shard has it with the tensors that it has here; the shards ran with CPython 3.99" in said


def test_a_file_that_is_no_experiment_is_named_by_one_shard_and_by_merge(project, capsys, monkeypatch):
    Path("experiments/bad.yaml").write_text("title: bad\ncases: {one: {inputs: 3}}\n", encoding="utf-8")
    Path("experiments/worse.yaml").write_text("title: [\n", encoding="utf-8")
    whole, parts = project / "whole", project / "parts"
    for folder in (whole, parts):
        shutil.copytree("experiments", folder / "experiments")
    with inside(whole):
        assert main(["run", "experiments", *REFERENCE]) == 2
    told = capsys.readouterr().err
    with inside(parts):
        codes = [main(["run", "experiments", *REFERENCE, "--shard", f"{n}/4"]) for n in range(1, 5)]
        said = capsys.readouterr().err
        assert 1 in codes and 2 in codes
        for name in ("bad.yaml:", "worse.yaml:"):
            assert said.count(name) == told.count(name) > 0
        assert main(["merge", *shards()]) == 2
        assert "experiments/bad.yaml:2" in capsys.readouterr().err
    assert tree(parts / "reports") == tree(whole / "reports")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--shard", "4/3"], "--shard 4/3: give I/N"),
        (["--shard", "1/3", "--case", "case_1"], "--shard 1/3 shares out whole files"),
        (["--shard", "1/3", "--failed"], "--shard 1/3 shares out whole files"),
        (["--shard", "1/3", "--reports", "there"], "give --reports there to trtexp merge"),
        (
            ["--shard", "1/3", "--times", "experiments/e00.yaml"],
            "--times experiments/e00.yaml: not the .trtexp/last-run",
        ),
        (["--shard", "1/3", "--times", "none.json"], "--times none.json: not the .trtexp/last-run.json of a run"),
        (["--shard", "1/3", "--output", "experiments"], "--output experiments: this is a directory; name a file"),
        (["--output", "one.shard"], "--output one.shard: it goes with --shard alone"),
        (["--times", "one.json"], "--times one.json: it goes with --shard alone"),
    ],
)
def test_what_contradicts_itself_is_refused(more, said, project, capsys):
    assert main(["run", "experiments", *REFERENCE, *more]) == 2
    assert said in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(project, capsys):
    assert main(["merge", "none.shard"]) == 2
    assert "none.shard" in capsys.readouterr().err
