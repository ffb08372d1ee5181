"""Release strategies against each other in small markets."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import platformsim as ps
from platformsim.cli import main
from platformsim.errors import ResultError, ScenarioError
from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load
from platformsim.strategies import named
from platformsim.studies.game import fingerprint, game
from platformsim.studies.game.players import table_of
from platformsim.studies.rerun import rerun

QUIET = {"workers": 1, "progress": False}
PLAIN = ["always_closed", "always_open"]
RULES = [*PLAIN, "open_then_close(months=3)"]


def market(labs=("giant", "rival"), months=6, lift=0.3, demand=0.0, **settings):
    """Labs with a platform each, products next door and API customers."""
    table = {
        "name": "rivals",
        "title": "Rivals",
        "run": {"months": months, "burn_in": 1},
        "sides": {"users": {"count": 40}},
        "technologies": [
            {"name": f"{lab}s_model", "owner": lab, "api_demand": demand} for lab in labs
        ],
        "platforms": [
            {"name": f"{lab}s_place", "owner": lab, "technology": f"{lab}s_model"} for lab in labs
        ],
        "releasers": [{"name": lab, "cash": 1e5} for lab in labs],
        "mechanisms": {
            "complement": {"eng_lift": lift, "cost_saving": 0.0},
            "lab_economics": {"train_cost_0": 0.0, "price_cap": False},
        },
    }
    return load(table, settings)


@pytest.fixture(scope="module")
def played():
    return game(market(demand=20.0), RULES, **QUIET)


def test_payoffs_are_those_of_runs_made_by_hand(played):
    scenario = market(demand=20.0)
    scenario = scenario.with_strategy("giant", named("open_then_close(months=3)"))
    scenario = scenario.with_strategy("rival", named("always_open"))
    runs = [measure(PlatformModel(scenario, replicate=r).run().history) for r in range(20)]
    names = [column.name for column in runs[0].columns]
    profits = [run.summary[names.index("profit[giant]")] for run in runs]
    rows = played.to_frame().set_index(["player", "rivals", "strategy"])
    row = rows.loc["giant", "rival: always_open", "open_then_close(months=3)"]
    assert row["mean"] == pytest.approx(np.mean(profits), rel=1e-12)
    assert row["low"] <= row["mean"] <= row["high"]
    kept = played.runs.query("player == 'giant'")
    kept = kept[kept["strategy[giant]"].str.startswith("open_then") &
                (kept["strategy[rival]"] == "always_open")]  # fmt: skip
    assert kept["payoff"].tolist() == profits
    assert played.normal_form.values.shape == (2, 3, 3, 20)


@pytest.mark.parametrize(
    ("lift", "demand", "reply"), [(0.3, 0.0, "always_open"), (0.0, 60.0, "always_closed")]
)
def test_the_best_reply_is_to_open_for_the_complement_and_to_close_for_the_api(lift, demand, reply):
    found = game(market(lift=lift, demand=demand), PLAIN, **QUIET)
    replies = found.analysis.replies
    assert len(replies) == 4
    assert replies["reply"].tolist() == [reply] * 4
    assert replies["decided"].all()
    equilibrium = found.analysis.equilibria
    assert equilibrium["strategy"].tolist() == [reply] * 2
    assert (equilibrium["appears"] == 1.0).all()
    first = found.analysis.spread.query("over == 'rivals'").set_index(["player", "strategy"])
    assert (first.xs(reply, level="strategy")["first"] == 1.0).all()


def test_with_neither_complement_nor_api_demand_nothing_is_better():
    found = game(market(lift=0.0, demand=0.0), PLAIN, **QUIET)
    assert set(found.analysis.replies["reply"]) == {"always_closed = always_open"}
    assert found.analysis.equilibria["outcome"].nunique() == 1


def test_one_player_faces_nobody_and_three_each_other():
    alone = game(market(("giant",), demand=20.0), PLAIN, **QUIET)
    assert alone.analysis.replies["rivals"].tolist() == ["nobody"]
    three = game(market(("a", "b", "c")), PLAIN, **QUIET)
    assert len(three.to_frame()) == 3 * 4 * 2
    assert set(three.analysis.equilibria["strategy"]) == {"always_open"}


def test_single_line_ups_ask_one_player():
    rivals = [{"b": "always_open", "c": "hold"}, {"b": "closed_then_open(months=2)", "c": "hold"}]
    found = game(market(("a", "b", "c")), PLAIN, line_ups=rivals, **QUIET)
    assert found.analysis.replies["rivals"].tolist() == [
        "b: always_open, c: hold", "b: closed_then_open(months=2), c: hold"]  # fmt: skip
    assert set(found.to_frame()["player"]) == {"a"}
    assert "equilibria" not in found.tables()
    assert found.normal_form is None


def test_welfare_is_everybodys():
    found = game(market(), PLAIN, metric="welfare", **QUIET)
    means = found.normal_form.means
    assert np.array_equal(means[0], means[1])


def test_players_start_closed_unless_they_hold():
    start = {"technologies.giants_model.release_mode": "open_weights"}
    found = game(market(**start), ["hold", "always_open", "always_closed"], **QUIET)
    rows = found.to_frame().groupby(["player", "rivals", "strategy"])["mean"].first()
    held, opened, closed = (
        rows.loc["giant", "rival: hold", rule] for rule in ("hold", "always_open", "always_closed")
    )
    assert held == pytest.approx(opened, rel=0.1)
    assert closed < 0.95 * held
    # The rival is closed as the scenario states it.
    assert rows.loc["rival", "giant: hold", "hold"] == rows.loc["rival", "giant: hold",
                                                                "always_closed"]  # fmt: skip


def test_functions_play_and_cannot_be_repeated_from_a_folder(tmp_path):
    def spring(seen):
        return "open_weights" if seen.month % 12 in (2, 3, 4) else "closed_api"

    found = game(market(), {"shut": "always_closed", "spring": spring}, **QUIET)
    assert set(found.to_frame()["strategy"]) == {"shut", "spring"}
    with pytest.raises(ResultError, match="rules defined in Python"):
        rerun(found.save(tmp_path / "mine"), workers=1, progress=False)


@pytest.mark.slow
def test_tables_do_not_hang_on_workers_and_a_folder_repeats(played, tmp_path):
    shared = game(market(demand=20.0), RULES, workers=2, progress=False).tables()
    for name, frame in played.tables().items():
        pd.testing.assert_frame_equal(frame, shared[name], check_exact=True)
    kept = played.save(tmp_path / "kept")
    assert rerun(kept, workers=1, progress=False).same
    figures = {file.stem for file in kept.glob("*.png")}
    assert figures == {"payoffs", "spread", "quantal", "replicator", "imitation"}


def test_mechanisms_that_decide_are_named():
    scenario = market(months=2)
    table = {**scenario.table, "mechanisms": {**scenario.table["mechanisms"],
                                              "builders": {}, "laggard_rule": {}}}  # fmt: skip
    assert table_of(load(table), {}).overruled == ["laggard_rule"]
    switched_off = {"mechanisms.laggard_rule.enabled": False}
    assert table_of(load(table), switched_off).overruled == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"strategies": ["always_opne"]}, "did you mean 'always_open'"),
        ({"strategies": ["always_open", "always_open"]}, "stands twice"),
        ({"strategies": []}, "must name at least one"),
        ({"strategies": [3]}, "must be the name of a strategy"),
        ({"strategies": ["capped"]}, "licence_cap.*must be set for the strategy capped"),
        ({"players": ["gaint"]}, "must own a technology.*did you mean 'giant'"),
        ({"players": []}, "must be one to 3 releasers"),
        ({"metric": "proft"}, "is no metric of this scenario"),
        ({"replicates": 3}, "must be a whole number of at least 20"),
        ({"line_ups": [{"giant": "always_open", "rival": "hold"}]}, "must leave one player"),
        ({"line_ups": [{"rivl": "always_open"}]}, "did you mean 'rival'"),
        ({"line_ups": [{"rival": "always_opn"}]}, "did you mean 'always_open'"),
        ({"line_ups": []}, "must leave one player"),
        ({"changes": {"run.month": 3}}, "did you mean 'run.months'"),
        ({"arm": "open"}, "arms"),
    ],
)
def test_what_cannot_be_played_is_explained(arguments, message):
    given = {"strategies": PLAIN, **arguments}
    with pytest.raises(ScenarioError, match=message):
        game(market(months=2), **given, **QUIET)


def test_the_face_has_games():
    assert ps.game is game
    assert ps.fingerprint is fingerprint
    dilemma = [[[3, 0], [5, 1]], [[3, 5], [0, 1]]]
    assert set(ps.analyse_game(dilemma, ["share", "keep"]).equilibria["strategy"]) == {"keep"}


# -- fingerprints ----------------------------------------------------------------------------


@pytest.mark.slow
def test_the_fingerprint_finds_the_line_on_which_complement_and_margin_balance():
    over = {"technologies.giants_model.api_demand": [0.0, 40.0, 80.0],
            "mechanisms.complement.eng_lift": [0.0, 0.5]}  # fmt: skip
    scenario = market(("giant",))
    found = fingerprint(scenario, "always_open", over, **QUIET)
    demand, lift = (found.map[key] for key in over)
    # 40 users of 60 hours at 0.02 cu, against half of what API customers spend.
    exact = lift * 0.02 * scenario.market.hours * 40 - 0.5 * demand
    assert found.map["mean"].tolist() == pytest.approx(exact.tolist(), abs=1.5)
    assert found.map["zone"].tolist()[1:] == ["ahead", "behind"] + [
        "ahead" if value > 0 else "behind" for value in exact[3:]]  # fmt: skip


@pytest.mark.slow
def test_the_parameters_of_a_strategy_are_axes_too(tmp_path):
    over = {"months": [2, 5], "mechanisms.complement.eng_lift": [0.0, 0.4]}
    found = fingerprint(market(), "open_then_close", over, rivals={"rival": "always_open"}, **QUIET)
    means = found.map.set_index(["months", "mechanisms.complement.eng_lift"])["mean"]
    assert means[5, 0.4] > 2 * means[2, 0.4] > 0
    assert means[2, 0.0] == means[5, 0.0] == 0.0
    assert rerun(found.save(tmp_path / "map"), workers=1, progress=False).same


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({"months": [1, 2]}, "must name two parameters"),
        ({"months": [1], "month": [2]}, "did you mean 'months'"),
        ({"months": [1.5], "run.seed": [1]}, "must be a whole number"),
        ({"months": [1], "run.sed": [1]}, "did you mean 'run.seed'"),
    ],
)
def test_axes_that_are_none_are_explained(over, message):
    with pytest.raises(ScenarioError, match=message):
        fingerprint(market(), "open_then_close", over, **QUIET)


# -- the command line ------------------------------------------------------------------------

SMALL = ("--set", "run.months=4", "--set", "run.burn_in=0", "--set", "sides.users.count=30",
         "--set", "sides.creators.count=10", "--set", "sides.businesses.count=10",
         "--workers", "1")  # fmt: skip


def call(*arguments):
    return CliRunner().invoke(main, [str(part) for part in arguments])


def test_the_verb_prints_line_ups_equilibria_and_spread(tmp_path):
    result = call("game", "augustus", "--strategies", "always_closed,open_then_close(months=2)",
                  *SMALL, "--out", tmp_path / "game")  # fmt: skip
    assert result.exit_code == 0, result.output
    for text in ("What pays against whom", "rival: open_then_close(months=2)", "Equilibria",
                 "Where each strategy stands", "payoffs.png"):  # fmt: skip
        assert text in result.output


def test_the_verb_takes_line_ups_and_prints_json(tmp_path):
    result = call("game", "augustus", "--strategies", "always_closed,always_open", "--line-ups",
                  "rival=best_reply(horizon=2,review=2)", "--json", *SMALL,
                  "--out", tmp_path / "game")  # fmt: skip
    assert result.exit_code == 0, result.output
    assert '"rivals": "rival: best_reply(horizon=2,review=2)"' in result.output
    assert "equilibria" not in result.output


def test_the_fingerprint_verb_draws_its_map(tmp_path):
    result = call("fingerprint", "complement_breakeven", "closed_then_open", "--over", "months=1,3",
                  "--over", "mechanisms.complement.eng_lift=0:0.4:3", *SMALL,
                  "--out", tmp_path / "map")  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "of 6 design points" in result.output
    assert (tmp_path / "map" / "fingerprint.png").is_file()


@pytest.mark.parametrize(
    "arguments",
    [
        ("game", "augustus", "--strategies", "always_opne"),
        ("game", "augustus", "--line-ups", "rival"),
        ("fingerprint", "augustus", "always_open", "--over", "months"),
        ("fingerprint", "augustus", "always_open", "--over", "run.seed=1:2"),
        ("fingerprint", "augustus", "always_open", "--over", "run.seed=1:2:1", "--over", "a=1"),
    ],
)
def test_mistakes_end_with_2_and_one_message(arguments, tmp_path):
    result = call(*arguments, "--out", tmp_path / "none")
    assert result.exit_code == 2
    assert result.output.startswith("Error: ")
    assert "Traceback" not in result.output
