import numpy as np
import pytest

from platformsim.market.laws import NETWORK_LAWS, network_value, reach

SHARES = np.linspace(0.0, 1.0, 101)
SHAPES = (0.01, 0.3, 1.0, 2.5, 100.0)


def test_reach_runs_from_the_own_base_to_everybody():
    shares = np.array([0.0, 0.2, 0.8])
    assert np.array_equal(reach(shares, 0.0), shares)
    assert np.array_equal(reach(shares, 1.0), np.ones(3))
    assert reach(shares, 0.25) == pytest.approx([0.25, 0.4, 0.85])


@pytest.mark.parametrize("law", NETWORK_LAWS)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_law_rises_from_nothing_to_one(law, shape):
    value = network_value(SHARES, law, shape)
    assert value[0] == 0.0
    assert value[-1] == pytest.approx(1.0, abs=1e-12)
    assert np.all(np.diff(value) >= 0)
    assert np.all((value >= 0) & (value <= 1 + 1e-12))


@pytest.mark.parametrize(
    ("law", "shape", "half"),
    [
        ("linear", 7.0, 0.5),
        ("local", 7.0, 0.5),
        ("log", 8.0, np.log(5) / np.log(9)),
        ("power", 2.0, 0.25),
        ("power", 0.5, np.sqrt(0.5)),
        ("saturating", 0.25, 0.5 * 1.25 / 0.75),
    ],
)
def test_value_of_half_the_market(law, shape, half):
    assert network_value(np.array([0.5]), law, shape)[0] == pytest.approx(half, rel=1e-12)


@pytest.mark.parametrize("law", ["log", "saturating"])
def test_concave_laws_approach_the_linear_one(law):
    shape = {"log": 1e-6, "saturating": 1e6}[law]
    assert network_value(SHARES, law, shape) == pytest.approx(SHARES, abs=1e-5)
    strong = {"log": 100.0, "saturating": 0.01}[law]
    assert np.all(network_value(SHARES, law, strong)[1:-1] > SHARES[1:-1])


def test_unknown_law_names_the_allowed_ones():
    with pytest.raises(ValueError, match="metcalfe") as raised:
        network_value(SHARES, "metcalfe", 1.0)
    assert all(law in str(raised.value) for law in NETWORK_LAWS)
