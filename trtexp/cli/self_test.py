"""Ten cases that tell whether trtexp works with a release that has not run before, and what comes of it as one file."""

from __future__ import annotations

from collections.abc import Iterator

from trtexp.engine.outcome import Release
from trtexp.files.home import EXPERIMENTS, REPORTS
from trtexp.files.program import program

#: A certified sum, a function, a sum in half, open shapes, a refusal when it runs, codes, two outputs, a loop, an
#: interpolation, a refusal when it is built.
CASES = (
    "padding.yaml::both",
    "layers/softmax.yaml::last_axis",
    "half/convolution.yaml::normal_72",
    "layers/dynamic_shapes.yaml::max",
    "layers/dynamic_shapes.yaml::too_large",
    "layers/quantize.yaml::ties",
    "layers/topk.yaml::largest",
    "layers/loop.yaml::last_value",
    "layers/resize.yaml::linear_half_pixel",
    "rejected.yaml::negative_padding",
)


def advice(release: Release) -> Iterator[str]:
    """How to test a release that can run here and has no reports; nothing for others, or outside of the project."""
    if release.can_run and EXPERIMENTS.is_dir() and not (REPORTS / release.name).is_dir():
        yield f"{release.name} has not run here yet; ten cases test it, and make a file that you can send:"
        yield f"{program()} run --no-reports --record {release.name}.zip \\"
        *first, last = (f"  {EXPERIMENTS / case}" for case in CASES)
        yield from (f"{line} \\" for line in first)
        yield last
