"""The model is a Mesa model: what Mesa offers works on columns of 100,000 users."""

import copy
import multiprocessing
import pickle
import subprocess
import sys

import mesa
import numpy as np
import pandas as pd
import pytest

from platformsim import PlatformModel, ScenarioError, load
from platformsim.metrics import measure
from platformsim.model import Creator, Platform, Releaser, User

N = 100_000


def market(users=N, months=12):
    """Two platforms, a releaser, users with a taste, creators that churn, a passing event."""
    return {
        "name": "mesa",
        "run": {"months": months, "burn_in": 1, "seed": 5},
        "sides": {
            "users": {
                "count": users,
                "switch_cost": 0.2,
                "tastes": {"video": {"mean": 0.1, "sd": 0.7}},
            },
            "creators": {"count": 300, "churn_rate": 0.05, "arrival_rate": 0.5, "max_homes": 2},
        },
        "technologies": [{"name": "model", "owner": "lab"}],
        "releasers": [{"name": "lab", "cash": 50.0}],
        "platforms": [
            {
                "name": "a",
                "owner": "lab",
                "technology": "model",
                "initial": {"users": 0.25},
                "characteristics": {"video": 1.0},
            },
            {"name": "b", "quality": 0.2},
        ],
        "mechanisms": {"direct_network": {"beta_direct": 1.0}, "cross_network": {}},
        "events": [
            {
                "month": 4,
                "target": "mechanisms.direct_network.beta_direct",
                "change": 3.0,
                "duration": 4,
            }
        ],
    }


SPEC = load(market())


@pytest.fixture
def model():
    return PlatformModel(SPEC)


@pytest.fixture
def users(model):
    return model.agents_by_type[User]


@pytest.fixture
def start_method():
    # Mesa's batch_run sets the start method of the whole process.
    yield
    multiprocessing.set_start_method(None, force=True)


def columns(model):
    """Everything that a run may change, for comparing two models."""
    market = model.market
    found = {
        f"{name}.{column}": values
        for name, side in market.sides.items()
        for column, values in side.columns.items()
    }
    for table in (market.platforms, market.technologies, market.releasers):
        found |= {f"{table.kind}.{name}": values for name, values in table.columns.items()}
    return found | {"balance": market.ledger.balance, "series": measure(model.history).series}


def same(first, second):
    one, two = columns(first), columns(second)
    assert one.keys() == two.keys()
    return all(np.array_equal(one[key], two[key], equal_nan=True) for key in one)


# -- batch_run and the collector -------------------------------------------------------------


@pytest.mark.usefixtures("start_method")
def test_batch_run_sweeps_dotted_settings_over_seeds():
    rows = mesa.batch_run(
        PlatformModel,
        {"scenario": SPEC, "run.months": 6, "mechanisms.direct_network.beta_direct": [0.0, 4.0]},
        rng=[11, 12],
        display_progress=False,
    )
    frame = pd.DataFrame(rows)
    assert len(frame) == 4
    assert set(frame["Step"]) == {6}
    assert set(frame["rng"]) == {11, 12}
    by_beta = frame.groupby("mechanisms.direct_network.beta_direct")["users.largest_share"].mean()
    # The setting and the seed reach the model: each changes the outcome.
    assert abs(by_beta[4.0] - by_beta[0.0]) > 0.01
    assert frame["users.share[a]"].nunique() == 4
    alone = PlatformModel(
        SPEC, rng=12, **{"run.months": 6, "mechanisms.direct_network.beta_direct": 4.0}
    ).run()
    assert frame["users.share[a]"].iloc[-1] == alone.market.share["users"][0]


@pytest.mark.usefixtures("start_method")
def test_batch_run_by_period_names_every_month():
    parameters = {"scenario": "tipping", "run.months": 20}
    rows = mesa.batch_run(
        PlatformModel, parameters, rng=[1], data_collection_period=5, display_progress=False
    )
    assert [row["Step"] for row in rows] == [0, 5, 10, 15, 20]
    path = PlatformModel("tipping", rng=1, **{"run.months": 20}).run().history
    shares = [row["users.share[a]"] for row in rows]
    assert shares == path.sides["users"].share[::5, 0].tolist()


