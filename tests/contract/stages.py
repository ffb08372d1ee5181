"""What a mechanism needs around it before the contract can see it at work.

The contract puts every mechanism into the flagship market. Most need no more than that; for the
others, this is the one place to say so.
"""

# Settings of the market, by mechanism: ``{"local_clusters": {"sides.users.graph.kind": "block"}}``.
STAGES: dict[str, dict[str, object]] = {
    # Agents of one's own come from the rules of businesses and creators.
    "plural_agents": {"mechanisms.business_ai.prospects": 40.0},
    # A lab that loses money, so that there is something to cover.
    "patronage": {"releasers.closed_lab.rnd_scale": 6.0},
    # A product next door that earns a lot, so that openness pays and there are successes to see.
    "belief_bias": {"platforms.social.ad_yield": 0.2, "mechanisms.complement.eng_lift": 0.5},
    # One that was there before, with commitments and a base.
    "incumbent_base": {"platforms.social.age": 60.0},
    "dilemma": {"platforms.social.age": 60.0},
    "local_clusters": {"sides.users.graph.kind": "block"},
    # A model beyond the threshold and many attempts on it, so that the rare loss happens.
    "danger_threshold": {
        "technologies.llama_like.capability": 250.0,
        "mechanisms.misuse.bad_actors": 500,
        "mechanisms.misuse.chi": 3.0,
    },
    # Long enough for an abuse to begin.
    "control_abuse": {"run.months": 240},
}

# Parameters of the mechanism that make it write all of its columns within the contract's short run.
LIVELY: dict[str, dict[str, object]] = {
    # On the technology that is opened, at a loss that tokens do not cover for long.
    "web3_ai": {"platform": "social", "ai_adopt_month": 3, "treasury": 6.0, "running_cost": 1.0},
    "cross_network": {"subsidy": 0.5, "subsidy_side": "users", "subsidy_platform": "social"},
    "patronage": {"withdraw_month": 3},
    # Next to no cost is worth paying, so that all labs pause and the opener closes.
    "generations": {"payback_months": 1.0, "consortium": True},
    "belief_bias": {"imagination_discount": 0.01, "self_funding": True, "reserve_months": 1.0},
    "dilemma": {"shock_month": 6},
    "danger_threshold": {"p_cat": 1e-3},
    "control_abuse": {"state_keeper": True, "abuse_rate": 0.1},
    # Early closing, so that forks and distrust come within the run.
    "reversion": {"open_months": 3, "revert_share": 0.1, "fork_months": 3, "fork_prob": 1.0},
    # One open peer is enough to join, and misreadings make members leave.
    "regime": {"defect_gain": 0.5, "error": 0.2},
    # Firms that soon grow old, and others that soon fail, some of them with a gain.
    "rebels": {"entry_rate": 5.0, "survival_months": 3, "absorb_rate": 0.1, "payback": 120.0},
}

# A value other than the default for parameters that are texts without a list of choices.
OTHER_VALUES: dict[str, object] = {
    "sides": ["creators", "users"],
    "subsidy_platform": "search",
    "base": "llama_like",
    "platform": "search",
}

# Parameters of mechanisms that do nothing as they come: a regulator waits to be told.
TOLD: dict[str, dict[str, object]] = {
    "regulation": {"openness_penalty": 20.0, "adoption_subsidy": 0.2, "liability": 0.5},
}
