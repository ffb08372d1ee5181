"""Metrics: pure functions of a run's history. A metric is a function with the decorator."""

from platformsim.metrics import (
    adoption,
    agents,
    challengers,
    compute,
    creators,
    funding,
    ideas,
    incumbency,
    misuse,
    money,
    sectors,
    technology,
    web3,
    winners,
)
from platformsim.metrics.base import REGISTRY, Metric, column_name, metric
from platformsim.metrics.columns import Column, Measured, measure

__all__ = [
    "REGISTRY",
    "Column",
    "Measured",
    "Metric",
    "adoption",
    "agents",
    "challengers",
    "column_name",
    "compute",
    "creators",
    "funding",
    "ideas",
    "incumbency",
    "measure",
    "metric",
    "misuse",
    "money",
    "sectors",
    "technology",
    "web3",
    "winners",
]
