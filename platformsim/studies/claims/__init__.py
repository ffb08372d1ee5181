"""The claims of the register, judged: what came out, and on what it hangs."""

from platformsim.studies.claims.study import Claims, claims

__all__ = ["Claims", "claims"]
