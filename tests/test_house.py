"""The rooms of the house, and the one way in which imports point."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports
from rooms_contract import broken

import trtexp
from trtexp.layers import LAYERS
from trtexp.layers.base import Layer

PACKAGE = Path(trtexp.__file__).parent
ROOT = PACKAGE.parent


def modules():
    return sorted(PACKAGE.rglob("*.py"))


def room(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def test_rooms_import_what_their_contract_names(capsys):
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0, capsys.readouterr().out


PERMITTED = {"low": set(), "high": {"trtexp.low", "numpy"}}


@pytest.mark.parametrize(
    ("there", "problem"),
    [
        ({"low": {}, "high": {"trtexp.low": "m", "numpy": "m"}}, []),
        ({"low": {}, "high": {"numpy": "m"}}, ["high is permitted to import trtexp.low, and no module of it does"]),
        (
            {"low": {"trtexp.high": "trtexp.low.m"}, "high": {"trtexp.low": "m", "numpy": "m"}},
            ["trtexp.low.m imports trtexp.high, which the line of low does not permit"],
        ),
        ({"high": {"trtexp.low": "m", "numpy": "m"}}, ["low has a line, and there is no such room"]),
        ({"low": {}, "high": {"trtexp.low": "m", "numpy": "m"}, "new": {}}, ["new has no line"]),
    ],
)
def test_the_contract_of_rooms_sees(there, problem):
    assert list(broken(PERMITTED, there)) == problem


def test_a_room_may_only_name_rooms_above_it():
    there = {"low": {"trtexp.high": "m"}, "high": {}}
    assert list(broken({"low": {"trtexp.high"}, "high": set()}, there)) == [
        "low: trtexp.high does not stand above it in the list"
    ]


def test_rooms_are_few_and_each_says_what_it_may_import():
    rooms = [path for path in PACKAGE.iterdir() if (path / "__init__.py").exists()]
    assert len(rooms) <= 20
    assert len(list(PACKAGE.glob("*.py"))) <= 3
    for path in rooms:
        text = ast.get_docstring(ast.parse((path / "__init__.py").read_text(encoding="utf-8"))) or ""
        assert "ay import" in text, f"{path.name}: its docstring does not say what it may import"


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
    names = [dotted(path) for path in modules() if room(path) in ("engine", "definition")]
    blocked = {"ml_dtypes", "pydantic", "yaml", "jinja2", "rich", "execnet", "packaging", "tensorrt", "cuda"}
    python(BLOCK.format(blocked=blocked) + "".join(f"import {name}\n" for name in names))


def test_help_imports_nothing_heavy():
    heavy = ("numpy", "pydantic", "yaml", "jinja2", "rich", "execnet", "ml_dtypes", "argcomplete")
    code = "import sys\nfrom trtexp.cli.main import main\nmain(['--help'])\n"
    assert python(f"{code}print([m for m in {heavy} if m in sys.modules])").splitlines()[-1] == "[]"


WORDS = PACKAGE / "report" / "wording"
TAKE_APART = {"partition", "rpartition", "rsplit", "split", "removeprefix", "removesuffix", "startswith", "endswith"}


def sentences(path):
    """Every piece of text of four words or more that a module holds, but for its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docs = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)}
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text.strip() for text in texts - docs if len(text.split()) >= 4}


def test_no_other_room_makes_the_sentences_about_records():
    words = set().union(*map(sentences, WORDS.glob("*.py")))
    assert len(words) > 40
    others = [path for path in modules() if WORDS not in path.parents and "upgrade" not in path.parts]
    assert {str(path.relative_to(PACKAGE)): found for path in others if (found := sentences(path) & words)} == {}


@pytest.mark.parametrize("folder", ["judging", "records", "report/wording"])
def test_what_holds_facts_takes_no_text_apart(folder):
    calls = {
        f"{path.name}:{node.lineno}: {node.attr}"
        for path in (PACKAGE / folder).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in TAKE_APART
    }
    assert calls == set()


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
    "attributes",
    "base",
    "broadcast",
    "geometry",
    "interpolation",
    "network",
    "orders",
    "precision",
    "operands",
    "lifetimes",
    "plugin_library",
    "reading",
    "region",
    "rnn_cell",
    "roi_align",
    "settable",
    "table",
    "tensor",
    "unrolled",
    "values",
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
