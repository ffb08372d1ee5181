"""What training and running models costs, who stays at the frontier, who stops opening."""

from __future__ import annotations

import numpy as np

from platformsim.market.history import History
from platformsim.metrics.base import Values, metric

_HALF_A_GENERATION = 0.15
_RUNNING = ("inference", "hosting")


def _by_owner(history: History, values: np.ndarray) -> Values:
    return {
        ("", name): values[:, history.technology_owner == row].sum(axis=1)
        for row, name in enumerate(history.releaser_names)
    }


@metric("cu/month", summary="mean", direction="up", sesoi=0.01, mechanism="inference_cost")
def inference_bill(history: History) -> Values:
    """What users' tasks cost a releaser, all others who deploy models (``others``), and in all."""
    own, others = (history.technologies[f"inference_by_{who}"] for who in ("lab", "others"))
    total = (own + others).sum(axis=1)
    return {("", ""): total, ("", "others"): others.sum(axis=1), **_by_owner(history, own)}


@metric("log/year", summary="run", sesoi=0.05, mechanism="inference_cost")
def bill_trend(history: History) -> Values:
    """Growth of the cost of running all tasks, log points a year, from the burn-in on."""
    own, others = (history.technologies[f"inference_by_{who}"] for who in ("lab", "others"))
    total = (own + others).sum(axis=1)[history.burn_in + 1 :]
    years = (len(total) - 1) / 12.0
    if years <= 0 or min(total[0], total[-1]) <= 0:
        return {("", ""): np.array(np.nan)}
    return {("", ""): np.array(np.log(total[-1] / total[0]) / years)}


@metric("share", sesoi=0.05, mechanism="inference_cost")
def inference_share(history: History) -> Values:
    """Running models as a share of what is spent on running and training them."""
    paid = {
        reason: history.paid[:, :, history.reasons.index(reason)].sum(axis=1)
        for reason in (*_RUNNING, "training")
    }
    running = sum(paid[reason] for reason in _RUNNING)
    total = running + paid["training"]
    share = np.divide(running, total, out=np.full_like(total, np.nan), where=total > 0)
    return {("", ""): share}


@metric("labs", direction="down", sesoi=1.0, mechanism="generations")
def frontier_labs(history: History) -> Values:
    """Releasers in business whose best model is within half a generation of the frontier."""
    capability, owner = history.technologies["capability"], history.technology_owner
    frontier = capability.max(axis=1, initial=1.0)[:, None]
    near = capability >= frontier * np.exp(-_HALF_A_GENERATION)
    count = np.zeros(len(capability))
    for row in range(len(history.releaser_names)):
        count += near[:, owner == row].any(axis=1) & (history.releasers["active"][:, row] > 0)
    return {("", ""): count}


@metric("share", sesoi=0.10, mechanism="generations")
def training_labs(history: History) -> Values:
    """Share of technologies with an owner in business whose next generation is being trained."""
    owned = history.technology_owner >= 0
    bills = history.technologies["rnd_bill"][:, owned]
    if not owned.any():
        return {}
    return {("", ""): (bills > 0).mean(axis=1)}


@metric("cu", summary="run", sesoi=1000.0, mechanism="generations")
def cost_stop(history: History) -> Values:
    """Cost of the generation before which an opener stopped; not defined where it did not."""
    cost = history.technologies["cost_stop"][-1]
    return {
        ("", name): np.array(cost[row] if cost[row] > 0 else np.nan)
        for row, name in enumerate(history.technology_names)
    }


@metric("share of months", summary="mean", direction="up", sesoi=0.10, mechanism="generations")
def time_open(history: History) -> Values:
    """Share of the time in which the newest generation of a technology is open."""
    opened = history.technologies["newest_open"]
    return {("", name): opened[:, row] for row, name in enumerate(history.technology_names)}


@metric("bn dollars", sesoi=1.0, mechanism="generations")
def outlay(history: History) -> Values:
    """Cost of the generation under work, on the scale on which one of them costs ten billion."""
    cost = history.technologies["outlay"]
    return {("", name): cost[:, row] for row, name in enumerate(history.technology_names)}


@metric("bn parameters", sesoi=10.0, mechanism="generations")
def model_size(history: History) -> Values:
    """Parameters of a technology's newest generation."""
    size = history.technologies["model_size"]
    return {("", name): size[:, row] for row, name in enumerate(history.technology_names)}
