"""The arguments of commands that take whole models. Nothing is imported here that would make --help slow."""

from __future__ import annotations

from argparse import ArgumentParser

from trtexp.cli.shared_arguments import TARGETS
from trtexp.files.opening import named

IMPORT = "write an ONNX model, or the network that a program builds, as an experiment"
BLAME = "name the layer of a model that is wrong, judging each on the inputs that TensorRT gave it"


def importing(command: ArgumentParser) -> None:
    """Of `trtexp import`."""
    what = "an .onnx file; or a program and its function that is given (network, config), which is run as it is"
    command.add_argument("model", metavar="MODEL.onnx|SCRIPT.py:FUNCTION", help=what)
    command.add_argument("-o", "--output", type=named, required=True, metavar="DIR", help="where both files go")
    _of_inputs(command)
    layer = "write only this layer with what it takes: by its name, its tensor or its node; or a range, as FIRST..LAST"
    command.add_argument("--layer", dest="layers", action="append", default=[], metavar="NAME", help=layer)
    tensors = "for --layer: an .npz file of tensors by the model's names; what it lacks is computed"
    command.add_argument("--tensors", type=named, metavar="FILE", help=tensors)
    for option in ("--python", "--worker", "--gpu"):
        command.add_argument(option, **TARGETS[option])


def blaming(command: ArgumentParser) -> None:
    """Of `trtexp blame`."""
    what = "an .onnx file, or a case of an experiment"
    command.add_argument("model", metavar="MODEL.onnx|EXPERIMENT.yaml[::CASE]", help=what)
    where = "where the page, the charts, the record and the guilty layers go (default: nothing is written)"
    command.add_argument("-o", "--output", type=named, metavar="DIR", help=where)
    _of_inputs(command)
    tensors = "judge the tensors of this file and run nothing: .npz, a folder of .npy, JSON of Polygraphy or trtexec"
    command.add_argument("--tensors", type=named, metavar="FILE", help=tensors)
    device = "what runs the model: tensorrt, a worker (default), or onnxruntime, on the CPU"
    command.add_argument("--device", choices=("tensorrt", "onnxruntime"), default="tensorrt", help=device)
    flags = "builder flags, as FP16,TF32"
    command.add_argument("--flags", default="", metavar="FLAG,FLAG", help=flags)
    level = "the builder's optimization level, 0 to 5"
    command.add_argument("--level", type=int, choices=range(6), metavar="N", help=level)
    ways = "how to look, with commas between: outputs (every tensor marked, so that nothing is fused; default), sparse "
    ways += "(one in --every), engine (the outputs alone); the difference of two tells of fusions"
    command.add_argument("--ways", default="outputs", metavar="WAY,WAY", help=ways)
    every = "for sparse: of how many tensors one is looked at (default: 4)"
    command.add_argument("--every", type=int, choices=range(2, 65), default=4, metavar="N", help=every)
    engines = "for outputs: share the tensors out among so many engines, where one needs too much memory (default: 1)"
    command.add_argument("--engines", type=int, choices=range(1, 1001), default=1, metavar="N", help=engines)
    for option in ("--python", "--worker", "--gpu", "--timeout"):
        command.add_argument(option, **TARGETS[option])


def _of_inputs(command: ArgumentParser) -> None:
    """What a model is given."""
    shape = "the shape of an input that the model leaves open, as x=1x3x320x320"
    command.add_argument("--shape", dest="shapes", action="append", default=[], metavar="NAME=NxN", help=shape)
    values = "the values of an input, an .npy file; else random numbers"
    command.add_argument("--input", dest="inputs", action="append", default=[], metavar="NAME=FILE", help=values)
