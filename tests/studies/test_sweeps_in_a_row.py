"""Sweeps of one scenario after another, in one process."""

import platformsim as ps

SMALL = {"run.months": 6, "run.burn_in": 0, "sides.users.count": 40}
KEY = "mechanisms.direct_network.beta_direct"


def shares(values):
    runs = ps.sweep(
        "tipping", {KEY: values}, replicates=1, changes=SMALL, workers=1, progress=False
    )
    return runs.summary.set_index(KEY)["users.hhi"].to_dict()


def test_a_second_sweep_with_another_design_runs_its_own_settings():
    shares([0.0])
    assert shares([8.0, 0.0]) == {**shares([0.0]), **shares([8.0])}
    assert shares([8.0])[8.0] != shares([0.0])[0.0]
