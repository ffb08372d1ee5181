"""No claim holds where the mechanism that stands for it is switched off."""

import numpy as np
import pytest

from platformsim.studies.batch import Batch
from platformsim.studies.claims.plan import Effort, Plan
from platformsim.studies.claims.register import register
from platformsim.studies.judge import FEWEST_PAIRS, judge, judge_tail
from platformsim.studies.switches import OFF, variants_of

CLAIMS = register()


def mechanisms_of(claim):
    """The mechanism of a claim; where it emerges from other claims, theirs."""
    if claim.mechanism:
        return {claim.mechanism}
    return {CLAIMS[id_].mechanism for id_ in claim.emerges_from}


def switched_off(arms, names):
    """Arms without some mechanisms, and without those that build on them."""
    variants = variants_of(arms)
    off = frozenset().union(*(variants.get(f"{OFF}:{name}", frozenset()) for name in names))
    assert off, f"none of {sorted(names)} is on in either arm"
    return {name: arm.with_settings(_without(arm, off)) for name, arm in arms.items()}


def _without(arm, off):
    closing = any(one.release_mode == "open_then_close" for one in arm.technologies)
    settings = {}
    for mechanism in arm.mechanisms:
        key = f"mechanisms.{mechanism.name}"
        if mechanism.name == "reversion" and closing:
            # A release that may close needs the rule that says when; it is made to do nothing.
            settings |= {f"{key}.{name}": value for name, value in mechanism.neutral.items()}
        elif mechanism.name in off:
            settings[f"{key}.enabled"] = False
    return settings


@pytest.mark.slow
@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_without_its_mechanism_no_claim_holds(claim):
    plan = Plan(Effort(pairs=FEWEST_PAIRS, each_way=0, finer=0)).add([claim])
    tested, batch = plan.tested[claim.id][0], Batch()
    stated = tested.prediction
    arms = {name: plan.batch.scenarios[tested.label(name)] for name in (stated.base, stated.arm)}
    for name, arm in switched_off(arms, mechanisms_of(claim)).items():
        batch.add(name, arm, tested.pairs)
    numbers = batch.run(workers=1, progress=False)
    base, arm = (numbers.of(name, stated.metric) for name in (stated.base, stated.arm))
    if np.isnan(base).all() or np.isnan(arm).all():
        return  # the metric is the mechanism's own, and went with it
    if stated.statistic == "tail":
        row = judge_tail(base, arm, stated.direction, tested.sesoi)
    else:
        columns = base[:, None], arm[:, None]
        (row,) = judge(*columns, [stated.direction], np.array([tested.sesoi]), [False])
    assert row["verdict"] != "holds", (stated.metric, row["mean"], row["low"], row["high"])
