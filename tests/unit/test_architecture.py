"""The rooms of the package and the one way in which they may import each other."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import platformsim

ROOT = Path(platformsim.__file__).parent
# A room may import from itself and from the rooms before it, never from those behind it.
ROOMS = (
    "errors",
    "theory",
    "parameters",
    "entities",
    "market",
    "mechanisms",
    "strategies",
    "releasers",
    "events",
    "scenario",
    "metrics",
    "model",
    "results",
    "views",
    "studies",
    "validation",
    "cli",
    "__main__",
)
# Drawing needs results alone: a figure that reads the market could not be drawn from a folder.
VIEWS_MAY_IMPORT = {"views", "metrics", "results"}
MOST_LINES = 300
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}


def name_of(path: Path, root: Path) -> str:
    parts = path.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(source: str, module: str, known: set[str], is_package: bool) -> set[str]:
    """Return every module that a file imports, anywhere in it, in full."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                kept = parts[: len(parts) - node.level + is_package]
                base = ".".join([*kept, *base.split(".")] if base else kept)
            # `from a import b` imports the module a.b where there is one, else a itself.
            names = {f"{base}.{alias.name}" for alias in node.names}
            found |= (names & known) | ({base} if names - known else set())
    return found


def graph(root: Path = ROOT) -> dict[str, set[str]]:
    """Return what each module imports, by full name."""
    files = {name_of(path, root): path for path in sorted(root.rglob("*.py"))}
    return {
        name: imports(path.read_text(encoding="utf-8"), name, set(files), path.stem == "__init__")
        - {name}
        for name, path in files.items()
    }


GRAPH = graph()


def room(module: str) -> str:
    package, *rest = module.split(".")
    return rest[0] if package == "platformsim" and rest else ""


def cycle(edges: dict[str, set[str]]) -> list[str]:
    """Return a chain of imports that leads back to where it began, or nothing."""
    done: set[str] = set()

    def search(node: str, trail: list[str]) -> list[str]:
        if node in trail:
            return [*trail[trail.index(node) :], node]
        if node in done:
            return []
        for following in sorted(edges[node] & edges.keys()):
            if found := search(following, [*trail, node]):
                return found
        done.add(node)
        return []

    return next((found for node in edges if (found := search(node, []))), [])


def upward(edges: dict[str, set[str]], names: tuple[str, ...] = ROOMS) -> list[str]:
    place = {name: index for index, name in enumerate(names)}
    return [
        f"{module} -> {other}"
        for module, others in edges.items()
        for other in sorted(others)
        if room(module) and room(other) and place[room(other)] > place[room(module)]
    ]


def test_every_module_stands_in_a_room():
    assert {room(module) for module in GRAPH} - {""} == set(ROOMS)
    assert len(GRAPH) > 50


def test_no_import_leads_back_to_where_it_began():
    # A module's own package is not counted: importing a.b always runs a/__init__.py first.
    edges = {
        module: {other for other in others if not module.startswith(f"{other}.")}
        for module, others in GRAPH.items()
    }
    assert cycle(edges) == []


def test_no_room_imports_from_a_room_behind_it():
    assert upward(GRAPH) == []


def test_views_read_results_and_nothing_else_of_the_package():
    found = {
        f"{module} -> {other}"
        for module, others in GRAPH.items()
        for other in others
        if room(module) == "views" and room(other) and room(other) not in VIEWS_MAY_IMPORT
    }
    assert found == set()


def test_the_model_alone_knows_mesa():
    users = {
        room(module)
        for module, others in GRAPH.items()
        if any(other.split(".")[0] == "mesa" for other in others)
    }
    assert users == {"model"}


def test_the_face_names_what_exists():
    # The package's face is loaded by name, out of sight of the import graph.
    for name in platformsim.__all__:
        assert getattr(platformsim, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'comparison'"):
        _ = platformsim.comparison


def test_files_are_short():
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in ROOT.rglob("*.py")
    }
    assert {name: length for name, length in lengths.items() if length >= MOST_LINES} == {}


def test_no_module_is_a_drawer_of_odds_and_ends():
    stems = {part for path in ROOT.rglob("*.py") for part in path.relative_to(ROOT).parts}
    assert {Path(stem).stem for stem in stems} & VAGUE == set()


def test_importing_the_package_is_free():
    script = (
        "import sys, platformsim\n"
        "heavy = {'numpy', 'mesa', 'pandas', 'scipy', 'matplotlib', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.strip() == "[]"


# -- that these tests can fail ---------------------------------------------------------------


def test_imports_are_found_wherever_they_stand():
    source = (
        "import mesa\n"
        "from platformsim.views import text\n"
        "def late():\n"
        "    from platformsim.market.laws import reach\n"
        "    from . import neighbour\n"
        "    from ..cli import main\n"
    )
    known = {"platformsim.views.text", "platformsim.market.laws", "platformsim.results.neighbour"}
    assert imports(source, "platformsim.results.folder", known, is_package=False) == {
        "mesa",
        "platformsim.views.text",
        "platformsim.market.laws",
        "platformsim.results.neighbour",
        "platformsim.cli",
    }


def test_cycles_and_upward_arrows_are_found():
    edges = {
        "platformsim.market.side": {"platformsim.market.laws", "numpy"},
        "platformsim.market.laws": {"platformsim.cli"},
        "platformsim.cli": {"platformsim.market.side"},
    }
    assert cycle(edges)[0] == cycle(edges)[-1]
    assert len(cycle(edges)) == 4
    assert upward(edges) == ["platformsim.market.laws -> platformsim.cli"]
    del edges["platformsim.cli"]
    assert cycle(edges) == []
