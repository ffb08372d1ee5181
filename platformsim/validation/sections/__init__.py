"""The parts of the theory, in order; each is a folder.

``predictions`` says what theory expects, ``checks`` runs the markets, ``figure`` draws both, and
the folder itself puts them together with the wrong answers that must not pass.
"""

from importlib import import_module

from platformsim.validation.section import Section

_ORDER = (
    "bass",
    "binary",
    "multinomial",
    "arthur",
    "network_good",
    "armstrong",
    "openprop",
    "mixed",
    "entry",
    "granovetter",
    "values",
    "game",
    "extras",
)

SECTIONS: dict[str, Section] = {
    name: import_module(f"{__name__}.{name}").SECTION for name in _ORDER
}
