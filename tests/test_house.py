"""The rooms of the house, and the one way in which imports point."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import trtexp
from trtexp.layers import LAYERS
from trtexp.layers.base import Layer

PACKAGE = Path(trtexp.__file__).parent
ROOT = PACKAGE.parent

#: room -> (the rooms it may import, the packages it may import beside the standard library), lowest rooms first.
ROOMS = {
    "steps": ("", ""),
    "definition": ("steps", "numpy"),
    "tolerance": ("", ""),
    "digits": ("", "numpy"),
    "paths": ("", ""),
    "numerics": ("definition", "numpy ml_dtypes"),
    "literal": ("definition", "numpy"),
    "engine": ("definition", "numpy tensorrt tensorrt_rtx cuda"),
    "script_parts": ("", ""),
    "script": ("definition literal script_parts", "numpy"),
    "layers": ("numerics definition", "numpy pydantic"),
    "export": ("layers numerics definition", "numpy onnx"),
    "spec": ("layers numerics definition tolerance", "numpy ml_dtypes pydantic yaml packaging"),
    "releases": ("definition", ""),
    "compare": ("numerics definition tolerance", "numpy"),
    "results": ("compare numerics definition", "numpy pydantic"),
    "diff": ("results numerics digits", "numpy"),
    "report": ("results digits diff", "numpy jinja2"),
    "outputs": ("compare results numerics definition tolerance digits spec", "numpy"),
    "recording": ("results definition spec", ""),
    "repeats": ("digits numerics definition spec engine", "numpy"),
    "parallel": ("", ""),
    "planning": ("parallel paths results spec", ""),
    "pending": ("report results", ""),
    "accept": ("pending outputs results digits numerics definition spec", "numpy"),
    "verdict": ("outputs repeats results script spec engine", ""),
    "terminal": ("report results", "rich"),
    "workers": ("engine definition", "execnet"),
    "journal": ("results", ""),
    "preparing": ("planning recording journal results spec", ""),
    "locks": ("", ""),
    "outcomes": ("engine definition", "execnet"),
    "backends": ("outcomes parallel workers results spec engine", ""),
    "lane": ("pending planning preparing backends parallel journal verdict repeats report results spec engine", ""),
    "runner": ("lane backends results terminal", ""),
    "coverage": ("report releases spec layers definition", "pydantic"),
    "migration": ("releases results report spec definition", ""),
    "keeping": ("lane journal locks migration report results", ""),
    "last_run": ("runner backends report", ""),
    "starting": ("layers numerics spec", "numpy"),
    "doctor": ("workers engine", "packaging"),
    "completion": ("paths spec", "argcomplete"),
    "arguments": ("completion", ""),
    "audit": ("tolerance digits results numerics", "numpy"),
    "github": ("report", ""),
    "commands": (
        "accept audit starting doctor coverage pending parallel diff export github migration releases planning verdict "
        "runner lane backends keeping last_run workers engine report results script layers spec terminal paths",
        "argcomplete",
    ),
    "pytest_plugin": ("arguments commands backends parallel planning verdict report results spec workers", "pytest"),
    "cli": ("arguments completion github commands backends locks results spec terminal paths", ""),
    "bench": ("report workers", "numpy onnx tensorrt cuda"),
    "__main__": ("cli", ""),
}


def modules():
    return sorted(PACKAGE.rglob("*.py"))


def room(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imported(path):
    """Absolute names of what a module imports, wherever the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            if node.module == "trtexp":
                yield from (f"trtexp.{alias.name}" for alias in node.names if alias.name != "__version__")
            else:
                yield node.module


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_one_way(path):
    if path == PACKAGE / "__init__.py":
        return
    here = room(path)
    rooms, packages = (set(names.split()) for names in ROOMS[here])
    for name in imported(path):
        top = name.split(".")[0]
        if top == "trtexp":
            there = name.split(".")[1]
            assert there == here or there in rooms, f"{here} may not import {name}"
        elif top not in sys.stdlib_module_names:
            assert top in packages, f"{here} may not import {name}"


def test_the_table_has_no_cycle_and_no_room_left_over():
    known = set()
    for name, (rooms, _) in ROOMS.items():
        assert set(rooms.split()) <= known, f"{name} imports a room that stands below it in the table"
        known.add(name)
    there = {room(path) for path in modules()} - {"__init__"}
    assert there <= known, f"rooms without a place: {there - known}"
    assert there == known, f"places without a room: {known - there}"


