"""The columns choose exactly as a plain Mesa model of the same market does, person by person."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from platformsim import PlatformModel, load
from platformsim.market.streams import Streams

_file = Path(__file__).with_name("reference.py")
_spec = importlib.util.spec_from_file_location("oracle_reference", _file)
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)

MONTHS = 40


def market():
    """Three platforms, 60 users and 24 creators, with every feature of choice in force."""
    return {
        "name": "oracle",
        "run": {"months": MONTHS, "seed": 7},
        "market": {"interoperability": 0.2},
        "sides": {
            "users": {
                "count": 60,
                "revise_rate": 0.4,
                "choice_noise": 0.6,
                "switch_cost": 0.3,
                "quality_weight": 1.3,
                "fee_weight": 0.7,
                "max_homes": 2,
                "home_cost": 0.4,
                "home_variety": 0.8,
                "outside_option": True,
                "outside_value": 1.6,
                "tastes": {"video": {"mean": 0.2, "sd": 0.9}, "games": {"sd": 0.5}},
            },
            "creators": {
                "count": 24,
                "revise_rate": 0.5,
                "choice_noise": 0.5,
                "switch_cost": 0.5,
                "max_homes": 3,
                "home_cost": 0.6,
                "home_variety": 0.5,
            },
        },
        "technologies": [{"name": "model", "capability": 130.0}],
        "platforms": [
            {
                "name": "a",
                "technology": "model",
                "fees": {"users": 0.3},
                "initial": {"users": 0.3},
                "characteristics": {"video": 0.8, "games": -0.4},
            },
            {
                "name": "b",
                "quality": 0.35,
                "fees": {"creators": -0.2},
                "initial": {"users": 0.3},
                "characteristics": {"games": 1.1},
            },
            {"name": "c", "quality": 0.1, "fees": {"users": 0.1}, "initial": {"users": 0.2}},
        ],
        "mechanisms": {
            "direct_network": {"beta_direct": 1.7, "sides": ["users", "creators"]},
            "cross_network": {"beta_uc": 1.2, "beta_cu": 0.9, "law": "log", "shape": 3.0},
        },
    }


GRAPH = {"sides.users.graph.kind": "watts_strogatz", "sides.users.graph.degree": 6}
VARIANTS = {
    "sets for different purposes": {
        "sides.users.home_value": "sum",
        "sides.creators.home_value": "sum",
    },
    "linear": {},
    "log": {"mechanisms.direct_network.law": "log", "mechanisms.direct_network.shape": 4.0},
    "power": {"mechanisms.direct_network.law": "power", "mechanisms.direct_network.shape": 1.7},
    "saturating": {
        "mechanisms.direct_network.law": "saturating",
        "mechanisms.direct_network.shape": 0.4,
        "mechanisms.cross_network.law": "saturating",
    },
    "local": {
        **GRAPH,
        "mechanisms.direct_network.law": "local",
        "mechanisms.direct_network.sides": ["users"],
    },
    "local, churning": {
        **GRAPH,
        "mechanisms.direct_network.law": "local",
        "mechanisms.direct_network.sides": ["users"],
        "sides.users.churn_rate": 0.06,
        "sides.users.arrival_rate": 0.4,
    },
    "not counting self": {
        "sides.users.count_self": False,
        "sides.creators.count_self": False,
        "mechanisms.direct_network.law": "power",
        "mechanisms.direct_network.shape": 0.6,
        "mechanisms.direct_network.beta_direct": 4.0,
    },
    "churn": {
        "sides.users.churn_rate": 0.06,
        "sides.users.arrival_rate": 0.4,
        "sides.creators.churn_rate": 0.1,
        "sides.creators.arrival_rate": 0.3,
    },
    "in turn": {"sides.users.updating": "sequential", "sides.creators.updating": "sequential"},
    "in turn, churning, not counting self": {
        "sides.users.updating": "sequential",
        "sides.users.churn_rate": 0.06,
        "sides.users.arrival_rate": 0.4,
        "sides.users.count_self": False,
    },
    "in turn, local": {
        **GRAPH,
        "sides.users.updating": "sequential",
        "mechanisms.direct_network.law": "local",
        "mechanisms.direct_network.sides": ["users"],
    },
    "single homes": {
        "sides.users.max_homes": 1,
        "sides.creators.max_homes": 1,
        "sides.users.outside_option": False,
        "platforms.c.initial.users": 0.4,
    },
    "one platform opens later": {
        "platforms.c.launch_month": 15,
        "platforms.c.initial.users": 0.0,
    },
    "best reply": {"sides.users.choice_noise": 0.0, "sides.creators.choice_noise": 0.0},
}


def pair(changes, wrong=None):
    """Return the model and the reference over the same draws, the reference with `wrong` rules."""
    spec = load(market(), changes)
    model = PlatformModel(spec)
    sides = model.market.sides
    sets = {
        name: [frozenset(np.flatnonzero(row).tolist()) for row in side.alternatives.member]
        for name, side in sides.items()
    }
    start = {name: [sets[name][c] for c in side.columns["choice"]] for name, side in sides.items()}
    lanes = {
        name: dict(zip(sets[name], side.alternatives.lane.tolist(), strict=True))
        for name, side in sides.items()
    }
    contacts = sides["users"].contacts
    if contacts is not None:
        graph = contacts.graph
        contacts = [graph.neighbours[a:b].tolist() for a, b in np.stack(
            (graph.indptr[:-1], graph.indptr[1:]), axis=1
        ).tolist()]  # fmt: skip
    other = load(market(), {**changes, **(wrong or {})})
    streams = Streams(other.run.seed, 0)
    return model, reference.Reference(other, streams, start, lanes, contacts), sets


def first_difference(changes, wrong=None, kernel="compiled"):
    """Return the first month and side in which somebody stands elsewhere, and how many moved."""
    model, other, sets = pair(changes, wrong)
    for side in model.market.sides.values():
        side.kernel = kernel
    moves = dict.fromkeys(sets, 0)
    for month in range(1, MONTHS + 1):
        model.step()
        other.step()
        for name, side in model.market.sides.items():
            moves[name] += side.switches
            here = [sets[name][choice] for choice in side.columns["choice"]]
            there = [person.homes for person in other.people[name]]
            alive = [person.alive for person in other.people[name]]
            if here != there or side.columns["alive"].tolist() != alive:
                return (month, name), moves
    return None, moves


@pytest.mark.parametrize("kernel", ["compiled", "numpy"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_everybody_chooses_as_in_the_reference(variant, kernel):
    found, moves = first_difference(VARIANTS[variant], kernel=kernel)
    assert found is None
    # A market in which nobody moves would agree with anything.
    assert moves["users"] > 60
    assert moves["creators"] > 12


# One wrong rule in the reference must show: otherwise agreement on that rule would mean nothing.
WRONG = {
    "sides.users.switch_cost": 0.4,
    "sides.creators.switch_cost": 0.4,
    "sides.users.choice_noise": 0.65,
    "sides.users.quality_weight": 1.2,
    "sides.users.fee_weight": 0.9,
    "sides.users.home_cost": 0.5,
    "sides.users.home_variety": 0.7,
    "sides.users.outside_value": 1.7,
    "sides.users.revise_rate": 0.41,
    "sides.users.tastes.video.sd": 1.0,
    "sides.users.tastes.games.mean": 0.1,
    "market.interoperability": 0.3,
    "technologies.model.capability": 140.0,
    "platforms.a.fees.users": 0.4,
    "platforms.b.fees.creators": -0.3,
    "platforms.b.quality": 0.45,
    "platforms.b.characteristics.games": 1.0,
    "mechanisms.direct_network.beta_direct": 1.8,
    "mechanisms.direct_network.sides": ["users"],
    "mechanisms.cross_network.beta_uc": 1.4,
    "mechanisms.cross_network.beta_cu": 1.1,
    "mechanisms.cross_network.shape": 4.0,
    "run.seed": 8,
}


@pytest.mark.parametrize("key", WRONG)
def test_a_wrong_rule_in_the_reference_shows(key):
    found, _ = first_difference({}, {key: WRONG[key]})
    assert found is not None


WRONG_IN_VARIANT = {
    "sets for different purposes": {"sides.users.home_value": "best"},
    "local": {"mechanisms.direct_network.law": "linear"},
    "in turn, local": {"market.interoperability": 0.1},
    "log": {"mechanisms.direct_network.shape": 5.0},
    "power": {"mechanisms.direct_network.shape": 1.9},
    "saturating": {"mechanisms.direct_network.shape": 0.5},
    "not counting self": {"sides.users.count_self": True},
    "churn": {"sides.users.churn_rate": 0.05},
    "in turn": {"sides.users.updating": "synchronous"},
    "one platform opens later": {"platforms.c.launch_month": 16},
}


@pytest.mark.parametrize("variant", WRONG_IN_VARIANT)
def test_a_wrong_rule_shows_in_its_variant(variant):
    found, _ = first_difference(VARIANTS[variant], WRONG_IN_VARIANT[variant])
    assert found is not None
