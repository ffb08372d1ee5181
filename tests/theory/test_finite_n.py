"""Two agents who choose one after the other, against the exact law of their chain.

The number of agents at each alternative is a Markov chain that can be written down: somebody drawn
uniformly redraws its choice. Its stationary law is therefore exact, with no allowance for size, and
whether an agent counts itself in the installed base matters most for two. More agents, and times to
tip, are held against their laws by ``platformsim validate``.

W. A. Brock & S. N. Durlauf (2001), DOI 10.1111/1467-937X.00168; R. J. Glauber (1963), Journal of
Mathematical Physics 4, 294-307, DOI 10.1063/1.1703954; L. E. Blume (1993), Games and Economic
Behavior 5(3), 387-424, DOI 10.1006/game.1993.1023.
"""

import numpy as np
import pytest

from platformsim.market.market import Market
from platformsim.market.setup import Declared
from platformsim.market.streams import Streams
from platformsim.scenario import load
from platformsim.theory.choice_chain import stationary_law as stationary
from platformsim.theory.choice_chain import turn_matrix as chain


def market(n, strength, qualities, *, outside=None, count_self=True, start=None):
    """Return a scenario of n agents who choose in turn, n turns a month."""
    names = "abc"[: len(qualities)]
    return load(
        {
            "run": {"months": 1200, "burn_in": 0, "seed": 11},
            "sides": {
                "users": {
                    "count": n,
                    "revise_rate": 1.0,
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
    return Market(spec, spec.mechanisms, Declared(), Streams(spec.run.seed, replicate))


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


@pytest.mark.parametrize("count_self", [True, False])
@pytest.mark.slow
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
