"""What a mechanism needs around it before the contract can see it at work.

The contract puts every mechanism into the flagship market. Most need no more than that; for the
others, this is the one place to say so.
"""

# Settings of the market, by mechanism: ``{"local_clusters": {"sides.users.graph.kind": "block"}}``.
STAGES: dict[str, dict[str, object]] = {}

# Parameters of the mechanism that make it write all of its columns within the contract's short run.
LIVELY: dict[str, dict[str, object]] = {
    # Early closing, so that forks and distrust come within the run.
    "reversion": {"open_months": 3, "revert_share": 0.1, "fork_months": 3, "fork_prob": 1.0},
}

# A value other than the default for parameters that are texts without a list of choices.
OTHER_VALUES: dict[str, object] = {"sides": ["creators", "users"], "subsidy_platform": "search"}
