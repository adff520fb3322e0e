"""A stand-in for TensorRT and CUDA: interpreters that seem to have a release and a GPU, and misbehave on command.

The real worker and the real engine run on it, without a GPU. What it does wrong, and how a layer's name asks for it, is
in packages/tensorrt/faults.py. Every process started here carries a tag, so that those left over can be found.
"""

import os
import shlex
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path

import numpy as np

from trtexp.definition.network import Array, Input, NetworkDefinition
from trtexp.definition.steps import Call, Ref
from trtexp.workers import parse_worker

PACKAGES = Path(__file__).parent / "packages"
TAG = f"STANDIN_TAG={uuid.uuid4().hex}"


def command(release="8.6.0", **environment):
    """A command line for `--worker` or `--python` whose interpreter has the stand-in.

    environment: STANDIN_STATE=folder, STANDIN_START=fault, STANDIN_BROKEN=file, STANDIN_SECONDS=of a build.
    """
    name, _, tag = TAG.partition("=")
    values = {"PYTHONPATH": PACKAGES, "STANDIN_RELEASE": release, name: tag, "CUDA_VISIBLE_DEVICES": "", **environment}
    return shlex.join(["env", *(f"{name}={value}" for name, value in values.items()), sys.executable])


def place(release="8.6.0", gpu=None, **environment):
    return parse_worker(f"{release}={command(release, **environment)}", gpu)


def definition(*names):
    """Identities in a row with these names, on an input `x` of four numbers."""
    steps, last = [], "x"
    for name in names:
        steps.append(Call("network", "add_identity", {"input": Ref("tensor", last)}, name, (name,)))
        last = name
    return NetworkDefinition((Input("x", "float32", (4,)),), {}, tuple(steps), (last,))


def feeds(start=1):
    return {"x": Array("float32", (4,), np.arange(start, start + 4, dtype="float32"))}


def experiment(*names, title="Identity"):
    """The text of an experiment file with a case of one identity for each name."""
    cases = "".join(
        f"  {name}:\n    network: {{{name}: {{identity: {{input: x}}}}}}\n"
        f"    expect: {{{name}: {{values: [1, 2, 3, 4]}}}}\n"
        for name in names
    )
    return f"title: {title}\ninputs:\n  x: {{shape: [4], arange: {{start: 1}}}}\ncases:\n{cases}"


def processes(tag=TAG):
    """The pids of processes that carry the tag, this one left out; a zombie carries none."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int(folder.name) != os.getpid() and tag.encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def zombies():
    """The pids of this process' children that nobody waited for."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if state == "Z" and int(parent) == os.getpid():
                found.append(int(folder.name))
    return found


def gone(seconds=10, tag=TAG):
    """Whether all processes with the tag are gone within that time."""
    end = time.monotonic() + seconds
    while processes(tag) and time.monotonic() < end:
        time.sleep(0.02)
    return not processes(tag)
