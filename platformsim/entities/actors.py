"""The few: technologies, the platforms that stand on them, and those who own them."""

from __future__ import annotations

from dataclasses import dataclass

from platformsim.parameters import param

RELEASE_MODES = (
    "closed_api",
    "open_weights",
    "open_capped",
    "delayed_open",
    "staged",
    "open_then_close",
)


@dataclass(frozen=True)
class Technology:
    """A foundation model, phone system or chain that platforms stand on: ``[[technologies]]``."""

    name: str = param(doc="Unique name.", structural=True)
    owner: str = param("", doc="The releaser that owns it; empty: nobody.", structural=True)
    capability: float = param(
        100.0, 1, 10_000, "index", "M", "Capability; the frontier at month 0 is 100."
    )
    generation_gain: float = param(
        0.3, 0, 0.7, "log index", "M", "What a new generation adds to capability."
    )
    release_mode: str = param("closed_api", doc="Release mode.", choices=RELEASE_MODES)
    delay_months: int = param(12, 0, 1200, "months", "M", "delayed_open: wait before opening.")
    licence_cap: float | None = param(
        None, 0, 1, "share of users", "E", "open_capped: share above which a licensee pays."
    )
    licence_fee: float = param(
        0.1, 0, 10, "cu/user/month", "M", "open_capped: fee per user above the cap."
    )
    api_demand: float = param(
        0.0, 0, 100_000, "cu/month", "M", "What API customers spend at the full price."
    )
    api_margin: float = param(0.5, 0, 0.9, "share", "M", "Margin in the API price.")
    control_points: float = param(
        1.0, 0, 1, "share", "M", "Share of the market's usual control points that the owner holds."
    )


@dataclass(frozen=True)
class Platform:
    """A place where sides meet: ``[[platforms]]``."""

    name: str = param(doc="Unique name.", structural=True)
    owner: str = param("", doc="The releaser that owns it; empty: independent.", structural=True)
    technology: str = param("", doc="The technology it stands on.", structural=True)
    quality: float = param(0.0, -20, 20, "units", "M", "Quality apart from the technology.")
    ad_yield: float = param(0.02, 0, 0.2, "cu/hour", "M", "Advertising income of a user hour.")
    take_rate: float = param(
        0.15, 0, 0.5, "share", "E", "Cut of what users pay creators and businesses."
    )
    posting_hook: float = param(
        0.0, 0, 1, "share", "M", "How far the model is built in and posts by itself."
    )
    launch_month: int = param(0, 0, 1200, "month", "M", "First month open.", structural=True)
    age: float = param(
        0.0, 0, 1200, "months", "M", "Time in business before month 0.", structural=True
    )
    data_types: float | None = param(
        None, 1, 8, "types", "M", "Distinct kinds of data it sees; unset: the market's usual ones."
    )
    fees: dict[str, float] = param(
        factory=dict, low=-100, high=100, unit="cu/month", doc="Membership fee by side."
    )
    initial: dict[str, float] = param(
        factory=dict,
        low=0,
        high=1,
        unit="share",
        doc="Share of each side at month 0; unset: an equal part of what is left.",
        structural=True,
    )
    characteristics: dict[str, float] = param(
        factory=dict,
        low=-100,
        high=100,
        unit="units",
        doc="What tastes apply to.",
        structural=True,
    )
    slot: int | None = param(
        None, 1, 255, "", "M", "Which random draws it meets; unset: its place.", structural=True
    )


@dataclass(frozen=True)
class Releaser:
    """A lab that owns technologies and perhaps platforms: ``[[releasers]]``."""

    name: str = param(doc="Unique name.", structural=True)
    cash: float = param(0.0, -1e9, 1e9, "cu", "M", "Money at month 0.", structural=True)
    strategy: str = param("hold", doc="Rule by which it changes its release mode.", structural=True)
    patron: str = param("", doc="Who covers its losses; empty: nobody.", structural=True)
    rnd_scale: float = param(
        1.0, 0, 100, "share", "M", "R&D budget relative to the market's usual one."
    )
