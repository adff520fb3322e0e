"""A checkout whose YAML, ONNX, npz, links, `.trtexp` and `reports` are hostile: no command runs code of it, and none
changes, makes or tells a file outside of it."""

import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import standin
from processes import inside, start

from trtexp.cli.main import main
from trtexp.engine.cache import _HEAD, _LENGTH, _MAGIC, FORMAT

SECRET = "the secret of somebody"
RELEASES = ("tensorrt-8.6.0", "tensorrt-8.5.3.1")
PROGRAM = "import pathlib; pathlib.Path({canary!r}).write_text('code ran')\n"

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


def link(place, target):
    """Put a link there, whatever was there before."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    place.symlink_to(target)


def linked(place, target):
    return lambda checkout, outside: link(checkout / place, outside / target)


def forged_record(**changes):
    """A record that names another place than its own."""

    def forge(checkout, outside):
        for path in (checkout / "reports").rglob("e.json"):
            data = json.loads(path.read_text())
            for key, value in changes.items():
                value = value.replace("OUTSIDE", str(outside))
                data |= {key: data[key] | {"name": value} if key == "release" else value}
            path.write_text(json.dumps(data))

    return forge


def forged_pending(file):
    """A pending case of a file outside, as a record and as what trtexp writes for another user."""

    def forge(checkout, outside):
        for path in (checkout / ".trtexp" / "pending").rglob("*.json"):
            data = json.loads(path.read_text())["content"]
            data["sha256"] = hashlib.sha256((outside / "victim.yaml").read_bytes()).hexdigest()
            for case in data["cases"]:
                case["place"]["file"] = file.replace("OUTSIDE", str(outside))
            text = json.dumps(data)
            half = path.parent.name == RELEASES[0]
            path.write_text(text if half else f'{{"hmac": "{"0" * 64}", "content":\n{text}}}\n')

    return forge


def forged_accept(checkout, outside):
    victim = outside / "victim.yaml"
    text = json.dumps([[[str(victim), victim.read_text(), "title: of others\n"]], []])
    (checkout / ".trtexp" / "accept.json").write_text(f'{{"hmac": "{"0" * 64}", "content":\n{text}}}\n')


def shadows(checkout, outside):
    """Modules of Python, behind links to what is called data."""
    program = PROGRAM.format(canary=str(outside / "canary"))
    for folder in (checkout, checkout / "experiments"):
        (folder / "data.npz").write_text(program)
        for name in (
            "numpy",
            "yaml",
            "tensorrt",
            "queue",
            "json",
            "sitecustomize",
            "usercustomize",
            "trtexp",
            "execnet",
        ):
            link(folder / f"{name}.py", folder / "data.npz")


class _Evil:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def pickled(checkout, outside):
    """Arrays and engines that are programs for pickle."""
    program = pickle.dumps(_Evil(outside / "canary"))
    with zipfile.ZipFile(checkout / "experiments" / "v.npz", "w") as archive:
        header = b"{'descr': '|O', 'fortran_order': False, 'shape': (4,), }"
        head = header + b" " * (118 - len(header) - 1) + b"\n"
        archive.writestr("x.npy", b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + program)
    (checkout / "experiments" / "f.yaml").write_text(
        "title: t\ninputs:\n  x: {shape: [4], file: v.npz, member: x}\nnetwork:\n  i: {identity: {input: x}}\n"
        "build: {flags: ['FP16)); import os; os.mkdir(\"canary\")#']}\n"
    )
    for entry in (checkout / ".trtexp" / "cache").rglob("*.entry"):
        data = entry.read_bytes()
        body = data[_HEAD.size :]
        end = _LENGTH.size + _LENGTH.unpack_from(body)[0]
        forged = body[:end] + program
        head = _HEAD.pack(_MAGIC, FORMAT, hashlib.sha256(forged).digest())
        entry.write_bytes(head + forged)


def endless(checkout, outside):
    """Devices, and JSON that is deep or large."""
    link(checkout / "reports" / RELEASES[0] / "zero.json", Path("/dev/zero"))
    (checkout / "reports" / RELEASES[1] / "deep.json").write_text('{"cases":' + "[" * 200_000)
    (checkout / ".trtexp" / "summaries.json").write_text("[" * 200_000)
    (checkout / "reports" / "api.json").write_text("[" * 200_000)
    link(checkout / ".trtexp" / "api.json", Path("/dev/zero"))
    link(checkout / ".trtexp" / "pending" / RELEASES[0] / "zero.json", Path("/dev/zero"))
    link(checkout / "experiments" / "zero.yaml", Path("/dev/zero"))


def bad_experiments(checkout, outside):
    folder = checkout / "experiments"
    link(folder / "out.yaml", outside / "victim.yaml")
    link(folder / "loop.yaml", folder / "loop.yaml")
    link(folder / "nowhere.yaml", folder / "gone.yaml")
    link(folder / "v.npy", outside / "victim.json")
    link(folder / "below", outside / "folder")
    (folder / "f.yaml").write_text(
        "title: t\ninputs:\n  x: {shape: [4], file: v.npy}\nnetwork:\n  i: {identity: {input: x}}\n"
    )
    (folder / "o.yaml").write_text("title: t\nnetwork:\n  onnx: ../../outside/victim.json\n")


ATTACKS = {
    "reports": linked("reports", "folder"),
    "release": linked(f"reports/{RELEASES[0]}", "folder"),
    "other_release": linked("reports/reference", "folder"),
    "matrix": linked("reports/README.md", "victim.md"),
    "findings": linked("reports/FINDINGS.md", "new.md"),
    "coverage": linked("reports/COVERAGE.md", "victim.md"),
    "api": linked("reports/api.json", "victim.json"),
    "diffs": linked("reports/diff", "folder"),
    "a_diff": linked(f"reports/diff/{RELEASES[0]}..{RELEASES[1]}.md", "victim.md"),
    "record": linked(f"reports/{RELEASES[0]}/e.json", "victim.json"),
    "new_record": linked("reports/reference/e.json", "new.json"),
    "page": linked(f"reports/{RELEASES[0]}/e.md", "victim.md"),
    "release_lock": linked("reports/.reference.lock", "victim.md"),
    "matrix_lock": linked("reports/.README.lock", "victim.md"),
    "home": linked(".trtexp", "folder"),
    "journals": linked(".trtexp/journal", "folder"),
    "journal": linked(".trtexp/journal/reference/e.jsonl", "victim.json"),
    "journal_lock": linked(".trtexp/journal/.reference.lock", "victim.json"),
    "pending": linked(".trtexp/pending", "folder"),
    "a_pending": linked(f".trtexp/pending/{RELEASES[0]}/e.json", "victim.json"),
    "traces": linked(".trtexp/traces", "folder"),
    "cache": linked(".trtexp/cache", "folder"),
    "last_run": linked(".trtexp/last-run.json", "victim.json"),
    "summaries": linked(".trtexp/summaries.json", "victim.json"),
    "counts": linked(".trtexp/api.json", "victim.json"),
    "accepting": linked(".trtexp/accept.json", "victim.json"),
    "accept_lock": linked(".trtexp/.accept.lock", "victim.json"),
    "outputs": linked("out", "folder"),
    "output": linked("out/junit.xml", "victim.md"),
    "experiments": linked("experiments", "folder"),
    "bad_experiments": bad_experiments,
    "release_name": forged_record(release="../../../outside/victim"),
    "experiment_name": forged_record(experiment="OUTSIDE/victim.yaml"),
    "pending_above": forged_pending("../outside/victim.yaml"),
    "pending_absolute": forged_pending("OUTSIDE/victim.yaml"),
    "forged_accept": forged_accept,
    "pickled": pickled,
    "endless": endless,
}


#: Where the other commands have something to do, too.
WIDE = {"reports", "home", "outputs", "experiments", "bad_experiments", "cache", "endless", "coverage"}


@pytest.mark.parametrize("attack", ATTACKS)
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
        if path.is_file() and path.resolve().is_relative_to(checkout):
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
