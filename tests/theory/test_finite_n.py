"""Markets of a few agents who choose one after the other, against the exact law of their chain.

The number of agents at each alternative is a Markov chain that can be written down: somebody drawn
uniformly redraws its choice. Its stationary law and its tipping time are therefore exact for every
N, with no allowance for size. Whether an agent counts itself in the installed base matters here.

W. A. Brock & S. N. Durlauf (2001), DOI 10.1111/1467-937X.00168; R. J. Glauber (1963), Journal of
Mathematical Physics 4, 294-307, DOI 10.1063/1.1703954; L. E. Blume (1993), Games and Economic
Behavior 5(3), 387-424, DOI 10.1006/game.1993.1023.
"""

import numpy as np
import pytest

from platformsim.market.market import Market
from platformsim.market.streams import Streams
from platformsim.scenario import load
from platformsim.theory.birth_death import tipping_sweeps
from platformsim.theory.choice_chain import stationary_law as stationary
from platformsim.theory.choice_chain import turn_matrix as chain
from platformsim.theory.gibbs import gibbs_law


def market(n, strength, qualities, *, outside=None, count_self=True, sweeps=1.0, start=None):
    """Return a scenario of n agents who choose in turn, ``sweeps`` * n turns a month."""
    names = "abc"[: len(qualities)]
    return load(
        {
            "run": {"months": 1200, "burn_in": 0, "seed": 11},
            "sides": {
                "users": {
                    "count": n,
                    "revise_rate": sweeps,
                    "updating": "sequential",
                    "switch_cost": 0.0,
                    "choice_noise": 1.0,
                    "outside_option": outside is not None,
                    "outside_value": outside or 0.0,
                    "count_self": count_self,
                }
            },
            "platforms": [
                {"name": name, "quality": quality, "initial": {"users": share}}
                for name, quality, share in zip(names, qualities, start, strict=True)
            ],
            "mechanisms": {"direct_network": {"beta_direct": strength}},
        }
    )


def month(state):
    state.open_month()
    state.choose()


def born(spec, replicate):
    return Market(spec, spec.mechanisms, {}, Streams(spec.run.seed, replicate))


def simulated(spec, sweeps, replicates):
    """Return the counts of each alternative after some sweeps, a row a replicate."""
    found = []
    for replicate in range(replicates):
        state = born(spec, replicate)
        for _ in range(sweeps):
            month(state)
        found.append(state.sides["users"].counts)
    return np.array(found)


def assert_mean(sample, prediction, wrong=None):
    """Within 4 standard errors; and a wrong answer is farther away than that."""
    error = sample.std(ddof=1) / np.sqrt(len(sample))
    assert abs(sample.mean() - prediction) <= 4 * error
    if wrong is not None:
        assert 4 * error <= abs(wrong - prediction)
        assert abs(sample.mean() - wrong) > 4 * error


@pytest.mark.slow
@pytest.mark.parametrize("count_self", [True, False])
def test_magnetisation_of_a_hundred_agents(count_self):
    n, coupling, replicates = 100, 1.5, 4000
    # In shares, U_a - U_b = J' (s_a - s_b) with J' = 2 beta J: the 2 is part of the model.
    states, turn = chain(n, np.zeros(2), 2 * coupling, np.ones(2), count_self)
    law = stationary(turn)
    size = np.abs(states[:, 0] - states[:, 1]) / n
    spec = market(n, 2 * coupling, (0.0, 0.0), count_self=count_self, start=(1.0, 0.0))
    counts = simulated(spec, 45, replicates)
    m = np.abs(counts[:, 1] - counts[:, 2]) / n
    _, halved = chain(n, np.zeros(2), coupling, np.ones(2), count_self)
    assert_mean(m, law @ size, wrong=stationary(halved) @ size)
    assert_mean(m**2, law @ size**2, wrong=stationary(halved) @ size**2)


@pytest.mark.slow
def test_two_platforms_and_an_outside_option_follow_the_gibbs_law():
    n, strength, values = 10, 2.0, np.array([0.0, 0.2, 0.0])
    states, turn = chain(n, values, strength, np.array([0.0, 1.0, 1.0]), count_self=False)
    gibbs = gibbs_law(n, values[1:], strength, outside=values[0])
    law = stationary(turn)
    np.testing.assert_allclose(law @ states[:, 1:] / n, gibbs.mean_share, atol=1e-10)
    assert law @ (states[:, 1] > states[:, 2]) == pytest.approx(gibbs.lead_chance(), abs=1e-10)
    spec = market(n, strength, (0.2, 0.0), outside=0.0, count_self=False, start=(0.5, 0.3))
    counts = simulated(spec, 60, 3000)
    for platform in (1, 2):
        assert_mean(counts[:, platform] / n, gibbs.mean_share[platform - 1])
    assert_mean(1.0 * (counts[:, 1] > counts[:, 2]), gibbs.lead_chance())


@pytest.mark.parametrize("count_self", [True, False])
def test_two_agents_count_themselves_or_do_not(count_self):
    n, strength, values, networked = 2, 1.5, np.array([-1.0, 0.2, 0.0]), np.array([0.0, 1.0, 1.0])
    laws = {}
    for counted in (True, False):
        states, turn = chain(n, values, strength, networked, counted)
        laws[counted] = stationary(turn)
    largest = states[:, 1:].max(axis=1) / n
    spec = market(n, strength, (0.2, 0.0), outside=-1.0, count_self=count_self, start=(0.5, 0.5))
    counts = simulated(spec, 14, 1500)
    sample = counts[:, 1:].max(axis=1) / n
    right, wrong = laws[count_self] @ largest, laws[not count_self] @ largest
    assert_mean(sample, right, wrong)


@pytest.mark.slow
def test_time_to_tip_from_one_side_to_the_other():
    n, coupling, replicates = 16, 1.5, 300
    expected = tipping_sweeps(n, coupling)
    # A turn a month, so that the first crossing is seen.
    spec = market(n, 2 * coupling, (0.0, 0.0), sweeps=1.0 / n, start=(0.0, 1.0))
    sample = []
    for replicate in range(replicates):
        state, passed = born(spec, replicate), 0
        while 2 * state.sides["users"].counts[1] < n:
            month(state)
            passed += 1
        sample.append(passed / n)
    assert_mean(np.array(sample), expected, wrong=expected / 2)
