"""Format 1 -> 2: what format 1 said in sentences becomes data. Only this folder reads those sentences."""

from __future__ import annotations

import re
from typing import Any

from trtexp.records.upgrade.format_1_endings import ending
from trtexp.records.upgrade.format_1_tensors import recipe, summary
from trtexp.records.upgrade.format_1_words import form_fault, matched, number, rules

Data = dict[str, Any]


def from_format_1(report: Data) -> Data:
    """One report. Raises ValueError, KeyError."""
    network = report.get("network")
    if network is not None:
        network = network | {key: _tensors(network[key]) for key in ("inputs", "weights")}
    return {
        **{key: value for key, value in report.items() if key not in ("options", "network", "cases")},
        "build": _build(report["options"]),
        "network": network,
        "cases": [_case(case) for case in report["cases"]],
    }


def _build(options: list[str]) -> Data | None:
    """`TF32 off`, `first tactics`, `optimization level 3`, …; none at all for the reference."""
    if not options:
        return None
    flags: dict[str, bool] = {}
    build: Data = {"flags": flags}
    for text in options:
        if text in ("first tactics", "tactics by timing"):
            build["tactics"] = "repeatable" if text == "first tactics" else "fastest"
        elif text == "strongly typed":
            build["strongly_typed"] = True
        elif text == "external tactic sources off":
            build["tactic_sources"] = ["internal"]
        elif found := re.fullmatch(r"tactic sources (.+)", text):
            build["tactic_sources"] = [] if found[1] == "none" else found[1].split(", ")
        elif found := re.fullmatch(r"(optimization level|workspace) (?:default|(\d+)(?: bytes)?)", text):
            build[found[1].replace(" ", "_")] = None if found[2] is None else int(found[2])
        else:
            name, on = matched(r"(\w+) (on|off)", text, "build option").groups()
            flags[name] = on == "on"
    return build


def _tensors(tensors: dict[str, Data]) -> dict[str, Data]:
    return {name: _tensor(tensor) for name, tensor in tensors.items()}


def _tensor(tensor: Data) -> Data:
    tensor = dict(tensor)
    if tensor.get("made") is not None:
        tensor["made"] = recipe(tensor["made"])
    if tensor.get("summary") is not None:
        tensor["summary"] = summary(tensor["summary"])
    return tensor


def _case(case: Data) -> Data:
    file, line, column = matched(r"(?s)(.*):(\d+):(\d+)", case["location"], "location").groups()
    left_out = ("location", "differs", "headline", "problems", "log", "notes", "outputs")
    return {
        **{key: value for key, value in case.items() if key not in left_out},
        "place": {"file": file, "line": int(line), "column": int(column)},
        "differs": [_difference(text) for text in case["differs"]],
        "ending": ending(case),
        "log": [_log_line(text) for text in case.get("log", [])],
        "outputs": [_output(output) for output in case.get("outputs", [])],
        **_notes(case.get("notes", [])),
    }


def _difference(text: str) -> Data:
    path, value = matched(r"(?s)(.*?): (.*)", text, "difference").groups()
    return {"path": path.split("."), "value": value}


def _log_line(text: str) -> Data:
    severity, said = matched(r"(?s)(\w+): (.*)", text, "log line").groups()
    return {"severity": severity, "text": said}


