"""platformsim: where open release strategies beat proprietary ones, how sure that is, and why.

>>> import platformsim as ps
>>> result = ps.compare("llama3", ["closed", "open"], pairs=20)  # doctest: +SKIP
>>> result.plot()                                                # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import Any

# The public face. Names load on first use, so that ``import platformsim`` costs nothing.
_FACE = {
    "compare": "platformsim.studies.compare",
    "run": "platformsim.studies.run",
    "rerun": "platformsim.studies.rerun",
    "sweep": "platformsim.studies.sweep",
    "claims": "platformsim.studies.claims",
    "explain": "platformsim.studies.explain",
    "boundary": "platformsim.studies.boundary",
    "hysteresis": "platformsim.studies.boundary",
    "plan": "platformsim.studies.plan",
    "sensitivity": "platformsim.studies.sensitivity",
    "as_function": "platformsim.studies.model_function",
    "search": "platformsim.studies.search",
    "game": "platformsim.studies.game",
    "analyse_game": "platformsim.studies.game",
    "fingerprint": "platformsim.studies.game",
    "fixed_points": "platformsim.studies.equilibria",
    "continuation": "platformsim.studies.equilibria",
    "linear_noise": "platformsim.studies.equilibria",
    "validate": "platformsim.validation.run",
    "load": "platformsim.scenario",
    "shipped": "platformsim.scenario",
    "Scenario": "platformsim.scenario",
    "PlatformModel": "platformsim.model",
    "Mechanism": "platformsim.mechanisms",
    "Contrast": "platformsim.mechanisms",
    "param": "platformsim.parameters",
    "strategy": "platformsim.strategies",
    "Observation": "platformsim.strategies",
    "metric": "platformsim.metrics",
    "read_table": "platformsim.results",
    "PlatformsimError": "platformsim.errors",
    "ScenarioError": "platformsim.errors",
}
__all__ = list(_FACE)


def __getattr__(name: str) -> Any:
    if name in _FACE:
        value = getattr(importlib.import_module(_FACE[name]), name)
        globals()[name] = value
        return value
    if name == "__version__":
        from importlib.metadata import version

        return version("platformsim")
    raise AttributeError(f"module 'platformsim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*_FACE, "__version__"])
