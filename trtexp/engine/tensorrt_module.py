"""Which TensorRT is installed, and what it can do here: the one place that imports `tensorrt` or `tensorrt_rtx`."""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import sys
from dataclasses import dataclass
from typing import Any

from trtexp.engine.cuda import CudaError, check, load_cudart
from trtexp.engine.outcome import Release

NO_DRIVER = (
    "no CUDA GPU here: an NVIDIA driver was looked for and there is none; install one, or use a machine with a GPU"
)
MODULES = {"tensorrt": "tensorrt", "tensorrt-rtx": "tensorrt_rtx"}


class EngineUnavailable(RuntimeError):
    """There is no TensorRT here that could build anything. The message is one sentence with what to do."""


@dataclass(frozen=True)
class Gpu:
    """The first CUDA device."""

    name: str
    compute_capability: tuple[int, int]
    driver: str


@dataclass(frozen=True)
class Installed:
    """A TensorRT that at least builds. cudart is None where nothing can be run."""

    trt: Any
    cudart: Any | None
    release: Release


def load(flavour: str | None = None) -> Installed:
    """Import `tensorrt` or `tensorrt-rtx`; without a flavour, the first of the two that is of use here.

    Raises EngineUnavailable.
    """
    if flavour is not None and flavour.replace("_", "-") not in MODULES:
        raise EngineUnavailable(f"there is no flavour {flavour!r}: give one of {', '.join(MODULES)}")
    cudart = load_cudart()
    gpu, no_gpu = find_gpu(cudart)
    reasons = []
    for name in MODULES if flavour is None else (flavour.replace("_", "-"),):
        try:
            return _load(name, cudart, gpu, no_gpu)
        except EngineUnavailable as error:
            reasons.append(str(error))
    raise EngineUnavailable("; ".join(reasons))


def _load(flavour: str, cudart: Any | None, gpu: Gpu | None, no_gpu: str) -> Installed:
    module = MODULES[flavour]
    if importlib.util.find_spec(module) is None:
        raise EngineUnavailable(f"no module {module} is installed: pip install {module.replace('_', '-')}")
    if flavour == "tensorrt" and gpu is None:
        # 8.x: without a driver Builder raises and Runtime ends the process with a segmentation fault.
        raise EngineUnavailable(f"tensorrt builds on a GPU only: {no_gpu}")
    try:
        trt = importlib.import_module(module)
    except Exception as error:  # ImportError, OSError of a library, or what the module itself raises
        raise EngineUnavailable(
            f"{module} is installed and cannot be imported ({error}): install its libraries or put them on the path"
        ) from error
    reason = no_gpu if gpu is None else _unsupported(trt, flavour, gpu)
    if flavour == "tensorrt" and reason:
        raise EngineUnavailable(reason)
    release = Release(
        flavour=flavour,
        version=trt.__version__,
        gpu=gpu.name if gpu else None,
        compute_capability=".".join(map(str, gpu.compute_capability)) if gpu else None,
        driver=gpu.driver if gpu else None,
        can_run=not reason,
        reason=reason,
    )
    return Installed(trt, None if reason else cudart, release)


def has_driver() -> bool:
    """Whether the driver's own library is there; cuda-python is not needed to see that."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True


def find_gpu(cudart: Any | None) -> tuple[Gpu | None, str]:
    """The first GPU, or None and one sentence: what was looked for and what to do."""
    if cudart is None and not has_driver():
        return None, NO_DRIVER
    if cudart is None:
        return None, "cuda-python was looked for and is not installed: pip install 'cuda-python>=12'"
    driver = "nothing"
    try:
        version = int(check(cudart, "cudaDriverGetVersion"))
        driver = f"{version // 1000}.{version % 1000 // 10}"
        if version == 0:
            return None, NO_DRIVER
        if not check(cudart, "cudaGetDeviceCount"):
            return None, "a CUDA GPU was looked for and there is none: use a machine with one"
        properties = check(cudart, "cudaGetDeviceProperties", 0)
        return Gpu(properties.name.decode(), (properties.major, properties.minor), f"CUDA {driver}"), ""
    except CudaError as error:
        if "cudaErrorInsufficientDriver" in str(error):  # cudaError 35
            return None, f"the driver knows CUDA {driver}, which cuda-python is newer than: update the driver"
        return None, f"a CUDA GPU was looked for and none answers, {error}: see whether nvidia-smi lists one"


def _unsupported(trt: Any, flavour: str, gpu: Gpu) -> str:
    """Why this TensorRT does not know this GPU, in one sentence; empty if it does, or does not say."""
    major, minor = gpu.compute_capability
    named = f"{flavour} {trt.__version__} does not support {gpu.name} (compute capability {major}.{minor})"
    if flavour == "tensorrt-rtx":
        if f"SM{major}{minor}" not in trt.ComputeCapability.__members__:
            known = ", ".join(name for name in trt.ComputeCapability.__members__ if name.startswith("SM"))
            return f"{named}, only {known}: engines are built for SM89 and not run"
    elif (major, minor) > (9, 0) and tuple(map(int, trt.__version__.split(".")[:2])) < (10, 8):
        return f"{named}, which needs tensorrt 10.8 or newer: install that"  # Blackwell: release notes of 10.8
    return ""
