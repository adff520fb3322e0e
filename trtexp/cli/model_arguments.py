"""The arguments of commands that take whole models. Nothing is imported here that would make --help slow."""

from __future__ import annotations

from argparse import ArgumentParser

from trtexp.cli.shared_arguments import TARGETS
from trtexp.files.opening import named


def importing(command: ArgumentParser) -> None:
    """Of `trtexp import`."""
    what = "an .onnx file; or a program and its function that is given (network, config), which is run as it is"
    command.add_argument("model", metavar="MODEL.onnx|SCRIPT.py:FUNCTION", help=what)
    command.add_argument("-o", "--output", type=named, required=True, metavar="DIR", help="where both files go")
    shape = "the shape of an input that the model leaves open, as x=1x3x320x320"
    command.add_argument("--shape", dest="shapes", action="append", default=[], metavar="NAME=NxN", help=shape)
    values = "the values of an input, an .npy file; else random numbers"
    command.add_argument("--input", dest="inputs", action="append", default=[], metavar="NAME=FILE", help=values)
    layer = "write only this layer with what it takes: by its name, its tensor or its node; or a range, as FIRST..LAST"
    command.add_argument("--layer", dest="layers", action="append", default=[], metavar="NAME", help=layer)
    tensors = "for --layer: an .npz file of tensors by the model's names; what it lacks is computed"
    command.add_argument("--tensors", type=named, metavar="FILE", help=tensors)
    for option in ("--python", "--worker", "--gpu"):
        command.add_argument(option, **TARGETS[option])
