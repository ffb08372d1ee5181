"""The model. The only room that knows Mesa."""

from platformsim.model.actors import Platform, Releaser
from platformsim.model.platform_model import PlatformModel
from platformsim.model.rows import Business, Creator, RowSet, User

__all__ = ["Business", "Creator", "Platform", "PlatformModel", "Releaser", "RowSet", "User"]
