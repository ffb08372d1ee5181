"""Judging a comparison look by look, until what was asked is settled."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from platformsim.errors import Problem, ScenarioError
from platformsim.results import Runs
from platformsim.scenario import Scenario
from platformsim.studies.judge import ERROR
from platformsim.studies.looks import MOST_PAIRS, Look, looks
from platformsim.studies.verdicts import verdicts

_ROW = ["metric", "statistic", "side", "arm", "base"]


def planned(pairs: int, given: int | None, until: str | None) -> tuple[Look, ...]:
    """Return the looks of a comparison: one, unless it goes on until it is decided.

    Parameters
    ----------
    pairs : int
        The scenario's.
    given : int or None
        The caller's.
    until : str or None

    Raises
    ------
    ScenarioError
        When ``until`` is neither ``decided`` nor left out.
    """
    if until not in (None, "decided"):
        raise ScenarioError(Problem("until", until, "must be decided, or be left out"))
    if until is None:
        return (Look(1, pairs, float("nan"), ERROR),)
    return looks(given if given is not None else max(MOST_PAIRS, pairs))


class Judging:
    """Verdicts that stand from the look at which they are settled.

    Parameters
    ----------
    scenarios : dict of str to Scenario
        By arm, the base first.
    """

    def __init__(self, scenarios: dict[str, Scenario]):
        self._scenarios = scenarios
        self._looks: list[dict] = []
        self.verdicts = pd.DataFrame()

    def settles(self, look: Look, runs: Runs) -> bool:
        """Judge the pairs run so far; return whether all that is waited for is settled."""
        fresh = verdicts(self._scenarios, runs, look.error)
        fresh["settled"] = settled(fresh)
        fresh["look"] = np.where(fresh["settled"] != "", look.number, 0)
        if len(self.verdicts):
            fresh = fresh.set_index(_ROW)
            before = self.verdicts.set_index(_ROW)
            known = before.index[before["look"] > 0]
            rows = [before.loc[key] if key in known else row for key, row in fresh.iterrows()]
            fresh = pd.DataFrame(rows, index=fresh.index).astype(fresh.dtypes).reset_index()
            fresh = fresh[self.verdicts.columns]
        self.verdicts = fresh
        waiting = waited_for(fresh)
        count = int((fresh["look"] > 0)[waiting].sum())
        row = {**dataclasses.asdict(look), "settled": count, "of": int(waiting.sum())}
        self._looks.append(row)
        return bool(waiting.any()) and count == row["of"]

    def looks(self) -> pd.DataFrame:
        """Return one row a look."""
        return pd.DataFrame(self._looks).rename(columns={"number": "look"})


def settled(verdicts: pd.DataFrame) -> pd.Series:
    """Return what is settled, row by row: a verdict, ``negligible`` or nothing.

    Negligible is an interval within the smallest effect of interest on both sides. It is not a
    verdict - the row stays undecided - but there is nothing to wait for.
    """
    low, high, least = (verdicts[name].astype(float) for name in ("low", "high", "sesoi"))
    found = verdicts["verdict"].where(verdicts["verdict"] != "undecided", "")
    return found.mask((low >= -least) & (high <= least) & (found == ""), "negligible")


def waited_for(verdicts: pd.DataFrame) -> pd.Series:
    """Return for which rows to go on: registered predictions, headlines where there are none.

    Not for negative controls: that nothing happens there takes all pairs to be seen.
    """
    control = verdicts["claim"].str.endswith("(should fail)")
    rows = verdicts["registered"] & ~control
    return rows if rows.any() else verdicts["headline"] & verdicts["low"].notna()
