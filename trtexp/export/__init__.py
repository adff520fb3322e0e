"""A network as an ONNX model, for Netron, ONNX Runtime and Polygraphy. Needs the onnx package (`pip install
trtexp[onnx]`); nothing else of trtexp does.

May import layers, numerics and definition.
"""

from trtexp.export.model import model
from trtexp.export.writer import Inexpressible

__all__ = ["Inexpressible", "model"]
