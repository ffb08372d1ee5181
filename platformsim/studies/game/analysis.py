"""Everything there is to say about a payoff table, wherever it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from platformsim.studies.game.normal_form import NormalForm, normal_form
from platformsim.studies.game.outcomes import (
    equilibrium_table,
    imitation_table,
    path_table,
    quantal_table,
    replicator_table,
)
from platformsim.studies.game.replies import (
    LineUp,
    line_ups,
    payoff_table,
    reply_table,
    spread_table,
)


@dataclass(frozen=True)
class Analysis:
    """A payoff table and what follows from it.

    Attributes
    ----------
    game : NormalForm or None
        None where a player was asked about some line-ups only.
    payoffs : DataFrame
        One row a player, line-up of rivals and strategy.
    replies : DataFrame
        Best reply of each player to each line-up.
    spread : DataFrame
        Where each strategy stands over all line-ups: never one champion.
    equilibria, quantal, replicator, paths, imitation : DataFrame
        Nash equilibria, the principal branch of logit equilibria, where replication leads and on
        which paths, and the long run of few imitators; empty without a whole game.
    """

    game: NormalForm | None
    payoffs: pd.DataFrame
    replies: pd.DataFrame
    spread: pd.DataFrame
    equilibria: pd.DataFrame
    quantal: pd.DataFrame
    replicator: pd.DataFrame
    paths: pd.DataFrame
    imitation: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables that are not empty, by name."""
        names = ("payoffs", "replies", "spread", "equilibria", "quantal", "replicator",
                 "paths", "imitation")  # fmt: skip
        return {name: frame for name in names if len(frame := getattr(self, name))}

    def to_frame(self) -> pd.DataFrame:
        """Return payoffs by line-up."""
        return self.payoffs

    def notices(self) -> list[str]:
        """Return what a reader must know beside the tables."""
        found = []
        own = self.spread[self.spread["over"] == "rivals"]
        for player, part in own.groupby("player", sort=False):
            if part["line_ups"].iloc[0] > 1 and not (part["first"] == 1.0).any():
                found.append(
                    f"No strategy of {player} is best against every line-up of its rivals."
                )
        open_ends = self.replies[~self.replies["decided"]]
        if len(open_ends):
            found.append(
                f"Best replies that the replicates do not decide: {len(open_ends)} of "
                f"{len(self.replies)}; read best_share."
            )
        if self.game is not None and len(self.game.players) > 2:
            found.append("For more than two players only pure equilibria are sought.")
        if self.game is not None and not len(self.equilibria):
            found.append("No equilibrium was found: of pure ones there is none.")
        return found


def analyse_game(
    payoffs: NormalForm | Any,
    strategies: Sequence[Sequence[str]] | Sequence[str] | None = None,
    players: Sequence[str] | None = None,
) -> Analysis:
    """Analyse any payoff table: best replies, equilibria, logit equilibria, imitation.

    Parameters
    ----------
    payoffs : NormalForm or array_like
        As in :func:`platformsim.studies.game.normal_form.normal_form`.
    strategies, players
        Names; see there.

    Returns
    -------
    Analysis

    Raises
    ------
    ScenarioError
        When it is no payoff table.
    """
    game = payoffs if isinstance(payoffs, NormalForm) else normal_form(payoffs, strategies, players)
    found = list(line_ups(game))
    return Analysis(
        game, payoff_table(found), reply_table(found), spread_table(found),
        equilibrium_table(game), quantal_table(game), replicator_table(game), path_table(game),
        imitation_table(game),
    )  # fmt: skip


def of_line_ups(found: Sequence[LineUp]) -> Analysis:
    """Analyse one player's payoffs against some line-ups of its rivals."""
    none = [pd.DataFrame()] * 5
    return Analysis(None, payoff_table(found), reply_table(found), spread_table(found), *none)
