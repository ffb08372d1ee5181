"""The parts of the theory, in order."""

from platformsim.validation.section import Section
from platformsim.validation.sections import binary

SECTIONS: dict[str, Section] = {each.name: each for each in (binary.SECTION,)}
