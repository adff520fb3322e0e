"""The script that writes the data, on made-up texts and on the bindings that are installed here."""

import json

import pytest

from trtexp.migration.releases.api import DATA, name_of
from trtexp.migration.releases.dump import _arguments, _note, dump, to_json


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("", []),
        ("input: trt.ITensor, axes: trt.ITensor = None", ["input", "axes="]),
        ("shape: Tuple[int, List[int]], op: trt.A = <A.B: 0>, f: Callable[[int], str]", ["shape", "op=", "f"]),
        ("input, scale", ["input", "scale"]),
    ],
)
def test_the_arguments_of_a_docstring(text, arguments):
    assert _arguments(text) == arguments


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("Deprecated in TensorRT 10.12. Superseded by strong typing.", {"since": "10.12", "instead": "strong typing"}),
        ("[DEPRECATED] Use STRICT_BOUNDS.", {"instead": "STRICT_BOUNDS"}),
        ("[DEPRECATED] Same as DETAILED.", {"instead": "DETAILED"}),
        ("Adds it. Deprecated, use add_b instead.", {"instead": "add_b"}),
        ("[DEPRECATED] Deprecated in TensorRT-RTX 1.2. It does nothing.", {"since": "1.2"}),
        ("Setting it is deprecated elsewhere. Use it.", {}),
        ("The memory that it can use at execution time.", {}),
    ],
)
def test_the_facts_in_a_sentence(text, note):
    assert _note(text) == note


def test_json_stands_on_few_lines_and_reads_back():
    data = {"short": [1, 2], "long": {f"key {i}": ["x" * 30] for i in range(9)}, "none": {}}
    text = to_json(data)
    assert json.loads(text) == data
    assert '"short": [1, 2],' in text and max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("name", ["tensorrt_rtx", "tensorrt"])
def test_the_installed_bindings_are_what_the_data_says(name):
    module = pytest.importorskip(name)
    api = dump(module)
    path = DATA / f"{name_of(api['flavour'], api['version'])}.json"
    if not path.is_file() or json.loads(path.read_text())["version"] != api["version"]:
        pytest.skip(f"{name} {module.__version__} is not among the data")
    assert path.read_text(encoding="utf-8") == to_json(api) + "\n"