def _notes(notes: list[str]) -> Data:
    adapted: list[Data] = []
    made: Data = {"adapted": adapted}
    for note in notes:
        if found := re.fullmatch(r"flag (\w+) is left out: .*", note):
            adapted.append({"kind": "flag_left_out", "subject": found[1]})
        elif note == "nothing comes of the first tactics; TensorRT chose by timing":
            adapted.append({"kind": "timed_tactics"})
        elif found := re.fullmatch(r"(?s)(\S+) cannot be read back: (.*)", note):
            adapted.append({"kind": "not_read_back", "subject": found[1], "reason": found[2]})
        elif found := re.fullmatch(r"(?s)trtexp's own model refuses (.+?): (.*)", note):
            made["refusal"] = {"layer": found[1], "message": found[2]}
        elif found := re.fullmatch(r"no reference: TensorRT parses (.*), and only what is expected counts", note):
            made["parsed"] = found[1].split(", ")
        else:
            builds, runs, came = matched(r"(\d+) builds? × (\d+) runs?: (.*)", note, "note").groups()
            alike, fine = came == "one result", not came.endswith("not all as expected")
            made["repeats"] = {"builds": int(builds), "runs": int(runs), "alike": alike, "fine": fine}
    return made


def _output(output: Data) -> Data:
    assumptions, sentences = output.get("assumptions", []), output["sentences"]
    tolerance = rules(output.get("tolerance", "auto"), assumptions)
    left_out = ("sentences", "origin", "terms", "marks", "assumptions", "tolerance")
    return {
        **{key: value for key, value in output.items() if key not in left_out},
        **{side: _tensor(output[side]) for side in ("expected", "actual", "reference") if output.get(side) is not None},
        "faults": [fault for text in sentences if (fault := form_fault(text, output["name"])) is not None],
        "origin": _origin(output.get("origin")),
        "tolerance": tolerance,
        "disagreeing": _disagreeing(output),
        "terms": _terms(output.get("terms")),
        "marks": [_mark(mark) for mark in output.get("marks", [])],
        **_assumptions(assumptions, tolerance),
    }


def _origin(text: str | None) -> Data | None:
    """`observed tensorrt-8.6.0 NVIDIA H100`, each part of which may be missing."""
    if text is None:
        return None
    found = matched(r"(?s)(source|derived|observed)?\s*(\S*\d\S*)?\s*(.*)", text, "origin")
    return {key: value or None for key, value in zip(("kind", "release", "gpu"), found.groups(), strict=True)}


def _terms(text: str | None) -> Data | None:
    if text is None:
        return None
    pattern = r"a sum of (\d+) terms, magnitudes (\S+) in all, partial sums up to (\S+)"
    count, magnitude, largest = matched(pattern, text, "sum").groups()
    return {"count": int(count), "magnitude": number(magnitude), "largest_partial": number(largest)}


def _mark(mark: Data) -> Data:
    pattern = r"off by (\S+), (\S+) allowed(?: \((\S+) bounds\))?"
    error, allowed, ratio = matched(pattern, mark["allowed"], "deviation").groups()
    off = {"error": number(error), "allowed": number(allowed), "ratio": None if ratio is None else number(ratio)}
    kept = {key: value for key, value in mark.items() if key not in ("allowed", "odd")}
    return {**kept, "off": off, "odd": "all" if mark["odd"] == "all differ" else mark["odd"]}


def _disagreeing(output: Data) -> int:
    """As many as the sentence about the worst element counts."""
    if not output.get("marks"):
        return 0
    ends = (re.search(r"; (\d+) of (?:\d+|its) elements\Z", text) for text in output["sentences"])
    return next((int(end[1]) for end in ends if end), len(output["marks"]))


def _assumptions(assumptions: list[str], tolerance: list[Data]) -> Data:
    """The freedom that was granted, and what tensor-wide rules found; all else follows from other facts."""
    freedoms = {"TF32 accuracy": "tf32", "transform-domain accuracy": "transform_domain"}
    kinds = {"snr": "snr_db", "cosine": "cosine"}
    granted, measured = None, []
    for text in assumptions:
        if text in freedoms:
            granted = freedoms[text]
        elif found := re.fullmatch(r"(too low: )?(snr|cosine) (\S+)(?: dB)?, .*", text):
            rule = next(rule for rule in tolerance if rule["kind"] == kinds[found[2]])
            measured.append({"rule": rule, "value": number(found[3]), "enough": found[1] is None})
    return {"granted": granted, "measured": measured}
