"""trtexp merge where shards ran on several releases, with files that experiments name."""

import json
import shutil
from pathlib import Path

import numpy as np
import standin
from runs import tree

from trtexp.cli.main import main


def test_a_named_file_that_is_another_elsewhere_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("experiments").mkdir()
    text = standin.experiment("one").replace("shape: [4], arange: {start: 1}", "file: x.npy, dtype: float32")
    Path("experiments/a.yaml").write_text(text, encoding="utf-8")
    np.save("experiments/x.npy", np.arange(1, 5, dtype="float32"))
    assert main(["run", "experiments", "--backend", "reference", "--shard", "1/1"]) == 0
    np.save("experiments/x.npy", np.arange(2, 6, dtype="float32"))
    assert main(["merge", "trtexp-1-of-1.shard"]) == 2
    assert "experiments/x.npy: not as where the shards ran" in capsys.readouterr().err


def worker(release):
    return f"--worker={release}={standin.command(release)}"


def test_shards_of_several_releases_balance_by_the_last_run_and_merge_at_once(tmp_path, monkeypatch, capsys):
    """One release in three parts, the other in two; one part has nothing to do; each from a folder and a user of its
    own."""
    names = ("8.6.0", 3), ("8.5.3.1", 2)
    for folder in ("one", "many"):
        (tmp_path / folder / "experiments").mkdir(parents=True)
        for name, layers in (("a", ("one", "two", "three")), ("b", ("segv_build", "four"))):
            text = standin.experiment(*layers, title=name)
            (tmp_path / folder / "experiments" / f"{name}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "one")
    assert main(["run", "experiments", "--no-cache", *(worker(name) for name, _ in names)]) == 1
    times = tmp_path / "one" / ".trtexp" / "last-run.json"
    made = []
    for name, count in names:
        for number in range(1, count + 1):
            here = tmp_path / f"{name}-{number}"
            shutil.copytree(tmp_path / "many", here)
            monkeypatch.chdir(here)
            monkeypatch.setenv("TRTEXP_KEY", f"the key of shard {name} {number}")
            more = [worker(name), "--no-cache", "--times", str(times), "-o", str(tmp_path / f"{name}-{number}.shard")]
            assert main(["run", "experiments", "--shard", f"{number}/{count}", *more]) in (0, 1)
            made.append(f"../{name}-{number}.shard")
    said = capsys.readouterr().out
    assert "s in the last run; all shards must say: split" in said
    monkeypatch.chdir(tmp_path / "many")
    assert main(["merge", *made[:2], *made[3:]]) == 2
    assert "tensorrt-8.6.0: shard 3 of 3 missing" in capsys.readouterr().err
    assert main(["merge", *made]) == 1
    assert tree(tmp_path / "many" / "reports") == tree(tmp_path / "one" / "reports")
    last = json.loads(Path(".trtexp/last-run.json").read_text(encoding="utf-8"))["content"]
    assert last["releases"]["tensorrt-8.6.0"]["cases"].keys() == {"a/one", "a/two", "a/three", "b/four"}
    assert standin.gone()
