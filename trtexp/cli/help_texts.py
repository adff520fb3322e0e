"""What --help shows beside the arguments: the commands in groups, and examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

#: What one wants -> the commands for it.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "write experiments": ("new", "import", "layers", "explain", "validate", "check"),
    "run them": ("run", "merge", "review", "accept"),
    "look at results": ("blame", "show", "report", "diff", "audit", "coverage", "fuzz"),
    "pass a case on": ("script", "export"),
    "this machine": ("doctor", "cache", "completion", "schema"),
}
COMMANDS = tuple(name for names in GROUPS.values() for name in names)
START = (
    "trtexp new softmax                       write an experiment to start from",
    "trtexp run experiments/padding.yaml      run one",
    "trtexp explain tolerance                 explain a key of the YAML",
)
#: command -> lines that one may copy.
EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "run": (
        "trtexp run experiments/padding.yaml",
        "trtexp run experiments --worker 8.6.0=/envs/trt86/bin/python",
        "trtexp run experiments --record results.zip    # one file that one can send",
        "cat mine.yaml | trtexp run -",
    ),
    "merge": ("trtexp run experiments --shard 2/4    # and 1/4, 3/4 and 4/4, anywhere", "trtexp merge *.shard"),
    "validate": ("trtexp validate experiments", "trtexp validate mine.yaml"),
    "new": ("trtexp new softmax", "trtexp new relu mine.yaml", "trtexp new conv2d -"),
    "blame": (
        "trtexp blame model.onnx --shape x=1x3x224x224 --worker 8.6.0=/envs/trt86/bin/python -o blame",
        "trtexp blame model.onnx --input x=x.npy --tensors outputs.json    # what another tool dumped",
        "trtexp blame model.onnx --shape x=1x3x224x224 --device onnxruntime    # without a GPU",
    ),
    "import": (
        "trtexp import det.onnx -o experiments/det --shape x=1x3x320x320",
        "trtexp import det.onnx -o experiments/det --input x=page.npy",
        "trtexp import det.onnx -o bug --input x=page.npy --layer Conv_12",
        "trtexp import net.py:build -o experiments/net",
    ),
    "layers": ("trtexp layers", "trtexp layers softmax", "trtexp layers LayerNorm"),
    "explain": (
        "trtexp explain tolerance",
        "trtexp explain inputs.x.declared",
        "trtexp explain convolution_nd C4",
        "trtexp explain stride_nd",
    ),
    "check": ("trtexp check mine.yaml --release 11.4", "trtexp check experiments --markdown guide.md"),
    "diff": ("trtexp diff 8.5.3.1 8.6.0", "trtexp diff 8.5.3.1 8.6.0 experiments/layers"),
    "review": ("trtexp review", "trtexp review experiments/padding.yaml --release 8.6.0"),
    "accept": ("trtexp accept experiments/padding.yaml", "trtexp accept --case 'same_*' --allow nan"),
    "report": ("trtexp report", "trtexp report --check"),
    "fuzz": (
        "trtexp fuzz softmax slice --time 60",
        "trtexp fuzz --stage run --device onnxruntime --examples 20000",
        "trtexp fuzz --seed 7 --examples 100000",
        "trtexp fuzz --regress",
    ),
    "doctor": ("trtexp doctor", "trtexp doctor --python /envs/trt86/bin/python"),
    "completion": ('eval "$(trtexp completion bash)"',),
}


def overview(texts: Mapping[str, str]) -> str:
    """All commands in their groups, by what each does, and how to start."""
    return "\n".join(
        [*_groups(texts), "to start with:", *(f"  {line}" for line in START), "", "trtexp COMMAND --help says more"]
    )


def _groups(texts: Mapping[str, str]) -> Iterator[str]:
    for title, names in GROUPS.items():
        yield f"{title}:"
        yield from (f"  {name:<12}{texts[name]}" for name in names)
        yield ""
