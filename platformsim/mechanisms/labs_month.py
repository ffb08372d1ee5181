"""What labs' rules come to in a month, in compiled calls.

The rules and their symbols are those of :class:`platformsim.mechanisms.lab_economics.LabEconomics`;
every array has an entry a technology. As with builders, asking is what costs time, not arithmetic.
"""

from __future__ import annotations

import math

import numpy as np

from platformsim.market.kernels.cache import cached


@cached
def prices(rules, capability, gain, margin, competed, best_open):
    """Return the price of access relative to the full price, (L,).

    Parameters
    ----------
    rules : tuple of float
        gen_months, host_markup, lead_value, and 1 where open alternatives cap the price, else 0.
    capability, gain, margin, competed, best_open : (L,) float
    """
    gen_months, markup, lead_value, capped = rules
    found, best = competed.copy(), best_open.max()
    if best <= 0.0 or capped == 0.0:
        return found
    for i in range(len(capability)):
        lead = math.log(capability[i] / best)
        months = max(lead / (max(gain[i], 1e-9) / gen_months), 0.0)
        hosting = (1.0 - margin[i]) * (1.0 + markup)
        found[i] = min(competed[i], hosting * (1.0 + lead_value * months / 12.0))
    return found


@cached
def sold_and_hosted(scale, demand, sells, opened, served, active):
    """Return what a lab sells at the full price and what others host, (2, L) cu/month.

    Parameters
    ----------
    scale : float
    demand, sells, opened, served, active : (L,) float
        API demand; the share that the lab serves; the best open capability; what young rivals
        serve of the rest; 1 where the owner is in business.
    """
    found = np.zeros((2, len(demand)))
    for i in range(len(demand)):
        whole = scale * demand[i]
        own = whole * sells[i] if active[i] > 0.0 else 0.0
        found[0, i] = own * (1.0 - served[i])
        found[1, i] = whole - own if opened[i] > 0.0 else 0.0
    return found


@cached
def train(rules, month, active, scale, saving, gain, trains, part, written):
    """Spend the month's budget on the next generation; return the bill of each, (L,) cu.

    Parameters
    ----------
    rules : tuple of float
        train_cost_0, cost_growth, gen_months.
    month : float
    active, scale, saving, gain, trains, part : (L,) float
        1 where the owner is in business; size of its budget; what outsiders save it; what a
        generation adds; 1 where it trains; its share of the cost.
    written : tuple of seven (L,) float
        generation_cost, rnd_bill, progress, generation, generation_month, previous_capability
        and capability.
    """
    first, growth, gen_months = rules
    cost, budgets, progress, generation, since, previous, capability = written
    bills = np.zeros(len(active))
    for i in range(len(active)):
        cost[i] = first * growth ** generation[i] * part[i]
        budgets[i] = 0.0
        if active[i] == 0.0 or trains[i] == 0.0:
            continue
        budgets[i] = scale[i] * first / gen_months
        bills[i] = budgets[i] * (1.0 - saving[i])
        if budgets[i] <= 0.0:
            continue
        progress[i] += budgets[i] / cost[i]
        if progress[i] >= 1.0 - 1e-9:
            progress[i], since[i], previous[i] = 0.0, month, capability[i]
            generation[i] += 1.0
            capability[i] *= math.exp(gain[i])
    return bills


@cached
def best_of_others(levels):
    """Return for each entry the largest of the others, or 0 if that is more, (L,)."""
    found = np.zeros(len(levels))
    for i in range(len(levels)):
        for j in range(len(levels)):
            if j != i:
                found[i] = max(found[i], levels[j])
    return found


@cached
def learn(leak_rate, leak_closed, active, capability, opened):
    """Close part of the gap to the best elsewhere; ``capability`` is written.

    Parameters
    ----------
    leak_rate, leak_closed : float, share/year
    active, capability, opened : (L,) float
        ``opened`` is the capability that rivals can learn from.
    """
    fast = 1.0 - (1.0 - leak_rate) ** (1 / 12)
    slow = 1.0 - (1.0 - leak_closed) ** (1 / 12)
    closed, openly = best_of_others(capability), best_of_others(opened)
    for i in range(len(capability)):
        if active[i] > 0.0:
            own = capability[i]
            capability[i] = own + max(fast * (openly[i] - own), slow * (closed[i] - own), 0.0)


@cached
def month(
    rules, now, scale, owner, in_business, sells, opened, lessons,
    demand, served, saving, gain, trains, part, written,
):  # fmt: skip
    """Sell, train and learn.

    Parameters
    ----------
    rules : tuple of float
        api_scale, leak_rate, leak_closed, train_cost_0, cost_growth, gen_months.
    now : float
        The month.
    scale, in_business : (releasers,) float
        Size of each lab's budget; 1 where it is in business.
    owner : (L,) int
        Row of the releaser; -1, nobody, neither sells nor trains.
    sells, opened, lessons, demand, served, saving, gain, trains, part : (L,) float
        See :func:`sold_and_hosted`, :func:`learn` and :func:`train`.
    written : tuple of seven (L,) float
        See :func:`train`.

    Returns
    -------
    sold, hosted, bills : (L,) float, cu/month
        Sales at the full price, what others host, and what training costs.
    """
    api_scale, leak_rate, leak_closed, first, growth, gen_months = rules
    active, budget = np.zeros(len(owner)), np.zeros(len(owner))
    for i in range(len(owner)):
        if owner[i] >= 0:
            active[i], budget[i] = in_business[owner[i]], scale[owner[i]]
    sold, hosted = sold_and_hosted(api_scale, demand, sells, opened, served, active)
    bills = train((first, growth, gen_months), now, active, budget, saving, gain, trains, part,
                  written)  # fmt: skip
    learn(leak_rate, leak_closed, active, written[6], lessons)
    return sold, hosted, bills
