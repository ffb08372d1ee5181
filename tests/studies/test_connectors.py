"""The examples of docs/connectors.md run as they stand."""

import importlib.util
import re
import warnings
from pathlib import Path

import numpy as np
import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "connectors.md").read_text(encoding="utf-8")


def example(title):
    section = re.split(r"^## ", PAGE, flags=re.M)
    text = next(part for part in section if part.startswith(title))
    code = re.search(r"```python\n(.*?)```", text, flags=re.S).group(1)
    found = {}
    with warnings.catch_warnings():
        # What these tools warn of at import is theirs.
        warnings.simplefilter("ignore")
        exec(compile(code, f"docs/connectors.md: {title}", "exec"), found)
    return found


def test_salib_calls_the_function():
    found = example("SALib")
    # Linear in both factors: half of 900 against the lift's 0.02 * 30 * 100 * 0.5.
    assert found["found"]["ST"][1] > 0.5 > found["found"]["ST"][0]


def test_optuna_calls_the_function():
    found = example("Optuna")
    assert len(found["study"].trials) == 8
    assert 1 <= len(found["front"]) <= 8


@pytest.mark.skipif(
    importlib.util.find_spec("ema_workbench") is None, reason="EMA Workbench is not installed"
)
def test_ema_workbench_calls_the_function():
    found = example("EMA Workbench")
    assert found["outcomes"]["mean_gain"].shape == (8,)
    assert np.isfinite(found["outcomes"]["mean_gain"]).all()
