"""Misuse and control: harm, defence, catastrophe, and what those lose who depend on a keeper."""

from __future__ import annotations

import numpy as np

from platformsim.market.history import History
from platformsim.metrics.base import Values, metric
from platformsim.metrics.money import abuse_taken, compensation, social_harm

_FIRST = 3


def _total(history: History, column: str) -> np.ndarray:
    return history.technologies[column].sum(axis=1)


@metric("cu/month", summary="mean", direction="down", sesoi=0.01, mechanism="misuse")
def harm(history: History) -> Values:
    """Harm by misuse, with the loss from a catastrophe in the month in which it happens."""
    return {("", ""): social_harm(history)}


@metric("cu/month", summary="run", sesoi=0.01, mechanism="misuse")
def harm_early(history: History) -> Values:
    """Everyday harm by misuse in the first three months, catastrophes apart."""
    return {("", ""): np.array(_total(history, "harm")[1 : _FIRST + 1].mean())}


@metric("cu/month", direction="down", sesoi=0.01, mechanism="misuse")
def harm_late(history: History) -> Values:
    """Everyday harm by misuse, catastrophes apart; its summary is the last twelve months."""
    return {("", ""): _total(history, "harm")}


@metric("share", sesoi=0.05, mechanism="misuse")
def defence(history: History) -> Values:
    """Share of the weaknesses that is patched in the model that bad actors use."""
    return {("", ""): _total(history, "defence")}


@metric("probability", direction="down", sesoi=0.02, mechanism="misuse")
def exposure(history: History) -> Values:
    """Probability that an attempt at misuse succeeds, on the way in that bad actors use."""
    return {("", ""): _total(history, "exposure")}


@metric("month", summary="run", direction="down", sesoi=3.0, mechanism="misuse")
def crossing_month(history: History) -> Values:
    """First month in which copies at large are less exposed than a closed release would be.

    The closed release is that of the recursion of aggregates, equally capable and closed since
    month 0. Not defined in a run in which it does not happen, or in which nothing is open.
    """
    kept = _total(history, "exposure_closed")
    months = np.flatnonzero((kept > 0) & (_total(history, "exposure") < kept))
    return {("", ""): np.array(float(months[0]) if months.size else np.nan)}


@metric("share of runs", summary="run", direction="down", sesoi=0.02, mechanism="misuse")
def catastrophe(history: History) -> Values:
    """1 when a catastrophe happened within the run, else 0."""
    happened = history.technologies["catastrophe"].max(initial=0.0)
    return {("", ""): np.array(float(happened))}


@metric("probability", summary="run", direction="down", sesoi=0.001, mechanism="misuse")
def catastrophe_risk(history: History) -> Values:
    """Probability of a catastrophe within the run, by the months' hazards.

    It needs no catastrophe to happen, so that rare ones can be compared in few runs. In a run in
    which one happened hazards end with that month.
    """
    safe = np.prod(1.0 - history.technologies["hazard"])
    return {("", ""): np.array(1.0 - float(safe))}


@metric("cu/month", summary="mean", direction="down", sesoi=0.01, mechanism="control_abuse")
def abuse_losses(history: History) -> Values:
    """What users, businesses and builders lose to keepers that abuse their control."""
    return {("", ""): abuse_taken(history)}


@metric("cu/month", summary="mean", direction="down", sesoi=0.01, mechanism="control_abuse")
def dependants_loss(history: History) -> Values:
    """What users, businesses and builders lose to misuse and to keepers' abuse together.

    Net of what liable releasers pay users.
    """
    lost = social_harm(history) - compensation(history) + abuse_taken(history)
    return {("", ""): lost}


@metric("share", summary="mean", direction="down", sesoi=0.05, mechanism="control_abuse")
def abuse(history: History) -> Values:
    """Share of the months in which a technology's keeper abuses its control."""
    abused = history.technologies["abused"]
    return {("", name): abused[:, row] for row, name in enumerate(history.technology_names)}
