"""C03: make, post, react - the flywheel inside a social product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.mechanisms.base import Contrast, Mechanism, Values
from platformsim.parameters import param

_DAYS = 30.0
_QUIETEST = 0.1
_MEASURED = ("reactions", "loop_gain", "activity")


@dataclass(frozen=True)
class Autopost(Mechanism):
    """What users make with a built-in model becomes posts, and reactions bring more activity.

    With hook h[p] in [0, 1] (how far the model is built into platform p), activity a[p] (1 without
    the flywheel), a / 100 the capability of the platform's technology and all other rates a month:

        posts[p]   = h[p] * gen_rate * autopost * activity[p]              per user
        fatigue[p] = fatigue * posts[p] / 30                               posts a day tire viewers
        gain[p]    = h[p] * gen_rate * autopost * reactions_per_post * (capability / 100)
                     * retention_gain * (1 - fatigue[p])                   the loop gain G
        activity[p] <- clip(1 + gain[p] * activity[p], 0.1, saturation)

    so activity settles at 1 / (1 - G) while G < 1 and grows to saturation above; with enough
    fatigue G turns negative and activity falls below 1. Hours per user rise in proportion to
    activity, and livelier platforms attract: U[p] += pull * ln(activity[p]) utils for users.

    When the technology behind a hooked platform can be had openly, others copy the hook:
    h[q] += copy_rate * (best open hook - h[q]) a month.

    The rates are modelling choices; the loop is the worked example of the documents (an image
    made with the model that posts itself and draws reactions).
    """

    title: ClassVar[str] = "the autopost flywheel"
    claims: ClassVar[tuple[str, ...]] = ("C03",)
    neutral: ClassVar[dict[str, Any]] = {"autopost": 0.0}
    owns: ClassVar[dict[str, float]] = {
        "platforms.activity": 1.0,
        "platforms.hook": 0.0,
        "platforms.reactions": 0.0,
        "platforms.loop_gain": 0.0,
    }
    follows_own_side: ClassVar[bool] = False
    contrast: ClassVar[Contrast] = Contrast("engagement", "users", "up", 0.05)

    gen_rate: float = param(4.0, 0, 30, "items/user/month", "M", "Items that a user makes.")
    autopost: float = param(0.5, 0, 1, "share", "M", "Share of items that become posts.")
    reactions_per_post: float = param(3.0, 0, 20, "reactions", "M", "Reactions to a post.")
    retention_gain: float = param(0.02, 0, 0.2, "1/reaction", "M", "Activity from a reaction.")
    fatigue: float = param(0.05, 0, 5, "1/(post/day)", "M", "How posts tire their viewers.")
    saturation: float = param(3.0, 1, 20, "", "M", "Most that activity can reach.")
    pull: float = param(1.0, 0, 10, "utils", "M", "Weight of log activity in users' choice.")
    copy_rate: float = param(0.1, 0, 1, "1/month", "M", "Speed at which rivals copy an open hook.")

    def start(self, market: Any) -> None:
        """Set the hooks at month 0."""
        market.platforms["hook"][:] = market.platforms["posting_hook"]

    def utility(self, market: Any, side: str) -> Values:
        """See the class."""
        if side != "users":
            return None
        return self.pull * np.log(market.platforms["activity"])

    def engagement(self, market: Any) -> np.ndarray:
        """Hours rise in proportion to activity."""
        return market.platforms["activity"] - 1.0

    def update(self, market: Any) -> None:
        """Let reactions feed next month's activity, and let rivals copy an open hook."""
        platforms = market.platforms
        np.maximum(platforms["hook"], platforms["posting_hook"], out=platforms["hook"])
        capabilities, new = self._capability(market), [platforms[name] for name in _MEASURED]
        for row, (hook, activity) in enumerate(platforms.rows("hook", "activity")):
            made = hook * self.gen_rate * self.autopost
            posts = made * activity
            weary = self.fatigue * posts / _DAYS
            per_post = self.reactions_per_post * capabilities[row]
            gain = made * per_post * self.retention_gain * (1 - weary)
            livelier = min(max(1.0 + gain * activity, _QUIETEST), self.saturation)
            for column, value in zip(new, (posts * per_post, gain, livelier), strict=True):
                column[row] = value
        self._copy(market)

    def _capability(self, market: Any) -> list[float]:
        """Capability of each platform's technology, relative to the first frontier."""
        levels = market.technologies["capability"].tolist()
        stand = market.technology_of_platform.tolist()
        return [levels[at] / 100.0 if at >= 0 else 1.0 for at in stand]

    def _copy(self, market: Any) -> None:
        platforms, opened = market.platforms, market.technologies["newest_open"].tolist()
        stand = market.technology_of_platform.tolist()
        hooks = zip(platforms["posting_hook"].tolist(), stand, strict=True)
        best = max([hook for hook, at in hooks if at >= 0 and opened[at] == 1], default=0.0)
        if best > 0:
            platforms["hook"] = [
                hook + self.copy_rate * max(best - hook, 0.0) for hook in platforms["hook"].tolist()
            ]
