"""Release modes: what each one changes, and nothing else does.

No mode adds to anybody's utility. A mode sets who may build and at what cost, whether the lab
earns a margin, who pays for inference, what rivals can learn, who can misuse or inspect the model
and who can do research on it. Mechanisms read these terms; none of them reads the mode's name.
"""

from __future__ import annotations

import numpy as np

from platformsim.entities import RELEASE_MODES
from platformsim.market.tables import Table

MODE = {name: code for code, name in enumerate(RELEASE_MODES)}
CLOSED, OPEN, CAPPED, DELAYED, STAGED, THEN_CLOSE = range(len(RELEASE_MODES))


TERMS = (
    "open_access",
    "api_access",
    "open_capability",
    "margin",
    "licence",
    "lab_pays_inference",
    "leak",
    "bad_actor_access",
    "defender_visibility",
    "research_access",
)


class Terms:
    """The terms of each technology this month; every attribute but ``values`` is (L,) float64.

    Parameters
    ----------
    values : (10, L) float64
        All of them, in the order of ``TERMS``.

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

    def __init__(self, values: np.ndarray):
        self.values = values
        (
            self.open_access, self.api_access, self.open_capability, self.margin, self.licence,
            self.lab_pays_inference, self.leak, self.bad_actor_access, self.defender_visibility,
            self.research_access,
        ) = values  # fmt: skip


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
    rows = technologies.rows(
        "mode", "newest_open", "reverted", "generation_month", "delay_months", "capability",
        "previous_capability", "open_capability",
    )  # fmt: skip
    newest_open, open_capability = [], []
    for row, (mode, was_open, reverted, since, delay, newest, previous, best) in enumerate(rows):
        waited = month - since >= delay
        versions = technologies.versions[row]
        if since > versions[-1][0]:
            # Superseded: it keeps what outsiders added to it while it was the newest.
            versions[-1] = (versions[-1][0], previous)
            versions.append((since, newest))
        opens = (
            mode in (OPEN, CAPPED)
            or (mode == DELAYED and waited)
            or (mode == THEN_CLOSE and not reverted and not closes[row])
        )
        if opens:
            if reverted:
                technologies["reverted"][row] = 0.0
        elif was_open and mode not in (DELAYED, STAGED):
            technologies["reverted"][row] = 1.0
            technologies["reverted_month"][row] = month
        opened = newest if opens else 0.0
        if mode == STAGED:
            opened = previous
        elif mode == DELAYED and not waited:
            matured = (level for released, level in versions if released <= month - delay)
            opened = max(matured, default=0.0)
        newest_open.append(opens)
        open_capability.append(max(best, opened))
    technologies["newest_open"], technologies["open_capability"] = newest_open, open_capability


def terms(technologies: Table) -> Terms:
    """Return this month's terms of every technology."""
    rows = technologies.rows("mode", "newest_open", "open_capability", "reverted", "capability")
    each = [_terms(*row) for row in rows]
    # Each term in one piece: compiled loops take that, and it is handed to many.
    return Terms(np.ascontiguousarray(np.array(each, np.float64).reshape(-1, len(TERMS)).T))


def _terms(
    mode: float, newest: float, opened: float, reverted: float, capability: float
) -> tuple[float, ...]:
    """Return the terms of one technology, in the order of ``TERMS``."""
    closed, ever = 1.0 - newest, opened > 0
    # Copies of what was open once cannot be recalled.
    copies = 1.0 if reverted or (mode == DELAYED and ever) else 0.0
    seen = max(newest, copies)
    behind = opened / capability if mode == STAGED else 0.0
    return (
        1.0 if ever and not reverted else 0.0,  # open_access
        closed,  # api_access
        opened,  # open_capability
        closed,  # margin
        newest if mode == CAPPED else 0.0,  # licence
        0.5 if mode == STAGED else closed,  # lab_pays_inference
        1.0 if ever else 0.0,  # leak
        seen,  # bad_actor_access
        seen,  # defender_visibility
        max(newest, behind),  # research_access
    )
