# ruff: noqa: E501  the table reads best with one file a line
"""Files of at most a megabyte that ask for as much as they can, by name: each kind in which a file may be too much."""

from itertools import count

MEGABYTE = 1_000_000
INPUT = "title: t\ninputs: {x: {shape: [2], full: 1}}\n"
BASE = INPUT + "network: {y: {identity: {input: x}}}\n"


def filled(start, piece, end="", size=MEGABYTE):
    """As many pieces as there is room for; a piece is given its number."""
    parts, room = [start], size - len(start) - len(end)
    for number in count():
        part = piece(number)
        if len(part) > room:
            return "".join([*parts, end])
        parts.append(part)
        room -= len(part)
    raise AssertionError


def many(start, piece, times, end=""):
    return start + "".join(map(piece, range(times))) + end


def layers(piece, start="  l0: {identity: {input: x}}\n", size=MEGABYTE):
    return filled(f"{INPUT}network:\n{start}", piece, size=size)


def cases(times, of=BASE, piece=lambda i: f"  c{i}: {{about: '{i}'}}\n"):
    return many(f"{of}cases:\n", piece, times)


def one_input(given, network="y: {identity: {input: x}}"):
    return f"title: t\ninputs: {{x: {{{given}}}}}\nnetwork: {{{network}}}\n"


LOOP = """\
title: t
inputs: {x: {shape: [%d], full: 1}}
weights: {n: {shape: [], full: 5000, dtype: int32}}
network:
  n: {constant: {shape: [], weights: n}}
  l: {loop: {}}
  t: {trip_limit: {loop: l, tensor: n, kind: COUNT}}
  r: {recurrence: {loop: l, initial_value: x}, set_input: {1: s}}
  s: {elementwise: {input1: r, input2: x, op: SUM}}
  o: {loop_output: {loop: l, tensor: r, kind: CONCATENATE}, set_input: {1: n}}
"""
OUTER = (
    "title: t\ninputs: {x: {shape: [65536], full: 1}}\nnetwork: {m: {einsum: {inputs: [x, x], equation: 'i,j->ij'}}}\n"
)
CONVOLUTION = """\
title: t
inputs: {x: {shape: [1, 1, 600, 600], random: {seed: 1, normal: [0, 1]}}}
weights: {w: {shape: [1, 1, 11, 11], random: {seed: 2, normal: [0, 1]}}}
build: {flags: {TF32: true}}
network: {y: {convolution_nd: {input: x, num_output_maps: 1, kernel_shape: [11, 11], kernel: w}}}
"""
TOLERANCES = many(
    "title: t\ninputs: {x: {shape: [1, 1, 100, 100], random: {seed: 1, normal: [0, 1]}}}\n"
    "weights: {w: {shape: [1, 1, 5, 5], random: {seed: 2, normal: [0, 1]}}}\nnetwork:\n",
    lambda i: f"  y{i}: {{convolution_nd: {{input: x, num_output_maps: 1, kernel_shape: [5, 5], kernel: w}}}}\n",
    20,
    f"outputs: [{', '.join(f'y{i}' for i in range(20))}]\nexpect:\n"
    + "".join(f"  y{i}: {{full: 1, tolerance: {{auto: {{lam: {i + 1}}}}}}}\n" for i in range(20)),
)
DEEP = "[" * 62 + "1" + "]" * 62
REQUIREMENT = "  tensorrt{}{}: {{reason: r, about: '{}'}}\n".format