def test_the_default_collector_covers_month_0_to_now(model):
    model.run_for(3)
    frame = model.datacollector.get_model_vars_dataframe()
    assert len(frame) == 4
    whole = model.run().datacollector.get_model_vars_dataframe()
    assert len(whole) == 13
    # What was known at month 3 does not change later.
    pd.testing.assert_frame_equal(frame, whole.iloc[:4])
    assert whole["users.share[a]"].tolist() == model.history.sides["users"].share[:, 0].tolist()


def test_a_collector_of_ones_own_collects_at_the_end_of_every_step(model):
    model.datacollector = mesa.DataCollector(
        model_reporters={
            "on_a": lambda m: (
                len(m.agents_by_type[User].select(lambda u: u.choice == 1))
                if m.market.month == 2
                else int(m.market.sides["users"].counts[1])
            ),
            "month": lambda m: m.market.month,
        },
    )
    model.run_for(2)
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame["month"].tolist() == [1, 2]
    members = np.rint(model.history.sides["users"].share[1:3, 0] * N)
    assert frame["on_a"].tolist() == members.tolist()


def test_a_collector_reports_users_by_their_attributes():
    model = PlatformModel(load(market(users=500)))
    model.datacollector = mesa.DataCollector(
        agenttype_reporters={User: {"choice": "choice", "taste": "taste_video"}}
    )
    model.run_for(2)
    frame = model.datacollector.get_agenttype_vars_dataframe(User)
    assert len(frame) == 2 * 500
    last = frame.xs(2.0, level="Step")
    assert last["choice"].tolist() == model.market.sides["users"].columns["choice"].tolist()
    assert last["taste"].tolist() == model.market.sides["users"].columns["taste_video"].tolist()
    # Row numbers stay with their agents, and no two agents share one.
    assert last.index.is_unique


# -- agents ----------------------------------------------------------------------------------


def test_agents_come_actors_first_then_rows(model):
    agents = model.agents
    assert len(agents) == 3 + N + 300
    assert sum(1 for _ in agents) == len(agents)
    listed = iter(agents)
    assert [next(listed).name for _ in range(3)] == ["a", "b", "lab"]
    assert (next(listed).row, next(listed).row) == (0, 1)
    last = agents[-1]
    assert isinstance(last, Creator)
    assert last.row == 299
    assert model.agent_types == [Platform, Releaser, User, Creator]
    assert {kind: len(rows) for kind, rows in model.agents_by_type.items()} == {
        Platform: 2,
        Releaser: 1,
        User: N,
        Creator: 300,
    }


def test_agents_of_all_kinds_have_numbers_of_their_own():
    agents = PlatformModel(load(market(users=400))).agents
    assert len(set(agents.get("unique_id"))) == len(agents)
    assert agents.get(["unique_id", "pos"])[0] == [1, None]
    assert agents.get("quality", "default", -1.0)[:4] == [0.0, 0.2, -1.0, -1.0]
    with pytest.raises(AttributeError, match="quality"):
        agents.get("quality")


def test_contains(model, users):
    other = PlatformModel(load(market(users=10)))
    user, platform = users[5], next(iter(model.agents))
    assert user in users
    assert user in model.agents
    assert platform in model.agents
    assert platform not in users
    assert model.agents_by_type[Creator][5] not in users
    assert other.agents_by_type[User][5] not in users
    assert other.agents_by_type[User][5] not in model.agents
    # Two views of a row are one agent.
    assert users[5] == users[5]
    assert len({users[5], users[5], users[6]}) == 2
    user.remove()
    assert user not in model.agents_by_type[User]


def test_views_read_the_columns(model, users):
    side = model.market.sides["users"]
    user = users[77]
    assert user.choice == side.columns["choice"][77]
    assert user.taste_video == side.columns["taste_video"][77]
    assert user.alive is True
    assert user.platforms == ((), ("a",), ("b",))[user.choice]
    assert user.model is model
    with pytest.raises(AttributeError, match=r"'tast_video' is not a column.*taste_video"):
        _ = user.tast_video
    creator = model.agents_by_type[Creator][0]
    creator.choice = 3
    assert creator.platforms == ("a", "b")


