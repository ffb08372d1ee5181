"""The small model that every program of the benchmark runs; numbers only, so that any can read it.

Each step every one of n users chooses among P platforms. User i, now on platform c, values p at

    sum_k taste[i, k] * characteristic[k, p] + NETWORK * share[p] - SWITCH_COST * (p != c)

plus standard Gumbel noise, with everybody seeing last step's shares: a multinomial logit with a
same-side network effect. Tastes are normal; users start spread evenly over the platforms.
"""

PLATFORMS = 3
TASTES = 2
TASTE_MEAN, TASTE_SD = 0.5, 1.0
NETWORK = 1.0
SWITCH_COST = 0.5


def characteristics(tastes: int = TASTES, platforms: int = PLATFORMS) -> list[list[float]]:
    """Return what tastes apply to, a list of rows (tastes, platforms), all between 0 and 0.6."""
    return [[(3 * k + 5 * p) % 7 / 10 for p in range(platforms)] for k in range(tastes)]
