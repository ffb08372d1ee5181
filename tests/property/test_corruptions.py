"""Broken scenarios: whatever a file or a table holds, the answer is a message, not a traceback."""

import copy
import datetime
import re
import tomllib

import numpy as np
import pytest
import tomli_w

from platformsim.errors import ScenarioError
from platformsim.scenario import Scenario, load, shipped

CORRUPTIONS, PARTS, SEED = 10_000, 10, 20240418
FILES = {name: path.read_text(encoding="utf-8") for name, path in shipped().items()}
TABLES = {name: load(name).table for name in FILES}

SNIPPETS = (
    "[", "]", "[[", "]]", "{", "}", "=", "==", ".", ",", '"', "'", '"""', "#", "\n", "\\", "\t",
    "\0", "\r", "é", "名前", "\u202e", "\U0001f4a5", "nan", "-inf", "1e999", "-1", "0x", "true",
    "9" * 40, "9" * 5000, "[a]\n", "[[platforms]]\n", "[run]\n", 'extends = "tipping"\n',
    'extends = "llama3"\n', "x = 1\n", "a" + ".a" * 60 + " = 1\n", "[" * 300, "1979-05-27",
    "enabled = false\n", 'name = "a"\n', "float = 1\n", '"[key]" = 1\n',
)  # fmt: skip
RUBBISH = (
    None, True, False, 0, 1, -1, 2**31, 2**63, -(2**64), 10**40, 10**400, 10**5000, 0.0, -0.0, 0.5,
    1e-300, 1e308, -1e308, float("nan"), float("inf"), float("-inf"), "", "a", "users", "closed",
    "open_weights", "open_then_close", "a.b", "x" * 2000, "名前", "\u202e", "\ud800", "\0", [],
    [[]], [1], ["users"], [None], [{}], [{"name": 1}], [{"name": "a"}] * 2, {}, {"a": {}}, {1: 2},
    {None: None}, {"name": []}, {"set": {}}, {"set": {"run.months": 0}}, {"users": {}},
    {"mean": float("nan")}, {"float": 1, "int": 2, "str": 3, "bool": 4, "[key]": 5}, b"bytes",
    3 + 4j, (1, 2), {1, 2}, frozenset(), datetime.date(1979, 5, 27), datetime.time(7), range(3),
    np.float64(0.5), np.int64(3), np.array([1.0, 2.0]),
)  # fmt: skip


def pick(rng, options):
    return options[int(rng.integers(len(options)))]


def corrupt_text(rng, text):
    """Delete, double, replace or insert characters, snippets, lines or figures."""
    for _ in range(int(rng.integers(1, 4))):
        lines = text.split("\n")
        where, line = int(rng.integers(len(text) + 1)), int(rng.integers(len(lines)))
        action = int(rng.integers(9))
        if action == 0:
            text = text[:where] + text[where + int(rng.integers(1, 4)) :]
        elif action == 1:
            text = text[:where] + text[where : where + 1] + text[where:]
        elif action == 2:
            text = text[:where] + chr(int(rng.integers(32, 127))) + text[where + 1 :]
        elif action == 3:
            text = text[:where] + pick(rng, SNIPPETS) + text[where:]
        elif action == 4:
            lines.pop(line)
            text = "\n".join(lines)
        elif action == 5:
            lines.insert(int(rng.integers(len(lines))), lines[line])
            text = "\n".join(lines)
        elif action == 6:
            lines.insert(line, pick(rng, SNIPPETS))
            text = "\n".join(lines)
        elif action == 7:
            figures = list(re.finditer(r"[\d.]+|true|false|\"[^\"\n]*\"", text))
            if figures:
                found = pick(rng, figures)
                text = text[: found.start()] + pick(rng, SNIPPETS) + text[found.end() :]
        else:
            text = text[: int(rng.integers(len(text) + 1))]
    return text


def places(node, path=()):
    """Every place in a tree of tables and lists, as the path to it."""
    found = [path] if path else []
    entries = node.items() if isinstance(node, dict) else enumerate(node)
    for key, entry in entries:
        if isinstance(entry, dict | list):
            found += places(entry, (*path, key))
        else:
            found.append((*path, key))
    return found


def corrupt_tree(rng, table):
    """Replace, rename, remove, double, move or wrap what stands somewhere in the tree."""
    table = copy.deepcopy(table)
    for _ in range(int(rng.integers(1, 4))):
        every = places(table)
        if not every:
            return table
        *path, last = pick(rng, every)
        node = table
        for part in path:
            node = node[part]
        action = int(rng.integers(8))
        if action <= 2:
            node[last] = copy.deepcopy(pick(rng, RUBBISH))
        elif action == 3:
            del node[last]
        elif action == 4 and isinstance(node, dict):
            names = [*RUBBISH[23:33], str(last)[:-1], f"{last}s", "name", "float", "[key]", 1, None]
            node[pick(rng, names)] = node.pop(last)
        elif action == 5 and isinstance(node, list):
            node.insert(0, copy.deepcopy(node[last]))
        elif action == 6:
            other = table
            for part in pick(rng, every)[:-1]:
                other = other[part]
            if isinstance(other, dict):
                other[pick(rng, ["name", "set", "users", str(last)])] = copy.deepcopy(node[last])
        else:
            wrapped = node[last]
            for _ in range(int(rng.integers(1, 40))):
                wrapped = {"a": wrapped} if rng.random() < 0.5 else [wrapped]
            node[last] = wrapped
    return table


def outcome(source):
    """Return whether a source makes a scenario; any other error than ours goes through."""
    try:
        return isinstance(load(source), Scenario)
    except ScenarioError as error:
        found = error
    assert found.problems
    assert all(line.strip() for line in str(found).split("\n"))
    return False


@pytest.mark.parametrize(
    "part",
    [part if part < 2 else pytest.param(part, marks=pytest.mark.slow) for part in range(PARTS)],
)
def test_a_broken_scenario_is_explained(part, tmp_path):
    names, path = list(FILES), tmp_path / "broken.toml"
    valid = {"text": [], "tree": []}
    for number in range(part, CORRUPTIONS, PARTS):
        rng = np.random.default_rng([SEED, number])
        name = pick(rng, names)
        kind = "text" if rng.random() < 0.5 else "tree"
        if kind == "tree":
            source = corrupt_tree(rng, TABLES[name])
        else:
            source = path
            data = corrupt_text(rng, FILES[name]).encode("utf-8")
            if rng.random() < 0.05 and data:
                where = int(rng.integers(len(data)))
                data = data[:where] + b"\xff" + data[where + 1 :]
            path.write_bytes(data)
        try:
            valid[kind].append(outcome(source))
        except Exception as error:
            error.add_note(f"corruption {number} of {name}, {kind}: {source!r}"[:2000])
            raise
    # A corruption may be harmless, but if most were, or none, this would test nothing.
    for found in valid.values():
        assert len(found) > 300
        assert 0.02 < np.mean(found) < 0.6


def test_a_scenario_that_survives_its_corruption_can_be_written_again():
    survivors = 0
    for number in range(400):
        rng = np.random.default_rng([SEED, 1, number])
        source = corrupt_tree(rng, TABLES[pick(rng, list(TABLES))])
        try:
            scenario = load(source)
        except ScenarioError:
            continue
        survivors += 1
        again = load(tomllib.loads(tomli_w.dumps(scenario.table)))
        assert again.fingerprint == scenario.fingerprint
    assert survivors > 10