def test_writing_a_choice_moves_the_counts(model, users):
    side = model.market.sides["users"]
    user = next(agent for agent in users if agent.choice == 1)
    before = side.counts.copy()
    user.choice = 2
    assert side.columns["choice"][user.row] == 2
    assert (side.counts - before).tolist() == [0, -1, 1]
    # The market knows at once: shares and memberships follow.
    assert model.market.share["users"][0] == before[1] / N - 1 / N
    for wrong in (-1, 3):
        with pytest.raises(ValueError, match="choice must be from 0 to 2"):
            user.choice = wrong
    with pytest.raises(AttributeError, match="not a column"):
        user.chioce = 1
    assert (side.counts - before).tolist() == [0, -1, 1]


def test_writing_a_taste_is_what_the_agent_then_wants():
    model = PlatformModel(load(market(users=2000)), **{"sides.users.revise_rate": 1.0})
    users = model.agents_by_type[User]
    users.select(np.arange(2000) < 1000).set("taste_video", 40.0)
    users[1500].taste_video = -40.0
    model.step()
    choice = model.market.sides["users"].columns["choice"]
    # Only platform a has video; a taste of 40 beats everything else.
    assert (choice[:1000] == 1).all()
    assert choice[1500] == 2
    assert (choice[1000:] == 2).any()


def test_leaving_the_market(model, users):
    side = model.market.sides["users"]
    before = side.counts.copy()
    users[3].alive = False
    users[4].remove()
    users.select(lambda user: user.row in (5, 6)).set("alive", False)
    gone = [3, 4, 5, 6]
    assert len(model.agents_by_type[User]) == side.living == N - 4
    assert not set(gone) & set(model.agents_by_type[User].rows.tolist())
    assert side.counts.sum() == before.sum() - 4
    model.run()
    # Nobody comes back by itself, and the others' draws stay their own.
    assert not side.columns["alive"][gone].any()
    assert not side.columns["choice"][gone].any()


def test_a_row_that_left_shifts_nobodys_luck():
    # Without network effects the others must not notice that somebody left at all.
    off = {f"mechanisms.{name}.enabled": False for name in ("direct_network", "cross_network")}
    alone = load(market(users=3000), off)
    one, two = PlatformModel(alone), PlatformModel(alone)
    two.agents_by_type[User][10].remove()
    one.run()
    two.run()
    first, second = (m.market.sides["users"].columns["choice"] for m in (one, two))
    assert np.flatnonzero(first != second).tolist() == [10]
    assert second[10] == 0


# -- sets of rows ----------------------------------------------------------------------------


def test_select(users):
    column = users.get("choice")
    assert isinstance(column, np.ndarray)
    on_a = users.select(column == 1)
    assert len(on_a) == 25_000
    by_function = users.select(lambda user: user.choice == 1)
    assert by_function.rows.tolist() == on_a.rows.tolist()
    assert on_a.select(at_most=7).rows.tolist() == on_a.rows[:7].tolist()
    # As in Mesa, a float up to 1 is a share, of the set before it was filtered.
    assert len(users.select(at_most=0.1)) == N // 10
    assert len(users.select(column == 1, at_most=0.5)) == 25_000
    assert len(users.select(column == 1, at_most=0.1)) == 10_000
    assert len(users.select(at_most=1)) == 1
    assert len(users.select(agent_type=User)) == N
    assert len(users.select(agent_type=Creator)) == 0
    part = users[:1000]
    assert part.select(part.get("choice") == 2, inplace=True) is part
    assert set(part.get("choice").tolist()) == {2}


