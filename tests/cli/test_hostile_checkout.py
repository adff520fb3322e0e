"""A checkout whose YAML, ONNX, npz, links, `.trtexp` and `reports` are hostile: no command runs code of it, and none
changes, makes or tells a file outside of it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import standin
from hostile import ATTACKS, RELEASES, SECRET, shadows
from processes import inside, start
from sampling import sample

from trtexp.cli.main import main

COMMANDS = {
    "validate": ["validate", "experiments"],
    "run": ["run", "experiments", "--backend", "reference", "--junit", "out/junit.xml", "--json", "out/all.json"],
    "resume": ["run", "experiments", "--backend", "reference", "--resume"],
    "report": ["report"],
    "review": ["review"],
    "accept": ["accept", "--allow", "nan,inf,error"],
    "diff": ["diff", *RELEASES, "--markdown", "out/diff.md"],
    "diff_keep": ["diff", *RELEASES, "--keep"],
    "audit": ["audit"],
    "show": ["show", "experiments/e.yaml::a"],
    "script": ["script", "experiments/e.yaml", "--case", "a"],
}  # fmt: skip
OTHERS = {
    "report_check": ["report", "--check"],
    "check": ["check", "--markdown", "out/check.md"],
    "coverage": ["coverage"],
    "cache": ["cache", "clear"],
    "doctor": ["doctor"],
}  # fmt: skip


def runs(release):
    return f"--worker={release.removeprefix('tensorrt-')}={standin.command(release.removeprefix('tensorrt-'))}"


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    """A checkout after a run on two releases, with a case that is pending on both, and an accept's lock."""
    folder = tmp_path_factory.mktemp("honest")
    (folder / "experiments").mkdir()
    text = standin.experiment("a", "b")
    (folder / "experiments" / "e.yaml").write_text(text.replace("values: [1, 2, 3, 4]", "values: [1, 2, 3, 5]", 1))
    with inside(folder):
        assert main(["run", "experiments", *map(runs, RELEASES)]) == 1
        assert main(["diff", *RELEASES, "--keep"]) in (0, 1)
    assert standin.gone()
    return folder


@pytest.fixture
def places(honest, tmp_path):
    """The checkout, and what is outside of it."""
    outside, checkout = tmp_path / "outside", tmp_path / "checkout"
    (outside / "folder").mkdir(parents=True)
    for name in ("victim.json", "victim.md", "victim.yaml", "folder/e.json", "folder/e.yaml", "folder/README.md"):
        (outside / name).write_text(f"title: {SECRET}\n")
    shutil.copytree(honest, checkout, symlinks=True)
    return checkout, outside


def snapshot(folder):
    """Each file and folder with its bytes, its mode and when it was changed."""
    found = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        status = path.lstat()
        content = path.read_bytes() if path.is_file() else None
        found[str(path)] = (status.st_mode, status.st_mtime_ns, content)
    return found


#: Where the other commands have something to do, too.
WIDE = {"reports", "home", "outputs", "experiments", "bad_experiments", "cache", "endless", "coverage"}


@pytest.mark.parametrize("attack", sample(ATTACKS))
def test_nothing_outside_is_changed_made_or_told(places, attack):
    checkout, outside = places
    ATTACKS[attack](checkout, outside)
    before = snapshot(outside)
    for name, words in (COMMANDS | (OTHERS if attack in WIDE else {})).items():
        process = start(checkout, run=words)
        process.join(60)
        said = (checkout / "said").read_text()
        (checkout / "said").unlink()
        assert process.exitcode in (0, 1, 2, 5), (name, said)
        assert "Traceback" not in said and "internal error" not in said, (name, said)
        assert snapshot(outside) == before, name
        assert SECRET not in said, (name, said)
    for path in checkout.rglob("*"):
        if path.is_file() and path.resolve().is_relative_to(checkout) and path.stat().st_size < 2**30:
            assert SECRET.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("attack", ["pickled", "cache", "journals"])
def test_neither_is_it_by_workers(places, attack):
    checkout, outside = places
    ATTACKS[attack](checkout, outside)
    before = snapshot(outside)
    process = start(checkout, run=["run", "experiments/e.yaml", runs(RELEASES[0])])
    process.join(120)
    said = (checkout / "said").read_text()
    assert snapshot(outside) == before, said
    assert process.exitcode == (1 if attack == "pickled" else 2), said
    if attack == "pickled":
        assert said.count("not of this user's key, or damaged; built again") == 1


@pytest.mark.parametrize("attack", ["shadows", "bad_experiments", "experiments", "home", "traces", "pickled"])
def test_neither_is_it_by_pytest(places, attack):
    checkout, outside = places
    (shadows if attack == "shadows" else ATTACKS[attack])(checkout, outside)
    before = snapshot(outside)
    command = [Path(sys.executable).with_name("pytest"), "-q", "-p", "no:cacheprovider", "experiments"]
    done = subprocess.run(
        [*command, "--trtexp-backend", "reference"], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert snapshot(outside) == before, done.stdout
    assert SECRET not in done.stdout + done.stderr


@pytest.mark.parametrize("command", ["validate", "run", "report", "review", "accept", "diff", "audit", "script"])
def test_no_module_of_it_is_imported(places, command):
    checkout, outside = places
    shadows(checkout, outside)
    before = snapshot(outside)
    done = subprocess.run(
        [Path(sys.executable).with_name("trtexp"), *COMMANDS[command]],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    assert snapshot(outside) == before, done.stderr
