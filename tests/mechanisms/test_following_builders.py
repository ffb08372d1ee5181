"""C06: a community that leads, and one that merely follows the best model on sale."""

import numpy as np
import pytest

from platformsim.model import PlatformModel
from platformsim.scenario import load

SMALL = {"sides.users.count": 50, "run.months": 60, "mechanisms.idea_market.enabled": False,
         "mechanisms.lab_economics.enabled": False}  # fmt: skip


def path(arm="open", start=60.0, **changes):
    """Capability of our open model beside a closed one that stands at 100."""
    scenario = load("builders").with_arm(arm)
    settings = {**SMALL, "technologies.ours.capability": start}
    model = PlatformModel(scenario.with_settings({**settings, **changes})).run()
    return model.history.technologies["capability"]


def test_a_following_community_stops_at_its_ratio():
    found = path(**{"mechanisms.builders.follow_ratio": 0.75, "mechanisms.builders.sigma": 1.0})
    assert found[-1, 0] == pytest.approx(75.0)
    assert np.all(found[:, 1] == 100.0)
    assert np.all(np.diff(found[:, 0]) >= 0)


def test_it_takes_nothing_back_from_a_model_that_is_better_already():
    found = path(start=95.0, **{"mechanisms.builders.follow_ratio": 0.75})
    assert np.all(found[:, 0] == 95.0)


def test_below_its_ratio_it_is_as_quick_as_one_that_leads():
    leads = path(start=20.0)
    follows = path(start=20.0, **{"mechanisms.builders.follow_ratio": 0.9})
    assert leads[-1, 0] < 90.0
    assert np.array_equal(leads, follows)
