"""Metrics: pure functions of a run's history. A metric is a function with the decorator."""

from platformsim.metrics import adoption, money, technology
from platformsim.metrics.base import REGISTRY, Metric, column_name, metric
from platformsim.metrics.columns import Column, Measured, measure

__all__ = [
    "REGISTRY",
    "Column",
    "Measured",
    "Metric",
    "adoption",
    "column_name",
    "measure",
    "metric",
    "money",
    "technology",
]
