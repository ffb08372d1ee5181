"""Every claim of the register: whether it holds, and on what that hangs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from platformsim.results import Folder
from platformsim.studies.batch import Batch, Numbers
from platformsim.studies.claims.hinges import Curve, Flip, Grid, Point, flip, hinge_of
from platformsim.studies.claims.plan import Effort, Judgement, Plan, differences, unit_of
from platformsim.studies.claims.register import Claim, chosen
from platformsim.studies.judge import FEWEST_PAIRS
from platformsim.views.claims import claim_figure
from platformsim.views.gallery import Gallery

NOT_TESTED = "not tested"
FAST = Effort(FEWEST_PAIRS, each_way=2, finer=0, hinge_pairs=5)
ROW_KEYS = ("id", "verdict", "metric", "effect", "low", "high", "control_verdict", "hinges_on",
            "flip_value", "scenario", "seconds")  # fmt: skip


@dataclass(frozen=True)
class Claims:
    """What came out.

    Attributes
    ----------
    table : DataFrame
        One row a claim, in the order of the register. ``verdict`` is *not tested* where no
        scenario states a prediction. The control is as it should be when ``control_verdict`` is
        not *holds*. ``hinges_on`` is the setting on which the verdict hangs, ``default`` its value
        in the contrast, ``flip_value`` where the verdict flips (NaN: not within the range) and
        ``flips_to`` what it becomes there.
    differences : DataFrame
        One row a pair of each contrast and control.
    hinges : DataFrame
        One row a value of each setting that was moved, the default first.
    seconds : dict of str to float
        Processor time of each claim's runs, those it shares with other claims included.
    options : dict
        What it takes to repeat it.
    """

    table: pd.DataFrame
    differences: pd.DataFrame
    hinges: pd.DataFrame
    seconds: dict[str, float]
    options: dict[str, Any]

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.table

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by the name of their file."""
        found = {"claims": self.table, "differences": self.differences, "hinges": self.hinges}
        return {name: frame for name, frame in found.items() if len(frame)}

    def rows(self) -> list[dict[str, Any]]:
        """Return one plain row a claim, with the keys of ``ROW_KEYS``."""
        timed = self.table.assign(seconds=[round(self.seconds[id_], 2) for id_ in self.table["id"]])
        rows = timed[list(ROW_KEYS)].to_dict("records")
        return [{key: None if value != value or value == "" else value
                 for key, value in row.items()} for row in rows]  # fmt: skip

    def plot(self, ids: Sequence[str] = ()) -> Gallery:
        """Draw a figure for each claim that was tested, or for some."""
        gallery = Gallery()
        for row in self.table.itertuples():
            if row.verdict != NOT_TESTED and (not ids or row.id in ids):
                parts = (part[part["id"] == row.id] for part in (self.differences, self.hinges))
                gallery[row.id] = claim_figure(row._asdict(), *parts)
        return gallery

    def save(self, path: str | Path, *, figures: bool = True) -> Path:
        """Write tables (the first as CSV too), figures and manifest to a folder; return it."""
        with Folder(Path(path)) as folder:
            for name, frame in self.tables().items():
                folder.table(name, frame)
            folder.text("claims.csv", self.table.to_csv(index=False, lineterminator="\n"))
            for name, figure in (self.plot() if figures else {}).items():
                folder.figure(name, figure)
            seconds = {id_: round(value, 2) for id_, value in self.seconds.items()}
            folder.manifest("claims", self.options, {"seconds": seconds})
        return folder.path

    def _repr_html_(self) -> str:
        shown = ["id", "title", "verdict", "effect", "low", "high", "control_verdict",
                 "hinges_on", "flip_value", "scenario"]  # fmt: skip
        return self.table[shown].to_html(index=False)


