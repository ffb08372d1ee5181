"""Making a results folder again, and seeing whether it comes out the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from platformsim.errors import ResultError
from platformsim.results.folder import SCENARIO, digest, read_manifest, versions
from platformsim.scenario import load
from platformsim.studies.boundary import boundary, hysteresis
from platformsim.studies.claims import claims
from platformsim.studies.compare import compare
from platformsim.studies.explain import explain
from platformsim.studies.game import fingerprint, game
from platformsim.studies.keep import Study
from platformsim.studies.run import run
from platformsim.studies.search import search
from platformsim.studies.sensitivity import sensitivity
from platformsim.studies.sweep.again import sweep_again

# What a folder's verb repeats it with, from its scenario and options.
_VERBS = {
    "run": run,
    "compare": compare,
    "game": game,
    "fingerprint": fingerprint,
    "explain": explain,
    "sensitivity": sensitivity,
    "search": search,
    "boundary": boundary,
    "hysteresis": hysteresis,
}


@dataclass(frozen=True)
class Repeat:
    """Whether each table came out the same, byte for byte.

    Attributes
    ----------
    tables : dict of str to bool
    versions : dict of str to (str, str)
        Packages whose version differs: then, now.
    """

    tables: dict[str, bool]
    versions: dict[str, tuple[str, str]]

    @property
    def same(self) -> bool:
        """True when every table came out the same."""
        return all(self.tables.values())


def rerun(path: str | Path, *, workers: int | None = None, progress: bool = True) -> Repeat:
    """Repeat a results folder from its scenario and manifest, and compare the tables' bytes.

    Parameters
    ----------
    path : str or Path
        A folder written by a study.
    workers, progress
        See :func:`platformsim.studies.execute.execute`.

    Returns
    -------
    Repeat

    Raises
    ------
    ResultError
        When the folder is incomplete, was changed since, or needs rules defined in Python.
    """
    folder = Path(path)
    manifest = read_manifest(folder)
    options = dict(manifest["options"])
    if options.pop("arms_given_in_python", False):
        raise ResultError(f"{folder}: compares scenarios given in Python; repeat it there")
    if manifest.get("defined_in_python"):
        names = ", ".join(manifest["defined_in_python"])
        raise ResultError(
            f"{folder}: was made with rules defined in Python ({names}); repeat it there"
        )
    for name, known in {**manifest["tables"], **manifest.get("texts", {})}.items():
        target = folder / name
        if not target.is_file() or digest(target) != known:
            raise ResultError(f"{target}: is missing or was changed after it was written")
    with TemporaryDirectory() as scratch:
        if manifest["verb"] == "sweep":
            fresh = sweep_again(folder, Path(scratch), workers=workers, progress=progress)
        else:
            fresh = []
            repeat = _repeat(folder, manifest, options, workers, progress)
            for name, frame in repeat.tables().items():
                fresh.append(Path(scratch) / f"{name}.parquet")
                frame.to_parquet(fresh[-1], index=False)
        tables = dict.fromkeys(manifest["tables"], False)
        for target in fresh:
            tables[target.name] = digest(target) == manifest["tables"].get(target.name)
    return Repeat(tables, _changed_versions(manifest))


def _repeat(
    folder: Path, manifest: dict, options: dict, workers: int | None, progress: bool
) -> Study:
    verb = manifest["verb"]
    if verb == "claims":
        # Of the register and the scenarios that come with the package, whatever they say now.
        return claims(**options, workers=workers, progress=progress)
    scenario = replace(load(folder / SCENARIO), arm=manifest.get("arm", ""))
    if verb in _VERBS:
        return _VERBS[verb](scenario, **options, workers=workers, progress=progress)
    raise ResultError(f"{folder}: was made by {verb!r}, which rerun cannot repeat")


def _changed_versions(manifest: dict) -> dict[str, tuple[str, str]]:
    now = versions()
    then = manifest.get("versions", {})
    return {
        name: (str(then.get(name)), str(version))
        for name, version in now.items()
        if then.get(name) != version
    }
