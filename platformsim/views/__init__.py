"""Results for people: figures and tables, drawn from result tables alone.

Nothing here runs a model or knows what a study is; every function takes data frames.
"""

from platformsim.views.gallery import Gallery, comparison_gallery, run_gallery

__all__ = ["Gallery", "comparison_gallery", "run_gallery"]
