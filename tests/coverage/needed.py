"""What else must be set for a parameter to matter: where it sleeps in every shipped arm.

Each entry names a shipped scenario, an arm of it, and settings of other parameters. Many are parts
of a rule that no shipped arm calls upon, such as the shape of a law that is linear by default.
"""

from platformsim.mechanisms.layers import Layers
from platformsim.mechanisms.regulation import Regulation

_OPEN = ("llama3", "open")
_REGULATED = (Regulation(),)
_LAYERED = (Layers(base="llama_like", apps="closed"),)


def _of(mechanism, **settings):
    return {f"mechanisms.{mechanism}.{name}": value for name, value in settings.items()}


# By parameter: scenario and arm, settings, and mechanisms laid over the scenario.
NEEDED = {
    "direct_network.shape": (_OPEN, _of("direct_network", law="log"), ()),
    "cross_network.shape": (_OPEN, _of("cross_network", law="log"), ()),
    "cross_network.subsidy_platform": (
        _OPEN,
        _of("cross_network", subsidy=0.5, subsidy_side="creators"),
        (),
    ),
    "control_abuse.abuse_loss": (
        ("concentration", "closed"),
        _of("control_abuse", abuse_rate=0.1),
        (),
    ),
    "control_abuse.abuse_months": (
        ("concentration", "closed"),
        _of("control_abuse", abuse_rate=0.1),
        (),
    ),
    # A run in which the catastrophe comes.
    "danger_threshold.loss_cat": (
        ("misuse", "open_danger"),
        {"run.seed": 4} | _of("danger_threshold", p_cat=1e-3),
        (),
    ),
    # Firms that live long enough to earn before they are bought.
    "rebels.payback": (
        ("rebels", "laggard_opens_bought"),
        _of("rebels", absorb_rate=0.05, entry_rate=5.0, entry_cost=0.0, overhead=1.0),
        (),
    ),
    "rebels.discount": (
        ("many_winners", "open"),
        _of("rebels", capital=1e5, overhead=1.0),
        (),
    ),
    # At the defaults the API brings in so much that closing pays at any discount rate.
    "reversion.discount": (
        ("llama3", "open_then_close"),
        _of("reversion", rule="profit", fork_months=48, open_months=0, trust_loss=1.0)
        | _of("lab_economics", api_scale=0.5),
        (),
    ),
    "layers.fee_model": (_OPEN, {}, _LAYERED),
    "regulation.openness_penalty": (("llama3", "closed"), {}, _REGULATED),
    "regulation.liability": (("misuse", "open_danger"), {}, _REGULATED),
    "regulation.adoption_subsidy": (_OPEN, {}, (Regulation(subsidised="all"),)),
    "regulation.subsidy_side": (
        _OPEN,
        {},
        (Regulation(adoption_subsidy=1.0, subsidised="all"),),
    ),
    "regulation.subsidised": (_OPEN, {}, (Regulation(adoption_subsidy=1.0),)),
    # A rival's platform stands on the capped model, and is larger than the cap.
    "open_gate.licensing": (
        _OPEN,
        {
            "technologies.llama_like.licence_cap": 0.1,
            "technologies.llama_like.licence_fee": 0.5,
            "platforms.search.technology": "llama_like",
        },
        (),
    ),
}
