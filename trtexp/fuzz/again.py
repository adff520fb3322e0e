"""Finds and known differences, tried again."""

from __future__ import annotations

from pathlib import Path

from trtexp.errors import BadUsage, NoGpu
from trtexp.files.reading import read_bytes
from trtexp.fuzz.asking import Judged, Place, release_of
from trtexp.fuzz.finds import head
from trtexp.fuzz.known import Known
from trtexp.fuzz.oracle import Sign
from trtexp.fuzz.replies import DEVICES, Device
from trtexp.fuzz.stages import judge
from trtexp.layers import LAYERS
from trtexp.spec.tree import parse, plain

PARTS = ("inputs", "weights", "network", "outputs", "build")


def replay(path: Path, place: Place) -> Judged:
    """Try the find of a file again, on the device that it is of. place: where TensorRT is. Raises BadUsage, SpecError,
    OSError, NoGpu."""
    found = head(path)
    if found.sign.layer not in LAYERS:
        raise BadUsage(f"{path}: {found.sign.layer} is no layer")
    text = read_bytes(path).decode("utf-8", "replace")
    data = plain(parse(text, str(path)))
    network = {key: data[key] for key in PARTS if key in data}
    return judge(_device(found.release) or place, found.stage, found.sign.layer, [network])[0]


def known_again(entry: Known, place: Place) -> bool | None:
    """Whether a known difference is still there; None where it is one of another release, or of a device that is not
    here. Raises NoGpu where no worker is."""
    device = _device(entry.release)
    try:
        release = release_of(device or place)[1]
    except NoGpu:
        if device is None:
            raise
        return None
    if entry.release != release:
        return None
    verdict = judge(device or place, entry.stage, entry.shown_by, [entry.experiment])[0].verdict
    return isinstance(verdict, Sign) and entry.matches(verdict, release)


def _device(release: str) -> Device | None:
    """The device of a name like `onnxruntime-1.32`; None for a release of TensorRT."""
    return next((device for device in DEVICES if release.startswith(f"{device}-")), None)
