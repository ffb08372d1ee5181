"""Pseudo-arclength continuation of one branch of fixed points, and its singular points.

A branch is a curve z = (x, q) of solutions of F(x; q) = x, with q the parameter on [0, 1]. It is
followed along its own length, so that a fold, where it turns back in the parameter, is a point
like any other:

    F(x; q) - x = 0,    t . (z - z0) = ds,    t the unit tangent at z0.

References
----------
H. B. Keller (1977), "Numerical solution of bifurcation and nonlinear eigenvalue problems", in
P. H. Rabinowitz (ed.), Applications of Bifurcation Theory, Academic Press, 359-384.
Yu. A. Kuznetsov (2004), Elements of Applied Bifurcation Theory, 3rd ed., Springer, ch. 10,
DOI 10.1007/978-1-4757-3978-7.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq, root

from platformsim.studies.equilibria.mean_field_map import MeanFieldMap, settled

_RESIDUAL = 1e-10
_SHORTEST = 1e-4
# A step that takes longer to correct is better halved.
_TRIES = 15
_LEAST_COSINE = 0.9
_REAL = 1e-6


@dataclass(frozen=True, eq=False)
class Point:
    """A point of a branch.

    Attributes
    ----------
    z : (n + 1,) float
        Weighted state, then the parameter on [0, 1].
    tangent : (n + 1,) float
        Of length 1, in the direction in which the branch is followed.
    eigenvalues : (n,) complex
        Of the map's Jacobian.
    """

    z: np.ndarray
    tangent: np.ndarray
    eigenvalues: np.ndarray

    @property
    def real(self) -> np.ndarray:
        """The real eigenvalues, falling."""
        return -np.sort(-self.eigenvalues.real[np.abs(self.eigenvalues.imag) < _REAL])

    @property
    def above(self) -> int:
        """How many real eigenvalues are above 1."""
        return int((self.real > 1.0).sum())


@dataclass(frozen=True, eq=False)
class Singular:
    """Where a branch turns in the parameter (fold) or meets another (branch_point).

    Attributes
    ----------
    kind : str
        ``fold`` or ``branch_point``.
    point : Point
    after : int
        Place, along the branch, of the point before it.
    turns : bool
        Whether the branch itself turns there; of a pitchfork the two arms do, the stem does not.
    """

    kind: str
    point: Point
    after: int
    turns: bool


class Curve:
    """The equations of a branch.

    Parameters
    ----------
    field : MeanFieldMap
    key : str
        Dotted key of the parameter.
    low, high : float
        What q = 0 and q = 1 stand for.
    """

    def __init__(self, field: MeanFieldMap, key: str, low: float, high: float):
        self.field, self.key, self.low, self.high = field, key, low, high
        self._known: tuple[bytes, np.ndarray] = (b"", np.empty(0))

    def z(self, state: np.ndarray, q: float) -> np.ndarray:
        """Return the point of a state and a parameter."""
        return np.append(state * self.field.weights, q)

    def state(self, z: np.ndarray) -> np.ndarray:
        """Return the state of a point."""
        return self.field.inside(z[:-1] / self.field.weights)

    def value(self, z: np.ndarray) -> float:
        """Return the parameter of a point, never outside what was asked for."""
        return float(np.clip(self.low + z[-1] * (self.high - self.low), self.low, self.high))

    def residual(self, z: np.ndarray) -> np.ndarray:
        """Return the weighted F(x; q) - x, (n,)."""
        ahead = self.field.step(self.state(z), **{self.key: self.value(z)})
        return ahead * self.field.weights - z[:-1]

    def derivative(self, z: np.ndarray) -> np.ndarray:
        """Return the derivative of the residual, (n, n + 1)."""
        # The solver asks for the first one twice, and the tangent for the last one once more.
        if self._known[0] != z.tobytes():
            self._known = (z.tobytes(), self._derivative(z))
        return self._known[1]

    def _derivative(self, z: np.ndarray) -> np.ndarray:
        state, weights, span = self.state(z), self.field.weights, self.high - self.low
        jacobian = self.field.jacobian(state, **{self.key: self.value(z)})
        # Differences in the parameter stay inside its range, where every value is valid.
        middle = np.clip(z[-1], 1e-5, 1 - 1e-5)
        ends = [self.field.step(state, **{self.key: self.low + q * span})
                for q in (middle - 1e-5, middle + 1e-5)]  # fmt: skip
        slope = weights * (ends[1] - ends[0]) / 2e-5
        square = weights[:, None] * jacobian / weights - np.eye(len(state))
        return np.column_stack((square, slope))

    def point(self, z: np.ndarray, guide: np.ndarray) -> Point:
        """Return a solved point with its tangent, on the guide's side."""
        derivative = self.derivative(z)
        tangent = np.linalg.svd(derivative)[2][-1]
        tangent = tangent if tangent @ guide >= 0 else -tangent
        square = derivative[:, :-1] + np.eye(len(z) - 1)
        return Point(z, tangent, np.linalg.eigvals(square).astype(complex))

    def on_plane(self, guess: np.ndarray, normal: np.ndarray) -> np.ndarray | None:
        """Return the point of the branch on the plane through a guess, or None."""

        def residual(z: np.ndarray) -> np.ndarray:
            return settled(np.append(self.residual(z), normal @ (z - guess)))

        def slope(z: np.ndarray) -> np.ndarray:
            return np.vstack((self.derivative(z), normal))

        with np.errstate(all="ignore"):
            z = root(residual, guess, jac=slope, options={"xtol": 1e-10, "maxfev": _TRIES}).x
            ends = residual(z)
        return z if np.isfinite(ends).all() and np.abs(ends).max() < _RESIDUAL else None


