"""trtexp new"""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path

from trtexp.authoring.scaffold import start
from trtexp.cli.options import NewOptions
from trtexp.errors import BadUsage
from trtexp.files.opening import named, open_file
from trtexp.files.paths import SUFFIXES
from trtexp.layers import LAYERS
from trtexp.spec.errors import nearest


def new(options: NewOptions) -> int:
    """Write an experiment to start from; never over a file. Raises BadUsage, OSError."""
    if options.layer not in LAYERS:
        raise BadUsage(f"no layer {options.layer!r}; {nearest(options.layer, LAYERS)}; all: trtexp layers")
    if options.path == "-":
        print(start(options.layer, _schema(Path.cwd())), end="")
        return 0
    path = named(options.path or _usual(options.layer))
    if path.is_dir():
        path = path / f"{options.layer}.yaml"
    if path.suffix not in SUFFIXES:
        raise BadUsage(f"{path}: an experiment is a .yaml file; name one, or a directory")
    text = start(options.layer, _schema(path.parent))
    try:
        handle = open_file(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, make=True)
    except FileExistsError as error:
        raise BadUsage(f"{path}: is there already; name another PATH, or - to print") from error
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode("utf-8"))
    print(f"{path} written; next: trtexp run {path}")
    return 0


def _usual(layer: str) -> str:
    return f"experiments/{layer}.yaml" if Path("experiments").is_dir() else f"{layer}.yaml"


def _schema(folder: Path) -> str:
    """The way from a folder to the schema: relative where both are in one project."""
    schema = Path(str(resources.files("trtexp") / "schema.json")).resolve()
    if schema.is_relative_to(Path.cwd()):
        return Path(os.path.relpath(schema, folder.resolve())).as_posix()
    return schema.as_uri()
