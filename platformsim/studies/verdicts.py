"""From runs to verdicts: every metric of every arm, judged against a base."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from platformsim.entities import Platform, Prediction
from platformsim.errors import Problem, ScenarioError, nearest
from platformsim.metrics import REGISTRY
from platformsim.parameters import parameters_of
from platformsim.results import Runs
from platformsim.scenario import Scenario
from platformsim.studies.judge import ERROR, FEWEST_PAIRS, judge, judge_tail, tail_mean

ROW_KEYS = (
    "metric",
    "statistic",
    "side",
    "arm",
    "base",
    "mean",
    "low",
    "high",
    "median",
    "share_in_direction",
    "swing_share",
    "sesoi",
    "pairs",
    "verdict",
)
_HEADLINES = {"share", "profit", "gatekeeper_index", "consumer_surplus", "welfare", "frontier"}


def verdicts(scenarios: dict[str, Scenario], runs: Runs, error: float = ERROR) -> pd.DataFrame:
    """Judge every arm against the first on every metric, and every registered prediction.

    A prediction about two other arms is judged against the base that it names.

    Parameters
    ----------
    scenarios : dict of str to Scenario
        By arm, the base first.
    runs : Runs
        Paired: every arm with the same replicates.
    error : float
        One less the coverage of the intervals.

    Returns
    -------
    DataFrame
        One row a metric and arm, and one for each prediction about a tail (``statistic`` says
        which): the keys of ``ROW_KEYS``, then ``direction`` (as stated),
        ``registered`` (whether the scenario states it as a prediction), ``headline``, ``claim``,
        ``unit`` and ``base_mean``.

    Raises
    ------
    ScenarioError
        When there are too few pairs, arms are not paired, or a prediction names no metric.
    """
    base, *others = scenarios
    by_arm = {name: part.set_index("replicate") for name, part in runs.summary.groupby("arm")}
    for name in others:
        if not by_arm[name].index.equals(by_arm[base].index):
            raise ScenarioError(Problem("pairs", name, f"is not paired with {base}: seeds differ"))
    if len(by_arm[base]) < FEWEST_PAIRS:
        raise ScenarioError(Problem("pairs", len(by_arm[base]), f"must be at least {FEWEST_PAIRS}"))
    stated = [row for row in scenarios[base].predictions if {row.arm, row.base} <= set(scenarios)]
    plans = _plans(runs.columns, scenarios[base], stated)
    contrasts = dict.fromkeys([(base, arm) for arm in others])
    contrasts |= dict.fromkeys((row.base, row.arm) for row in stated)
    frames = []
    for first, arm in contrasts:
        frame = _judged(_stated(plans, stated, first, arm), by_arm[first], by_arm[arm], error)
        frames.append(frame if first == base else frame[frame["registered"]])
    return pd.concat(frames, ignore_index=True)


def smallest_effect(scenario: Scenario, stated: Prediction) -> float:
    """Return a prediction's smallest effect of interest: its own, or else its metric's."""
    name = stated.metric.partition("[")[0].rpartition(".")[2]
    metric = REGISTRY.get(name)
    if stated.sesoi is not None or metric is None:
        return stated.sesoi or 0.0
    return metric.sesoi * (_ad_market(scenario) if metric.unit == "cu/month" else 1.0)


def _plans(columns: pd.DataFrame, scenario: Scenario, stated: list[Prediction]) -> pd.DataFrame:
    """How each metric is judged where nothing is registered."""
    known = set(columns["name"]) | {_short(c.metric, c.entity) for c in columns.itertuples()}
    for row in stated:
        if row.metric not in known:
            key = f"predictions.{row.claim or row.arm}.metric"
            allowed = "is no metric of this scenario; `compare --all` prints them"
            hint = nearest(row.metric, known)
            raise ScenarioError(Problem(key, row.metric, allowed, scenario.file, hint))
    money = _ad_market(scenario)
    rows = []
    for column in columns.itertuples():
        metric = REGISTRY[column.metric]
        rows.append(
            {
                "metric": _short(column.metric, column.entity),
                "statistic": "mean",
                "side": column.side,
                "direction": metric.direction,
                "sesoi": metric.sesoi * (money if metric.unit == "cu/month" else 1.0),
                "swing": metric.swing,
                "registered": False,
                "headline": _is_headline(column),
                "claim": "",
                "unit": metric.unit,
                "column": column.name,
            }
        )
    return pd.DataFrame(rows)


def _short(metric: str, entity: str) -> str:
    return metric + (f"[{entity}]" if entity else "")


def _stated(plans: pd.DataFrame, stated: list[Prediction], base: str, arm: str) -> pd.DataFrame:
    """Put the predictions about two arms in place of the defaults, those about tails below."""
    plans = plans.assign(arm=arm, base=base)
    about = [row for row in stated if (row.arm, row.base) == (arm, base)]
    for name in dict.fromkeys(row.metric for row in about if row.statistic == "tail"):
        named = (plans["column"] == name) | (plans["metric"] == name)
        tails = plans[named & (plans["statistic"] == "mean")].assign(statistic="tail")
        plans = pd.concat([plans, tails], ignore_index=True)
    for row in about:
        where = (plans["column"] == row.metric) | (plans["metric"] == row.metric)
        where &= plans["statistic"] == row.statistic
        plans.loc[where, ["registered", "headline"]] = True
        plans.loc[where, "direction"] = row.direction
        plans.loc[where, "claim"] = row.claim + (" (should fail)" if row.control else "")
        if row.sesoi is not None:
            plans.loc[where, "sesoi"] = row.sesoi
    return plans


def _judged(
    plans: pd.DataFrame, base: pd.DataFrame, arm: pd.DataFrame, error: float
) -> pd.DataFrame:
    names = plans["column"].tolist()
    values = [table.reindex(columns=names).to_numpy(float) for table in (base, arm)]
    rows = judge(
        *values,
        plans["direction"].tolist(),
        plans["sesoi"].to_numpy(float),
        plans["swing"].tolist(),
        error,
    )
    levels = _column_means(values[0])
    for place in np.flatnonzero(plans["statistic"] == "tail"):
        first, second = (table[:, place] for table in values)
        plan = plans.iloc[place]
        rows[place] = judge_tail(first, second, plan["direction"], float(plan["sesoi"]), error)
        seen = first[~np.isnan(first)]
        levels[place] = tail_mean(seen) if seen.size else np.nan
    judged = pd.DataFrame(rows).assign(base_mean=levels)
    merged = pd.concat([plans.drop(columns=["sesoi", "swing"]), judged], axis=1)
    return merged[[*ROW_KEYS, "direction", "registered", "headline", "claim", "unit", "base_mean"]]


def _column_means(values: np.ndarray) -> np.ndarray:
    seen = ~np.isnan(values)
    total = np.where(seen, values, 0.0).sum(axis=0)
    count = seen.sum(axis=0)
    return np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)


def _is_headline(column: Any) -> bool:
    if column.metric == "builders":
        return not column.entity
    return column.metric in _HEADLINES and column.side in ("", "users")


def _ad_market(scenario: Scenario) -> float:
    """Monthly advertising value of all users at the numeraire's yield, in cu.

    Effects on money are measured against it, so that the smallest effect of interest grows with
    the market and does not move with a scenario's own advertising yields.
    """
    users = scenario.sides.get("users")
    numeraire = parameters_of(Platform)["ad_yield"].default
    return (users.count if users else 0) * scenario.market.hours * numeraire
