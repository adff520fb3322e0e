"""The recipes of experiments/README.md for many machines, as they stand there: each gives the bytes of one run."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import slurm
import standin
import yaml
from jsonschema import Draft7Validator
from processes import inside
from runs import tree, write_project
from test_readme import ROOT

from trtexp.cli.main import main

PAPER = ROOT / "experiments" / "README.md"
BIN = Path(sys.executable).parent


def recipe(name):
    """The block of the paper with this name."""
    text = PAPER.read_text(encoding="utf-8")
    (found,) = re.findall(rf"^```\w+ {re.escape(name)}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return found


def shell(command, **more):
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT), **more}
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def test_xargs(project):
    text = PAPER.read_text(encoding="utf-8")
    (share,) = re.findall(r"^\$ (seq .*)$", text, re.MULTILINE)
    (merge,) = re.findall(r"^\$ (trtexp merge .*)$", text, re.MULTILINE)
    (project / "experiments").mkdir()
    shutil.copy2(ROOT / "experiments" / "padding.yaml", project / "experiments")
    shutil.copytree("experiments", "one/experiments")
    with inside(project / "one"):
        assert main(["run", "experiments", "--backend", "reference"]) == 0
    assert shell(share)[0] == 0
    code, said = shell(merge)
    assert code == 0, said
    assert tree(project / "reports") == tree(project / "one" / "reports")


def test_the_workflow_is_what_github_takes():
    import check_jsonschema

    schema = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor" / "github-workflows.json"
    found = Draft7Validator(json.loads(schema.read_text(encoding="utf-8"))).iter_errors(workflow())
    assert [error.message for error in found] == []
    jobs = workflow()["jobs"]
    assert {job["needs"] for job in jobs.values() if "needs" in job} <= jobs.keys()
    used = set(re.findall(r"\$\{\{ ([^}]*) \}\}", recipe(".github/workflows/shards.yml")))
    assert used == {"matrix.shard", "strategy.job-total"}


def workflow():
    found = yaml.safe_load(recipe(".github/workflows/shards.yml"))
    return {"on" if name is True else name: value for name, value in found.items()}  # YAML 1.1 takes on for true


@pytest.mark.long
def test_the_steps_of_the_workflow(project):
    """Each job in a folder of its own; what it uploads is what the next one gets."""
    write_project(project / "one", 2, 3)
    jobs, artifacts = workflow()["jobs"], project / "artifacts"
    artifacts.mkdir()
    numbers = jobs["shard"]["strategy"]["matrix"]["shard"]
    runners = [("shard", {"matrix.shard": number, "strategy.job-total": len(numbers)}) for number in numbers]
    for name, values in [*runners, ("merge", {})]:
        here = project / f"{name}{values.get('matrix.shard', '')}"
        for step in jobs[name]["steps"]:
            action = step.get("uses", "").partition("@")[0]
            if action == "actions/checkout":
                shutil.copytree(project / "one", here)
            elif action == "actions/upload-artifact":
                given = list(here.glob(step["with"]["path"]))
                assert len(given) == 1
                shutil.copy2(given[0], artifacts)
            elif action == "actions/download-artifact":
                assert step["with"]["merge-multiple"] is True
                shutil.copytree(artifacts, here, dirs_exist_ok=True)
            elif "run" in step and not step["run"].startswith("pip install"):
                command = re.sub(r"\$\{\{ (.*?) \}\}", lambda found: str(values[found[1]]), step["run"])  # noqa: B023
                code, said = shell(f"cd {here} && {command}", GITHUB_ACTIONS="true", CI="true")
                assert code in ((1,) if name == "merge" else (0, 1)), said
    with inside(project / "one"):
        assert main(["run", "experiments"]) == 1
    assert tree(here / "reports") == tree(project / "one" / "reports")


@pytest.mark.long
@pytest.mark.skipif(slurm.missing() != "", reason=slurm.missing() or "Slurm is here")
def test_slurm(project, monkeypatch):
    """An array of four, of which a task is killed and queued again, and the merge that waits for it."""
    layers = [f"layer_{number}" for number in range(30)]
    worker = f"--worker={shlex.quote('8.6.0=' + standin.command(STANDIN_SECONDS='0.3'))} --no-cache"
    for folder in (project, project / "one"):
        (folder / "experiments").mkdir(parents=True)
        for name in ("one", "two"):
            text = standin.experiment(*layers, title=name)
            (folder / "experiments" / f"{name}.yaml").write_text(text, encoding="utf-8")
    script = recipe("shards.sbatch")
    assert "trtexp run experiments" in script
    script = script.replace("trtexp run experiments", f"{BIN}/python -m trtexp run experiments {worker}")
    (project / "shards.sbatch").write_text(script, encoding="utf-8")
    submit = recipe("submit").replace("trtexp merge", f"{BIN}/python -m trtexp merge")
    journal = project / ".trtexp" / "shards" / "2-of-4" / "journal"
    with slurm.cluster(project / "slurm", monkeypatch):
        code, said = shell(f"{submit}\necho array $array")
        assert code == 0, said
        array, merge = re.search(r"array (\d+)", said)[1], re.search(r"batch job (\d+)", said)[1]
        slurm.wait(lambda: sum(map(len, tree(journal).values())) > 2000 if journal.exists() else False, 60)
        os.kill(slurm.processes("--shard 2/4")[0], signal.SIGKILL)
        slurm.wait(lambda: slurm.states(array).get("2") == "FAILED", 60)
        assert not (project / "trtexp-2-of-4.shard").exists()
        slurm.called("scontrol", "requeue", f"{array}_2")
        slurm.wait(lambda: slurm.states(merge) == {"N/A": "COMPLETED"}, 120)
    assert "from the run before" in (project / "shard-2.log").read_text(encoding="utf-8")
    with inside(project / "one"):
        assert main(["run", "experiments", *shlex.split(worker)]) == 0
    assert tree(project / "reports") == tree(project / "one" / "reports")
    assert standin.gone()
