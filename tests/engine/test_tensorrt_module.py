import subprocess
import sys
import types
from pathlib import Path

import pytest

from trtexp.engine import tensorrt_module
from trtexp.engine.tensorrt_module import EngineUnavailable, find_gpu, load


class Cudart:
    """A driver and a device, or the error that asking for them gives."""

    def __init__(self, driver=13000, status=0, count=1, capability=(9, 0), name="cudaErrorInsufficientDriver"):
        self.driver, self.status, self.count, self.capability, self.name = driver, status, count, capability, name

    def cudaDriverGetVersion(self):
        return 0, self.driver

    def cudaGetDeviceCount(self):
        return self.status, self.count

    def cudaGetDeviceProperties(self, device):
        major, minor = self.capability
        return 0, types.SimpleNamespace(name=b"NVIDIA H100", major=major, minor=minor)

    def cudaGetErrorName(self, status):
        return 0, self.name.encode()

    def cudaGetErrorString(self, status):
        return 0, b"text"

    def cudaGetLastError(self):
        return (self.status,)


@pytest.mark.parametrize(
    ("cudart", "sentence"),
    [
        (None, "cuda-python was looked for and is not installed: pip install 'cuda-python>=12'"),
        (Cudart(driver=0), "no CUDA GPU here: an NVIDIA driver was looked for and there is none; "),
        (Cudart(count=0), "a CUDA GPU was looked for and there is none: "),
        (
            Cudart(driver=11040, status=35),
            "the driver knows CUDA 11.4, which cuda-python is newer than: update the driver",
        ),
        (
            Cudart(status=100, name="cudaErrorNoDevice"),
            "a CUDA GPU was looked for and none answers, cudaGetDeviceCount: ",
        ),
    ],
)
def test_why_there_is_no_gpu(cudart, sentence, monkeypatch):
    monkeypatch.setattr(tensorrt_module, "has_driver", lambda: True)
    gpu, reason = find_gpu(cudart)
    assert gpu is None
    assert reason.startswith(sentence)


def test_without_a_driver_cuda_python_is_not_asked_for(monkeypatch):
    monkeypatch.setattr(tensorrt_module, "has_driver", lambda: False)
    assert find_gpu(None) == (None, tensorrt_module.NO_DRIVER)


def test_the_gpu():
    gpu, reason = find_gpu(Cudart())
    assert (gpu.name, gpu.compute_capability, gpu.driver, reason) == ("NVIDIA H100", (9, 0), "CUDA 13.0", "")


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Put modules with these contents where `tensorrt` and `tensorrt_rtx` are looked for, and a GPU or none."""

    def install(cudart=None, **modules):
        names = {}
        for module, text in modules.items():
            names[module] = f"stand_in_{module}_{tmp_path.name.replace('-', '_')}"
            (tmp_path / f"{names[module]}.py").write_text(text)
        monkeypatch.syspath_prepend(tmp_path)
        chosen = {
            flavour: names.get(flavour.replace("-", "_"), "no_such_module") for flavour in tensorrt_module.MODULES
        }
        monkeypatch.setattr(tensorrt_module, "MODULES", chosen)
        monkeypatch.setattr(tensorrt_module, "load_cudart", lambda: cudart)
        monkeypatch.setattr(tensorrt_module, "has_driver", lambda: True)

    return install


TRT = '__version__ = "8.6.0"'
RTX = '__version__ = "1.7.1"\nclass ComputeCapability:\n    __members__ = {"SM89": 1, "SM120": 2, "CURRENT": 3}'


def test_tensorrt_comes_first_where_there_is_a_gpu(installed):
    installed(Cudart(), tensorrt=TRT, tensorrt_rtx=RTX)
    release = load().release
    assert release.name == "tensorrt-8.6.0" and release.can_run
    assert (release.gpu, release.compute_capability, release.driver) == ("NVIDIA H100", "9.0", "CUDA 13.0")


def test_without_a_gpu_rtx_builds_and_tensorrt_is_of_no_use(installed):
    installed(None, tensorrt=TRT, tensorrt_rtx=RTX)
    found = load()
    assert found.release.name == "tensorrt-rtx-1.7.1" and not found.release.can_run and found.cudart is None
    with pytest.raises(EngineUnavailable, match=r"^tensorrt builds on a GPU only: cuda-python was looked for"):
        load("tensorrt")


def test_a_gpu_that_the_release_does_not_know(installed):
    installed(Cudart(capability=(12, 0)), tensorrt=TRT, tensorrt_rtx=RTX)
    assert load().release.flavour == "tensorrt-rtx"
    assert load("tensorrt_rtx").release.can_run
    with pytest.raises(EngineUnavailable, match=r"needs tensorrt 10.8 or newer"):
        load("tensorrt")
    installed(Cudart(capability=(9, 0)), tensorrt_rtx=RTX)
    release = load("tensorrt-rtx").release
    assert (
        not release.can_run
        and "does not support NVIDIA H100 (compute capability 9.0), only SM89, SM120" in release.reason
    )


@pytest.mark.parametrize(
    ("modules", "flavour", "sentence"),
    [
        ({}, None, "no module .* is installed: pip install"),
        ({"tensorrt": "raise OSError('libcudnn.so.8')"}, "tensorrt", r"cannot be imported \(libcudnn.so.8\)"),
        ({}, "trt", "there is no flavour 'trt': give one of tensorrt, tensorrt-rtx"),
    ],
)
def test_nothing_usable(installed, modules, flavour, sentence):
    installed(Cudart(), **modules)
    with pytest.raises(EngineUnavailable, match=sentence):
        load(flavour)


def test_no_module_of_the_engine_imports_tensorrt_or_cuda():
    code = (
        "import sys; before = set(sys.modules)\n"  # a .pth file of cuda-python may have made its namespace
        "import importlib, pkgutil, trtexp.engine as e, trtexp.definition.script.program\n"
        "for m in pkgutil.iter_modules(e.__path__): importlib.import_module('trtexp.engine.' + m.name)\n"
        "alien = {'tensorrt', 'tensorrt_rtx', 'cuda', 'execnet', 'yaml', 'pydantic', 'ml_dtypes', 'jinja2'}\n"
        "sys.exit(', '.join(alien & (set(sys.modules) - before)) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
