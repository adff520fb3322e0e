"""trtexp blame"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import cast, get_args

from trtexp.blame.devices import Device, OnnxRuntime, TensorRT
from trtexp.blame.dumps import dumped, matched
from trtexp.blame.guilty import text
from trtexp.blame.run import Blaming, blame, of_dump
from trtexp.blame.subject import Subject, of_case, of_import
from trtexp.blame.worlds import worlds
from trtexp.cli.one_case import one_case
from trtexp.cli.options import BlameOptions
from trtexp.definition.network import BuildOptions
from trtexp.errors import BadUsage, NoGpu, plural, visible
from trtexp.files.atomic import write_bytes, write_text
from trtexp.models.given import given, read_model
from trtexp.models.importing import imported, renamed
from trtexp.models.source import model
from trtexp.numerics import family_of, generation
from trtexp.records.blame import Way
from trtexp.records.files import layout
from trtexp.report.blame import charts, lines, page
from trtexp.running.targets import definer as definer_of
from trtexp.spec.requirement import Target
from trtexp.workers.definer import Definer

MODEL = ".onnx"
WAYS = tuple(way for way in get_args(Way) if way != "tensors")


def blame_model(options: BlameOptions) -> int:
    """Name the layers that are wrong; 1 if there is one. Raises BadUsage, NothingFound, NotImported, NoTensors, NoGpu,
    SpecError, OSError."""
    ways = _ways(options.ways)
    if options.device != "tensorrt" and not options.model.endswith(MODEL):
        raise BadUsage(f"--device {options.device} runs models alone; {options.model} is none; leave --device out")
    with definer_of(options.targets, "blame needs a TensorRT, which makes the network") as definer:
        subject = _subject(options, definer)
        made = _blamed(options, subject, definer, ways)
    for line in lines(made.record):
        print(visible(line))
    if options.output is not None:
        _write(made, options.output, Path(options.model.partition("::")[0]).stem)
    return 1 if made.record.guilty else 0


def _blamed(options: BlameOptions, subject: Subject, definer: Definer, ways: Sequence[Way]) -> Blaming:
    if options.tensors is not None:
        tensors = matched(subject, dumped(options.tensors))
        lost = [subject.names[name] for name in subject.feeds if name not in tensors]
        drawn = [name for name in lost if not any(text.startswith(f"{name}=") for text in options.inputs)]
        if drawn and options.model.endswith(MODEL):
            raise BadUsage(
                f"--tensors: the file has no input {drawn[0]!r}; give its values, as --input {drawn[0]}=FILE.npy"
            )
        return of_dump(subject, tensors, worlds(subject), str(options.tensors))
    device: Device
    if options.device == "onnxruntime":
        assert subject.network is not None
        device = OnnxRuntime(read_model(Path(options.model)), subject.network)
    else:
        device = TensorRT(definer)
        if definer.release is not None and not definer.release.can_run:
            raise NoGpu(
                f"blame runs the network, and {definer.name} cannot: {definer.release.reason}; "
                "give --tensors FILE to judge what was dumped elsewhere, or --device onnxruntime"
            )
    return blame(
        subject, device, worlds(subject, device.name.startswith("tensorrt")), ways, options.engines, options.every
    )


def _subject(options: BlameOptions, definer: Definer) -> Subject:
    """The network of the model, or of the case."""
    release = definer.release
    assert release is not None
    if not options.model.endswith(MODEL):
        if options.shapes or options.inputs or options.flags or options.level is not None:
            raise BadUsage(
                "--shape, --input, --flags and --level are for models; an experiment says all of that itself"
            )
        target = Target(release.flavour, release.version, release.compute_capability)
        experiment, case = one_case(options.model, None, target)
        if not case.layers:
            raise BadUsage(f"{options.model}: its network is a model; name the .onnx file itself")
        return of_case(case, f"{experiment.title}: {case.name}")
    path, asked = Path(options.model), given(options.shapes, options.inputs)
    family = family_of(release.flavour, release.version)
    data = read_model(path)
    definition, inputs = model(data, path.name, asked, family)
    (outcome,) = definer.read([definition])
    network = imported(outcome, definer.read, path.name, definer.name)
    flags = {flag.strip(): True for flag in options.flags.split(",") if flag.strip()}
    build = BuildOptions(flags=flags, optimization_level=options.level)
    made = renamed(network, inputs, asked.values)
    return of_import(made, path.name, build, family, generation(release.compute_capability))


def _ways(text: str) -> list[Way]:
    found = [each.strip() for each in text.split(",") if each.strip()]
    if not found or set(found) - set(WAYS):
        raise BadUsage(f"--ways {text}: give some of {', '.join(WAYS)} with commas between")
    return [cast(Way, each) for each in dict.fromkeys(found)]


def _write(made: Blaming, folder: Path, stem: str) -> None:
    """The guilty layers first, so that the page never names what is not there."""
    record, files = made.record, 0
    near = []
    for each in record.near:
        name = None
        if each.tensor in made.pieces:
            found, piece = made.pieces[each.tensor]
            name = f"{stem}.{found.layer}.yaml"
            content, arrays = text(piece, found, f"{stem}.{found.layer}", record.title, record.device)
            if arrays is not None:
                write_bytes(folder / f"{stem}.{found.layer}.npz", arrays)
            write_text(folder / name, content)
            print(f"{folder / name}: {found.kind} by itself, {plural(len(content.splitlines()), 'line')}")
        near.append(each.model_copy(update={"experiment": name}))
    record = record.model_copy(update={"near": near})
    for name, chart in charts(record, stem).items():
        write_text(folder / name, chart)
        files += 1
    write_text(folder / f"{stem}.json", layout(json.loads(record.model_dump_json())) + "\n")
    write_text(folder / f"{stem}.md", page(record, stem))
    print(f"{folder / f'{stem}.md'}: the page, with {plural(files, 'chart')} and {stem}.json")
