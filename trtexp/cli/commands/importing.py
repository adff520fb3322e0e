"""trtexp import"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trtexp.cli.options import ImportOptions
from trtexp.errors import NoGpu, plural, visible
from trtexp.files.atomic import write_bytes, write_text
from trtexp.files.program import program
from trtexp.models.given import given, read_model, read_program, read_tensors
from trtexp.models.importing import Import, imported, prove, renamed
from trtexp.models.part import part
from trtexp.models.source import asked, forms, model
from trtexp.models.write import Head, arrays, text
from trtexp.numerics import Family, family_of
from trtexp.running.targets import places
from trtexp.workers import WorkerOptions, WorkerUnavailable
from trtexp.workers.definer import Definer

LIMITS = " --limit elements=1e9 --limit products=1e12"  # a model asks for more than an experiment usually may


def import_model(options: ImportOptions) -> int:
    """Write a model, or what a program builds, as an experiment. Raises BadUsage, NothingFound, NotImported, NoGpu,
    OSError."""
    known = {} if options.tensors is None else read_tensors(options.tensors)
    with _definer(options) as definer:
        made = _imported(options, definer)
        whole = len(made.network.layers)
        if options.layers:
            made = part(made, options.layers, known, _family(definer))
        written = _write(made, options, definer.name)
    print(f"{written}: {plural(len(made.network.layers), 'layer')}{f' of {whole}' if options.layers else ''}")
    print(f"{definer.name} made the same network of the {plural(whole, 'layer')} that it was read back as")
    if made.left_out:
        names = ", ".join(map(repr, made.left_out))
        print(visible(f"names of dimensions left out, since dimensions of one name have different sizes: {names}"))
    print(f"next: {program()} run {written}{'' if options.layers else LIMITS}")
    return 0


def _imported(options: ImportOptions, definer: Definer) -> Import:
    asked_for = given(options.shapes, options.inputs)
    if (found := read_program(options.model)) is not None:
        path, source, function = found
        outcome = definer.read_program(str(path.absolute()), source, function)
        network = imported(outcome, definer.read, options.model, definer.name)
        prove(network, definer.read, options.model)
        return renamed(network, asked(forms(network.read), options.model, asked_for, None), asked_for.values)
    path = Path(options.model)
    definition, inputs = model(read_model(path), path.name, asked_for, _family(definer))
    (outcome,) = definer.read([definition])
    network = imported(outcome, definer.read, path.name, definer.name)
    prove(network, definer.read, path.name)
    return renamed(network, inputs, asked_for.values)


def _write(made: Import, options: ImportOptions, release: str) -> Path:
    """Both files; the arrays first, so that the experiment never names what is not there."""
    source = Path(options.model).name
    stem = source.partition(".py:")[0].removesuffix(".onnx")
    head = Head(stem, source, release)
    write_bytes(options.output / f"{stem}.npz", arrays(made.network, made.values))
    path = options.output / f"{stem}.yaml"
    write_text(path, text(made.network, head, stem, made.inputs, made.values))
    return path


@contextmanager
def _definer(options: ImportOptions) -> Iterator[Definer]:
    definer = Definer(places(options.targets)[0], WorkerOptions())
    try:
        definer.start()
        yield definer
    except WorkerUnavailable as error:
        raise NoGpu(f"import needs a TensorRT, whose parser reads the model: {error}") from error
    finally:
        definer.close()


def _family(definer: Definer) -> Family | None:
    release = definer.release
    return None if release is None else family_of(release.flavour, release.version)
