"""What each mechanism was worth: off in turn, and on alone, under the same draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from platformsim.errors import ScenarioError
from platformsim.scenario import Scenario, load
from platformsim.studies.asked import first_metric, two_arms
from platformsim.studies.batch import Batch, Numbers, arm_alone
from platformsim.studies.judge import FEWEST_PAIRS, bootstrap_intervals
from platformsim.studies.keep import keep
from platformsim.studies.loops import loop_gains
from platformsim.studies.switches import ALONE, NOTHING, OFF, WHOLE, active_in, variants_of
from platformsim.views.gallery import Gallery
from platformsim.views.worth import worth_figure

_SAID = {WHOLE: "all mechanisms", NOTHING: "none of them"}


@dataclass(frozen=True)
class Explanation:
    """What each mechanism was worth to one metric.

    Attributes
    ----------
    source : Scenario
    metric : str
    arms : tuple of str
        The base and the other arm.
    worth : DataFrame
        One row a mechanism, ``way`` (*off*: the level with everything less the level without it;
        *alone*: the level with it alone less the level with nothing) and ``of`` (the level in
        ``base`` or ``arm``, or their ``difference``): ``worth`` with its interval ``low`` and
        ``high``, ``pairs``, ``with_it`` (other mechanisms that came and went with it) and ``note``
        (why it could not be run). Sorted by what they were worth to the difference when off.
    levels : DataFrame
        Mean of the metric with all mechanisms and with none, in either arm.
    loops : DataFrame
        Loop gains with all mechanisms at the end of the run: ``loop``, ``arm`` and ``gain``.
    options : dict
        What it takes to repeat it.
    """

    source: Scenario
    metric: str
    arms: tuple[str, str]
    worth: pd.DataFrame
    levels: pd.DataFrame
    loops: pd.DataFrame
    options: dict[str, Any]

    @property
    def title(self) -> str:
        """What is explained."""
        base, arm = self.arms
        return f"What each mechanism was worth to {self.metric}, {arm} against {base}"

    def to_frame(self) -> pd.DataFrame:
        """Return what mechanisms were worth."""
        return self.worth

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by the name of their file."""
        found = {"worth": self.worth, "levels": self.levels, "loops": self.loops}
        return {name: frame for name, frame in found.items() if len(frame)}

    def notes(self) -> list[str]:
        """Return what a reader must know beside the table."""
        lines = [
            f"With {_SAID[row.mechanisms]} {self.metric} is {row.base:.4g} in {self.arms[0]} "
            f"and {row.arm:.4g} in {self.arms[1]}."
            for row in self.levels.itertuples()
        ]
        for note, rows in self.worth[self.worth["note"] != ""].groupby("note", sort=False):
            lines.append(f"{', '.join(dict.fromkeys(rows['mechanism']))}: {note}")
        if len(self.loops):
            gains = [f"{r.loop} {r.gain:.3g} ({r.arm})" for r in self.loops.itertuples()]
            lines.append(f"Loop gains at the end, self-sustaining above 1: {', '.join(gains)}.")
        return lines

    def plot(self) -> Gallery:
        """Draw what each mechanism was worth."""
        gallery = Gallery()
        if self.worth["worth"].notna().any():
            gallery["worth"] = worth_figure(self.worth, self.arms, self.metric, self.title)
        return gallery

    def save(self, path: str | Path) -> Path:
        """Write tables, figure, scenario and manifest to a new folder; return its path."""
        return keep("explain", self.source, self.options, self, Path(path))

    def _repr_html_(self) -> str:
        return self.worth.to_html(index=False)


