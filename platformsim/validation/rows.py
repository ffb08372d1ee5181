"""A prediction, what was measured against it, and whether they agree.

The rule: with R independent replicates of mean x and standard deviation s, a prediction p passes
when

    |x - p| <= 4 s / sqrt(R) + b

with s the larger of the measured and the predicted one, and b the stated allowance for what
vanishes as 1/N or with the time step; 0 where the result is exact. Four standard errors on two
hundred comparisons give a false alarm in about one run of eighty. With fewer than 20 replicates
Student's quantile of the same tail takes the place of 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

STANDARD_ERRORS = 4.0
_MANY = 20
_TAIL = float(stats.norm.sf(STANDARD_ERRORS))


@dataclass(frozen=True)
class Prediction:
    """What theory says of one key.

    Attributes
    ----------
    value : float or array
    status : str
        ``published``, ``exact`` or ``derived``.
    meaning : str
        In a few words, for the table.
    """

    value: Any
    status: str
    meaning: str


@dataclass(frozen=True)
class Measured:
    """What a simulation, or a computation by another way, found.

    Attributes
    ----------
    value, se : array
        Of one shape, that of the prediction; nan where nothing was measured (an unstable state).
        A standard error of 0 says that there is no chance in it.
    allowance : float or array
        b of the rule.
    kind : str
        ``mean``, ``share``, ``sd`` or ``computed``.
    replicates : int
        R; of a standard deviation the degrees of freedom.
    sd : float, array or None
        Standard deviation of a replicate that theory predicts.
    """

    value: np.ndarray
    se: np.ndarray
    allowance: Any = 0.0
    kind: str = "mean"
    replicates: int = 0
    sd: Any = None


def mean_of(values: Any, allowance: Any = 0.0, sd: Any = None) -> Measured:
    """Return the mean over independent replicates, (R, ...) values.

    Parameters
    ----------
    values : array, (R, ...)
    allowance : float or array
    sd : float or array, optional
        Standard deviation of a replicate that theory predicts, where it does.
    """
    values = np.asarray(values, float)
    spread = values.std(axis=0, ddof=1)
    return Measured(
        values.mean(axis=0), spread / np.sqrt(len(values)), allowance, "mean", len(values), sd
    )


def share_of(hits: Any, allowance: float = 0.0) -> Measured:
    """Return the share of independent replicates in which something happened, (R,) bool."""
    hits = np.asarray(hits, float)
    share = hits.mean()
    se = np.sqrt(max(share * (1.0 - share), 1e-300) / len(hits))
    return Measured(share, se, allowance, "share", len(hits))


def sd_of(values: Any, about: Any = None, allowance: Any = 0.0) -> Measured:
    """Return the standard deviation over independent replicates, (R, ...) values.

    Parameters
    ----------
    values : array, (R, ...)
    about : float or array, optional
        A mean known beforehand; unset: the replicates' own.
    """
    values = np.asarray(values, float)
    free = len(values) - (about is None)
    squares = (values - (values.mean(axis=0) if about is None else about)) ** 2
    sd = np.sqrt(squares.sum(axis=0) / free)
    return Measured(sd, sd / np.sqrt(2.0 * free), allowance, "sd", free)


def root_of(squares: Any, allowance: Any = 0.0) -> Measured:
    """Return the root of the mean over independent replicates of mean squares, (R, ...).

    The standard error is that of the mean over twice the root (delta method).
    """
    mean = mean_of(squares)
    root = np.sqrt(mean.value)
    return Measured(root, mean.se / (2.0 * root), allowance, "mean", mean.replicates)


def computed(value: Any, tolerance: Any = 1e-6) -> Measured:
    """Return what was found without chance, to within a tolerance."""
    value = np.asarray(value, float)
    return Measured(value, np.zeros_like(value), tolerance, "computed")


def z_scores(found: Measured, prediction: Any) -> np.ndarray:
    """Return how far the measurement lies from a prediction, on the scale of a standard normal.

    Means go through Student's t with R - 1 degrees of freedom, standard deviations through
    chi-squared, shares through the normal limit with the predicted variance. nan where there is
    no chance, or nothing was measured.
    """
    p, x = np.broadcast_arrays(np.asarray(prediction, float), np.asarray(found.value, float))
    if found.kind == "computed":
        return np.full(p.shape, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        if found.kind == "share":
            return (x - p) / np.sqrt(p * (1.0 - p) / found.replicates)
        if found.kind == "sd":
            squared = found.replicates * (x / p) ** 2
            low, high = (
                tail(squared, found.replicates) for tail in (stats.chi2.cdf, stats.chi2.sf)
            )
        else:
            t = (x - p) / found.se
            low, high = (tail(t, found.replicates - 1) for tail in (stats.t.cdf, stats.t.sf))
        return np.where(low < 0.5, stats.norm.ppf(low), stats.norm.isf(high))


def deviations(found: Measured, prediction: Any) -> np.ndarray:
    """Return the distance to a prediction beyond the allowance, in standard errors of the rule."""
    p, x = np.broadcast_arrays(np.asarray(prediction, float), np.asarray(found.value, float))
    beyond = np.maximum(np.abs(x - p) - found.allowance, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(beyond > 0.0, beyond / _rule_se(found, p), 0.0)


def passes(found: Measured, prediction: Any) -> bool:
    """Say whether a measurement agrees with a prediction, by the rule above."""
    p, x = np.broadcast_arrays(np.asarray(prediction, float), np.asarray(found.value, float))
    compared = np.isfinite(x)
    if not compared.any() or np.isnan(p[compared]).any():
        return False
    most = STANDARD_ERRORS
    if found.kind == "mean" and found.replicates < _MANY:
        most = float(stats.t.isf(_TAIL, found.replicates - 1))
    return bool((deviations(found, prediction)[compared] <= most).all())


def _rule_se(found: Measured, prediction: np.ndarray) -> np.ndarray:
    se = np.broadcast_to(np.asarray(found.se, float), prediction.shape)
    if found.kind == "mean" and found.sd is not None:
        return np.maximum(se, np.asarray(found.sd, float) / np.sqrt(found.replicates))
    if found.kind == "sd":
        return np.maximum(se, prediction / np.sqrt(2.0 * found.replicates))
    if found.kind == "share":
        within = np.clip(prediction * (1.0 - prediction), 0.0, None)
        return np.maximum(se, np.sqrt(within / found.replicates))
    return se


@dataclass(frozen=True)
class Row:
    """One line of the table of validation.

    Attributes
    ----------
    key : str
        The result; ``key@cohorts`` is the same result at another resolution.
    section, meaning, status : str
    prediction : float or nested list
    measured, se, z : float, nested list or None
        None: the number follows from others and is not measured by itself.
    passed : bool or None
    engine : str or None
        ``platformsim``: the package's market; ``dedicated``: a short process of another kind;
        ``computed``: another way of computing it, without chance.
    resolution : str or None
    allowance : float or list
    replicates : int
    seconds : float
        Of the check that it comes from.
    """

    key: str
    section: str
    meaning: str
    status: str
    prediction: Any
    measured: Any = None
    se: Any = None
    z: Any = None
    passed: bool | None = None
    engine: str | None = None
    resolution: str | None = None
    allowance: Any = 0.0
    replicates: int = 0
    seconds: float = 0.0


def judged(key: str, section: str, prediction: Prediction, found: Measured, **origin: Any) -> Row:
    """Hold a measurement against its prediction."""
    z = z_scores(found, prediction.value)
    return Row(
        key, section, prediction.meaning, prediction.status, plain(prediction.value),
        plain(found.value), plain(found.se), None if np.isnan(z).all() else plain(z),
        passes(found, prediction.value), allowance=plain(found.allowance),
        replicates=found.replicates, **origin,
    )  # fmt: skip


def plain(value: Any) -> Any:
    """Return numbers and nested lists, with None for what is not a number."""
    if np.ndim(value):
        return [plain(entry) for entry in value]
    number = float(value)
    return number if np.isfinite(number) else None