def test_a_package_imports_its_own_files_without_cycles():
    graph = {path: set() for path in modules()}
    by_name = {".".join(("trtexp", *p.relative_to(PACKAGE).with_suffix("").parts)): p for p in graph}
    by_name |= {name.removesuffix(".__init__"): p for name, p in by_name.items() if name.endswith(".__init__")}
    for path, targets in graph.items():
        targets |= {by_name[name] for name in imported(path) if name in by_name} - {path}
    while graph:
        free = [path for path, targets in graph.items() if not targets & graph.keys()]
        assert free, f"a cycle among {[str(p.relative_to(ROOT)) for p in graph]}"
        for path in free:
            del graph[path]


BLOCK = """
import sys
class Block:
    def find_spec(self, name, *rest):
        if name.split(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Block())
"""


def python(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def dotted(path):
    return ".".join(("trtexp", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")


def test_every_module_imports_with_neither_tensorrt_nor_cuda():
    names = [dotted(path) for path in modules() if path.name != "__main__.py"]
    blocked = {"tensorrt", "tensorrt_rtx", "tensorrt_bindings", "cuda"}
    python(BLOCK.format(blocked=blocked) + "".join(f"import {name}\n" for name in names))


def test_the_engine_imports_with_numpy_alone():
    names = [dotted(path) for path in modules() if room(path) in ("engine", "definition", "steps")]
    blocked = {"ml_dtypes", "pydantic", "yaml", "jinja2", "rich", "execnet", "packaging", "tensorrt", "cuda"}
    python(BLOCK.format(blocked=blocked) + "".join(f"import {name}\n" for name in names))


def test_help_imports_nothing_heavy():
    heavy = ("numpy", "pydantic", "yaml", "jinja2", "rich", "execnet", "ml_dtypes", "argcomplete")
    code = f"import sys\nfrom trtexp.cli import main\nmain(['--help'])\nprint([m for m in {heavy} if m in sys.modules])"
    assert python(code).splitlines()[-1] == "[]"


DATA = {"tests/report/report_samples.py"}  # written-out records, no code


@pytest.mark.parametrize("folder", ["trtexp", "tests"])
def test_files_stay_under_300_lines(folder):
    long = {
        str(path.relative_to(ROOT)): count
        for path in (ROOT / folder).rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) >= 300
    }
    assert long.keys() <= DATA


BESIDE = {
    "__init__",
    "base",
    "broadcast",
    "geometry",
    "interpolation",
    "network",
    "plugin_library",
    "region",
    "roi_align",
    "settable",
    "tensor",
    "window",
}  # files of layers/ that hold no layer of their own


def test_every_layer_file_has_an_entry_and_every_entry_a_file():
    files = {path.stem for path in (PACKAGE / "layers").glob("*.py")} - BESIDE
    entered = {model.__module__.rpartition(".")[2] for model in LAYERS.values()}
    assert files - entered == set(), "files without an entry in LAYERS"
    assert entered - files == set(), "entries without a file"


def test_every_layer_class_is_entered_under_its_method():
    def below(model):
        return {model, *(deep for sub in model.__subclasses__() for deep in below(sub))}

    named = {m for m in below(Layer) if "method" in vars(m) and m.__module__.startswith("trtexp.")}
    assert named == set(LAYERS.values())
    assert {name: model.word for name, model in LAYERS.items()} == {name: name for name in LAYERS}
    of_the_network = {name: model.method for name, model in LAYERS.items() if model.owner is None}
    assert of_the_network == {name: f"add_{name}" for name in of_the_network}
    assert list(LAYERS) == sorted(LAYERS)


def test_every_layer_file_has_tests():
    files = {path.stem for path in (PACKAGE / "layers").glob("*.py")} - {"__init__", "base"}
    tests = {path.stem.removeprefix("test_") for path in (ROOT / "tests" / "layers").glob("test_*.py")}
    assert files <= tests, f"no tests of {files - tests}"


def constraints(text):
    """(labels that docstrings give, labels that are raised) of a file of layers/."""
    raised = {label for pair in re.findall(r'"(C\d+)"|\[(C\d+)\]', text) for label in pair if label}
    return set(re.findall(r"\b(C\d+):", text)), raised


@pytest.mark.parametrize("name", sorted({m.__module__.rpartition(".")[2] for m in LAYERS.values()} | {"window"}))
def test_every_constraint_is_stated_refused_and_tested(name):
    stated, raised = constraints((PACKAGE / "layers" / f"{name}.py").read_text(encoding="utf-8"))
    assert stated == raised, "a label of a docstring that nothing raises, or one raised that no docstring states"
    tests = (ROOT / "tests" / "layers" / f"test_{name}.py").read_text(encoding="utf-8")
    assert stated <= set(re.findall(r"\bC\d+\b", tests)), "labels that no test names"
