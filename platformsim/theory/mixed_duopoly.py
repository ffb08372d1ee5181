"""A firm that charges against a free rival, when both get better with use.

Users x ~ U[0, 1] value the proprietary good at a_W x and the free one at a_L x, with
a_W = A_W + g_W y, a_L = A_L + g_L (1 - y) and y the share of users on the proprietary good. They
choose again at rate 1. With the quality gap D(y) = a_W - a_L = D_0 + D_1 y and price p, those
with x D(y) >= p buy, so sales are q = 1 - p / D(y) and y' = q - y; nothing is sold at D(y) <= 0.

A clean stand-in for Casadesus-Masanell & Ghemawat (2006): directions may be compared with their
results, numbers may not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class QualityGap(NamedTuple):
    """The advantage of the proprietary good, D(y) = base + slope y, at installed-base share y."""

    base: float
    slope: float

    def at(self, share: float) -> float:
        """Return D(y)."""
        return self.base + self.slope * share


def quality_gap(
    proprietary_quality: float,
    proprietary_learning: float,
    free_quality: float,
    free_learning: float,
) -> QualityGap:
    """Return how the quality gap depends on the proprietary installed base.

        D_0 = A_W - A_L - g_L,    D_1 = g_W + g_L

    Parameters
    ----------
    proprietary_quality, free_quality : float, utils
        A_W and A_L, without any users.
    proprietary_learning, free_learning : float, utils per unit share
        g_W and g_L, gains from use.

    Returns
    -------
    QualityGap

    References
    ----------
    After R. Casadesus-Masanell & P. Ghemawat (2006), "Dynamic mixed duopoly: A model motivated
    by Linux vs. Windows", Management Science 52(7), 1072-1084, DOI 10.1287/mnsc.1060.0548.
    Status: derived.
    """
    base = proprietary_quality - free_quality - free_learning
    return QualityGap(base, proprietary_learning + free_learning)


def critical_share(gap: QualityGap) -> float:
    """Return the installed base at which the two goods are equally good, y_c = -D_0 / D_1.

    With D_1 > 0 the proprietary good sells nothing below it.

    Parameters
    ----------
    gap : QualityGap

    Returns
    -------
    float
        May lie outside [0, 1]; nan when use does not change the gap.

    References
    ----------
    After Casadesus-Masanell & Ghemawat (2006), DOI 10.1287/mnsc.1060.0548. Status: derived.
    """
    return -gap.base / gap.slope if gap.slope != 0.0 else np.nan


def myopic_price(gap: QualityGap, share: float) -> float:
    """Return the price that maximises current profit, D(y) / 2, at which half the choosers buy.

    Parameters
    ----------
    gap : QualityGap
    share : float
        Installed base y.

    Returns
    -------
    float
        nan where the proprietary good cannot be sold.

    References
    ----------
    After Casadesus-Masanell & Ghemawat (2006), DOI 10.1287/mnsc.1060.0548. Status: derived.
    """
    return gap.at(share) / 2.0 if gap.at(share) > 0.0 else np.nan


def exit_time(gap: QualityGap, start: float) -> float:
    """Return when a myopic firm stops selling.

        t = ln((y_0 - 1/2) / (y_c - 1/2))

    Myopic sales pull the share to 1/2, so the firm survives exactly when D(1/2) > 0, whatever
    its base.

    Parameters
    ----------
    gap : QualityGap
    start : float
        First installed base y_0.

    Returns
    -------
    float
        In units of the mean time between choices of a user; inf when it never stops, 0 when it
        cannot sell at the start.

    References
    ----------
    After Casadesus-Masanell & Ghemawat (2006), DOI 10.1287/mnsc.1060.0548. Status: derived.
    """
    if gap.at(start) <= 0.0:
        return 0.0
    if gap.at(0.5) >= 0.0:
        return np.inf
    return float(np.log((start - 0.5) / (critical_share(gap) - 0.5)))


def exit_step(gap: QualityGap, start: float, revision: float) -> float:
    """Return the first step at which a myopic firm finds that it sells nothing.

    The share follows y - 1/2 = (y_0 - 1/2) (1 - dt)^k until D(y) <= 0.

    Parameters
    ----------
    gap : QualityGap
    start : float
    revision : float, in (0, 1]
        Share dt of users who choose in a step.

    Returns
    -------
    float
        A whole number; inf when it never exits.

    References
    ----------
    After Casadesus-Masanell & Ghemawat (2006), DOI 10.1287/mnsc.1060.0548. Status: derived.
    """
    time = exit_time(gap, start)
    if time == 0.0 or time == np.inf:
        return time
    return 1.0 if revision == 1.0 else float(np.ceil(time / -np.log1p(-revision)))


def myopic_share(gap: QualityGap, start: float, time: float) -> float:
    """Return the installed base of a myopic firm after some time.

        y(t) = 1/2 + (y_0 - 1/2) exp(-t)    until exit,    y_exit exp(-(t - t_exit))    after

    Parameters
    ----------
    gap : QualityGap
        With D_1 >= 0: otherwise losing users would bring sales back.
    start : float
    time : float

    Returns
    -------
    float
        nan after exit when D_1 < 0.

    References
    ----------
    After Casadesus-Masanell & Ghemawat (2006), DOI 10.1287/mnsc.1060.0548. Status: derived.
    """
    leaving = exit_time(gap, start)
    selling = min(time, leaving)
    share = 0.5 + (start - 0.5) * np.exp(-selling)
    if time > leaving and gap.slope < 0.0:
        return np.nan
    return float(share * np.exp(selling - time))


def myopic_path(gap: QualityGap, start: float, revision: float, steps: int) -> np.ndarray:
    """Return the installed base of a myopic firm step by step.

        y' = (1 - dt) y + dt q,    q = 1/2 if D(y) > 0, else 0

    Parameters
    ----------
    gap : QualityGap
    start : float
    revision : float, in (0, 1]
    steps : int

    Returns
    -------
    (steps + 1,) float

    References
    ----------
    After Casadesus-Masanell & Ghemawat (2006), DOI 10.1287/mnsc.1060.0548. Status: derived.
    """
    path = [float(start)]
    for _ in range(steps):
        sales = 0.5 if gap.at(path[-1]) > 0.0 else 0.0
        path.append((1.0 - revision) * path[-1] + revision * sales)
    return np.array(path)
