"""Release strategies against each other: payoffs, best replies, equilibria, imitation."""

from platformsim.studies.game.analysis import Analysis, analyse_game
from platformsim.studies.game.fingerprint import Fingerprint, fingerprint
from platformsim.studies.game.normal_form import NormalForm, normal_form
from platformsim.studies.game.study import Game, game

__all__ = [
    "Analysis",
    "Fingerprint",
    "Game",
    "NormalForm",
    "analyse_game",
    "fingerprint",
    "game",
    "normal_form",
]
