"""Indices of a complete design, each with its interval, and the share of the seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from platformsim.studies.factors import DUMMY
from platformsim.studies.sensitivity.designs import MORRIS_LEVELS, Design

# The index by which factors are ranked.
MAIN = {"ofat": "range", "morris": "mu_star", "sobol": "ST"}
_RESAMPLES, _KEY, _WIDTH = 200, 35, 1.959964
# Of SALib's own bootstrap nothing is kept; two is the least of which it can take the spread.
_OWN_RESAMPLES = 2
_NEVER_NEGATIVE = ("range", "mu_star", "sigma")
_Keyed = dict[tuple[str, ...], float]


def indices_of(design: Design, values: np.ndarray) -> pd.DataFrame:
    """Return the indices of one outcome.

    Point estimates are SALib's, of the mean over seeds. An interval is the estimate plus and minus
    1.96 standard errors, whose square adds two parts: the variance over resamples of whole blocks
    of the design (trajectories, or rows of the base sample with all that was made of them), as in
    SALib, and the jackknife variance over seeds, which are the same at all points.

    Parameters
    ----------
    design : Design
    values : (n, R) float
        Row i is point i, column r is seed r; no value may be missing.

    Returns
    -------
    DataFrame
        ``factor``, ``partner`` (of a second-order index; else empty), ``index``, ``value``,
        ``low``, ``high``, ``rank``. Where the outcome is the same at all points the indices of
        sobol are not defined.

    References
    ----------
    G. E. B. Archer, A. Saltelli & I. M. Sobol (1997), "Sensitivity measures, ANOVA-like techniques
    and the use of bootstrap", Journal of Statistical Computation and Simulation 58(2), 99-120,
    DOI 10.1080/00949659708811825.
    """
    estimate = {"ofat": _ofat, "morris": _morris, "sobol": _sobol}[design.method]
    whole = np.arange(len(design)) if design.method != "ofat" else None
    found = estimate(design, whole, values.mean(axis=1))
    least = {key: 0.0 if key[2] in _NEVER_NEGATIVE else -np.inf for key in found}
    errors = _errors(design, values, lambda rows, y: estimate(design, rows, y.mean(axis=1)))
    rows = [
        {"factor": key[0], "partner": key[1], "index": key[2], "value": value,
         "low": float(np.maximum(value - _WIDTH * errors[key], least[key])),
         "high": value + _WIDTH * errors[key]}
        for key, value in found.items()
    ]  # fmt: skip
    return _ranked(pd.DataFrame(rows), design)


def noise_of(design: Design, values: np.ndarray) -> pd.DataFrame:
    """Return how much of an outcome's variance is the seeds' and not the settings'.

    Every seed meets every point, so the values are a table with two ways: value = mean + settings
    + seed + rest. With the variances s_a, s_b and s_e of these parts (expected mean squares of the
    analysis of variance) and R seeds,

        settings = s_a / (s_a + s_b + s_e)             share of a single run's variance
        seed = (s_b + s_e) / (s_a + s_b + s_e)         the luck of a run
        seed_common = s_b / (s_a + s_b + s_e)          of it: the same luck at all settings
        seed_in_means = s_e / R / (s_a + s_e / R)      what luck is left between means over seeds

    Parameters
    ----------
    design : Design
    values : (n, R) float
        As in :func:`indices_of`.

    Returns
    -------
    DataFrame
        ``part``, ``value``, ``low``, ``high``; nothing is defined with a single seed.

    References
    ----------
    S. R. Searle, G. Casella & C. E. McCulloch (1992), Variance Components, Wiley, ch. 4.
    """
    found = _shares(values)
    errors = _errors(design, values, lambda _, y: _shares(y))
    rows = [
        {"part": key[0], "value": value, "low": max(value - _WIDTH * errors[key], 0.0),
         "high": min(value + _WIDTH * errors[key], 1.0)}
        for key, value in found.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _shares(values: np.ndarray) -> _Keyed:
    points, seeds = values.shape
    parts = ("settings", "seed", "seed_common", "seed_in_means")
    if seeds < 2 or points < 2:
        return {(part,): float("nan") for part in parts}
    by_point, by_seed = values.mean(axis=1), values.mean(axis=0)
    mean = values.mean()
    rest = values - by_point[:, None] - by_seed + mean
    e = float((rest**2).sum()) / ((points - 1) * (seeds - 1))
    # Both are mean squares of the table; what the rest alone would bring is taken away.
    a = max(float(by_point.var(ddof=1)) - e / seeds, 0.0)
    b = max(float(by_seed.var(ddof=1)) - e / points, 0.0)
    total, between = a + b + e, a + e / seeds
    if total <= 0.0:
        return {(part,): float("nan") for part in parts}
    shares = (a / total, (b + e) / total, b / total, e / seeds / between if between > 0 else 0.0)
    return {(part,): share for part, share in zip(parts, shares, strict=True)}


def _errors(design: Design, values: np.ndarray, estimate: Callable) -> _Keyed:
    """Return the standard error of everything that ``estimate(rows, values)`` returns."""
    size, seeds = design.block, values.shape[1]
    blocks = len(design) // size
    parts: list[list[_Keyed]] = []
    if design.method != "ofat":
        rng = np.random.Generator(np.random.Philox(key=_KEY))
        starts = rng.integers(0, blocks, (_RESAMPLES, blocks)) * size
        drawn = [(one[:, None] + np.arange(size)).ravel() for one in starts]
        parts.append([estimate(rows, values[rows]) for rows in drawn])
    whole = np.arange(len(design)) if design.method != "ofat" else None
    left = [estimate(whole, np.delete(values, one, axis=1)) for one in range(seeds) if seeds > 1]
    variance: dict[tuple[str, ...], float] = {}
    for place, part in enumerate([*parts, left]):
        is_jackknife = place == len(parts)
        for key in part[0] if part else ():
            found = np.array([one[key] for one in part])
            found = found[np.isfinite(found)]
            if is_jackknife:
                # With two seeds, what needs two of them to be defined has no jackknife.
                spread = (len(found) - 1) * found.var() if len(found) > 1 else 0.0
            else:
                spread = found.var(ddof=1) if len(found) > 1 else np.nan
            variance[key] = variance.get(key, 0.0) + float(spread)
    if not variance:
        variance = dict.fromkeys(estimate(whole, values), float("nan"))
    return {key: float(np.sqrt(value)) for key, value in variance.items()}


def _ofat(design: Design, _: Any, means: np.ndarray) -> _Keyed:
    """Return how far each factor moves the outcome over its range, and from end to end."""
    moved, found = np.array(design.moved), {}
    for factor in design.factors:
        curve = means[moved == factor.name]
        found[factor.name, "", "range"] = float(np.ptp(curve))
        found[factor.name, "", "end_to_end"] = float(curve[-1] - curve[0])
    return found


def _morris(design: Design, rows: np.ndarray, means: np.ndarray) -> _Keyed:
    """Return Morris's indices, of factors that all run over the unit interval."""
    from SALib.analyze.morris import analyze

    found = analyze(
        design.problem, design.places[rows], means, num_resamples=_OWN_RESAMPLES,
        num_levels=MORRIS_LEVELS, seed=1,
    )  # fmt: skip
    return {
        (name, "", index): float(found[index][place])
        for place, name in enumerate(design.names)
        for index in ("mu_star", "mu", "sigma")
    }


