"""The mechanisms, one rule a file, and their registry.

They act in the order of this list; mechanisms defined elsewhere follow in the order of their names.
"""

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

__all__ = ["ORDER", "REGISTRY", "Contrast", "Mechanism", "columns", "in_order"]


def in_order(mechanisms: list[Mechanism]) -> list[Mechanism]:
    """Sort mechanisms into the order in which they act, whatever the order in the file."""
    place = {cls.name: index for index, cls in enumerate(ORDER)}
    return sorted(mechanisms, key=lambda m: (place.get(m.name, len(ORDER)), m.name))


def columns(mechanisms: list[Mechanism]) -> dict[str, float]:
    """Return every column that a mechanism may own, at its neutral value.

    The columns of shipped mechanisms exist whether or not these are active, so that one that
    reads another's column needs no case distinction, and results have the same columns.
    """
    owned: dict[str, float] = {}
    for cls in (*ORDER, *(type(m) for m in mechanisms)):
        owned.update(cls.owns)
    return owned
