"""The page in the docs says what the code predicts."""

from pathlib import Path

import pytest

from platformsim.validation.page import shown
from platformsim.validation.rows import plain
from platformsim.validation.sections import SECTIONS
from platformsim.validation.settings import read_settings

PAGE = Path(__file__).parents[2] / "docs" / "validation.md"


@pytest.mark.parametrize("name", SECTIONS)
def test_the_page_is_in_step_with_the_predictions(name):
    text, section = PAGE.read_text(encoding="utf-8"), SECTIONS[name]
    for key, prediction in section.predictions(getattr(read_settings(), name)).items():
        begins = f"| `{key}`", f"| `{key}@"
        line = next(line for line in text.splitlines() if line.startswith(begins))
        assert f"| {shown(plain(prediction.value))} |" in line, f"run platformsim validate: {key}"
    assert all(mistake.says in text for mistake in section.mistakes if mistake.key in text)
    assert (PAGE.parent / "validation" / f"{name}.png").exists()
