"""What a case is granted: by its release, its flags, its types and its tolerance, the strictest first."""

from conftest import BASE

from trtexp.judging.freedoms import worlds
from trtexp.numerics.tolerance import Tolerance
from trtexp.spec.requirement import Target

CONVOLUTION = BASE.replace("deconvolution_nd", "convolution_nd")
FP16 = "build: {flags: {FP16: true}}\n"
TF32 = "build: {flags: {TF32: true}}\n"
EIGHT, TEN, RTX = Target("tensorrt", "8.6.0", "9.0"), Target("tensorrt", "10.16", "9.0"), Target("tensorrt-rtx", "1.7")
FP8 = """title: t
inputs: {x: {values: [1, 2]}}
weights: {s: {shape: [], full: 1}}
network:
  scale: {constant: {shape: [], weights: s}}
  q: {quantize: {input: x, scale: scale, output_type: FP8}}
  y: {dequantize: {input: q, scale: scale}}
"""


def granted(case, **tolerance):
    return [freedom for freedom, _ in worlds(case, (Tolerance(**tolerance),))]


def test_a_deconvolution_of_float32_is_granted_nothing(load):
    assert granted(load(BASE).cases[0]) == [None]


def test_a_convolution_may_be_a_transform_unless_local_says_otherwise(load):
    case = load(CONVOLUTION).cases[0]
    assert granted(case) == [None, "transform_domain"]
    assert granted(case, local=True) == [None]
    ((_, world),) = worlds(case, (Tolerance(local=False),))
    assert world.grants("transform_domain")


def test_tf32_is_granted_only_if_the_flag_or_the_tolerance_says_so(load):
    assert granted(load(BASE + TF32).cases[0]) == [None, "tf32"]
    assert granted(load(BASE + TF32).cases[0], tf32=False) == [None]
    assert granted(load(BASE).cases[0], tf32=True) == [None, "tf32"]


def test_half_is_granted_where_the_flag_is_set_and_its_accumulator_to_8x_alone(load):
    assert granted(load(BASE + FP16, target=EIGHT).cases[0]) == [None, "half", "half_accumulator"]
    assert granted(load(BASE + FP16, target=TEN).cases[0]) == [None, "half"]
    assert granted(load(BASE + FP16, target=RTX).cases[0]) == [None]
    assert granted(load(BASE + FP16).cases[0]) == [None, "half", "half_accumulator"]  # it may be any of them
    assert granted(load(BASE, target=EIGHT).cases[0]) == [None]


def test_a_transform_explains_almost_anything_and_comes_last_without_short_accumulators(load):
    made = worlds(load(CONVOLUTION + FP16, target=EIGHT).cases[0], (Tolerance(),))
    assert [freedom for freedom, _ in made] == [None, "half", "half_accumulator", "transform_domain"]
    assert made[-1][1].granted == {"half", "transform_domain"}


def test_the_accumulator_of_fp8_is_granted_where_there_are_codes_of_it(load):
    assert granted(load(FP8, target=TEN).cases[0]) == [None, "fp8_accumulator"]
    assert granted(load(BASE, target=TEN).cases[0]) == [None]


def test_an_accumulator_of_the_tolerance_is_granted_from_the_first(load):
    ((_, world),) = worlds(load(BASE).cases[0], (Tolerance(acc="fp8acc"),))
    assert (world.by_hand, world.granted) == ("fp8_accumulator", frozenset())


def test_the_release_and_its_gpu_are_those_of_the_case(load):
    ((_, world),) = worlds(load(BASE, target=EIGHT).cases[0], (Tolerance(lam=3.0),))
    assert (world.family, world.gpu, world.lam) == ("tensorrt<10", "Hopper", 3.0)
    ((_, world),) = worlds(load(BASE).cases[0], (Tolerance(),))
    assert (world.family, world.gpu) == (None, None)
