"""Nothing that is called like a module and lies in the working directory is ever imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import standin
from conftest import BASE

import trtexp

ROOT = Path(trtexp.__file__).parents[1]
OTHERS = ("numpy", "pydantic", "yaml", "ml_dtypes", "jinja2", "rich", "execnet", "packaging", "argcomplete", "re2")


@pytest.fixture
def hostile(tmp_path):
    """A folder with an experiment, and a module of each name that tells when it is imported."""
    for name in {*sys.stdlib_module_names, *OTHERS, "tensorrt", "cuda"}:
        text = f"import os\nos.close(os.open({str(tmp_path)!r} + '/ran-{name}', os.O_CREAT))\nraise ImportError\n"
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    (tmp_path / "e.yaml").write_text(BASE, encoding="utf-8")
    return tmp_path


def ran(folder):
    return sorted(path.name.removeprefix("ran-") for path in folder.glob("ran-*"))


def run(folder, *command, **environment):
    return subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


CODE = f"import sys; sys.path[0] = {str(ROOT)!r}; from trtexp.__main__ import main; sys.exit(main())"


@pytest.fixture
def command(tmp_path_factory):
    """The console script, wherever this package is found. A file: for `-c` CPython 3.13 imports linecache first."""
    program = tmp_path_factory.mktemp("bin") / "trtexp"
    program.write_text(CODE, encoding="utf-8")
    return lambda *arguments: [sys.executable, str(program), *arguments]


WORKER = ["--worker", f"8.6.0={standin.command()}", "--no-cache"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["validate", "e.yaml"], 0),
        (["run", "e.yaml", *WORKER], 1),  # the stand-in has identities only
        (["run", "e.yaml", "--backend", "reference", "--junit", "j.xml", "--github"], 0),
        (["doctor", *WORKER[:2]], None),
        (["script", "e.yaml", "--case", "base"], 0),
        (["report"], None),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_the_command_and_its_workers_import_nothing_from_there(hostile, command, arguments, code):
    done = run(hostile, *command(*arguments))
    assert ran(hostile) == [], done.stderr
    assert code is None or done.returncode == code, done.stderr
    assert "raceback" not in done.stderr


def test_an_empty_part_of_pythonpath_is_not_the_working_directory(hostile, command):
    names = [path for path in hostile.glob("*.py") if path.stem not in OTHERS]
    for path in names:
        path.unlink()  # the standard library's modules come after PYTHONPATH, and before any line of ours
    done = run(hostile, *command("validate", "e.yaml"), PYTHONPATH=f"{os.pathsep}{ROOT}")
    assert (done.returncode, ran(hostile)) == (0, []), done.stderr


def test_python_dash_m_imports_no_more_than_python_needs_to_get_there(hostile, tmp_path_factory):
    own = tmp_path_factory.mktemp("own")  # `python -m` puts the working directory first, before it looks for a module
    (own / "bare.py").write_text("import sys; print(*sys.modules)", encoding="utf-8")
    for name in {name.split(".")[0] for name in run(own, sys.executable, "-m", "bare").stdout.split()}:
        (hostile / f"{name}.py").unlink(missing_ok=True)
    done = run(hostile, sys.executable, "-m", "trtexp", "validate", "e.yaml", PYTHONPATH=str(ROOT))
    assert ran(hostile) == [], done.stderr
    assert done.returncode == 0, done.stderr


def test_the_pytest_plugin_imports_nothing_from_there(hostile):
    options = ["-p", "trtexp.pytest_plugin", "-p", "no:cacheprovider", "--trtexp-backend=reference", "e.yaml"]
    code = f"import sys, pytest; sys.path.insert(0, {str(hostile)!r}); sys.exit(pytest.main({options!r}))"
    for name in set(sys.stdlib_module_names) - {"fractions", "graphlib", "secrets"}:  # those that pytest wants, too
        (hostile / f"{name}.py").unlink()
    alone = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = run(hostile, sys.executable, "-c", code, **alone)
    assert ran(hostile) == [], done.stdout
    assert done.returncode == 0, done.stdout


def test_a_working_directory_that_is_gone_is_no_traceback(tmp_path):
    (tmp_path / "gone").mkdir()
    inside = f"import os; os.chdir({str(tmp_path / 'gone')!r}); os.rmdir({str(tmp_path / 'gone')!r}); "
    done = run(tmp_path, sys.executable, "-c", inside + CODE, "--version")
    assert (done.returncode, done.stderr) == (0, "")
