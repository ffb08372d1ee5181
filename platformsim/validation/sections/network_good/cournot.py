"""Firms that choose outputs on sampled demand, with networks that consumers expect."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np

from platformsim.theory import katz_shapiro as theory
from platformsim.validation.rows import Measured, mean_of
from platformsim.validation.section import Draws

_CONSUMERS, _ROUNDS, _REACH = 60_000, 120, 0.5
_RUNGS = np.linspace(-1.0, 1.0, 21)
# From profits on the rungs to the coefficients of the quadratic through them.
_FIT = np.linalg.pinv(np.vander(_RUNGS, 3, increasing=True))


class Demand:
    """What consumers, drawn at random, pay for each total output.

    Tastes r have density 1 up to A; so far down as to serve any output up to ``most``.
    """

    def __init__(self, highest: float, most: float, rng: np.random.Generator):
        self._tastes = highest - most * np.sort(rng.random(_CONSUMERS))
        self._outputs = most * (np.arange(_CONSUMERS) + 0.5) / _CONSUMERS

    def marginal(self, output: np.ndarray) -> np.ndarray:
        """Return the taste of the last consumer served."""
        return np.interp(output, self._outputs, self._tastes)


def equilibrium(
    demand: Demand, scale: float, firms: int, worth: Callable[[float], float], compatible: bool
) -> np.ndarray:
    """Return outputs at which every firm replies best and expectations come true, (n,).

    Firms reply one after the other, taking what the networks are expected to be as given; the
    expectations then move half way to the outputs.
    """
    outputs, expected = np.full(firms, scale / (firms + 1)), np.zeros(firms)
    for _ in range(_ROUNDS):
        for firm in range(firms):
            others = outputs.sum() - outputs[firm]
            value, reach = worth(expected[firm]), _REACH * outputs[firm]
            own = outputs[firm] + reach * _RUNGS
            _, slope, curve = _FIT @ (own * (demand.marginal(others + own) + value))
            outputs[firm] += reach * float(np.clip(-slope / (2.0 * curve), -1.0, 1.0))
        networks = np.full(firms, outputs.sum()) if compatible else outputs
        expected += 0.5 * (networks - expected)
    return outputs


def outputs(p: SimpleNamespace, draws: Draws, full: int = 50) -> dict[str, Measured]:
    """Measure outputs and profits of Cournot firms with and without compatible networks."""
    line, curve = theory.linear_externality(p.mu), theory.saturating_externality(p.B)
    totals = {
        "x_incomp_lin": p.n * theory.incompatible_output(p.A, p.n, line),
        "z_comp_lin": theory.compatible_output(p.A, p.n, line),
        "x_incomp": p.n * theory.incompatible_output(p.A, p.n, curve),
        "z_comp": theory.compatible_output(p.A, p.n, curve),
        "x_monop": theory.incompatible_output(p.A, 1, curve),
    }
    found: dict[str, list[float]] = {}
    for replicate in draws.replicates(full):
        rng = draws.generator(replicate)
        for key, total in totals.items():
            if not 0.0 < total < 20.0 * p.A:
                continue
            demand = Demand(p.A, 1.8 * total, rng)
            worth, compatible = (line if key.endswith("lin") else curve), key.startswith("z")
            firms = 1 if key == "x_monop" else p.n
            sold = equilibrium(demand, p.A, firms, worth, compatible)
            output = sold.sum() if compatible else sold.mean()
            found.setdefault(f"ks.{key}", []).append(output)
            if key in ("x_incomp", "z_comp"):
                networks = np.full(firms, sold.sum()) if compatible else sold
                prices = demand.marginal(sold.sum()) + np.array([worth(y) for y in networks])
                name = f"ks.profit_{'comp' if compatible else 'incomp'}"
                found.setdefault(name, []).append((prices * sold).mean())
    return {key: mean_of(values) for key, values in found.items()}
