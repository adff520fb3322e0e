"""The page of sensitivity: shares, targets, and what is missed."""

from trtexp.authoring.coverage.plant import Trial, Trials
from trtexp.authoring.coverage.sensitivity import named, render_sensitivity

CASE = "`experiments/layers/softmax.yaml::rows`"
SEEN = ("seen", "seen", "seen", "missed")


def trial(output="y", found=SEEN, bound=1e-7, **changes):
    given = {"layer": "softmax", "type": "float32", "flag": "", "terms": None, "granted": None, "random": False}
    place = {"experiment": "experiments/layers/softmax.yaml", "case": "rows"}
    return Trial(**{**place, **given, **changes}, output=output, bound=bound, found=found)


def page(*trials, unjudged=0):
    return render_sensitivity([Trials(tuple(trials), unjudged)])


def row(text, name):
    return next([cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if f"| {name} " in line)


def test_shares_stand_beside_their_targets():
    text = page(*(trial(str(i)) for i in range(99)), trial("last", ("missed", "missed", "missed", "missed")))
    assert row(text, "all outputs") == [
        "all outputs",
        "100",
        "99.0 % (target 100 %, **missed**)",
        "99.0 %",
        "99.0 %",
        "0.0 %",
    ]
    assert row(text, "float32")[3:5] == ["99.0 % (target 99 %, met)", "99.0 % (target 95 %, met)"]


def test_half_is_counted_by_whether_there_are_sums_and_of_how_many_terms():
    half = {"type": "float32", "flag": "FP16"}
    text = page(trial(**half), trial(terms=256, **half), trial(terms=257, **half), trial(type="float16"))
    assert row(text, "half, no dot products")[1] == "2"
    assert row(text, "half, dot products of up to 256 terms")[1] == "1"
    assert row(text, "half, dot products of more than 256 terms")[1] == "1"


def test_what_cannot_be_told_is_not_counted():
    text = page(trial(found=("seen", "same", "same", "seen"), type="bfloat16"), trial(layer="lrn"))
    assert row(text, "all outputs")[2:] == ["100.0 % (target 100 %, met)", "100.0 %", "100.0 %", "50.0 %"]
    assert row(text, "`softmax`")[3:] == ["1 of 1", "–", "–", "1 of 1"]


def test_misses_are_named_with_what_allows_them_the_widest_first():
    small = trial("small", ("seen", "missed", "missed", "missed"), bound=0.02)
    wide = trial("wide", ("noted", "noted", "noted", "noted"), bound=3.5, terms=1024, granted="half_accumulator")
    text = page(small, wide, trial())
    lines = [line for line in text.splitlines() if line.startswith("| `experiments/layers/softmax.yaml::rows`")]
    assert [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines] == [
        [
            CASE,
            "`wide`",
            "`softmax`",
            "float32",
            "1024",
            "noted",
            "noted",
            "3.5 times its size",
            "half accumulator",
        ],
        [CASE, "`small`", "`softmax`", "float32", "", "seen", "missed", "2 %", ""],
    ]
    assert "None." in page(trial())


def test_the_widest_are_named_as_text():
    assert list(named([trial(), trial("wide", bound=float("inf"))])) == [
        "experiments/layers/softmax.yaml::rows: wide may be off by anything unseen",
        "experiments/layers/softmax.yaml::rows: y may be off by 1e-05 % unseen",
    ]


def test_how_much_was_tried_is_said():
    assert "Tried: 1 output. Not tried: 3," in page(trial(), unjudged=3)
