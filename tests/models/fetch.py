"""python tests/models/fetch.py FOLDER [NAME …]: fetch the models that tests import, from wheels of the package index.

They are never committed. Each is known by its digest: what the index gives must be what was looked at.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[2] / ".venv" / "models"  # where `make models` puts them


class Model(NamedTuple):
    """wheel: the requirement; member: the file in it; shapes: of inputs that the model leaves open; layers: how many
    TensorRT-RTX 1.7.1.116 makes of it."""

    wheel: str
    member: str
    sha256: str
    shapes: tuple[str, ...]
    layers: int


OCR, OCR_FOLDER = "rapidocr-onnxruntime==1.4.4", "rapidocr_onnxruntime/models"
MODELS = {
    "cls": Model(
        OCR,
        f"{OCR_FOLDER}/ch_ppocr_mobile_v2.0_cls_infer.onnx",
        "e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c",
        ("x=1x3x48x192",),
        389,
    ),
    "magika": Model(
        "magika==1.0.3",
        "magika/models/standard_v3_3/model.onnx",
        "fe2d2eb49c5f88a9e0a6c048e15d6ffdf86235519c2afc535044de433169ec8c",
        ("bytes=1x2048",),
        306,
    ),
    "det": Model(
        OCR,
        f"{OCR_FOLDER}/ch_PP-OCRv4_det_infer.onnx",
        "d2a7720d45a54257208b1e13e36a8479894cb74155a5efe29462512d42f49da9",
        ("x=1x3x320x320",),
        636,
    ),
    "rec": Model(
        OCR,
        f"{OCR_FOLDER}/ch_PP-OCRv4_rec_infer.onnx",
        "48fc40f24f6d2a207a2b1091d3437eb3cc3eb6b676dc3ef9c37384005483683b",
        ("x=1x3x48x160",),
        1202,
    ),
    "common": Model(
        "ddddocr==1.6.1",
        "ddddocr/common.onnx",
        "33b5cd351ee94e73a6bf8fa18c415ed8b819b3ffd342e267c30d8ad8334e34e8",
        ("input1=1x1x64x64",),
        191,
    ),
    "common_det": Model(
        "ddddocr==1.6.1",
        "ddddocr/common_det.onnx",
        "6faa8ea85a8c1a634e5050c4a138fca10f30194e0d7abbe9ade1fcd423af6ed6",
        (),
        506,
    ),
    "common_old": Model(
        "ddddocr==1.6.1",
        "ddddocr/common_old.onnx",
        "b8f2ad9cbc1f2e3922a6cb9459e30824e7e2467f3fb4fd61420640e34ea0bf68",
        ("input1=1x1x64x64",),
        0,
    ),
}


def fetch(folder: Path, names: list[str]) -> None:
    """Fetch what is not there yet."""
    missing = [name for name in names or MODELS if not (folder / f"{name}.onnx").exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for wheel in dict.fromkeys(MODELS[name].wheel for name in missing):
        with tempfile.TemporaryDirectory() as place:
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
            subprocess.run([*pip, "--only-binary", ":all:", "-d", place, wheel], check=True)
            (found,) = Path(place).glob("*.whl")
            with zipfile.ZipFile(found) as archive:
                for name in missing:
                    if MODELS[name].wheel == wheel:
                        keep(folder / f"{name}.onnx", archive.read(MODELS[name].member), MODELS[name])


def keep(path: Path, data: bytes, model: Model) -> None:
    if (digest := hashlib.sha256(data).hexdigest()) != model.sha256:
        sys.exit(f"{model.wheel} {model.member}: sha256 {digest} came, {model.sha256} is known")
    path.write_bytes(data)
    print(f"{path}: {len(data)} bytes of {model.wheel}")


if __name__ == "__main__":
    fetch(Path(sys.argv[1]), sys.argv[2:])
