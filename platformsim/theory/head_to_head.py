"""A proprietary system against an open platform with an application, for the same users.

Users are spread over a line of length 1 with the two systems at its ends and transport cost t;
each values the share of users on its own system at e < t. The proprietary system is sold as a
whole; the open platform costs nothing and carries one application. With advantage Delta (value of
the proprietary system less that of the open one, plus what it costs users to go open), the
proprietary share is

    1/2 + (Delta - P_A + P_B) / (2 (t - e)).

A clean stand-in for Economides & Katsamakas (2006): directions may be compared, numbers not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Duopoly(NamedTuple):
    """Prices of both systems, the proprietary system's share, and profits."""

    proprietary_price: float
    application_price: float
    proprietary_share: float
    proprietary_profit: float
    application_profit: float


NO_SHARING = Duopoly(*[np.nan] * 5)


def priced_application(transport: float, network: float, advantage: float) -> Duopoly:
    """Return the price equilibrium against an application sold by a monopolist.

        P_A = (t - e) + Delta / 3,    P_B = (t - e) - Delta / 3,
        share = 1/2 + Delta / (6 (t - e)),    profits 2 (t - e) share^2

    Stronger network effects (larger e) magnify any advantage in share.

    Parameters
    ----------
    transport : float, money
        t > 0.
    network : float, money per unit share
        e < t.
    advantage : float, money
        Delta; negative when the open system is better.

    Returns
    -------
    Duopoly
        All nan unless e < t and |Delta| <= 3 (t - e): otherwise the market tips or one system
        sells nothing, and the formulae do not hold.

    References
    ----------
    After N. Economides & E. Katsamakas (2006), "Two-sided competition of proprietary vs. open
    source technology platforms", Management Science 52(7), 1057-1071,
    DOI 10.1287/mnsc.1060.0549. Status: derived.
    """
    room = transport - network
    if room <= 0.0 or abs(advantage) > 3.0 * room:
        return NO_SHARING
    share = 0.5 + advantage / (6.0 * room)
    prices = room + advantage / 3.0, room - advantage / 3.0
    return Duopoly(*prices, share, prices[0] * share, prices[1] * (1.0 - share))


def free_application(transport: float, network: float, advantage: float) -> Duopoly:
    """Return the proprietary system's best reply when the rival's application is free too.

        P_A = (t - e + Delta) / 2,    share = (t - e + Delta) / (4 (t - e))

    Parameters
    ----------
    transport, network, advantage : float
        As in `priced_application`.

    Returns
    -------
    Duopoly
        All nan unless e < t and -(t - e) <= Delta <= 3 (t - e), where the share is within [0, 1].

    References
    ----------
    After Economides & Katsamakas (2006), DOI 10.1287/mnsc.1060.0549. Status: derived.
    """
    room = transport - network
    if room <= 0.0 or not -room <= advantage <= 3.0 * room:
        return NO_SHARING
    price = (room + advantage) / 2.0
    share = price / (2.0 * room)
    return Duopoly(price, 0.0, share, price * share, 0.0)
