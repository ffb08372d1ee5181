import numpy as np
import pytest

from platformsim.errors import ConservationError, PlatformsimError
from platformsim.market.ledger import REASONS, Ledger
from platformsim.model import PlatformModel
from platformsim.scenario import load


def ledger():
    return Ledger(("users", "lab", "suppliers"))


def test_a_payment_leaves_one_account_and_enters_another():
    book = ledger()
    book.pay("users", "lab", "fees", 3.0)
    book.pay("users", "lab", "fees", 1.5)
    book.pay("lab", "suppliers", "take", 2.0)
    assert book.net("users") == -4.5
    assert book.net("lab") == 2.5
    assert book.net("suppliers") == 2.0
    assert book.paid[0, REASONS.index("fees")] == 4.5
    assert book.received[1, REASONS.index("fees")] == 4.5
    assert book.paid.sum() == book.received.sum() == 6.5


def test_a_payment_to_oneself_changes_nothing_on_balance():
    book = ledger()
    book.pay("lab", "lab", "take", 7.0)
    assert book.net("lab") == 0.0
    book.close_month()
    assert book.balance.tolist() == [0.0, 0.0, 0.0]


def test_a_new_month_forgets_flows_and_keeps_balances():
    book = ledger()
    book.pay("users", "lab", "fees", 10.0)
    book.close_month()
    book.open_month()
    assert book.net("lab") == 0.0
    assert book.balance.tolist() == [-10.0, 10.0, 0.0]
    book.pay("lab", "users", "subsidy", 4.0)
    book.close_month()
    assert book.balance.tolist() == [-6.0, 6.0, 0.0]


@pytest.mark.parametrize("amount", [-1e-9, -5.0, float("nan"), float("inf"), float("-inf")])
def test_amounts_that_are_no_payment_are_refused(amount):
    book = ledger()
    with pytest.raises(ConservationError, match=r"users cannot pay lab .* as fees"):
        book.pay("users", "lab", "fees", amount)
    assert not book.paid.any()
    assert not book.received.any()


@pytest.mark.parametrize("entry", [("nobody", "lab", "fees"), ("lab", "users", "bribe")])
def test_unknown_accounts_and_reasons_are_refused(entry):
    book, unknown = ledger(), next(name for name in entry if name in ("nobody", "bribe"))
    with pytest.raises(ConservationError, match=f"the ledger has no '{unknown}'"):
        book.pay(*entry, 1.0)
    assert not book.paid.any()
    assert not book.received.any()


def test_money_from_nowhere_is_noticed():
    book = ledger()
    book.pay("users", "lab", "fees", 1000.0)
    book.received[1, 0] += 1e-3
    with pytest.raises(ConservationError, match="do not balance"):
        book.close_month()
    assert issubclass(ConservationError, PlatformsimError)


def test_rounding_is_not_mistaken_for_a_leak():
    book = ledger()
    for amount in np.random.default_rng(1).lognormal(3, 4, 5000):
        book.pay("users", "lab", "fees", amount)
        book.pay("lab", "suppliers", "take", amount / 3)
    book.close_month()
    assert abs(book.balance.sum()) < 1e-9 * book.received.sum()


@pytest.fixture(scope="module")
def settled():
    """One month of a market with every payment between sides and owners, no mechanism active."""
    scenario = load(
        {
            "market": {"hours": 20.0, "creator_spend": 0.5, "business_spend": 2.0},
            "sides": {
                "users": {"count": 100, "revise_rate": 0.0},
                "creators": {"count": 10, "revise_rate": 0.0},
                "businesses": {"count": 10, "revise_rate": 0.0},
            },
            "platforms": [
                {
                    "name": "full",
                    "owner": "lab",
                    "ad_yield": 0.1,
                    "take_rate": 0.25,
                    "fees": {"users": 1.5, "creators": -2.0},
                    "initial": {"users": 0.6, "creators": 1.0, "businesses": 1.0},
                },
                {"name": "empty_shop", "ad_yield": 0.2, "take_rate": 0.5},
            ],
            "releasers": [{"name": "lab", "cash": 5.0}],
        }
    )
    model = PlatformModel(scenario)
    model.step()
    return model.market


def test_the_month_is_settled_as_the_table_says(settled):
    ledger = settled.ledger

    def paid(payer, payee_or_reason):
        return ledger.paid[ledger.accounts.index(payer), REASONS.index(payee_or_reason)]

    def received(payee, reason):
        return ledger.received[ledger.accounts.index(payee), REASONS.index(reason)]

    assert received("lab", "fees") == paid("users", "fees") == pytest.approx(60 * 1.5)
    assert paid("lab", "subsidy") == received("creators", "subsidy") == pytest.approx(10 * 2.0)
    assert received("lab", "advertising") == pytest.approx(60 * 20.0 * 0.1)
    assert paid("businesses", "advertising") == pytest.approx(60 * 20.0 * 0.1)
    assert paid("users", "content") == received("creators", "content") == pytest.approx(60 * 0.5)
    assert paid("users", "sales") == received("businesses", "sales") == pytest.approx(60 * 2.0)
    assert received("lab", "take") == pytest.approx(0.25 * (30.0 + 120.0))
    assert paid("creators", "take") == pytest.approx(0.25 * 30.0)
    assert paid("businesses", "take") == pytest.approx(0.25 * 120.0)


def test_nothing_is_sold_where_there_is_nobody_to_sell(settled):
    # 40 users are on the other platform, which has no creator and no business.
    shop = settled.ledger.accounts.index("empty_shop")
    assert settled.members[1] == 40
    assert not settled.ledger.received[shop].any()


def test_books_of_the_owner_follow_the_ledger(settled):
    lab, net = settled.releasers, settled.ledger.net("lab")
    assert lab["profit"][0] == pytest.approx(net)
    assert lab["revenue"][0] - lab["cost"][0] == pytest.approx(net)
    assert lab["cost"][0] == pytest.approx(20.0)
    assert lab["cash"][0] == pytest.approx(5.0 + net)


def test_without_a_business_side_outsiders_advertise():
    scenario = load(
        {"sides": {"users": {"count": 50}}, "platforms": [{"name": "a", "ad_yield": 0.1}]}
    )
    model = PlatformModel(scenario)
    model.step()
    assert model.market.ledger.net("a") == pytest.approx(50 * 30.0 * 0.1)
    assert model.market.ledger.net("customers") == pytest.approx(-150.0)
    assert model.market.ledger.net("users") == 0.0


def test_multi_homers_are_divided_over_their_homes():
    scenario = load(
        {
            "sides": {"users": {"count": 40, "max_homes": 2, "home_cost": 0.0, "revise_rate": 1.0,
                                "home_variety": 20.0, "choice_noise": 0.0}},
            "platforms": [{"name": "a", "ad_yield": 0.1}, {"name": "b", "ad_yield": 0.2}],
        }
    )  # fmt: skip
    model = PlatformModel(scenario)
    model.step()
    # Free second homes and much variety: everybody joins both, and spends half the time on each.
    assert model.market.share["users"].tolist() == [1.0, 1.0]
    assert model.market.members.tolist() == [20.0, 20.0]
    assert model.market.ledger.net("a") == pytest.approx(20 * 30.0 * 0.1)
    assert model.market.ledger.net("b") == pytest.approx(20 * 30.0 * 0.2)


def test_a_reason_that_is_named_again_is_the_same_reason():
    ledger = Ledger(("a", "b"), ("fees", "take", "fees"))
    ledger.pay("a", "b", "fees", 2.0)
    assert ledger.reasons == ("fees", "take")
    assert ledger.paid[0, ledger.reasons.index("fees")] == 2.0