BOMBS = {
    # of the text
    "literals": filled("title: t\ninputs: {x: {values: [", lambda i: "1,", "1]}}\nnetwork: {y: {identity: {input: x}}}\n"),
    "literals_that_differ": filled(
        "title: t\ninputs: {x: {shape: [200000], full: 1}}\nnetwork: {y: {identity: {input: x}}}\nexpect: {y: {values: [",
        lambda i: "1.5,", "1]}}\n",
    ),
    "nested_literals": one_input(f"values: {DEEP}"),
    "long_text": f"title: {'a`' * 450_000}\n" + BASE,
    "long_key": BASE + f"? {'k' * 900_000}\n: 1\n",
    "texts_of_ticks": filled(BASE + "cases:\n", lambda i: f"  c{i}: {{about: '{'` `` ' * 3000}'}}\n"),
    "anchors": BASE + "a: &a [1]\n" + many("", lambda i: f"b{i}: &b{i} [*{'a' if not i else f'b{i - 1}'}, *a]\n", 9000),
    "alias_bomb": BASE + "a0: &a0 [1, 1]\n" + many("", lambda i: f"a{i + 1}: &a{i + 1} [*a{i}, *a{i}]\n", 50),
    "aliases_in_cases": cases(1900, one_input("values: &v [" + "1, " * 500 + "1]"), lambda i: f"  c{i}: {{inputs: {{x: {{values: *v}}}}}}\n"),
    # of faults
    "unknown_keys": filled(BASE, lambda i: f"k{i}: 1\n"),
    "unknown_names": layers(lambda i: f"  l{i + 1}: {{identity: {{input: q{i}}}}}\n"),
    "unknown_layers": layers(lambda i: f"  l{i + 1}: {{identitj{i}: {{input: x}}}}\n"),
    "wrong_members": layers(lambda i: f"  l{i + 1}: {{unary: {{input: x, op: EXPP{i}}}}}\n"),
    "faults_of_cases": cases(1990, INPUT + "network: {y: {identiti: {input: x}}}\n"),
    "faults_of_many_cases": cases(1990, INPUT + many("network:\n", lambda i: f"  l{i}: {{identity: {{input: q{i}}}}}\n", 90)),
    "outputs_given_twice": filled(BASE + "outputs: [", lambda i: "x,", "y]\n"),
    "expectations_of_nothing": filled(BASE + "expect: {", lambda i: f"a{i}: {{full: 1}},", "y: {full: 1}}\n"),
    # of lists and names
    "shape": filled("title: t\nnetwork: {y: {identity: {input: x}}}\ninputs: {x: {full: 1, shape: [", lambda i: "1,", "2]}}\n"),
    "shape_of_words": filled("title: t\nnetwork: {y: {identity: {input: x}}}\ninputs: {x: {full: 1, shape: [", lambda i: "a,", "2]}}\n"),
    "dimensions": one_input("shape: [2], full: 1", f"y: {{shuffle: {{input: x}}, set: {{reshape_dims: [{'1, ' * 9000}2]}}}}"),
    "inputs_of_a_layer": INPUT + f"network: {{y: {{concatenation: {{inputs: [{'x, ' * 9000}x]}}}}}}\n",
    "patterns": filled(BASE + "expect: {log: [", lambda i: "'(a|b)*a(a|b){99}c',", "x]}\n", size=200_000),
    "profiles": many(BASE + "build: {profiles: [", lambda i: "{x: {min: [2], opt: [2], max: [2]}},", 9000, "]}\n"),
    "flags": filled(BASE + "build: {flags: {", lambda i: f"A{i}: true,", "TF32: true}}\n"),
    "paths": BASE + "matrix: {" + "y." + "a." * 400_000 + "b: [1]}\n",
    "numbers_of_many_digits": filled("title: t\nnetwork: {y: {identity: {input: x}}}\ninputs: {x: {values: [", lambda i: f"{'9' * 399}, 0.{'1' * 19000}, ", "1]}}\n"),
    "exponents_of_many_digits": one_input(f"values: [1e{'9' * 9000}, 1e-{'9' * 9000}, 0x{'f' * 390}]"),
    "long_names": filled(INPUT + "network:\n", lambda i: f"  n{i}{'k' * 5000}: {{identity: {{input: n{i}{'j' * 5000}}}}}\n"),
    "long_title": f"title: '{'x ' * 9000}'\nabout: '{'[a](b) ' * 2800}'\n" + INPUT.partition("\n")[2] + "network: {y: {identity: {input: x}}}\nexpect: {y: {full: 2}}\n",
    "equation_of_many_letters": one_input("shape: [1], full: 1", f"y: {{einsum: {{inputs: [x], equation: '{'abcdefghij' * 1900}->'}}}}"),
    "equation_of_many_operands": one_input("shape: [4], full: 1", f"y: {{einsum: {{inputs: [{', '.join('x' * 60)}], equation: '{','.join('abcdefghijklmnopqrstuvwxyz' * 2)},a,b,c,d,e,f,g,h->'}}}}"),
    "axes_of_a_tensor": one_input(f"shape: [{', '.join('2' * 20)}], full: 1", "y: {reduce: {input: x, op: SUM, axes: 1048575, keep_dims: true}}"),
    "a_permutation_beyond_all": one_input("transpose: {of: {shape: [2, 2], full: 1}, perm: [" + "0, " * 9000 + "1]}"),
    # of cases
    "cases": filled(BASE + "cases:\n", lambda i: f"  c{i}: {{}}\n"),
    "cases_that_are_allowed": cases(2000),
    "cases_of_layers": cases(1990, INPUT + many("network:\n", lambda i: f"  l{i}: {{unary: {{input: x, op: NEG}}}}\n", 40)),
    "cases_of_profiles": cases(1990, many(BASE + "build: {profiles: [", lambda i: "{x: {min: [2], opt: [2], max: [2]}},", 90, "]}\n")),
    "cases_of_texts": cases(1990, f"about: {'a ' * 9000}\n" + BASE),
    "combinations": BASE + "matrix: {" + ", ".join(f"y.a{i}: [1, 2]" for i in range(30)) + "}\n",
    "long_combinations": BASE + "matrix: {" + ", ".join(f"y.a{i}: [1]" for i in range(3000)) + ", y.b: [1, 2]}\n",
    "combinations_at_the_end": BASE + "matrix: {y.b: [" + "1, " * 900 + "2], " + ", ".join(f"y.a{i}: [1]" for i in range(900)) + "}\n",
    "large_values_of_a_matrix": BASE + f"matrix: {{y.a: [{', '.join(map(str, range(900)))}], inputs.x.values: [[{'1, ' * 200_000}1]]}}\n",
    # of releases
    "releases": many(BASE + "releases:\n", lambda i: REQUIREMENT("==", i, i), 3000),
    "releases_that_are_allowed": many(BASE + "releases:\n", lambda i: REQUIREMENT("==", i, i), 1000),
    "releases_that_overlap": many(BASE + "releases:\n", lambda i: REQUIREMENT(">=", 1000 - i, i), 1000),
    "releases_of_cases": cases(300, many(BASE + "releases:\n", lambda i: REQUIREMENT("==", i, i), 300)),
    "releases_below_cases": cases(900, BASE, lambda i: f"  c{i}: {{releases: {{tensorrt=={i}: {{reason: r}}}}}}\n"),
    # of tensors
    "weights": many(INPUT + "weights:\n", lambda i: f"  w{i}: {{shape: [16777216], full: 1}}\n", 60, "network: {y: {identity: {input: x}}}\n"),
    "small_tensors": filled("title: t\nnetwork: {y: {identity: {input: a0}}}\ninputs:\n", lambda i: f"  a{i}: {{shape: [1], full: 1}}\n"),
    "tensors_of_tensors": "title: t\ninputs:\n  x0: {shape: [1000000], full: 1}\n" + many("", lambda i: f"  x{i + 1}: {{negate: x{i}}}\n", 90, "network: {y: {identity: {input: x0}}}\n"),
    "tiles_of_tiles": one_input("tile: {of: {tile: {of: {shape: [4096], full: 1}, reps: [4096]}}, reps: [9]}"),
    "tiles_of_nothing": one_input("tile: {of: {values: [0, 1]}, reps: [1000000000, 0, 2]}"),
    "empty_tensor": one_input("shape: [4000000000, 0], full: 1", "y: {reduce: {input: x, op: SUM, axes: 2, keep_dims: false}}"),
    "shape_beyond_all": one_input(f"shape: [{'4294967296, ' * 30}0], full: 1"),
    "powers": one_input("powers: {base: 1e-308, first: 1, last: 1100}"),
    "powers_of_many_digits": one_input("powers: {base: 1.000000000000000000000000000000000001, first: -1100, last: 1100}"),
    "identity_matrix": one_input("eye: 100000"),
    # of the reference
    "chain": layers(lambda i: f"  l{i + 1}: {{identity: {{input: l{i}}}}}\n"),
    "chain_of_400": many(INPUT + "network:\n  l0: {identity: {input: x}}\n", lambda i: f"  l{i + 1}: {{identity: {{input: l{i}}}}}\n", 400),
    "chain_in_a_loop": LOOP % 2 + many("", lambda i: f"  a{i}: {{identity: {{input: {f'a{i - 1}' if i else 's'}}}}}\n", 400),
    "loops": many(INPUT + "network:\n", lambda i: f"  l{i}: {{loop: {{}}}}\n", 9000),
    "loop": LOOP % 2,
    "loop_beyond_all": (LOOP % 2).replace("5000", "2147483647"),
    "loop_of_a_huge_length": (LOOP % 2).replace("set_input: {1: n}", "set_input: {1: m}").replace("weights: {", "weights: {m: {shape: [], full: 2147483647, dtype: int32}, ").replace("  l: {loop", "  m: {constant: {shape: [], weights: m}}\n  l: {loop"),
    "large_loop": LOOP % 4096,
    "outer_product": OUTER,
    "matrices": one_input("shape: [2000, 2000], full: 1", "m: {matrix_multiply: {input0: x, op0: NONE, input1: x, op1: NONE}}"),
    "functions": one_input("shape: [1000, 1000], linspace: {start: 0.1, stop: 3}", "a: {activation: {input: x, type: GELU_TANH}}, b: {elementwise: {input1: a, input2: x, op: POW}}, c: {softmax: {input: b}}"),
    "error_functions": one_input("shape: [2000000], random: {seed: 1, normal: [0, 1]}", "y: {unary: {input: x, op: ERF}}"),
    "chain_of_functions": "title: t\ninputs: {x: {shape: [20000], random: {seed: 1, normal: [0, 1]}}}\nnetwork:\n  l0: {identity: {input: x}}\n" + many("", lambda i: f"  l{i + 1}: {{unary: {{input: l{i}, op: {('ERF', 'SINH')[i % 2]}}}}}\n", 200),
    "numbers_that_are_hard": one_input("shape: [400000], arange: {start: 1.1102230246251565e-16, step: 1.0e-26}", "y: {unary: {input: x, op: EXP}}"),
    "powers_of_tensors": one_input("shape: [1000000], linspace: {start: 0.1, stop: 3}", "y: {elementwise: {input1: x, input2: x, op: POW}}"),
    "nested_emptiness": one_input("shape: [1, 2147483647, 5, 0], full: 1") + "expect: {y: {shape: [1]}}\n",
    "emptiness_made": one_input("shape: [2], full: 1", "y: {slice: {input: x, start: [0], shape: [0], stride: [1]}}, z: {shuffle: {input: y}, set: {reshape_dims: [30000, 30000, 0]}}") + "expect: {z: {shape: [1]}}\n",
    "convolution": CONVOLUTION,
    "tolerances": TOLERANCES,
    "sorted": one_input("shape: [1, 1500000], random: {seed: 1, normal: [0, 1]}", "y: {topk: {input: x, op: MAX, k: 3, axes: 2}}"),
    "wrong_everywhere": one_input("shape: [1500000], full: 1") + "expect: {y: {full: 2}}\n",
}  # fmt: skip
