"""trtexp import"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from trtexp.cli.options import ImportOptions
from trtexp.errors import plural, visible
from trtexp.files.atomic import write_bytes, write_text
from trtexp.files.program import program
from trtexp.models.folding import folded
from trtexp.models.given import given, read_model, read_program, read_tensors
from trtexp.models.importing import Import, imported, prove, renamed
from trtexp.models.network import Network
from trtexp.models.part import part
from trtexp.models.source import Given, asked, forms, model
from trtexp.models.write import Head, arrays, text
from trtexp.numerics import Family, family_of
from trtexp.running.targets import definer as definer_of
from trtexp.workers.definer import Definer

LIMITS = " --limit elements=1e9 --limit products=1e12"  # a model asks for more than an experiment usually may


def import_model(options: ImportOptions) -> int:
    """Write a model, or what a program builds, as an experiment; 1 where the parser computed something wrongly. Raises
    BadUsage, NothingFound, NotImported, NoGpu, OSError."""
    known = {} if options.tensors is None else read_tensors(options.tensors)
    wanted, program_of = given(options.shapes, options.inputs), read_program(options.model)
    data = b"" if program_of is not None else read_model(Path(options.model))
    if program_of is not None:
        print(visible(f"running {program_of[0]} as it is"), flush=True)
    else:
        model(data, _shown(options), wanted, None)  # what is wrong needs no TensorRT to be told
    with definer_of(options.targets, "import needs a TensorRT, whose parser reads the model") as definer:
        whole = _imported(options, definer, wanted, program_of, data)
        made = part(whole, options.layers, known, _family(definer)) if options.layers else whole
        written = _write(made, options, definer.name)
    every = len(whole.network.layers)
    print(f"{written}: {plural(len(made.network.layers), 'layer')}{f' of {every}' if options.layers else ''}")
    print(f"{definer.name} made the same network of the {plural(every, 'layer')} that it was read back as")
    for line in whole.warnings:
        print(visible(f"{definer.name} warns: {line}"))
    if whole.left_out:
        names = ", ".join(map(repr, whole.left_out))
        print(visible(f"names of dimensions left out, since dimensions of one name have different sizes: {names}"))
    wrong = _parser_is_wrong(data, whole.network) if data and find_spec("onnx") is not None else False
    print(f"next: {program()} run {written}{'' if options.layers else LIMITS}")
    return int(wrong)


def _parser_is_wrong(data: bytes, network: Network) -> bool:
    """Say what the parser computed itself, which no device can show to be wrong."""
    found = folded(data, network)
    wrong = [each for each in found if each.off > 1]
    for each in wrong:
        print(visible(f"the parser folded {each.node or each.tensor} wrongly: {each.off:.3g} of what float32 allows"))
    if found and not wrong:
        most = max(each.off for each in found)
        count = plural(len(found), "batch normalization")
        print(f"the parser folded {count}, each within its roundings: {most:.2g} of what float32 allows at most")
    return bool(wrong)


def _imported(
    options: ImportOptions, definer: Definer, wanted: Given, program_of: tuple[Path, str, str] | None, data: bytes
) -> Import:
    shown = _shown(options)
    if program_of is not None:
        path, source, function = program_of
        outcome = definer.read_program(str(path.absolute()), source, function)
        network = imported(outcome, definer.read, shown, definer.name)
        inputs = asked(forms(network.read), shown, wanted, None)
    else:
        definition, inputs = model(data, shown, wanted, _family(definer))
        (outcome,) = definer.read([definition])
        network = imported(outcome, definer.read, shown, definer.name)
    prove(network, definer.read, shown)
    return renamed(network, inputs, wanted.values, outcome)


def _shown(options: ImportOptions) -> str:
    """What is imported, without the folders on the way."""
    return Path(options.model).name


def _write(made: Import, options: ImportOptions, release: str) -> Path:
    """Both files; the arrays first, so that the experiment never names what is not there."""
    source = _shown(options)
    stem = source.partition(".py:")[0].removesuffix(".onnx")
    head = Head(stem, source, release)
    write_bytes(options.output / f"{stem}.npz", arrays(made.network, made.values))
    path = options.output / f"{stem}.yaml"
    write_text(path, text(made.network, head, stem, made.inputs, made.values))
    return path


def _family(definer: Definer) -> Family | None:
    release = definer.release
    return None if release is None else family_of(release.flavour, release.version)