def trace(curve: Curve, start: np.ndarray, *, step: float, most: int) -> tuple[list[Point], bool]:
    """Follow a branch from one end of the parameter's range until it leaves the range.

    Parameters
    ----------
    curve : Curve
    start : (n + 1,) float
        A solved point with q = 0 or q = 1.
    step : float
        Longest step along the branch.
    most : int
        Most points.

    Returns
    -------
    list of Point
    bool
        Whether the branch was followed to an end of the range.
    """
    inward = np.append(np.zeros(len(start) - 1), 1.0 if start[-1] == 0 else -1.0)
    points, length = [curve.point(start, inward)], step / 4
    while len(points) < most and length > _SHORTEST:
        ahead = _ahead(curve, points[-1], length)
        if ahead is None:
            length /= 2
            continue
        points.append(ahead)
        if ahead.z[-1] in (0.0, 1.0):
            return points, True
        length = min(step, 1.5 * length)
    return points, False


def _ahead(curve: Curve, here: Point, length: float) -> Point | None:
    guess, normal = here.z + length * here.tangent, here.tangent
    if not 0.0 <= guess[-1] <= 1.0:
        z = _at_edge(curve, here.z, guess)
    else:
        z = curve.on_plane(guess, normal)
        if z is not None and not 0.0 <= z[-1] <= 1.0:
            z = _at_edge(curve, here.z, z)
    if z is None or (z - here.z) @ normal <= 0:
        return None
    # A solution far off the prediction may be one of another branch.
    along = here.z + ((z - here.z) @ normal) * normal
    if np.linalg.norm(z - along) > 0.3 * length:
        return None
    ahead = curve.point(z, here.tangent)
    return ahead if ahead.tangent @ here.tangent > _LEAST_COSINE else None


def _at_edge(curve: Curve, here: np.ndarray, beyond: np.ndarray) -> np.ndarray | None:
    edge = 0.0 if beyond[-1] < 0 else 1.0
    part = (edge - here[-1]) / (beyond[-1] - here[-1])
    guess = here + part * (beyond - here)
    guess[-1] = edge
    normal = np.append(np.zeros(len(here) - 1), 1.0)
    z = curve.on_plane(guess, normal)
    if z is not None:
        z[-1] = edge
    return z


def singular_points(curve: Curve, points: list[Point]) -> list[Singular]:
    """Find and refine the folds and branch points between successive points of a branch.

    At a simple fold the tangent's parameter component changes sign and one real eigenvalue
    crosses 1. If an eigenvalue crosses and the branch does not turn, or the branch turns and none
    crosses, another branch passes through. A branch that is crossed by others so that one
    eigenvalue rises through 1 as another falls shows neither sign; the branches that cross it do.
    """
    found = []
    for place, (here, ahead) in enumerate(pairwise(points)):
        turns = here.tangent[-1] * ahead.tangent[-1] < 0
        crossed = ahead.above - here.above
        if turns or crossed:
            kind = "fold" if turns and crossed % 2 else "branch_point"
            point = curve.point(_refined(curve, here, ahead, turns), here.tangent)
            found.append(Singular(kind, point, place, turns))
    return found


def _refined(curve: Curve, here: Point, ahead: Point, turns: bool) -> np.ndarray:
    """Return where between two points the branch turns, or the eigenvalue crosses 1."""
    chord = ahead.z - here.z
    place = min(here.above, ahead.above)

    def test(point: Point) -> float:
        return point.tangent[-1] if turns else _value(point, place) - 1.0

    def between(part: float) -> np.ndarray:
        guess = here.z + part * chord
        z = curve.on_plane(guess, here.tangent)
        return guess if z is None else z

    def signed(part: float) -> float:
        known = {0.0: here, 1.0: ahead}
        return test(known.get(part) or curve.point(between(part), here.tangent))

    if test(here) * test(ahead) > 0:
        return between(0.5)
    # Where a branch turns, the parameter depends on the place to second order only.
    near = 1e-5 if turns else 1e-9
    return between(brentq(signed, 0.0, 1.0, xtol=near, rtol=1e-9, maxiter=60, disp=False))


def _value(point: Point, place: int) -> float:
    # A pair of equal eigenvalues may part into a complex pair within rounding.
    return float(point.real[place]) if place < len(point.real) else 0.0
