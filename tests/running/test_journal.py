"""The journal: what was appended comes back to the bit; what is torn, damaged or of something else does not."""

import json
import os
import threading

import pytest

from trtexp.files.opening import NoFile
from trtexp.files.signing import VARIABLE, digest, notes
from trtexp.records.facts import Ending, Place
from trtexp.records.model import FORMAT, CaseRecord, OutputRecord
from trtexp.records.tensors import TensorRecord
from trtexp.running.journal import PURPOSE, Journal, Key, delete, line, previous, read, set_aside

KEY = Key("0.1.0", "tensorrt-8.6.0", "sha", "none", "definition", "tensors")


def record(name, value=1.5):
    tensor = TensorRecord(dtype="float32", shape=[2], values=[value, "NaN"], text=["1.50", "nan"])
    output = OutputRecord(name="y", verdict="pass", dtype="float32", shape=[2], actual=tensor)
    return CaseRecord(
        name=name, about="grüße\n\u2028", place=Place(file="e.yaml", line=1, column=1), differs=[], status="pass",
        as_expected=True, ending=Ending(kind="pass"), outputs=[output],
    )  # fmt: skip


def keys(count):
    return [KEY._replace(case=f"case_{i}") for i in range(count)]


def written(path, count):
    journal = Journal(path)
    for key in keys(count):
        journal.append(key, record(key.case))
    journal.close()
    return path.read_bytes()


def test_what_was_appended_comes_back_the_same(tmp_path):
    path = tmp_path / "release" / "layers" / "e.jsonl"
    data = written(path, 3)
    contents = read(path)
    assert contents.entries == {key: record(key.case) for key in keys(3)}
    assert (contents.size, contents.damaged) == (len(data), [])
    assert data.count(b"\n") == 3
    for each, key in zip(data.splitlines(keepends=True), keys(3), strict=True):
        assert each == line(key, contents.entries[key])


@pytest.mark.parametrize("value", [0.1, -0.0, 1e-45, 3.4028234663852886e38, 7, 2**63 - 1, True, "Infinity"])
def test_numbers_survive(tmp_path, value):
    journal = Journal(tmp_path / "e.jsonl")
    journal.append(KEY, record("none", value))
    found = read(tmp_path / "e.jsonl").entries[KEY]
    assert repr(found.outputs[0].actual.values) == repr([value, "NaN"])


def test_a_line_torn_at_any_byte_costs_that_line_alone(tmp_path):
    path = tmp_path / "e.jsonl"
    data = written(path, 3)
    start = data.rindex(b"\n", 0, -1) + 1
    for end in range(start, len(data)):
        path.write_bytes(data[:end])
        contents = read(path)
        assert list(contents.entries) == keys(2), end
        assert (contents.size, contents.damaged) == (start, []), end
        if end % 97 == 0 or end == len(data) - 1:  # and the journal goes on as if it had never been
            journal = Journal(path, resume=True)
            journal.append(keys(3)[2], record("case_2"))
            journal.close()
            assert path.read_bytes() == data, end


def test_a_byte_changed_anywhere_in_the_last_line_costs_that_line_alone(tmp_path):
    path = tmp_path / "e.jsonl"
    data = written(path, 3)
    start = data.rindex(b"\n", 0, -1) + 1
    for at in range(start, len(data)):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert list(read(path).entries) == keys(2), at


def test_a_damaged_line_in_the_middle_is_named_and_the_others_count(tmp_path):
    path = tmp_path / "e.jsonl"
    lines = written(path, 4).splitlines(keepends=True)
    lines[1] = lines[1].replace(b"1.5", b"2.5", 1)
    path.write_bytes(b"".join(lines))
    journal = Journal(path, resume=True)
    assert list(journal.found) == [keys(4)[i] for i in (0, 2, 3)]
    assert journal.notes == [f"{path}:2: 1 result not of this user's key, or damaged; run again"]


def test_a_journal_of_another_user_is_worth_nothing_and_said_in_one_line(tmp_path, monkeypatch):
    path = tmp_path / "e.jsonl"
    written(path, 4)
    monkeypatch.setenv(VARIABLE, "the key of somebody else")
    journal = Journal(path, resume=True)
    assert journal.found == {}
    assert journal.notes == [f"{path}:1: 4 results not of this user's key, or damaged; run again"]
    assert set_aside(path) == 0 and not path.exists() and not previous(path).exists()
    assert notes() == [f"{path}: not of this user's key, or damaged; dropped"]


def test_a_journal_that_is_a_link_is_refused_and_what_it_leads_to_stays(tmp_path):
    path, target = tmp_path / "e.jsonl", tmp_path / "target"
    target.write_text("of others")
    path.symlink_to(target)
    for act in (
        lambda: Journal(path).append(KEY, record("none")),
        lambda: Journal(path, True),
        lambda: set_aside(path),
    ):
        with pytest.raises(NoFile, match=r"e\.jsonl: is a link"):
            act()
    assert target.read_text() == "of others"