def test_groupby(users):
    counts = np.bincount(users.get("choice"))
    by_column = users.groupby("choice")
    assert by_column.count() == {1: counts[1], 2: counts[2]}
    assert by_column.agg("choice", max) == {1: 1, 2: 2}
    group = by_column.groups[1]
    assert set(group.get("choice").tolist()) == {1}
    by_function = users[:5000].groupby(lambda user: user.taste_video > 0)
    tastes = users.get("taste_video")[:5000]
    assert by_function.count() == {True: (tastes > 0).sum(), False: (tastes <= 0).sum()}
    means = by_function.agg("taste_video", np.mean)
    assert means[True] == pytest.approx(tastes[tastes > 0].mean())
    # A function may return anything that can be a key, also sets of platforms of unequal size.
    assert users[:5000].groupby(lambda user: user.platforms).count().keys() == {("a",), ("b",)}
    assert users[:5000].groupby("platforms").count().keys() == {("a",), ("b",)}
    listed = users[:50].groupby("choice", result_type="list").groups
    assert all(isinstance(user, User) for rows in listed.values() for user in rows)


def test_groupby_of_multihomers(model):
    creators = model.agents_by_type[Creator]
    creators[:10].set("choice", 3)
    creators[10:15].set("choice", 0)
    found = creators.groupby(lambda creator: creator.platforms).count()
    assert found[("a", "b")] == 10
    assert found[()] == 5


def test_agg_get_set(model, users):
    tastes = model.market.sides["users"].columns["taste_video"]
    assert users.agg("taste_video", np.mean) == tastes.mean()
    assert users.agg("taste_video", [np.min, np.max]) == [tastes.min(), tastes.max()]
    assert users[:3].get(["row", "choice"]) == [
        [row, model.market.sides["users"].columns["choice"][row]] for row in range(3)
    ]
    assert users[:2].get("nickname", "default", "none") == ["none", "none"]
    # A default is for what is missing, not for what is no column.
    assert users[:2].get("row", "default", -1) == [0, 1]
    with pytest.raises(AttributeError, match="nickname"):
        users[:2].get("nickname")
    assert users[:10].set("taste_video", np.arange(10.0)) is not None
    assert tastes[:10].tolist() == list(range(10))
    users.set("choice", 2)
    assert model.market.sides["users"].counts.tolist() == [0, 0, N]


def test_sort_and_shuffle(users):
    by_taste = users.sort("taste_video", ascending=True).get("taste_video")
    assert (np.diff(by_taste) >= 0).all()
    assert (np.diff(users.sort("taste_video").get("taste_video")) <= 0).all()
    few = users[:2000]
    descending = few.sort(lambda user: (user.choice, user.row))
    assert descending.get(["choice", "row"])[0] == max(few.get(["choice", "row"]))
    # Ties keep their order both ways, as they do in Mesa.
    views = few.to_list()
    for ascending in (True, False):
        real = mesa.agentset.AgentSet(views, few.random)
        theirs = [user.row for user in real.sort("choice", ascending=ascending)]
        assert few.sort("choice", ascending=ascending).rows.tolist() == theirs
        by_function = few.sort(lambda user: user.choice, ascending=ascending)
        assert by_function.rows.tolist() == theirs
    shuffled = users.shuffle()
    assert shuffled.rows.tolist() != users.rows.tolist()
    assert sorted(shuffled.rows.tolist()) == users.rows.tolist()
    few.shuffle(inplace=True)
    assert few.rows.tolist() != list(range(2000))


def test_map_do_and_shuffle_do(model, users):
    few = users[:200]
    assert few.map(lambda user, by: user.row * by, 2) == list(range(0, 400, 2))
    seen = []
    assert few.do(lambda user: seen.append(user.row)) is few
    assert seen == list(range(200))
    seen.clear()
    few.shuffle_do(lambda user: seen.append(user.row))
    assert seen != list(range(200))
    assert sorted(seen) == list(range(200))
    few.do("remove")
    assert len(model.agents_by_type[User]) == N - 200
    small = PlatformModel(load(market(users=50)))
    names = []
    small.agents.shuffle_do(lambda agent: names.append(agent.unique_id))
    assert sorted(names) == sorted(small.agents.get("unique_id"))


def test_rows_are_slots(users):
    with pytest.raises(NotImplementedError, match="alive"):
        users.add(users[0])
    with pytest.raises(NotImplementedError, match="alive"):
        users.discard(users[0])


# -- actors ----------------------------------------------------------------------------------


