"""A network that a user's own Python function builds: `def build(network, config)`. It is run as it is."""

from __future__ import annotations

import sys
import traceback
import types
from pathlib import Path
from typing import Any

from trtexp.engine.failure import Failed


def run(path: str, source: str, function: str, network: Any, config: Any) -> None:
    """Run the program and call the function. path: where it stands, whose folder it may import from. Raises Failed,
    with the line at which it failed."""
    module = types.ModuleType(Path(path).stem)
    module.__file__ = path
    sys.modules[module.__name__] = module  # dataclasses look there
    sys.path.insert(0, str(Path(path).parent))
    try:
        exec(compile(source, path, "exec"), vars(module))
        build = vars(module).get(function)
        if not callable(build):
            raise Failed(f"{Path(path).name} has no function {function}; write def {function}(network, config)")
        build(network, config)
    except Failed:
        raise
    except BaseException as error:  # SystemExit, too: it is the program's, not the worker's
        raise Failed(f"{_place(error, path)}: {type(error).__name__}: {error}") from error
    finally:
        sys.path.pop(0)
        sys.modules.pop(module.__name__, None)


def _place(error: BaseException, path: str) -> str:
    """The last line of the program that was at work: `net.py:12`."""
    if isinstance(error, SyntaxError) and error.filename == path:
        return f"{Path(path).name}:{error.lineno}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return f"{Path(path).name}:{lines[-1]}" if lines else Path(path).name
