"""C31: what funders see in openness, who opens without them, and when the others follow."""

import numpy as np
import pytest

from platformsim.model import PlatformModel
from platformsim.scenario import load

BUDGET = 250.0
# Openness saves a tenth of the R&D bill and closing sells access at half its price.
SAVED = 0.1 * BUDGET


def scenario(cash=(1e5, 0.0), ratio=1.25, months=60, resolution="agents", modes=None, **bias):
    """Labs to which openness is worth ``ratio`` times what closing is."""
    names = [f"lab_{place}" for place in range(len(cash))]
    modes = modes or ["closed_api"] * len(cash)
    return load(
        {
            "run": {"months": months, "burn_in": 0, "resolution": resolution},
            "sides": {"users": {"count": 50, "outside_option": True}},
            "technologies": [
                {
                    "name": f"{name}_model",
                    "owner": name,
                    "api_demand": 2 * SAVED / ratio,
                    "release_mode": mode,
                }
                for name, mode in zip(names, modes, strict=True)
            ],
            "platforms": [{"name": "place", "ad_yield": 0.0}],
            "releasers": [
                {"name": name, "cash": money} for name, money in zip(names, cash, strict=True)
            ],
            "mechanisms": {
                "complement": {"eng_lift": 0.0},
                "lab_economics": {
                    "train_cost_0": 12 * BUDGET, "price_cap": False, "exits": False,
                },
                "belief_bias": {"self_funding": True, "notice": 1.0, **bias},
            },
        }
    )  # fmt: skip


def opened(model):
    """The month in which each technology opened, 0 for never."""
    return [
        int(month) for month in np.argmax(model.history.technologies["newest_open"] == 1, axis=0)
    ]


def run(*args, **settings):
    return PlatformModel(scenario(*args, **settings)).run()


def test_a_lab_with_cash_opens_as_soon_as_it_has_books_and_one_without_waits():
    assert opened(run(months=12)) == [2, 0]


def test_without_a_discount_all_open_at_once():
    assert opened(run(imagination_discount=0.0, months=12)) == [2, 2]


def test_where_own_cash_may_not_be_used_nobody_goes_first():
    model = run(self_funding=False, months=120)
    assert opened(model) == [0, 0]
    assert not np.any(model.history.tables["funders"]["successes"])


def test_a_success_a_year_is_noticed_and_narrows_the_discount():
    funders = run(months=50).history.tables["funders"]
    # Open from month 2, so that a year is over in month 13.
    for month, successes in ((12, 0), (13, 1), (24, 1), (25, 2), (49, 4)):
        assert funders["successes"][month].tolist() == [successes] * 2
        assert funders["markdown"][month] == pytest.approx([0.5 * 0.9**successes] * 2)


@pytest.mark.parametrize("learn", [0.2, 0.4])
@pytest.mark.parametrize("pioneers", [1, 3])
def test_the_others_follow_when_the_discount_no_longer_outweighs_the_advantage(learn, pioneers):
    ratio, discount = 1.5, 0.6
    model = run(
        [1e5] * pioneers + [0.0], ratio, 180, imagination_discount=discount, learn_per_success=learn
    )
    needed = next(n for n in range(100) if (1 - discount * (1 - learn) ** n) * ratio > 1)
    years = -(-needed // pioneers)
    # The month after the last success that it takes.
    assert opened(model) == [2] * pioneers + [1 + 12 * years + 1]


def test_funders_who_learn_nothing_change_nothing():
    assert opened(run(learn_per_success=0.0, months=200)) == [2, 0]


def test_where_closing_pays_nobody_opens_and_an_open_release_is_no_success():
    model = run(ratio=0.8, imagination_discount=0.0, months=60)
    assert opened(model) == [0, 0]
    model = run(ratio=0.8, modes=["open_weights", "closed_api"], months=60)
    assert np.all(model.history.technologies["months_open"][1:, 0] == np.arange(1, 61))
    assert not np.any(model.history.tables["funders"]["successes"])


def test_capital_follows_what_funders_see():
    model = run(months=10, capital=90.0)
    capital = model.history.releasers["capital"]
    # Before it opens both are worth what closing brings.
    assert capital[1] == pytest.approx([90.0, 90.0])
    seen = 0.5 * SAVED, SAVED / 1.25
    assert capital[5] == pytest.approx([180.0 * part / sum(seen) for part in seen])
    history = model.history
    column = history.reasons.index("capital")
    paid = history.paid[:, history.accounts.index("funders"), column]
    assert paid[1:] == pytest.approx(180.0)
    # It is cash, and no revenue.
    assert history.releasers["revenue"][1, 0] == pytest.approx(2 * SAVED / 1.25)
    gained = np.diff(history.releasers["cash"][:, 0])
    assert gained == pytest.approx((history.releasers["profit"] + capital)[1:, 0])


def test_the_share_of_openers_with_cash_of_their_own_is_measured():
    def share(**settings):
        frame = run(**settings).datacollector.get_model_vars_dataframe()
        return frame["self_funded_openers"].iloc[-1], frame["openers"].iloc[-1]

    assert share(months=12) == (1.0, 0.5)
    assert share(months=12, imagination_discount=0.0) == (0.5, 1.0)
    alone, openers = share(months=12, self_funding=False)
    assert np.isnan(alone)
    assert openers == 0.0


def test_cash_of_ones_own_is_a_number_of_months_of_training():
    for cash, is_enough in ((24 * BUDGET + 250.0, True), (24 * BUDGET - 250.0, False)):
        model = run((cash, 0.0), months=2, capital=1e-6)
        assert opened(model) == [2 if is_enough else 0, 0]


def test_labs_out_of_business_get_nothing_and_open_nothing():
    table = scenario(cash=(100.0, 1e5), self_funding=False, months=20).table
    table["mechanisms"]["lab_economics"]["exits"] = True
    model = PlatformModel(load(table)).run()
    active = model.history.releasers["active"][:, 0]
    gone = int(np.argmin(active))
    assert 0 < gone < 20
    assert np.all(model.history.releasers["capital"][1:gone, 0] > 0)
    assert not np.any(model.history.releasers["capital"][gone:, 0])


def test_how_often_a_success_is_noticed():
    noticed = [
        PlatformModel(scenario(months=40, notice=0.3), replicate=r)
        .run()
        .history.tables["funders"]["successes"][-1]
        for r in range(60)
    ]
    # Three years, two funders, independently of each other.
    assert np.mean(noticed) == pytest.approx(0.9, abs=4 * np.sqrt(3 * 0.21 / 120))
    assert abs(np.corrcoef(np.transpose(noticed))[0, 1]) < 0.5


@pytest.mark.parametrize("resolution", ["agents", "cohorts", "mean_field"])
def test_it_works_at_every_resolution(resolution):
    assert opened(run(months=6, resolution=resolution)) == [2, 0]
