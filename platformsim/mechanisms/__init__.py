"""The mechanisms, one rule a file, and their registry.

They act in the order of this list, and a line in it registers a mechanism; mechanisms defined
elsewhere follow in the order of their names.
"""

import functools

from platformsim.market.setup import Declared
from platformsim.mechanisms.agentic import Agentic
from platformsim.mechanisms.autopost import Autopost
from platformsim.mechanisms.base import REGISTRY, Contrast, Mechanism
from platformsim.mechanisms.belief_bias import BeliefBias
from platformsim.mechanisms.builders import Builders
from platformsim.mechanisms.business_ai import BusinessAi
from platformsim.mechanisms.complement import Complement
from platformsim.mechanisms.control_abuse import ControlAbuse
from platformsim.mechanisms.creator_ai import CreatorAi
from platformsim.mechanisms.creator_owns import CreatorOwns
from platformsim.mechanisms.cross_network import CrossNetwork
from platformsim.mechanisms.danger_threshold import DangerThreshold
from platformsim.mechanisms.data import Data
from platformsim.mechanisms.diffusion import Diffusion
from platformsim.mechanisms.dilemma import Dilemma
from platformsim.mechanisms.direct_network import DirectNetwork
from platformsim.mechanisms.generations import Generations
from platformsim.mechanisms.idea_market import IdeaMarket
from platformsim.mechanisms.incumbent_base import IncumbentBase
from platformsim.mechanisms.inference_cost import InferenceCost
from platformsim.mechanisms.lab_economics import LabEconomics
from platformsim.mechanisms.laggard_rule import LaggardRule
from platformsim.mechanisms.layers import Layers
from platformsim.mechanisms.licensing import Licensing
from platformsim.mechanisms.local_clusters import LocalClusters
from platformsim.mechanisms.misuse import Misuse
from platformsim.mechanisms.open_gate import OpenGate
from platformsim.mechanisms.patronage import Patronage
from platformsim.mechanisms.plural_agents import PluralAgents
from platformsim.mechanisms.rebels import Rebels
from platformsim.mechanisms.regime import Regime
from platformsim.mechanisms.regulation import Regulation
from platformsim.mechanisms.reversion import Reversion
from platformsim.mechanisms.spillover import Spillover
from platformsim.mechanisms.web3_ai import Web3Ai

ORDER = (
    DirectNetwork,
    CrossNetwork,
    LocalClusters,
    Autopost,
    Agentic,
    Data,
    Layers,
    Reversion,
    Regime,
    LaggardRule,
    Builders,
    IdeaMarket,
    OpenGate,
    Generations,
    Complement,
    BusinessAi,
    CreatorAi,
    CreatorOwns,
    PluralAgents,
    Licensing,
    Dilemma,
    Misuse,
    DangerThreshold,
    ControlAbuse,
    Spillover,
    Rebels,
    Diffusion,
    Web3Ai,
    LabEconomics,
    InferenceCost,
    BeliefBias,
    IncumbentBase,
    Regulation,
    Patronage,  # covers what is lost in the month, whoever was paid
)

__all__ = ["ORDER", "REGISTRY", "Contrast", "Mechanism", "declared", "in_order"]


def in_order(mechanisms: list[Mechanism]) -> list[Mechanism]:
    """Sort mechanisms into the order in which they act, whatever the order in the file."""
    place = {cls.name: index for index, cls in enumerate(ORDER)}
    return sorted(mechanisms, key=lambda m: (place.get(m.name, len(ORDER)), m.name))


def declared(mechanisms: list[Mechanism]) -> Declared:
    """Return what mechanisms bring to a market.

    Columns and reasons of all shipped mechanisms exist whether or not these are active, so that
    one that reads another's column needs no case distinction. A mechanism's own tables and
    accounts exist where it is in the scenario, switched on or off.
    """
    return _declared(tuple(dict.fromkeys(type(mechanism) for mechanism in mechanisms)))


@functools.lru_cache(maxsize=64)
def _declared(present: tuple[type[Mechanism], ...]) -> Declared:
    found = Declared()
    for cls in dict.fromkeys((*ORDER, *present)):
        found.reasons += tuple(r for r in cls.reasons if r not in found.reasons)
        own = {f"{table}." for table in cls.tables}
        found.columns |= {
            column: value for column, value in cls.owns.items() if not column.startswith(tuple(own))
        }
    for cls in present:
        found.tables |= cls.tables
        found.columns |= cls.owns
        found.accounts += tuple(a for a in cls.accounts if a not in found.accounts)
    return found
