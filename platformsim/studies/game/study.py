"""The study: releasers' strategies against each other in one scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from platformsim.scenario import Scenario, load
from platformsim.studies.game import players as who
from platformsim.studies.game.analysis import Analysis, analyse_game, of_line_ups
from platformsim.studies.game.normal_form import NormalForm
from platformsim.studies.game.replies import LineUp
from platformsim.studies.judge import FEWEST_PAIRS
from platformsim.studies.keep import keep
from platformsim.views import Gallery
from platformsim.views.game import game_gallery


@dataclass(frozen=True)
class Game:
    """What came out of a game.

    Attributes
    ----------
    source : Scenario
    analysis : Analysis
        Payoffs by line-up, best replies, the spread over line-ups, equilibria, imitation.
    runs : DataFrame
        One row a choice of strategies, replicate and player: its payoff.
    metric : str
    overruled : list of str
        Mechanisms that may decide release modes in place of the strategies.
    in_python : dict of str to callable
        Strategies that were given as functions.
    options : dict
        What it takes to repeat it.
    """

    source: Scenario
    analysis: Analysis
    runs: pd.DataFrame
    metric: str
    overruled: list[str]
    in_python: who.Rules
    options: dict[str, Any]

    @property
    def normal_form(self) -> NormalForm | None:
        """The payoff table; None where single line-ups were played."""
        return self.analysis.game

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by the name of their file."""
        return {**self.analysis.tables(), "runs": self.runs}

    def to_frame(self) -> pd.DataFrame:
        """Return payoffs by line-up."""
        return self.analysis.payoffs

    def notices(self) -> list[str]:
        """Return what a reader must know beside the tables."""
        found = self.analysis.notices()
        if self.overruled:
            names = ", ".join(self.overruled)
            found.append(f"Release modes may be decided by {names} in place of the strategies.")
        return found

    def plot(self) -> Gallery:
        """Draw payoffs, the spread over line-ups, logit equilibria and imitation."""
        return game_gallery(self.tables(), self.metric, self.source.title)

    def save(self, path: str | Path) -> Path:
        """Write tables, figures, scenario and manifest to a new folder; return its path."""
        source = self.source
        # A folder cannot hold functions; its manifest says so, and that rerun cannot repeat it.
        for rule in self.in_python.values():
            source = source.with_strategy(self.options["players"][0], rule)
        return keep("game", source, self.options, self, Path(path))

    def _repr_html_(self) -> str:
        return self.analysis.payoffs.to_html(index=False)


def game(
    scenario: Scenario | str | Path | dict[str, Any],
    strategies: Sequence[Any] | Mapping[str, Any] | None = None,
    *,
    players: Sequence[str] | None = None,
    line_ups: Sequence[Mapping[str, str]] | None = None,
    metric: str = "profit",
    arm: str | None = None,
    replicates: int = FEWEST_PAIRS,
    seed: int | None = None,
    changes: dict[str, Any] | None = None,
    workers: int | None = None,
    start_method: str | None = None,
    progress: bool = True,
) -> Game:
    """Let releasers play strategies against each other, under the same luck for every choice.

    Every player's technologies are closed at month 0, unless it plays ``hold``. Without line-ups
    every choice of strategies is run: S strategies and n players take S**n times ``replicates``
    runs.

    Parameters
    ----------
    scenario : Scenario, str, Path or dict
    strategies : sequence or dict, optional
        What players choose from: registered names, such as ``always_open`` or
        ``open_then_close(months=36)``, functions of an observation, or a dict of either by name.
        Unset: eight, six and four usual ones for one, two and three players.
    players : sequence of str, optional
        One to three releasers; unset: all who own a technology. Others keep the strategies that
        the scenario gives them.
    line_ups : sequence of dict of str to str, optional
        Strategies of rivals by releaser: then only the one player is asked what pays against
        each, and no equilibria are sought.
    metric : str
        Payoff: a metric of releasers, such as ``profit``, or one of the market, such as
        ``welfare``, which is everybody's.
    arm : str, optional
        Arm of the scenario that is played in.
    replicates : int
        Runs of each choice, at least 20.
    seed : int, optional
    changes : dict, optional
        Settings to change, by dotted key.
    workers, start_method, progress
        See :func:`platformsim.studies.execute.execute`.

    Returns
    -------
    Game

    Raises
    ------
    ScenarioError
        When the scenario, a player, a strategy, the metric or an option is wrong.
    """
    who.check_replicates(replicates)
    whole = scenario if isinstance(scenario, Scenario) else load(scenario)
    settings = {**(changes or {}), **({} if seed is None else {"run.seed": seed})}
    table = who.table_of(whole, settings, arm)
    if line_ups is None:
        names = who.players_of(table.scenario, players)
        rules = who.rules_of(strategies, len(names))
        profiles, everything = who.all_profiles(names, rules), rules
    else:
        names = (who.player_against(table.scenario, players, line_ups),)
        rules = who.rules_of(strategies, 2)
        everything = who.with_rivals(rules, line_ups)
        profiles = [((names[0], rule), *rival.items()) for rival in line_ups for rule in rules]
    table.check(profiles)
    numbers = who.play(
        table, profiles, everything, replicates,
        workers=workers, start_method=start_method, progress=progress,
    )  # fmt: skip
    read = who.payoff_reader(numbers, who.label_of(profiles[0]), names, metric)
    if line_ups is None:
        analysis = analyse_game(_normal_form(names, tuple(rules), profiles, read))
    else:
        analysis = of_line_ups(_line_ups(names[0], tuple(rules), line_ups, read))
    options = {
        "strategies": list(rules), "players": list(names),
        "line_ups": None if line_ups is None else [dict(rival) for rival in line_ups],
        "metric": metric, "arm": arm, "replicates": replicates, "seed": seed,
        "changes": changes or {},
    }  # fmt: skip
    own = who.in_python(strategies)
    runs = _runs(profiles, names, read)
    return Game(whole, analysis, runs, metric, table.overruled, own, options)


def _normal_form(
    names: Sequence[str], rules: tuple[str, ...], profiles: Sequence[who.Profile], read: who.Reader
) -> NormalForm:
    values = np.array([[read(who.label_of(p), name) for p in profiles] for name in names])
    shape = (len(names), *[len(rules)] * len(names), -1)
    return NormalForm(tuple(names), (rules,) * len(names), values.reshape(shape))


def _line_ups(
    player: str, rules: tuple[str, ...], rivals: Sequence[Mapping[str, str]], read: who.Reader
) -> list[LineUp]:
    found = []
    for rival in rivals:
        labels = [who.label_of(((player, rule), *rival.items())) for rule in rules]
        values = np.array([read(label, player) for label in labels])
        found.append(LineUp(player, dict(rival), rules, values))
    return found


def _runs(profiles: Sequence[who.Profile], names: Sequence[str], read: who.Reader) -> pd.DataFrame:
    frames = []
    for profile in profiles:
        for name in names:
            values = read(who.label_of(profile), name)
            frames.append(
                pd.DataFrame(
                    {**{f"strategy[{releaser}]": rule for releaser, rule in profile},
                     "player": name, "replicate": np.arange(len(values)), "payoff": values}
                )
            )  # fmt: skip
    return pd.concat(frames, ignore_index=True)
