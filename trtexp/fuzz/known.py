"""The reviewed list of differences that are to stay, with the reason of each."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from trtexp.fuzz.oracle import Kind, Sign, Stage
from trtexp.layers.base import Model
from trtexp.spec.tree import parse, plain

HERE = Path(__file__).parent
#: Of TensorRT's define phase, of its build, and of ONNX Runtime.
PATHS = (HERE / "known.yaml", HERE / "known_build.yaml", HERE / "onnx_runtime" / "known.yaml")
ANY = "*"


class Known(Model):
    """One entry. says: a part of the sign; experiment: a network that shows it, in which the layer is tried."""

    layer: str
    kind: Kind
    says: str
    release: str
    """Its full name, or that of another device: `onnxruntime-1.32`."""
    stage: Stage = "define"
    reason: str
    link: str
    shown_by: str
    """The layer of the experiment that is tried."""
    experiment: dict[str, Any]

    def matches(self, sign: Sign, release: str) -> bool:
        """Whether a difference is this one."""
        same = self.layer in (ANY, sign.layer) and self.kind == sign.kind and self.says in sign.says
        return same and self.release == release


@cache
def known() -> tuple[Known, ...]:
    """The whole list. Raises SpecError, pydantic's ValidationError."""
    found = [plain(parse(path.read_text(encoding="utf-8"), str(path))) for path in PATHS]
    return tuple(Known.model_validate(entry) for one in found for entry in one["differences"])
