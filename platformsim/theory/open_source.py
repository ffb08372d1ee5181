"""Open and proprietary platforms when applications, or developers, complement them.

Two models. *Complements*: a system of platform and application, bought together by users whose
demand falls in the sum of prices. *Users and developers*: both sides join one platform, each
valuing the other. Open means that the platform charges nobody.

They are clean stand-ins for the demand system of Economides & Katsamakas (2006), not that system:
the direction of a result may be compared with theirs, a number may not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class SystemSale(NamedTuple):
    """What happens to a system: `price` of platform and royalty, `quantity`, profits."""

    price: float
    quantity: float
    platform_profit: float
    application_profit: float


class Participation(NamedTuple):
    """Who joins a platform, what they pay and what is earned."""

    users: float
    developers: float
    user_price: float
    access_fee: float
    platform_profit: float
    developer_profit: float

    @property
    def industry_profit(self) -> float:
        """Profit of the platform and all developers."""
        return self.platform_profit + self.developer_profit


NOBODY = Participation(*[np.nan] * 6)


def proprietary_system(choke_price: float, slope: float) -> SystemSale:
    """Return the outcome when the platform prices first and the application follows.

    Demand is Q = (a - p_0 - p_1) / b. The platform sets its price p_0 and the royalty s on each
    application sold; then the application sets p_1. Only the sum is determined:

        p_0 + s = a / 2,    Q = a / (4 b),    profits a^2 / (8 b) and a^2 / (16 b).

    Parameters
    ----------
    choke_price : float, money
        a > 0, at which nobody buys the system.
    slope : float, money per unit
        b > 0.

    Returns
    -------
    SystemSale
        `price` is p_0 + s.

    References
    ----------
    After N. Economides & E. Katsamakas (2006), "Two-sided competition of proprietary vs. open
    source technology platforms", Management Science 52(7), 1057-1071,
    DOI 10.1287/mnsc.1060.0549. Status: derived.
    """
    revenue = choke_price**2 / slope
    return SystemSale(choke_price / 2, choke_price / (4 * slope), revenue / 8, revenue / 16)


def open_system(choke_price: float, slope: float, adoption_cost: float = 0.0) -> SystemSale:
    """Return the outcome when the platform is free and only the application is priced.

        Q = (a - c) / (2 b),    application profit (a - c)^2 / (4 b)

    with c what a user spends to adopt the open platform. At c = 0 the application alone earns
    more than a whole proprietary industry, 3 a^2 / (16 b): one margin replaces two.

    Parameters
    ----------
    choke_price : float, money
    slope : float, money per unit
    adoption_cost : float, money
        c; nothing is sold from c = a on.

    Returns
    -------
    SystemSale
        Its `price` is 0.

    References
    ----------
    After Economides & Katsamakas (2006), DOI 10.1287/mnsc.1060.0549. Status: derived.
    """
    left = max(choke_price - adoption_cost, 0.0)
    return SystemSale(0.0, left / (2 * slope), 0.0, left**2 / (4 * slope))


def breakeven_adoption_cost(choke_price: float) -> float:
    """Return the adoption cost at which open and proprietary industries earn the same.

        c = a (1 - sqrt(3) / 2)

    Parameters
    ----------
    choke_price : float, money

    Returns
    -------
    float, money
        Below it the open industry earns more.

    References
    ----------
    After Economides & Katsamakas (2006), DOI 10.1287/mnsc.1060.0549. Status: derived.
    """
    return choke_price * (1.0 - np.sqrt(3.0) / 2.0)


def proprietary_platform(
    value: float, user_gain: float, developer_gain: float, developer_density: float
) -> Participation:
    """Return what a monopoly platform charges users and developers, and who joins.

    A user of cost x ~ U[0, 1] joins iff v + alpha n_d - p_0 >= x, a developer of cost
    phi ~ U[0, 1 / D] iff pi n_u - s >= phi. The best prices give

        n_u = 2 v / (4 - D (alpha + pi)^2),    n_d = D (alpha + pi) n_u / 2,
        p_0 = n_u - pi n_d,    s = (pi - alpha) n_u / 2,    profit v n_u / 2.

    Developers are subsidised exactly when users value them more than they value users
    (alpha > pi); users are paid to join when D pi (alpha + pi) > 2.

    Parameters
    ----------
    value : float, utils (money)
        Stand-alone value v.
    user_gain : float
        alpha, what a user gains per unit of developers.
    developer_gain : float
        pi, what a developer earns per unit of users.
    developer_density : float
        D; the unit mass of developers is spread over costs up to 1 / D.

    Returns
    -------
    Participation
        All nan unless 4 > D (alpha + pi)^2 (the second-order condition) and both shares are
        within [0, 1].

    References
    ----------
    After Economides & Katsamakas (2006), DOI 10.1287/mnsc.1060.0549. Status: derived.
    """
    gain = user_gain + developer_gain
    curvature = 4.0 - developer_density * gain**2
    if curvature <= 0.0:
        return NOBODY
    users = 2.0 * value / curvature
    developers = developer_density * gain * users / 2.0
    if not _interior(users, developers):
        return NOBODY
    return Participation(
        users,
        developers,
        users - developer_gain * developers,
        (developer_gain - user_gain) * users / 2.0,
        value * users / 2.0,
        developers**2 / (2.0 * developer_density),
    )


def open_platform(
    value: float, user_gain: float, developer_gain: float, developer_density: float
) -> Participation:
    """Return who joins a platform that charges neither users nor developers.

        n_u = v / (1 - alpha D pi),    n_d = D pi n_u

    If both sides gain the same from each other, openness exactly doubles both.

    Parameters
    ----------
    value, user_gain, developer_gain, developer_density : float
        As in `proprietary_platform`.

    Returns
    -------
    Participation
        All nan unless alpha D pi < 1 (participation is stable) and both shares are within
        [0, 1].

    References
    ----------
    After Economides & Katsamakas (2006), DOI 10.1287/mnsc.1060.0549. Status: derived.
    """
    multiplier = 1.0 - user_gain * developer_density * developer_gain
    if multiplier <= 0.0:
        return NOBODY
    users = value / multiplier
    developers = developer_density * developer_gain * users
    if not _interior(users, developers):
        return NOBODY
    profit = developers**2 / (2.0 * developer_density)
    return Participation(users, developers, 0.0, 0.0, 0.0, profit)


def variety_condition(user_gain: float, developer_gain: float, developer_density: float) -> float:
    """Return a number that is positive exactly when the open platform has more developers.

        3 pi - alpha - D pi^2 (alpha + pi)

    It is negative when developers gain little from users (pi < alpha / 3): only a subsidy brings
    them in, and an open platform pays none.

    Parameters
    ----------
    user_gain, developer_gain, developer_density : float
        As in `proprietary_platform`.

    Returns
    -------
    float
        Meaningful where both platforms have an interior outcome.

    References
    ----------
    After Economides & Katsamakas (2006), DOI 10.1287/mnsc.1060.0549. Status: derived.
    """
    gain = user_gain + developer_gain
    return 3.0 * developer_gain - user_gain - developer_density * developer_gain**2 * gain


def _interior(users: float, developers: float) -> bool:
    return 0.0 <= users <= 1.0 and 0.0 <= developers <= 1.0