JUNK = (b"", b"\n", b"{}\n", b"[]\n", b"null\n", b"\0" * 100, b"\xff\xfe\n", b"[" * 100_000 + b"\n", b'{"sha256": 1}\n')


@pytest.mark.parametrize("junk", JUNK)
def test_junk_is_no_journal_and_no_error(tmp_path, junk):
    path = tmp_path / "e.jsonl"
    path.write_bytes(junk)
    assert read(path).entries == {}
    journal = Journal(path, resume=True)
    journal.append(KEY, record("none"))
    assert list(read(path).entries) == [KEY]


def entered(entry):
    """A whole line of a journal."""
    text = json.dumps(entry).encode()
    return b'{"hmac": "' + digest(PURPOSE, text) + b'", "entry": ' + text + b"}\n"


def test_a_record_of_another_form_is_damage(tmp_path):
    path = tmp_path / "e.jsonl"
    path.write_bytes(entered({"format": FORMAT, "key": list(KEY), "record": {"name": "none"}}))
    assert read(path).entries == {}


@pytest.mark.parametrize("head", [{}, {"format": 1}, {"format": FORMAT + 1}])
def test_results_of_another_record_format_are_dropped_with_a_sentence(tmp_path, head):
    path = tmp_path / "e.jsonl"
    old = entered(head | {"key": list(KEY), "record": {"name": "none"}})
    path.write_bytes(old + line(KEY, record("none")) + old)
    contents = read(path)
    assert (list(contents.entries), contents.damaged, contents.other) == ([KEY], [], [old, old])
    journal = Journal(path, resume=True)
    assert journal.notes == [f"{path}: 2 results of another record format dropped; run again"]


def test_results_of_another_record_format_are_set_aside_and_do_not_count(tmp_path):
    path = tmp_path / "e.jsonl"
    path.write_bytes(entered({"key": list(KEY), "record": {"name": "none"}}))
    assert set_aside(path) == 0
    assert Journal(path, resume=True).notes == [
        f"{previous(path)}: 1 result of another record format dropped; run again"
    ]


def test_the_later_of_two_results_with_one_key_counts(tmp_path):
    journal = Journal(tmp_path / "e.jsonl")
    journal.append(KEY, record("none", 1.0))
    journal.append(KEY, record("none", 2.0))
    assert read(tmp_path / "e.jsonl").entries == {KEY: record("none", 2.0)}


def test_several_threads_write_whole_lines(tmp_path):
    journal = Journal(tmp_path / "e.jsonl")

    def work(n):
        for i in range(25):
            journal.append(KEY._replace(case=f"{n}_{i}"), record(f"{n}_{i}"))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    contents = read(tmp_path / "e.jsonl")
    assert len(contents.entries) == 100
    assert contents.damaged == []


def test_a_line_that_does_not_fit_is_taken_back(tmp_path, monkeypatch):
    path = tmp_path / "e.jsonl"
    journal = Journal(path)
    journal.append(keys(2)[0], record("case_0"))
    whole = path.read_bytes()

    def full(handle):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match=r"e\.jsonl: cannot be written: No space left on device"):
            journal.append(keys(2)[1], record("case_1"))
    assert path.read_bytes() == whole
    journal.append(keys(2)[1], record("case_1"))
    assert list(read(path).entries) == keys(2)


def test_what_is_set_aside_is_found_again_and_adds_up(tmp_path):
    path = tmp_path / "e.jsonl"
    written(path, 2)
    assert set_aside(path) == 2
    assert not path.exists()
    assert set_aside(path) == 0
    journal = Journal(path)
    journal.append(KEY, record("none"))
    journal.close()
    assert set_aside(path) == 1
    assert set(Journal(path, resume=True).found) == {KEY, *keys(2)}
    assert [p.name for p in tmp_path.iterdir()] == [previous(path).name]


def test_newer_results_win_over_what_was_set_aside(tmp_path):
    path = tmp_path / "e.jsonl"
    for value in (1.0, 2.0):
        journal = Journal(path)
        journal.append(KEY, record("none", value))
        journal.close()
        if value == 1.0:
            set_aside(path)
    assert Journal(path, resume=True).found == {KEY: record("none", 2.0)}


def test_deleting_leaves_no_empty_folders_and_nothing_else_is_touched(tmp_path):
    one, two = tmp_path / "r" / "layers" / "a.jsonl", tmp_path / "r" / "b.jsonl"
    written(one, 1), written(two, 1)
    set_aside(one)
    delete([one], tmp_path)
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*")) == ["r", "r/b.jsonl"]
    delete([two, tmp_path / "never" / "there.jsonl"], tmp_path)
    assert list(tmp_path.iterdir()) == []
