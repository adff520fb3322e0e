"""What a hostile change of a checkout may do with YAML, ONNX, npz, links, `.trtexp` and `reports`.

Each attack is a function of the checkout and of a folder outside of it."""

import hashlib
import json
import os
import pickle
import shutil
import zipfile
from pathlib import Path

from trtexp.engine.cache import _HEAD, _LENGTH, _MAGIC, FORMAT

RELEASES = ("tensorrt-8.6.0", "tensorrt-8.5.3.1")
SECRET = "the secret of somebody"
PROGRAM = "import pathlib; pathlib.Path({canary!r}).write_text('code ran')\n"


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


def huge(checkout, outside):
    """Files that are larger than a disk, and take no room."""
    for place in (
        f"reports/{RELEASES[0]}/e.json", ".trtexp/summaries.json", ".trtexp/api.json", ".trtexp/accept.json",
        f".trtexp/pending/{RELEASES[0]}/e.json", ".trtexp/journal/reference/e.jsonl", "experiments/huge.yaml",
    ):  # fmt: skip
        path = checkout / place
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(2**40)


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
    "pictures": linked(f"reports/{RELEASES[0]}/e", "folder"),
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
    "results": linked(".trtexp/results", "folder"),
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
    "huge": huge,
}
