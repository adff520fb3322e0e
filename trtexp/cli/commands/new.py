"""trtexp new"""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path

from trtexp.authoring.scaffold import start
from trtexp.cli.commands.layers import understood
from trtexp.cli.options import NewOptions
from trtexp.errors import BadUsage, visible
from trtexp.files.opening import named, open_file
from trtexp.files.paths import SUFFIXES
from trtexp.files.program import program


def new(options: NewOptions) -> int:
    """Write an experiment to start from; never over a file. Raises BadUsage, OSError."""
    found = understood(options.layer)
    if options.path == "-":
        print(start(found, _schema(Path.cwd())), end="")
        return 0
    path = named(options.path or _usual(found.layer))
    if path.is_dir():
        path = path / f"{found.layer}.yaml"
    if path.suffix not in SUFFIXES:
        raise BadUsage(f"{path}: an experiment is a .yaml file; name one, or a directory")
    text = start(found, _schema(path.parent))
    try:
        handle = open_file(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, make=True)
    except FileExistsError as error:
        raise BadUsage(f"{path}: is there already; name another PATH, or - to print") from error
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode("utf-8"))
    meaning = "" if str(found) == options.layer else f"{visible(options.layer)} is `{found}`; "
    print(f"{meaning}{path} written; next: {program()} run {path}")
    return 0


def _usual(layer: str) -> str:
    return f"experiments/{layer}.yaml" if Path("experiments").is_dir() else f"{layer}.yaml"


def _schema(folder: Path) -> str:
    """The way from a folder to the schema: relative where both are in one project."""
    schema = Path(str(resources.files("trtexp") / "schema.json")).resolve()
    if schema.is_relative_to(Path.cwd()):
        return Path(os.path.relpath(schema, folder.resolve())).as_posix()
    return schema.as_uri()
