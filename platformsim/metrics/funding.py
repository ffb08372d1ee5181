"""Whose money labs live on, and what funders believe."""

from __future__ import annotations

import numpy as np

from platformsim.market.history import History
from platformsim.metrics.base import Values, metric


@metric("cu/month", summary="mean", sesoi=0.01, mechanism="patronage")
def patron_return(history: History) -> Values:
    """What all patrons get from labs, cuts and orders of computing, less what they put in."""
    moved = {
        reason: history.received[:, :, history.reasons.index(reason)].sum(axis=1)
        for reason in ("patron_cut", "compute", "patronage")
    }
    return {("", ""): moved["patron_cut"] + moved["compute"] - moved["patronage"]}


@metric("share", summary="mean", sesoi=0.05, mechanism="patronage")
def patron_capture(history: History) -> Values:
    """What patrons get from labs, relative to all that labs earn."""
    got = sum(
        history.received[:, :, history.reasons.index(reason)].sum(axis=1)
        for reason in ("patron_cut", "compute")
    )
    earned = history.releasers["revenue"].sum(axis=1)
    return {("", ""): np.divide(got, earned, out=np.zeros_like(got), where=earned > 0)}


@metric("share", summary="mean", direction="down", sesoi=0.15, mechanism="belief_bias")
def openers(history: History) -> Values:
    """Share of technologies with an owner whose newest generation is open."""
    owned = history.technology_owner >= 0
    if not owned.any():
        return {}
    return {("", ""): history.technologies["newest_open"][:, owned].mean(axis=1)}


@metric("share", summary="mean", sesoi=0.15, mechanism="belief_bias")
def self_funded_openers(history: History) -> Values:
    """Openers who had cash of their own when they opened, as a share of all openers.

    Not defined while nobody is open.
    """
    opened = history.technologies["newest_open"]
    own = (opened * history.technologies["opened_on_own"]).sum(axis=1)
    count = opened.sum(axis=1)
    return {("", ""): np.divide(own, count, out=np.full_like(own, np.nan), where=count > 0)}


@metric("cu/month", summary="mean", sesoi=0.01, mechanism="belief_bias")
def outside_capital(history: History) -> Values:
    """What funders give a releaser."""
    capital = history.releasers["capital"]
    return {("", name): capital[:, row] for row, name in enumerate(history.releaser_names)}


@metric("share", direction="down", sesoi=0.05, mechanism="belief_bias")
def markdown(history: History) -> Values:
    """What a funder takes off the value of an open strategy."""
    paths, names = history.tables["funders"]["markdown"], history.row_names["funders"]
    return {("", name): paths[:, row] for row, name in enumerate(names)}