def test_actors_read_and_write_through(model):
    a, b = model.agents_by_type[Platform]
    (lab,) = model.agents_by_type[Releaser]
    assert (a.name, a.owner, b.owner) == ("a", "lab", "b")
    assert a.share == {"users": 0.25, "creators": model.market.share["creators"][0]}
    assert lab.technologies == ("model",)
    assert lab.cash == 50.0
    b.quality = 9.0
    b.fee_users = 0.5
    lab.cash = 1000.0
    assert model.market.platforms["quality"][1] == 9.0
    model.run_for(2)
    assert b.share["users"] > 0.75
    balance = model.market.ledger.balance[model.market.ledger.accounts.index("b")]
    # Fees set by hand are paid: b's income covers at least the fee of its members in one month.
    assert balance > 0.5 * 0.75 * N
    assert lab.cash == pytest.approx(1000.0 + lab.profit + model.history.releasers["profit"][1, 0])
    with pytest.raises(AttributeError, match=r"'qualty' is not a column.*quality"):
        _ = b.qualty


# -- time ------------------------------------------------------------------------------------


def test_run_for_and_the_end_of_the_scenario(model):
    model.run_for(5)
    assert (model.market.month, model.steps, model.time, model.running) == (5, 5, 5.0, True)
    model.run_until(7)
    assert model.market.month == 7
    # Going past the end runs to the end and says so, every time that one tries.
    with pytest.raises(IndexError, match="ends with month 12"):
        model.run_for(100)
    assert (model.market.month, model.steps, model.time, model.running) == (12, 12, 12.0, False)
    kept = measure(model.history).series
    for _ in range(2):
        with pytest.raises(IndexError, match="ends with month 12"):
            model.step()
    assert (model.market.month, model.steps, model.time) == (12, 12, 12.0)
    assert np.array_equal(measure(model.history).series, kept, equal_nan=True)
    assert model.run() is model


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_made_half_way_goes_on_as_the_original(copied):
    # Month 5 lies inside an event that ends later, and inside a block of draws made ahead.
    whole = PlatformModel(SPEC).run()
    model = PlatformModel(SPEC)
    model.run_for(5)
    twin = copied(model)
    assert same(model, twin)
    model.run()
    assert (twin.market.month, twin.steps) == (5, 5)
    twin.run()
    assert same(model, twin)
    assert same(model, whole)
    twin.agents_by_type[User].set("choice", 1)
    twin.agents_by_type[Platform].select(lambda p: p.name == "a").set("quality", 3.0)
    assert not same(model, twin)
    assert same(model, whole)


def test_two_live_models_do_not_disturb_each_other():
    alone = PlatformModel(SPEC, rng=9).run()
    first, other = PlatformModel(SPEC, rng=9), PlatformModel(SPEC, rng=10)
    while first.running:
        first.step()
        other.agents_by_type[User].shuffle()[:5000].set("choice", 1)
        other.step()
    assert same(first, alone)
    assert not same(other, alone)


@pytest.mark.parametrize("rng", [1.5, True, -1, 2**32, "7", [1, 2], np.random.default_rng(1)])
def test_a_wrong_rng_is_refused(rng):
    with pytest.raises(ScenarioError, match="rng: must be a whole number"):
        PlatformModel(SPEC, rng=rng)


def test_a_right_rng_is_the_root_seed():
    few = load(market(users=200))
    plain = PlatformModel(few, rng=3).run()
    assert same(plain, PlatformModel(few, rng=np.int64(3)).run())
    assert same(plain, PlatformModel(few, **{"run.seed": 3}).run())
    assert not same(plain, PlatformModel(few, rng=4).run())
    assert not same(plain, PlatformModel(few, rng=3, replicate=1).run())
    sequences = [PlatformModel(few, rng=np.random.SeedSequence(1)).run() for _ in range(2)]
    assert same(*sequences)


def test_importing_leaves_the_start_method_alone():
    script = (
        "import multiprocessing as m\n"
        "before = m.get_start_method(allow_none=True)\n"
        "import platformsim.model, platformsim.studies.compare, platformsim.cli\n"
        "assert m.get_start_method(allow_none=True) == before, m.get_start_method()\n"
        "print('unchanged')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True
    )
    assert ran.stdout.strip() == "unchanged"
