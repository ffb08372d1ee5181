"""The mechanisms, one rule a file, and their registry.

They act in the order of this list, and a line in it registers a mechanism; mechanisms defined
elsewhere follow in the order of their names.
"""

from platformsim.market.setup import Declared
from platformsim.mechanisms.autopost import Autopost
from platformsim.mechanisms.base import REGISTRY, Contrast, Mechanism
from platformsim.mechanisms.builders import Builders
from platformsim.mechanisms.complement import Complement
from platformsim.mechanisms.cross_network import CrossNetwork
from platformsim.mechanisms.direct_network import DirectNetwork
from platformsim.mechanisms.lab_economics import LabEconomics
from platformsim.mechanisms.open_gate import OpenGate
from platformsim.mechanisms.reversion import Reversion

ORDER = (
    DirectNetwork,
    CrossNetwork,
    Autopost,
    Reversion,
    Builders,
    OpenGate,
    Complement,
    LabEconomics,
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
    found = Declared()
    for cls in dict.fromkeys((*ORDER, *(type(m) for m in mechanisms))):
        found.reasons += tuple(r for r in cls.reasons if r not in found.reasons)
        own = {f"{table}." for table in cls.tables}
        found.columns |= {
            column: value for column, value in cls.owns.items() if not column.startswith(tuple(own))
        }
    for cls in dict.fromkeys(type(m) for m in mechanisms):
        found.tables |= cls.tables
        found.columns |= cls.owns
        found.accounts += tuple(a for a in cls.accounts if a not in found.accounts)
    return found
