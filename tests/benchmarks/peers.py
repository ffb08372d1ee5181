"""The small model in other packages, written as a careful user of each would write it.

As a program, ``python peers.py NAME N`` builds the model of n users, says ``ready``, takes one
step for every line it reads, and answers with the seconds and the shares. It needs numpy and the
package, and nothing of platformsim, so that a package which asks for older libraries can live in
an environment of its own.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable

import numpy as np
from small_model import NETWORK, PLATFORMS, SWITCH_COST, TASTE_MEAN, TASTE_SD, characteristics

X = characteristics()
Step = Callable[[], list[float]]


def people(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return tastes, (n, 2), and where everybody starts, (n,)."""
    rng = np.random.default_rng(1)
    return rng.normal(TASTE_MEAN, TASTE_SD, (n, len(X))), rng.permutation(np.arange(n) % PLATFORMS)


def _pick(agent, common, draw):
    """Choose for one agent, in plain Python: a logit draw by the inverse of its distribution."""
    first, second = agent.tastes
    weight = [
        math.exp(common[p] + first * X[0][p] + second * X[1][p] - SWITCH_COST * (p != agent.choice))
        for p in range(PLATFORMS)
    ]
    left = draw * sum(weight)
    for p in range(PLATFORMS - 1):
        left -= weight[p]
        if left < 0.0:
            return p
    return PLATFORMS - 1


def _shares(agents, n):
    counts = [0] * PLATFORMS
    for agent in agents:
        counts[agent.choice] += 1
    return [count / n for count in counts]


def mesa(n: int) -> Step:
    """Plain Mesa: an agent a user, stepped with ``AgentSet.do``."""
    import mesa as package

    class User(package.Agent):
        def __init__(self, model, tastes, choice):
            super().__init__(model)
            self.tastes, self.choice = tastes, choice

        def step(self):
            self.choice = _pick(self, self.model.common, self.model.random.random())

    class Market(package.Model):
        def __init__(self):
            super().__init__(rng=1)
            tastes, start = people(n)
            User.create_agents(self, n, [tuple(row) for row in tastes.tolist()], start.tolist())
            self.share = [1 / PLATFORMS] * PLATFORMS

        def step(self):
            self.common = [NETWORK * share for share in self.share]
            self.agents.do("step")
            self.share = _shares(self.agents, n)

    market = Market()

    def step():
        market.step()
        return market.share

    return step


def agentpy(n: int) -> Step:
    """AgentPy: an agent a user in an ``AgentList``."""
    import agentpy as package

    class User(package.Agent):
        def step(self):
            self.choice = _pick(self, self.model.common, self.model.random.random())

    class Market(package.Model):
        def setup(self):
            self.users = package.AgentList(self, n, User)
            tastes, start = people(n)
            for user, row, choice in zip(self.users, tastes.tolist(), start, strict=True):
                user.tastes, user.choice = row, int(choice)
            self.share = [1 / PLATFORMS] * PLATFORMS

        def step(self):
            self.common = [NETWORK * share for share in self.share]
            self.users.step()
            self.share = _shares(self.users, n)

    market = Market({"steps": 10**9, "seed": 1})
    market.sim_setup()

    def step():
        market.sim_step()
        return market.share

    return step


def mesa_frames(n: int) -> Step:
    """mesa-frames 0.1: the users are one Polars frame, a step is a few expressions over it."""
    import mesa_frames as package
    import polars as pl

    class Users(package.AgentSetPolars):
        def __init__(self, model):
            super().__init__(model)
            tastes, start = people(n)
            columns = {f"taste{k}": tastes[:, k] for k in range(len(X))}
            self.add(pl.DataFrame({"unique_id": np.arange(n), "choice": start, **columns}))

        def step(self):
            model = self.model
            weight = [
                (
                    sum(pl.col(f"taste{k}") * X[k][p] for k in range(len(X)))
                    + (pl.col("choice") != p).cast(pl.Float64) * -SWITCH_COST
                    + NETWORK * model.share[p]
                ).exp()
                for p in range(PLATFORMS)
            ]
            names = [f"w{p}" for p in range(PLATFORMS)]
            frame = self.agents.with_columns(
                **dict(zip(names, weight, strict=True)),
                left=pl.Series(model.draws.random(n)),
            ).with_columns(left=pl.col("left") * sum(pl.col(name) for name in names))
            above = [
                (pl.col("left") > sum(pl.col(name) for name in names[: p + 1])).cast(pl.Int64)
                for p in range(PLATFORMS - 1)
            ]
            self.agents = frame.with_columns(choice=sum(above)).drop("left", *names)
            counts = np.bincount(self.agents["choice"].to_numpy(), minlength=PLATFORMS)
            model.share = (counts / n).tolist()

    class Market(package.ModelDF):
        def __init__(self):
            super().__init__()
            self.draws, self.share = np.random.default_rng(2), [1 / PLATFORMS] * PLATFORMS
            self.agents += Users(self)

        def step(self):
            self.agents.do("step")

    market = Market()

    def step():
        market.step()
        return market.share

    return step


def amber(n: int) -> Step:
    """AMBER: columns of a Polars population, a vectorised step in numpy."""
    import ambr as package

    table = np.array(X)

    class Market(package.Model):
        def setup(self):
            tastes, start = people(n)
            columns = {f"taste{k}": tastes[:, k] for k in range(len(X))}
            self.add_agents(n, choice=start, **columns)
            self.share = np.full(PLATFORMS, 1 / PLATFORMS)

        def step_vectorized(self):
            users = self.agents
            now = users.choice.to_numpy()
            tastes = np.stack([getattr(users, f"taste{k}").to_numpy() for k in range(len(X))], 1)
            utility = tastes @ table + NETWORK * self.share
            utility -= SWITCH_COST * (now[:, None] != np.arange(PLATFORMS))
            weight = np.exp(utility).cumsum(axis=1)
            draw = self.rng.random(n) * weight[:, -1]
            chosen = (weight[:, :-1] < draw[:, None]).sum(axis=1)
            users.choice = chosen
            self.share = np.bincount(chosen, minlength=PLATFORMS) / n

    market = Market({"steps": 10**9, "seed": 1, "show_progress": False})
    market.cpu(mode="vectorized")

    def step():
        market.run_step()
        return market.share.tolist()

    return step


def jax(n: int) -> Step:
    """JAX: one compiled function a step, float32, on the processor."""
    import jax as package
    import jax.numpy as jnp

    table = jnp.array(X)

    @package.jit
    def advance(key, tastes, choice, share):
        key, fresh = package.random.split(key)
        stays = choice[:, None] == jnp.arange(PLATFORMS)
        utility = tastes @ table + NETWORK * share - SWITCH_COST * ~stays
        choice = package.random.categorical(fresh, utility)
        return key, choice, jnp.bincount(choice, length=PLATFORMS) / n

    tastes, start = people(n)
    tastes = jnp.array(tastes, jnp.float32)
    state = [package.random.key(1), jnp.array(start), jnp.full(PLATFORMS, 1 / PLATFORMS)]

    def step():
        state[:] = advance(state[0], tastes, *state[1:])
        return state[2].block_until_ready().tolist()

    return step


def main(name: str, n: int) -> None:
    """Serve steps of a model; see the module."""
    step = {f.__name__: f for f in (mesa, agentpy, mesa_frames, amber, jax)}[name](n)
    step()
    print("ready", flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        share = step()
        print(time.perf_counter() - started, *share, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
