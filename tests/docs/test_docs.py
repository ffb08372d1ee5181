"""The pages say what the code says."""

import re
import tomllib
from pathlib import Path

import pytest

import platformsim as ps
from platformsim.cli import main
from platformsim.scenario.reference import reference

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_parameter_page_is_in_step_with_the_declarations():
    page = (ROOT / "docs" / "parameters.md").read_text(encoding="utf-8")
    assert page == reference(), "run: uv run platformsim show > docs/parameters.md"


def test_readme_begins_with_the_two_commands():
    code = re.findall(r"```(?:sh)?\n(.*?)```", README, flags=re.S)
    assert "uv run platformsim compare llama3" in code[0]
    assert "uv run pytest" in code[0]


def test_readme_lists_every_verb():
    for verb in main.commands:
        assert f"`platformsim {verb}" in README, verb


def test_files_that_readme_shows_exist():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_python_lines_in_readme_run(monkeypatch, tmp_path):
    code = re.search(r"```python\n(.*?)```", README, flags=re.S).group(1)
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})


def test_the_public_face_is_small_and_whole():
    assert 15 <= len(ps.__all__) <= 32
    for name in ps.__all__:
        assert getattr(ps, name) is not None
    with pytest.raises(AttributeError):
        _ = ps.nothing_of_that_name


def test_page_table_and_outcomes_of_the_claims_agree():
    text = (ROOT / "seeds" / "outcomes.toml").read_text(encoding="utf-8")
    outcomes = {row["id"]: row for row in tomllib.loads(text)["outcomes"]}
    register = tomllib.loads((ROOT / "seeds" / "claims.toml").read_text(encoding="utf-8"))
    assert list(outcomes) == [claim["id"] for claim in register["claims"]]
    page = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    for claim in register["claims"]:
        verdict = outcomes[claim["id"]]["verdict"]
        assert f"## {claim['id']} {claim['title']}: {verdict}\n" in page
        link = f"[{claim['id']}](docs/claims.md#{claim['id'].lower()})"
        assert f"| {link} {claim['title']} | {verdict} |" in README


def test_versions_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"version: {project['version']}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"## {project['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
