"""Which of several trials nobody beats in everything, and how sure that is."""

from __future__ import annotations

import numpy as np

_RESAMPLES, _KEY = 2000, 35


def is_on_front(values: np.ndarray) -> np.ndarray:
    """Return which trials are not dominated.

    A trial is dominated when another is at least as good in everything and better in something.

    Parameters
    ----------
    values : (..., n, K) float
        Objectives, all of which are to be large.

    Returns
    -------
    (..., n) bool
    """
    mine, other = values[..., :, None, :], values[..., None, :, :]
    beaten = (other >= mine).all(axis=-1) & (other > mine).any(axis=-1)
    return ~beaten.any(axis=-1)


def staying(values: np.ndarray) -> np.ndarray:
    """Return in which share of resamples each trial is on the front of the trials given.

    Whole seeds are drawn, the same for all trials, so that what trials share stays shared.

    Parameters
    ----------
    values : (n, R, K) float
        Objectives of n trials with R seeds, all of which are to be large.

    Returns
    -------
    (n,) float
    """
    rng = np.random.Generator(np.random.Philox(key=_KEY))
    seeds = values.shape[1]
    picks = rng.integers(0, seeds, (_RESAMPLES, seeds))
    weights = np.zeros((_RESAMPLES, seeds))
    np.add.at(weights, (np.arange(_RESAMPLES)[:, None], picks), 1.0 / seeds)
    means = np.einsum("br,nrk->bnk", weights, values)
    return is_on_front(rounded(means)).mean(axis=0)


def rounded(values: np.ndarray) -> np.ndarray:
    """Return objectives relative to their scale, without what summing leaves in the last bits.

    Parameters
    ----------
    values : (..., K) float
    """
    scale = np.nanmax(np.abs(values), axis=tuple(range(values.ndim - 1)), initial=0.0)
    return np.round(values / np.where(scale > 0, scale, 1.0), 10)
