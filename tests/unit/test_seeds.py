"""The claims register and the digest: complete, consistent, and in step with each other."""

import re
import tomllib
from pathlib import Path

import pytest

SEEDS = Path(__file__).parents[2] / "seeds"
IDS = [f"C{number:02d}" for number in range(1, 36)]
VOICES = {"host", "reader", "zuckerberg", "interviewer", "machine summary", "highlighter"}
FILLED = (
    "id",
    "title",
    "claim",
    "document",
    "locator",
    "voice",
    "rule",
    "prediction",
    "negative_control",
    "scenario",
    "status",
    "parameters",
)
MAY_BE_EMPTY = ("mechanism", "sesoi")
OPTIONAL = ("control_note", "emerges_from", "hinges")

CLAIMS = tomllib.loads((SEEDS / "claims.toml").read_text(encoding="utf-8"))["claims"]
DIGEST = (SEEDS / "digest.md").read_text(encoding="utf-8")

each_claim = pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim["id"])


def is_number(value: object) -> bool:
    """TOML booleans are Python ints, and are not meant here."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


def test_all_claims_in_order():
    assert [claim["id"] for claim in CLAIMS] == IDS


def test_titles_are_unique():
    assert len({claim["title"] for claim in CLAIMS}) == len(CLAIMS)


def test_every_claim_is_built():
    assert {claim["id"] for claim in CLAIMS if claim["status"] != "built"} == set()


@each_claim
def test_fields(claim):
    assert set(claim) - set(OPTIONAL) == {*FILLED, *MAY_BE_EMPTY}
    for field in FILLED:
        assert claim[field], field
    for field in (*FILLED, *MAY_BE_EMPTY):
        if field != "parameters":
            assert isinstance(claim[field], str), field
            assert claim[field] == claim[field].strip(), field
            assert "  " not in claim[field], field


@each_claim
def test_mechanism_or_the_claims_it_emerges_from(claim):
    if claim["mechanism"]:
        assert "emerges_from" not in claim
        for name in split(claim["mechanism"]):
            assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)
    else:
        assert claim["emerges_from"]
        assert set(claim["emerges_from"]) <= set(IDS) - {claim["id"]}


def test_no_mechanism_serves_two_claims():
    names = [name for claim in CLAIMS for name in split(claim["mechanism"]) if name]
    assert len(names) == len(set(names))


@each_claim
def test_voices(claim):
    voices = split(claim["voice"])
    assert set(voices) <= VOICES
    assert len(voices) == len(set(voices))


@each_claim
def test_locators_agree_with_documents(claim):
    assert claim["document"] in {"A", "B", "A,B"}
    places = re.split(r"[,;] ", claim["locator"])
    for place in places:
        assert re.fullmatch(r"[AB]:\d+(-\d+)?( @\d:\d\d:\d\d)?", place), place
    assert {place[0] for place in places} == set(split(claim["document"]))


@each_claim
def test_voices_agree_with_documents(claim):
    in_a = {"host", "reader"}
    voices = set(split(claim["voice"]))
    assert ("A" in claim["document"]) == bool(voices & in_a)
    if claim["document"] == "B":
        assert voices <= VOICES - in_a


@each_claim
def test_scenarios(claim):
    for scenario in split(claim["scenario"]):
        assert re.fullmatch(r"S\d\d", scenario)
        assert int(scenario[1:]) <= 30


@each_claim
def test_status(claim):
    assert claim["status"] in {"built", "planned"}


@each_claim
def test_parameters(claim):
    names = [parameter["name"] for parameter in claim["parameters"]]
    assert len(names) == len(set(names))
    for parameter in claim["parameters"]:
        name = parameter["name"]
        assert {"name", "default", "unit", "source"} <= set(parameter), name
        assert set(parameter) <= {"name", "default", "low", "high", "unit", "source"}, name
        assert name, claim["id"]
        assert parameter["unit"], name
        assert re.fullmatch(r"[DEM](/[DEM])*", parameter["source"]), name
        assert ("low" in parameter) == ("high" in parameter), name
        default = parameter["default"]
        if "low" in parameter:
            assert is_number(parameter["low"]), name
            assert is_number(parameter["high"]), name
            assert parameter["low"] < parameter["high"], name
            if is_number(default):
                assert parameter["low"] <= default <= parameter["high"], name
            else:
                assert default == "swept", name
        else:
            assert isinstance(default, bool | str) or is_number(default), name
            assert default != "swept", name


@each_claim
def test_hinges(claim):
    for hinge in claim.get("hinges", []):
        assert set(hinge) == {"key", "low", "high"}
        assert "." in hinge["key"]
        assert is_number(hinge["low"])
        assert is_number(hinge["high"])
        assert hinge["low"] < hinge["high"]


def test_one_parameter_in_two_claims_has_one_declaration():
    seen = {}
    for claim in CLAIMS:
        for parameter in claim["parameters"]:
            assert seen.setdefault(parameter["name"], parameter) == parameter


@pytest.mark.parametrize("claim_id", IDS)
def test_digest_mentions_every_claim(claim_id):
    assert claim_id in DIGEST


def test_digest_mentions_no_unknown_claim_or_scenario():
    assert set(re.findall(r"\bC\d+\b", DIGEST)) == set(IDS)
    assert all(int(number) <= 30 for number in re.findall(r"\bS(\d+)\b", DIGEST))


def test_digest_places_claims_only_in_documents_they_come_from():
    part_a, part_b = DIGEST.split("## Document A")[1].split("## Document B")
    part_b = part_b.split("## Where the claims")[0]
    for letter, part in (("A", part_a), ("B", part_b)):
        expected = {claim["id"] for claim in CLAIMS if letter in claim["document"]}
        assert set(re.findall(r"\bC\d\d\b", part)) == expected