def _sobol(design: Design, _: np.ndarray, means: np.ndarray) -> _Keyed:
    """Return first-order, total and, where asked for, second-order indices."""
    from SALib.analyze.sobol import analyze

    names, second = design.names, design.second_order
    partners = range(len(names) - (names[-1] == DUMMY))
    pairs = [(j, k) for j in partners for k in partners if j < k] * second
    keys = [(name, "", index) for name in names for index in ("ST", "S1")]
    keys += [(names[j], names[k], "S2") for j, k in pairs]
    if np.ptp(means) <= 1e-12 * float(np.abs(means).max()):
        return dict.fromkeys(keys, float("nan"))
    found = analyze(
        design.problem, means, calc_second_order=second, num_resamples=_OWN_RESAMPLES, seed=1
    )
    values = [found[index][place] for place in range(len(names)) for index in ("ST", "S1")]
    values += [found["S2"][j, k] for j, k in pairs]
    return {key: float(value) for key, value in zip(keys, values, strict=True)}


def _ranked(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Give factors their rank by the main index; of equals the later, so the dummy, is behind."""
    main = table[table["index"] == MAIN[design.method]].set_index("factor")["value"]
    order = main.fillna(-np.inf).sort_values(ascending=False, kind="stable").index
    rank = {name: place for place, name in enumerate(order, 1)}
    table["rank"] = table["factor"].map(rank).astype(np.int64)
    indices = dict.fromkeys(table["index"])
    place = {name: number for number, name in enumerate(indices)}
    table["_of"] = table["index"].map(place)
    ordered = table.sort_values(["rank", "_of"], kind="stable", ignore_index=True)
    return ordered.drop(columns="_of")


def curves_of(design: Design, values: np.ndarray) -> pd.DataFrame:
    """Return the outcome along each factor, in a design of one factor at a time.

    Returns
    -------
    DataFrame
        ``factor``, ``value`` (as text), ``place`` (the number, or the place among the levels),
        ``mean``, ``low``, ``high`` (95 % bootstrap interval over seeds; none below 5 seeds).
    """
    from platformsim.studies.judge import bootstrap_intervals

    low = high = np.full(len(design), np.nan)
    if values.shape[1] >= 5:
        low, high = bootstrap_intervals(values.T)
    rows: list[dict[str, Any]] = []
    moved: Iterable[tuple[int, str]] = enumerate(design.moved)
    kinds = {factor.name: factor for factor in design.factors}
    for row, name in moved:
        if not name:
            continue
        value, levels = design.values[row][name], kinds[name].levels
        place = float(levels.index(value)) if levels else float(value)
        ends = {"mean": float(values[row].mean()), "low": low[row], "high": high[row]}
        rows.append({"factor": name, "value": str(value), "place": place, **ends})
    return pd.DataFrame(rows)
