"""How far the shares of a finite market stray around a stable fixed point, without simulating.

Near a fixed point the shares of N agents follow x' = x* + G (x - x*) + noise, with G the Jacobian
of the mean-field map and a noise of covariance Q / N that is known exactly: given the state, every
agent draws its next alternative independently.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.linalg import block_diag, solve_continuous_lyapunov, solve_discrete_lyapunov

from platformsim.errors import Problem, ScenarioError
from platformsim.scenario import Scenario
from platformsim.studies.equilibria.coordinates import type_sizes
from platformsim.studies.equilibria.fixed_points import FixedPoint
from platformsim.studies.equilibria.mean_field_map import MeanFieldMap, as_map

UPDATING = ("synchronous", "sequential")


@dataclass(frozen=True, eq=False)
class LinearNoise:
    """The stationary fluctuations of shares around a stable fixed point.

    Attributes
    ----------
    point : FixedPoint
    names : tuple of str
        Of the shares: ``users.share[a]``.
    covariance : (S, S) float
        Of the shares, in that order.
    state_covariance : (n, n) float
        Of the map's coordinates.
    relaxation : float, months
        Time in which a small deviation falls by the factor e.
    """

    point: FixedPoint
    names: tuple[str, ...]
    covariance: np.ndarray
    state_covariance: np.ndarray
    relaxation: float

    @property
    def sd(self) -> np.ndarray:
        """Standard deviation of each share, (S,)."""
        return np.sqrt(np.clip(np.diag(self.covariance), 0.0, None))

    def to_frame(self) -> pd.DataFrame:
        """Return one row a share: its value at the fixed point and its standard deviation."""
        shares = np.concatenate(list(self.point.shares.values()))
        return pd.DataFrame({"share": self.names, "mean": shares, "sd": self.sd})

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False)


def linear_noise(
    scenario: MeanFieldMap | Scenario | str | Path | dict[str, Any],
    point: FixedPoint,
    *,
    updating: str = "synchronous",
    changes: dict[str, Any] | None = None,
) -> LinearNoise:
    """Return the stationary covariance of shares around a stable fixed point.

    An agent of type t at c is at a next month with probability K_t[c, a]. With x[t, c] the
    fraction of the N_t agents of a type, the month adds a noise of covariance

        Q_t = sum_c x[t, c] (diag(K_t[c]) - K_t[c] K_t[c]') / N_t

    independently over types and sides. Synchronous updating gives Sigma = G Sigma G' + Q. When
    agents choose one after the other, G - I is the drift a month, every single move c -> a has
    the rate x[t, c] K_t[c, a] N_t, and A Sigma + Sigma A' + D = 0 with

        A = G - I,    D_t = sum_{c, a} x[t, c] K_t[c, a] (e_a - e_c) (e_a - e_c)' / N_t.

    For one side without types and switching cost these are the closed forms
    alpha (2 - alpha) M [I - G^2]^-1 / N and M [I - J M]^-1 / N, with M = diag(s) - s s'.

    The formula holds to first order in 1 / N and away from folds and branch points. Draws of the
    mechanisms (builders, subscribers) are not in it: stocks are held.

    Parameters
    ----------
    scenario : MeanFieldMap, Scenario, str, Path or dict
    point : FixedPoint
        A stable one, of the same scenario and changes.
    updating : str
        ``synchronous`` or ``sequential`` (the resolution ``agents`` can run the latter).
    changes : dict of str to object, optional
        Settings to change, by dotted key.

    Returns
    -------
    LinearNoise

    Raises
    ------
    ScenarioError
        When the fixed point is not stable, is none of this scenario, or stocks move.

    References
    ----------
    T. G. Kurtz (1971), "Limit theorems for sequences of jump Markov processes approximating
    ordinary differential processes", Journal of Applied Probability 8(2), 344-356,
    DOI 10.2307/3211904.
    N. G. van Kampen (2007), Stochastic Processes in Physics and Chemistry, 3rd ed.,
    North-Holland, ch. X (the linear noise approximation).
    """
    field, settings = as_map(scenario), changes or {}
    if updating not in UPDATING:
        raise ScenarioError(Problem("updating", updating, "must be synchronous or sequential"))
    if field.stocks:
        allowed = "must be none: the noise of moving stocks is not known"
        raise ScenarioError(Problem("stocks", list(field.stocks), allowed))
    _check_point(field, point, settings)
    jacobian = field.jacobian(point.state, **settings)
    drift = jacobian - np.eye(len(jacobian))
    noise = _noise(field, point.state, settings, updating)
    if updating == "synchronous":
        covariance = solve_discrete_lyapunov(jacobian, noise)
        relaxation = point.relaxation
    else:
        slowest = float(np.linalg.eigvals(drift).real.max())
        covariance = solve_continuous_lyapunov(drift, -noise)
        relaxation = -1.0 / slowest
    outward = _shares_by_state(field, point.state)
    return LinearNoise(
        point, field.share_names, outward @ covariance @ outward.T, covariance, relaxation
    )


def transitions(field: MeanFieldMap, state: np.ndarray, changes: dict[str, Any]) -> list[Any]:
    """Return K of every side, (T, W, W): where an agent of each type and place is next month.

    Given what everybody sees, the mean field is linear in the cohorts: sending one whole type
    from one place through the side's own month gives a row of K.
    """
    market = field.market(**changes)
    field.place(market, state)
    appeals = {block.side: market.appeal(block.side) for block in field.blocks}
    found = []
    for block in field.blocks:
        side = market.sides[block.side]
        gone = side.alternatives.member[:, ~market.alive].any(axis=1)
        chances = np.empty((block.types, block.width, block.width))
        for place in range(block.width):
            alone = np.tile(np.eye(block.width)[place], (block.types, 1))
            block.place(side, alone)
            side.choose(market.month, appeals[block.side], gone)
            chances[:, place] = block.read(side)
        found.append(chances)
    return found


def _noise(
    field: MeanFieldMap, state: np.ndarray, changes: dict[str, Any], updating: str
) -> np.ndarray:
    parts = []
    kernels = transitions(field, state, changes)
    market = field.market(**changes)
    for block, kernel in zip(field.blocks, kernels, strict=True):
        sizes = type_sizes(market.sides[block.side])
        for size, here, chance in zip(sizes, block.whole(state), kernel, strict=True):
            if updating == "synchronous":
                whole = np.diag(here @ chance) - chance.T @ (here[:, None] * chance)
            else:
                moves = here[:, None] * (chance - np.diag(np.diag(chance)))
                whole = np.diag(moves.sum(axis=0) + moves.sum(axis=1)) - moves - moves.T
            parts.append(whole[:-1, :-1] / size)
    return block_diag(*parts)


def _shares_by_state(field: MeanFieldMap, state: np.ndarray) -> np.ndarray:
    """Return the derivative of the installed bases, (S, n): with churn not a plain sum."""
    size, columns = 1e-6, []
    for place in range(len(state)):
        shift = size * (np.arange(len(state)) == place)
        ends = [np.concatenate(list(field.shares(state + sign * shift).values()))
                for sign in (1.0, -1.0)]  # fmt: skip
        columns.append((ends[0] - ends[1]) / (2 * size))
    return np.column_stack(columns)


def _check_point(field: MeanFieldMap, point: FixedPoint, changes: dict[str, Any]) -> None:
    state = np.asarray(point.state)
    if state.shape != field.start.shape:
        allowed = f"must have {len(field.start)} coordinates, as the scenario has"
        raise ScenarioError(Problem("point", len(state), allowed))
    moved = float(np.abs(field.step(state, **changes) - state).max())
    if moved > 1e-6:
        allowed = f"must be a fixed point of this scenario; a month moves it by {moved:.2g}"
        raise ScenarioError(Problem("point", state.round(6).tolist(), allowed))
    if not point.stable:
        allowed = "must be stable (largest eigenvalue below 1); there is no stationary law around"
        raise ScenarioError(Problem("point", round(point.radius, 6), allowed))