def explain(
    scenario: Scenario | str | Path | dict[str, Any],
    arms: Sequence[str] | None = None,
    metric: str | None = None,
    *,
    pairs: int | None = None,
    seed: int | None = None,
    changes: dict[str, Any] | None = None,
    workers: int | None = None,
    start_method: str | None = None,
    progress: bool = True,
) -> Explanation:
    """Switch each mechanism off in turn, and on alone, in two arms of a scenario.

    Off, a mechanism takes those with it that build on it; alone, it brings what it builds on. The
    two ways differ where mechanisms work through each other: their worths do not add up to the
    whole, and should not.

    Parameters
    ----------
    scenario : Scenario, str, Path or dict
        With at least two arms.
    arms : sequence of str, optional
        The base and the other arm; unset: those of the scenario's first prediction (about the
        metric, where one is about it), and without predictions the first two.
    metric : str, optional
        Unset: that of the scenario's first prediction.
    pairs : int, optional
        Pairs of runs, at least 20; unset: the scenario's.
    seed : int, optional
        Root seed; unset: the scenario's.
    changes : dict, optional
        Settings to change in both arms, by dotted key.
    workers, start_method, progress
        See :func:`platformsim.studies.execute.execute`.

    Returns
    -------
    Explanation

    Raises
    ------
    ScenarioError
        When the scenario, an arm, the metric or an option is wrong.
    """
    whole = scenario if isinstance(scenario, Scenario) else load(scenario)
    given = {"run.seed": seed, "run.pairs": pairs}
    given = {**(changes or {}), **{key: v for key, v in given.items() if v is not None}}
    changed = whole.with_settings(given) if given else whole
    name = metric or first_metric(changed)
    chosen = two_arms(changed, arms, name)
    two = {arm: arm_alone(changed, arm) for arm in chosen}
    variants = variants_of(two)
    batch = Batch()
    notes = {label: _plan(batch, off, two, changed.run.pairs) for label, off in variants.items()}
    numbers = batch.run(workers=workers, start_method=start_method, progress=progress)
    numbers.require(_label(frozenset(), chosen[0]), name, "metric")
    read = _reader(numbers, chosen, name, variants, notes)
    rows = _worth(two, variants, read, notes)
    levels = [
        {"mechanisms": label, "base": float(pair[0].mean()), "arm": float(pair[1].mean())}
        for label in (WHOLE, NOTHING)
        if (pair := read(label)) is not None
    ]
    options = {"arms": list(chosen), "metric": name, "pairs": pairs, "seed": seed,
               "changes": changes or {}}  # fmt: skip
    loops = loop_gains(two, numbers, {arm: _label(frozenset(), arm) for arm in chosen})
    return Explanation(whole, name, chosen, rows, pd.DataFrame(levels), loops, options)


def _label(off: frozenset[str], arm: str) -> str:
    """Return the label of runs; what two variants have in common is run once."""
    return f"{arm} without {', '.join(sorted(off)) or 'nothing'}"


def _plan(batch: Batch, off: frozenset[str], two: dict[str, Scenario], pairs: int) -> str:
    """Plan both arms without some mechanisms; return why that cannot be, or nothing."""
    made = {}
    try:
        for name, arm in two.items():
            switches = {f"mechanisms.{m}.enabled": False for m in sorted(off)}
            made[_label(off, name)] = arm.with_settings(switches) if switches else arm
    except ScenarioError as error:
        return "; ".join(f"{problem.key} {problem.allowed}" for problem in error.problems)
    for label, scenario in made.items():
        batch.add(label, scenario, pairs)
    return ""


Pair = tuple[np.ndarray, np.ndarray] | None


def _reader(
    numbers: Numbers,
    arms: tuple[str, str],
    metric: str,
    variants: dict[str, frozenset[str]],
    notes: dict[str, str],
) -> Callable[[str], Pair]:
    def read(label: str) -> Pair:
        if notes[label]:
            return None
        return tuple(numbers.of(_label(variants[label], arm), metric) for arm in arms)

    return read


def _worth(
    two: dict[str, Scenario],
    variants: dict[str, frozenset[str]],
    read: Callable[[str], Pair],
    notes: dict[str, str],
) -> pd.DataFrame:
    whole, nothing, rows = read(WHOLE), read(NOTHING), []
    everything = variants[NOTHING]
    for name in (mechanism.name for mechanism in active_in(two)):
        for way, reference in ((OFF, whole), (ALONE, nothing)):
            label = f"{way}:{name}"
            pair = read(label)
            moved = variants[label] if way == OFF else everything - variants[label]
            note = notes[label] or ("" if way == OFF else notes[NOTHING])
            sign = 1.0 if way == OFF else -1.0
            for place, of in enumerate(("base", "arm", "difference")):
                values = np.full(0, np.nan)
                if pair is not None and reference is not None:
                    both = [sign * (r - p) for r, p in zip(reference, pair, strict=True)]
                    values = both[1] - both[0] if of == "difference" else both[place]
                row = {"mechanism": name, "way": way, "of": of, **_interval(values)}
                others = ", ".join(sorted(moved - {name}))
                rows.append(row | {"with_it": others, "note": note})
    table = pd.DataFrame(rows)
    if not len(table):
        return pd.DataFrame(columns=["mechanism", "way", "of", "worth", "low", "high", "pairs",
                                     "with_it", "note"])  # fmt: skip
    ranked = table[(table["way"] == OFF) & (table["of"] == "difference")]
    size = ranked.set_index("mechanism")["worth"].abs().fillna(-1.0)
    order = {
        name: place
        for place, name in enumerate(size.sort_values(ascending=False, kind="stable").index)
    }
    return table.sort_values(
        "mechanism", key=lambda names: names.map(order), kind="stable", ignore_index=True
    )


def _interval(values: np.ndarray) -> dict[str, float]:
    seen = values[~np.isnan(values)]
    low = high = float("nan")
    if seen.size >= FEWEST_PAIRS:
        low, high = (float(end[0]) for end in bootstrap_intervals(seen[:, None]))
    mean = float(seen.mean()) if seen.size else float("nan")
    return {"worth": mean, "low": low, "high": high, "pairs": int(seen.size)}
