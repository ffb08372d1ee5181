"""Best reply with a horizon: what pays best over the next months, as things stand."""

from __future__ import annotations

from dataclasses import dataclass

from platformsim.parameters import param
from platformsim.strategies.observation import Observation
from platformsim.strategies.registry import strategy

_MODES = ("closed_api", "open_weights")


@strategy
@dataclass(frozen=True)
class BestReply:
    """Be open or closed, whichever brings more profit over the next ``horizon`` months.

    Every ``review`` months the releaser has both modes forecast (see
    :func:`platformsim.strategies.expected_profit`) and takes the better one; where they tie it
    stays as it is. It expects rivals to stay as they are (Cournot's naive expectations), knows how
    the market works and where it stands, and does not know its luck: more foresight than a manager
    has, so what it earns is a benchmark for rules that see less. What comes after the horizon
    counts for nothing: a short one overlooks what an opening costs later, such as what rivals
    learn.

    A run of T months takes some T / review reviews of 2 * paths copies and 2 * paths * horizon
    months each: at the defaults five times the time of a run without it.

    References
    ----------
    P. Jehiel (1995), "Limited horizon forecast in repeated alternate games", Journal of Economic
    Theory 67(2), 497-519, DOI 10.1006/jeth.1995.1082, for limited horizons.
    """

    horizon: int = param(24, 1, 240, "months", "M", "How far ahead it looks.")
    review: int = param(12, 1, 240, "months", "M", "How often it decides.")
    paths: int = param(1, 1, 100, "paths", "M", "Draws that a forecast averages over.")

    def asks(self, seen: Observation) -> tuple[str, ...]:
        """Return the release modes to be forecast this month; empty: none."""
        return () if seen.month % self.review else _MODES

    def __call__(self, seen: Observation) -> str | None:
        """See the class."""
        if not seen.forecast:
            return None
        closed, opened = seen.forecast
        if opened == closed:
            return None
        return _MODES[int(opened > closed)]