def claims(
    ids: Sequence[str] | str = (),
    *,
    pairs: int | None = None,
    seed: int | None = None,
    fast: bool = False,
    workers: int | None = None,
    start_method: str | None = None,
    progress: bool = True,
) -> Claims:
    """Judge claims of the register.

    Each claim's contrast and its negative control are run in the scenario that states them, pair by
    pair and with only the arms they need; then the settings that the register names as its hinges
    are moved, to find where the verdict flips (:mod:`platformsim.studies.claims.hinges`). Runs that
    claims share are made once.

    Parameters
    ----------
    ids : sequence of str, or str
        Which claims, ``C01`` to ``C35``; empty: all.
    pairs : int, optional
        Pairs of runs, at least 20; unset: the scenario's.
    seed : int, optional
        Root seed; unset: the scenario's.
    fast : bool
        For a quick look: 20 pairs, and fewer values and pairs along the hinges.
    workers, start_method, progress
        See :func:`platformsim.studies.execute.execute`.

    Returns
    -------
    Claims

    Raises
    ------
    ScenarioError
        When there is no such claim, or an option is wrong.
    """
    wanted = chosen([ids] if isinstance(ids, str) else ids)
    effort = FAST if fast else Effort()
    effort = dataclasses.replace(effort, pairs=effort.pairs if pairs is None else pairs)
    plan = Plan(effort, seed).add(wanted)
    how = {"workers": workers, "start_method": start_method, "progress": progress}
    numbers = plan.batch.run(**how)
    for claim in wanted:
        for tested in filter(None, plan.tested[claim.id]):
            _check(tested, numbers)
    if effort.finer:
        numbers |= _finer(plan, numbers).run(**how)
    rows, pairwise, curves = [], [], []
    for claim in wanted:
        for role, tested in zip(("contrast", "control"), plan.tested[claim.id], strict=True):
            if tested is not None:
                pairwise.append(differences(claim.id, role, tested, numbers))
        row, more = _judged(claim, plan, numbers)
        rows.append(row)
        curves += more
    seconds = {
        claim.id: sum(numbers.seconds[label] for label in plan.labels[claim.id]) for claim in wanted
    }
    options = {"ids": [claim.id for claim in wanted] if ids else [], "pairs": pairs, "seed": seed,
               "fast": fast}  # fmt: skip
    each = pd.concat(pairwise, ignore_index=True) if pairwise else pd.DataFrame(columns=["id"])
    lines = pd.DataFrame(curves) if curves else pd.DataFrame(columns=["id"])
    return Claims(pd.DataFrame(rows), each, lines, seconds, options)


def _check(tested: Judgement, numbers: Numbers) -> None:
    stated = tested.prediction
    for arm in (stated.base, stated.arm):
        key = f"{tested.scenario.name}: predictions.{stated.claim}.metric"
        numbers.require(tested.label(arm), stated.metric, key)


def _finer(plan: Plan, numbers: Numbers) -> Batch:
    """Return the runs that are still needed: around the flip that each verdict hangs on."""
    plan.batch = Batch()
    for id_, (contrast, _) in plan.tested.items():
        hinge = (
            hinge_of(_curves(id_, plan, contrast.judged(numbers), numbers)) if contrast else None
        )
        if hinge is not None and hinge[2] is not None:
            plan.refine(id_, hinge[0], hinge[2].around)
    return plan.batch


def _curves(id_: str, plan: Plan, judged: dict, numbers: Numbers) -> list[Curve]:
    contrast, found = plan.tested[id_][0], []
    for grid in plan.grids[id_]:
        points = plan.points(contrast, grid, judged, numbers)
        direction = contrast.prediction.direction
        turn = flip(grid, points, judged["verdict"], direction, contrast.sesoi)
        found.append((grid, points, turn))
    return found


def _judged(claim: Claim, plan: Plan, numbers: Numbers) -> tuple[dict[str, Any], list[dict]]:
    contrast, control = plan.tested[claim.id]
    row: dict[str, Any] = {"id": claim.id, "title": claim.title}
    judged = contrast.judged(numbers) if contrast else {}
    row |= _columns("", contrast, judged)
    row |= _columns("control_", control, control.judged(numbers) if control else {})
    curves = _curves(claim.id, plan, judged, numbers)
    hinge = hinge_of(curves)
    grid, _, turn = hinge if hinge else (None, [], None)
    row |= {
        "hinges_on": grid.key if grid else "",
        "default": grid.default if grid else np.nan,
        "flip_value": turn.value if turn else np.nan,
        "flips_to": turn.verdict if turn else "",
        "scenario": contrast.scenario.name if contrast else "",
    }
    return row, [line for curve in curves for line in _lines(claim.id, *curve)]


def _lines(id_: str, grid: Grid, points: Sequence[Point], turn: Flip | None) -> list[dict]:
    same = {"flip_value": turn.value if turn else np.nan, "logarithmic": grid.logarithmic}
    head = {"id": id_, "key": grid.key, "moved_in": ", ".join(grid.arms)}
    return [
        head | {"is_default": place == 0} | dataclasses.asdict(at) | same
        for place, at in enumerate(points)
    ]


def _columns(prefix: str, tested: Judgement | None, judged: dict) -> dict[str, Any]:
    stated = tested.prediction if tested else None

    def number(key: str) -> float:
        return float("nan") if judged.get(key) is None else float(judged[key])

    return {
        f"{prefix}verdict": judged.get("verdict", NOT_TESTED),
        f"{prefix}metric": stated.metric if stated else "",
        f"{prefix}statistic": stated.statistic if stated else "",
        f"{prefix}unit": unit_of(stated.metric) if stated else "",
        f"{prefix}arm": stated.arm if stated else "",
        f"{prefix}base": stated.base if stated else "",
        f"{prefix}direction": stated.direction if stated else "",
        f"{prefix}sesoi": tested.sesoi if tested else float("nan"),
        f"{prefix}effect": number("mean"),
        f"{prefix}low": number("low"),
        f"{prefix}high": number("high"),
        f"{prefix}pairs": int(judged.get("pairs", 0)),
    }
