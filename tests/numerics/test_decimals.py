"""Functions to many digits, against digits of mpmath 1.3."""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trtexp.numerics import decimals

#: function, arguments, value to 50 digits
KNOWN = [
    ("exp", (0.7,), "2.0137527074704764321959645191842468385320905140470"),
    ("exp", (-20.25,), "0.0000000016052280551856116086539343091095396571711681601402"),
    ("expm1", (1e-09,), "0.0000000010000000005000000624482581867697812411593894571196"),
    ("expm1", (-3.5,), "-0.96980261657768149926021370763638015492833946775234"),
    ("log", (0.7,), "-0.35667494393873244235395440410727451457180907089950"),
    ("log", (1.0000000001,), "0.00000000010000000826903709908196694080357637786121654138772"),
    ("log10", (1000.0,), "3.0000000000000000000000000000000000000000000000000"),
    ("log10", (0.7,), "-0.15490195998574319683999707150128212963782175996328"),
    ("log1p", (-1e-12,), "-0.0000000000010000000000004999798866479625688353484654123416802"),
    ("log1p", (4.5,), "1.7047480922384252346447114565069527317462067195772"),
    ("power", (0.3, 2.7), "0.038746045822494068009660308283364885728923939945079"),
    ("power", (-2.5, 3.0), "-15.625000000000000000000000000000000000000000000000"),
    ("sin", (1.5,), "0.99749498660405443094172337114148732270665142592212"),
    ("sin", (1e22,), "-0.85220084976718880177270589375302936826176215041004"),
    ("cos", (2.5,), "-0.80114361554693371483350279046735166442856784876782"),
    ("cos", (-1e300,), "-0.57538611195754904668824427596580615063566363551520"),
    ("tan", (1.5707963267948966,), "16331239353195369.755967737041528916530864068104910"),
    ("tan", (-3.25,), "-0.10883402551332971951396039740000830151096463480768"),
    ("sinh", (1e-07,), "0.00000010000000000000016214147784925535324261730681550043"),
    ("sinh", (-4.5,), "-45.003011151991785621809656805643715160077884131132"),
    ("cosh", (3.25,), "12.914557062512392049483503752322409009957706455445"),
    ("tanh", (1e-05,), "0.0000099999999996666674847105390585095018675056982758681"),
    ("tanh", (0.55,), "0.50052021119023524170353038800805511303147102792496"),
    ("arcsin", (0.6,), "0.64350110879328435904723361308840941634021054693017"),
    ("arcsin", (-1.0,), "-1.5707963267948966192313216916397514420985846996876"),
    ("arccos", (0.9999999999,), "0.000014142136208911563644242213387204832465959979878388"),
    ("arccos", (-0.3,), "1.8754889808102941155650250319263156371850124422741"),
    ("arccos", (-1.0,), "3.1415926535897932384626433832795028841971693993751"),
    ("arctan", (0.75,), "0.64350110879328438680280922871732263804151059111531"),
    ("arctan", (-10000000000.0,), "-1.5707963266948966192313216916400847754319180330209"),
    ("arcsinh", (1e-08,), "0.000000010000000000000000042558941634618057125319259161975"),
    ("arcsinh", (-7.5,), "-2.7124653051843439746808795106061300698993589415406"),
    ("arccosh", (1.0000001,), "0.00044721359190373472707376468739388062564091152324038"),
    ("arccosh", (5.5,), "2.3895264345742186082238616570381810470723241503060"),
    ("arctanh", (-0.99,), "-2.6466524123622457513842467262735450378725376155730"),
    ("arctanh", (1e-06,), "0.0000010000000000003332880814453591743401309159702087266"),
    ("erf", (0.5,), "0.52049987781304653768274665389196452873645157575796"),
    ("erf", (-2.75,), "-0.99989937807788036316309560802491304323493526214226"),
    ("erf", (1e-15,), "0.0000000000000011283791670955126615773132947717431253912942469338"),
]


@pytest.mark.parametrize(("name", "arguments", "value"), KNOWN)
def test_all_but_5_of_the_digits_are_right(name, arguments, value):
    function = getattr(decimals, name)
    for count in (30, 45):
        with decimals.digits(count):
            made = function(*map(Decimal, arguments))
        with decimals.digits(60):
            assert abs(made / Decimal(value) - 1) <= Decimal(1).scaleb(5 - count)


@pytest.mark.parametrize(("name", "arguments", "value"), KNOWN)
def test_the_nearest_float_is_that_of_the_digits(name, arguments, value):
    assert decimals.nearest(getattr(decimals, name), *arguments) == float(value)


@given(st.integers(1, 2**27), st.integers(-20, 20))
def test_a_power_in_the_middle_between_two_floats_goes_to_the_even_one(odd, exponent):
    """A square, or the cube of a square root, with 54 bits lies there; a product of floats is rounded alike."""
    x = math.ldexp(float(2 * odd + 2**27 + 1), exponent)
    assert decimals.nearest(decimals.power, x, 2.0) == x * x
    root = 2 * (odd % 2**16) + 2**17 + 1
    assert decimals.nearest(decimals.power, float(root**2), 1.5) == float(root**3)


def test_beyond_float64_are_its_infinities_and_zeros():
    for name, x, y in (
        ("exp", 709.782712893384, 1.7976931348622732e308),
        ("exp", 709.79, np.inf),
        ("exp", -745.2, 0.0),
        ("exp", -1e300, 0.0),
        ("expm1", -1e300, -1.0),
        ("sinh", -1e300, -np.inf),
        ("cosh", 1e300, np.inf),
        ("tanh", -1e300, -1.0),
        ("erf", 1e300, 1.0),
        ("arctan", 1e300, math.pi / 2),
    ):
        assert decimals.nearest(getattr(decimals, name), x) == y, name


@pytest.mark.parametrize(
    "name", ["expm1", "log1p", "sin", "tan", "sinh", "tanh", "arcsin", "arctan", "arcsinh", "arctanh"]
)
def test_what_is_near_its_argument_near_0_is_its_argument_there(name):
    for x in (5e-324, -1e-300, 1e-20):
        assert decimals.nearest(getattr(decimals, name), x) == x
