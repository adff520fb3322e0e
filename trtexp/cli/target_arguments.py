"""Arguments that say which TensorRT answers, and how; the pytest plugin has the same, with a prefix."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trtexp.files.home import CACHE

#: option -> what argparse is told of it.
TARGETS: Mapping[str, Mapping[str, Any]] = {
    "--backend": {
        "dest": "backend",
        "choices": ("auto", "tensorrt", "build", "reference"),
        "default": "auto",
        "help": "auto: TensorRT on the GPU if there, else the reference and a build with TensorRT-RTX (default)",
    },
    "--python": {"dest": "python", "metavar": "EXE", "help": "the interpreter that has TensorRT (default: this one)"},
    "--worker": {
        "dest": "workers",
        "action": "append",
        "default": [],
        "metavar": "RELEASE=EXE",
        "help": "run this release in this interpreter, as 8.6.0=/envs/trt86/bin/python or "
        "8.6.0=ssh:host//python3; several run side by side",
    },
    "--gpu": {"dest": "gpu", "metavar": "N,N", "help": "share the cases among these GPUs (default: the first)"},
    "--timeout": {
        "dest": "timeouts",
        "action": "append",
        "default": [],
        "metavar": "PHASE=SECONDS",
        "help": "time limit of a phase: start, builder, define, build, run",
    },
    "--record": {
        "dest": "record",
        "type": Path,
        "metavar": "PLACE",
        "help": "also save TensorRT's results, to a folder or as one file if it ends in .zip",
    },
    "--replay": {
        "dest": "replay",
        "type": Path,
        "metavar": "PLACE",
        "help": "judge the results saved there instead of running TensorRT; with --record, run what is missing",
    },
    "--cache": {
        "dest": "cache",
        "type": Path,
        "default": CACHE,
        "metavar": "DIR",
        "help": f"folder of built engines (default: {CACHE})",
    },
    "--no-cache": {
        "dest": "cache",
        "action": "store_const",
        "const": None,
        "default": CACHE,
        "help": "build everything again, and cache nothing",
    },
}
