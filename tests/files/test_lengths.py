"""Names and paths that are too long are refused before anything is run."""

from pathlib import Path

import pytest

from trtexp.cli.main import main
from trtexp.files.lengths import MOST_PART, MOST_PATH, too_long

EXPERIMENT = "title: t\ninputs: {x: {shape: [2], full: 1}}\nnetwork: {y: {identity: {input: x}}}\n"


def test_what_is_too_long_is_told_in_bytes():
    assert too_long(Path("a" * MOST_PART)) is None
    assert too_long(Path("a") / ("ö" * 200)) == f"a name of 400 bytes; at most {MOST_PART} are allowed"
    assert f"at most {MOST_PATH} are allowed" in too_long(Path(*["a" * 100] * 40))


@pytest.mark.parametrize("option", ["--reports", "--junit", "--json", "--cache", "--record"])
@pytest.mark.parametrize("path", ["d" * 230, "/".join(["d" * 200] * 16)])
def test_an_output_with_too_long_a_name_is_bad_usage(tmp_path, monkeypatch, capsys, option, path):
    monkeypatch.chdir(tmp_path)
    Path("e.yaml").write_text(EXPERIMENT, encoding="utf-8")
    assert main(["run", "--backend", "reference", "e.yaml", option, path]) == 2
    said = capsys.readouterr()
    assert said.out == "" and f"{option} {path}: a " in said.err


def test_a_file_whose_page_would_have_too_long_a_name_costs_itself(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("a", "f" * 230):
        Path(f"{name}.yaml").write_text(EXPERIMENT, encoding="utf-8")
    assert main(["run", "--backend", "reference", "."]) == 2
    said = capsys.readouterr()
    assert "its page would have a name of 230 bytes; at most 220 are allowed; rename the file" in said.err
    assert "1 unjudged in" in said.out


def test_a_path_that_no_file_system_takes_is_bad_usage(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["validate", f"{'d' * 300}.yaml"]) == 2
    assert "File name too long" in capsys.readouterr().err
