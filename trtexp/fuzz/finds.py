"""Finds as files: a small experiment each, which says what both sides answered and carries an entry that is ready."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from trtexp import __version__
from trtexp.engine.outcome import Outcome
from trtexp.errors import BadUsage, visible
from trtexp.files.atomic import write_text
from trtexp.files.home import HOME
from trtexp.files.reading import read_bytes
from trtexp.fuzz.network import Answer, Data, build_options
from trtexp.fuzz.oracle import Sign, Stage
from trtexp.spec.flow import flow

FOLDER = HOME / "fuzz"
FORMAT = 1  # of the first line of a find
WIDTH = 116
MOST_NAME = 60  # characters of a file's name
_HEAD = re.compile(r"# trtexp fuzz (\d+): (\w+) (\w+), (\S+), seed (-?\d+)(?:, trtexp ([^\s,]+))?(?:, stage (\w+))?")


@dataclass(frozen=True)
class Find:
    """A difference that was shrunk. matter: the attributes and arguments that it takes, with `inputs` where shapes or
    dtypes are not those of the layer's own network. count: how often it came, of all that shrank to it. whole: whether
    it was shrunk to the end. came: the values that did, in words."""

    sign: Sign
    matter: tuple[str, ...]
    data: Data
    ours: Answer
    theirs: Outcome
    release: str
    seed: int
    count: int
    whole: bool = True
    stage: Stage = "define"
    came: str = ""

    @property
    def mechanism(self) -> tuple[str, str, tuple[str, ...]]:
        """What makes two finds one."""
        return self.sign.layer, self.sign.kind, self.matter

    @property
    def name(self) -> str:
        """Of its file, without the ending."""
        plain = re.sub(r"\W+", "_", "-".join((self.sign.layer, self.sign.kind, *self.matter)).replace("-", "~"))
        return plain.replace("~", "-")[:MOST_NAME].rstrip("_")


def write(find: Find, folder: Path = FOLDER) -> Path:
    """Keep a find. Raises OSError."""
    path = folder / f"{find.name}.yaml"
    write_text(path, "\n".join(_lines(find)) + "\n")
    return path


@dataclass(frozen=True)
class Head:
    """What the first line of a find says: its layer and kind, what answered, and in which stage."""

    sign: Sign
    release: str
    stage: Stage


def head(path: Path) -> Head:
    """Of the find in a file. Raises BadUsage for what is none, or of another version."""
    line = read_bytes(path).partition(b"\n")[0].decode("utf-8", "replace")
    found = _HEAD.match(line)
    if found is None:
        raise BadUsage(f"{path}: no find of trtexp fuzz; its first line is `# trtexp fuzz {FORMAT}: …`")
    if int(found[1]) != FORMAT:
        raise BadUsage(f"{path}: a find of format {found[1]}; this trtexp reads {FORMAT}: find it again by its seed")
    stage = found[7] or "define"
    if stage not in get_args(Stage):
        raise BadUsage(f"{path}: stage {stage}; this trtexp has {', '.join(get_args(Stage))}")
    return Head(Sign(found[2], found[3], ""), found[4], stage)  # type: ignore[arg-type]  # an unknown kind is none of ours


def _lines(find: Find) -> Iterator[str]:
    sign = find.sign
    versions = f"{find.release}, seed {find.seed}, trtexp {__version__}, stage {find.stage}"
    yield f"# trtexp fuzz {FORMAT}: {sign.layer} {sign.kind}, {versions}"
    yield f"# trtexp: {_said(find.ours.refusal or find.ours.values or _outputs(find.ours))}"
    yield f"# TensorRT: {_said(find.came or find.theirs.message or _inferred(find.theirs))}"
    yield f"# it takes: {', '.join(find.matter) or 'nothing but the layer'}; it came {find.count} times"
    if not find.whole:
        yield "# it was not shrunk to the end"
    yield f"title: {sign.layer} · {sign.kind}"
    for group in ("inputs", "weights"):
        if find.data.get(group):
            yield f"{group}:"
            yield from (f"  {name}: {flow(given)}" for name, given in find.data[group].items())
    yield "network:"
    for name, entry in find.data["network"].items():
        yield f"  {name}: {flow(entry | _unchecked(find, name))}"
    if "outputs" in find.data:
        yield f"outputs: {flow(find.data['outputs'])}"
    if build := build_options(find.data):
        yield f"build: {flow(build)}"
    yield from _entry_lines(find)
    yield "cases: {first: {}}"


def _unchecked(find: Find, name: str) -> Data:
    """`check: false` for the layer that trtexp refuses."""
    return {"check": False} if find.ours.refusal and find.ours.layer == name else {}


def _entry_lines(find: Find) -> Iterator[str]:
    """A finding, or what the release expects: ready to be moved into an experiment."""
    flavour = find.release.rpartition("-")[0]
    reason = f"{find.release} differs from trtexp's model: {find.sign.kind} ({find.sign.says})"
    phase = find.theirs.phase or "define"
    match find.sign.kind:
        case "they_refuse":
            said = re.escape(find.theirs.message[:60]).replace("\\ ", " ")
            yield from ("releases:", f"  {flow(flavour)}:", f"    reason: {flow(reason)}")
            yield f"    expect: {{error: {{{phase}: {flow(said)}}}}}"
        case "dies":
            yield from ("releases:", f"  {flow(flavour)}:", f"    reason: {flow(reason)}")
            yield f"    expect: {{crash: {{{phase}: {flow(find.theirs.message[:60])}}}}}"
        case _:
            yield f"finding: {flow(reason)}"


def _outputs(ours: Answer) -> str:
    return ", ".join(f"{name} {dtype} {list(shape)}" for name, dtype, shape in ours.outputs) or "takes it"


def _inferred(theirs: Outcome) -> str:
    pairs = theirs.inferred.items()
    return ", ".join(f"{name} {dtype} {list(shape)}" for name, (dtype, shape) in pairs) or "takes it"


def _said(text: str) -> str:
    return visible(text)[:WIDTH]
