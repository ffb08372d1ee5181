"""The switch line between open and closed release, against its closed form."""

import numpy as np
import pytest

from platformsim.model import PlatformModel
from platformsim.scenario import load

AD, DEMAND = "platforms.social.ad_yield", "technologies.model.api_demand"


def profit(arm, settings):
    scenario = load("complement_breakeven").with_arm(arm).with_settings(settings)
    model = PlatformModel(scenario).run()
    return model.history.releasers["profit"][13:, 0].mean()


@pytest.mark.parametrize("ad_yield", [0.005, 0.02, 0.05])
@pytest.mark.parametrize("saving", [0.0, 0.1])
def test_switch_line(ad_yield, saving):
    """eng_lift * ad_yield * hours * users + cost_saving * R&D = api_margin * api_demand."""
    settings = {AD: ad_yield, "mechanisms.complement.cost_saving": saving, "run.months": 36}
    demands = np.array([50.0, 1500.0])
    gains = [
        profit("open", settings | {DEMAND: float(d)})
        - profit("closed", settings | {DEMAND: float(d)})
        for d in demands
    ]
    # The difference is linear in the demand, so two points give the line's crossing with zero.
    crossing = demands[0] + gains[0] * (demands[1] - demands[0]) / (gains[0] - gains[1])
    users, hours, margin, rnd = 2000, 30.0, 0.5, 10_000 / 12
    expected = (0.1 * ad_yield * hours * users + saving * rnd) / margin
    assert crossing == pytest.approx(expected, rel=0.10)


def test_the_flywheel_shifts_the_line_in_favour_of_open():
    base = {"run.months": 60, DEMAND: 500.0}
    flywheel = base | {
        "platforms.social.posting_hook": 1.0,
        "mechanisms.autopost.gen_rate": 8.0,
    }
    without = profit("open", base) - profit("closed", base)
    # A livelier product adds the same advertising in both arms; the lift on it is what shifts.
    with_it = profit("open", flywheel) - profit("closed", flywheel)
    assert without < 0
    assert with_it >= without


def test_a_releaser_without_a_product_next_door_loses_by_opening():
    settings = {"run.months": 36}
    assert profit("open_alone", settings) < profit("closed", settings)
