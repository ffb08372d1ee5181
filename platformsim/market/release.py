"""Release modes: what each one changes, and nothing else does.

No mode adds to anybody's utility. A mode sets who may build and at what cost, whether the lab
earns a margin, who pays for inference, what rivals can learn, who can misuse or inspect the model
and who can do research on it. Mechanisms read these terms; none of them reads the mode's name.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from platformsim.entities import RELEASE_MODES
from platformsim.market.tables import Table

MODE = {name: code for code, name in enumerate(RELEASE_MODES)}
CLOSED, OPEN, CAPPED, DELAYED, STAGED, THEN_CLOSE = range(len(RELEASE_MODES))


@dataclass(frozen=True)
class Terms:
    """The terms of each technology this month; every field is (L,) float64.

    Attributes
    ----------
    open_access : 0 or 1
        All who have compute may build on the open version, at the low entry cost.
    api_access : 0 or 1
        Payers with permission may build through the API, at the high entry cost.
    open_capability : index
        Capability of what is openly available; 0 when nothing ever was.
    margin : 0 or 1
        The lab sells access to its newest generation and earns the API margin.
    licence : 0 or 1
        Licensees above the cap pay a fee.
    lab_pays_inference : in [0, 1]
        Share of inference that runs at the lab's cost, which it passes on in its price; the rest
        is the deployers'.
    leak : in [0, 1]
        Share of the open version's lead that rivals can learn from, at the full rate; the newest
        closed generation leaks at the small closed rate only.
    bad_actor_access, defender_visibility, research_access : in [0, 1]
        0: the closed level; 1: the open level.
    """

    open_access: np.ndarray
    api_access: np.ndarray
    open_capability: np.ndarray
    margin: np.ndarray
    licence: np.ndarray
    lab_pays_inference: np.ndarray
    leak: np.ndarray
    bad_actor_access: np.ndarray
    defender_visibility: np.ndarray
    research_access: np.ndarray


def start(technologies: Table) -> None:
    """Add the columns of release to the technology table and open what is open at month 0."""
    capability = technologies["capability"]
    gain = np.exp(technologies["generation_gain"])
    technologies.add("previous_capability", capability / gain)
    technologies.add("generation", 0.0)
    technologies.add("generation_month", 0.0)
    technologies.add("newest_open", 0.0)
    technologies.add("open_capability", 0.0)
    technologies.add("reverted", 0.0)
    technologies.add("reverted_month", np.nan)
    technologies.versions = [[(0.0, float(first))] for first in capability]
    advance(technologies, 0, np.zeros(len(technologies), bool))


def advance(technologies: Table, month: int, closes: np.ndarray) -> None:
    """Work out which version of each technology is open this month.

    ``closed_api`` opens nothing; ``open_weights`` and ``open_capped`` the newest generation;
    ``delayed_open`` each generation after its delay; ``staged`` the generation before the newest;
    ``open_then_close`` the newest until it has reverted. What was open once stays available:
    weights cannot be recalled.

    Parameters
    ----------
    technologies : Table
    month : int
    closes : (L,) bool
        ``open_then_close`` technologies that their owner closes now.
    """
    mode = technologies["mode"]
    waited = month - technologies["generation_month"] >= technologies["delay_months"]
    matured = _matured(technologies, month)
    newest = (mode == OPEN) | (mode == CAPPED)
    newest |= (mode == DELAYED) & waited
    newest |= (mode == THEN_CLOSE) & (technologies["reverted"] == 0) & ~closes
    closing = (technologies["newest_open"] == 1) & ~newest
    closing &= (mode != DELAYED) & (mode != STAGED)
    technologies["reverted"][closing] = 1.0
    technologies["reverted_month"][closing] = month
    technologies["reverted"][newest] = 0.0
    opened = np.where(newest, technologies["capability"], 0.0)
    opened = np.where(mode == STAGED, technologies["previous_capability"], opened)
    opened = np.where((mode == DELAYED) & ~waited, matured, opened)
    technologies["newest_open"][:] = newest
    np.maximum(technologies["open_capability"], opened, out=technologies["open_capability"])


def _matured(technologies: Table, month: int) -> np.ndarray:
    """Return the best generation whose own delay is over, 0 where there is none."""
    best = np.zeros(len(technologies))
    released, delay = technologies["generation_month"], technologies["delay_months"]
    for row, versions in enumerate(technologies.versions):
        if released[row] > versions[-1][0]:
            # Superseded: it keeps what outsiders added to it while it was the newest.
            versions[-1] = (versions[-1][0], float(technologies["previous_capability"][row]))
            versions.append((float(released[row]), float(technologies["capability"][row])))
        ready = [level for since, level in versions if month - since >= delay[row]]
        best[row] = max(ready, default=0.0)
    return best


def terms(technologies: Table) -> Terms:
    """Return this month's terms of every technology."""
    mode, newest = technologies["mode"], technologies["newest_open"]
    opened, reverted = technologies["open_capability"], technologies["reverted"]
    released = (opened > 0) & (reverted == 0)
    staged = mode == STAGED
    copies = ((reverted == 1) | ((mode == DELAYED) & (opened > 0))).astype(np.float64)
    behind = np.where(staged, opened / technologies["capability"], 0.0)
    return Terms(
        open_access=released.astype(np.float64),
        api_access=1.0 - newest,
        open_capability=opened,
        margin=1.0 - newest,
        licence=((mode == CAPPED) & (newest == 1)).astype(np.float64),
        lab_pays_inference=np.where(staged, 0.5, 1.0 - newest),
        leak=(opened > 0).astype(np.float64),
        bad_actor_access=np.maximum(newest, copies),
        defender_visibility=np.maximum(newest, copies),
        research_access=np.maximum(newest, behind),
    )
