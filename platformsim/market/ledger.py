"""The payments ledger: every payment has a payer, a payee and a reason."""

from __future__ import annotations

import math
from array import array

import numpy as np

from platformsim.errors import ConservationError

REASONS = (
    "fees",  # members to the platform's owner
    "subsidy",  # the platform's owner to members
    "advertising",  # businesses to the platform's owner
    "content",  # users to creators
    "sales",  # users to businesses
    "take",  # creators and businesses to the platform's owner
    "subscription",  # users to the lab
    "api",  # API customers to the lab
    "hosting",  # whoever deploys an open model to compute suppliers
    "inference",  # the lab to compute suppliers
    "training",  # the lab to suppliers
    "access",  # builders to the lab
    "products",  # customers to builders
    "toll",  # builders to the holder of the control points
    "licence",  # licensees above the cap to the lab
    "patronage",  # patrons to labs
)
BUILDERS, CUSTOMERS, SUPPLIERS = "builders", "customers", "suppliers"
_TOLERANCE = 1e-9


class Ledger:
    """One month's payments between named accounts.

    Parameters
    ----------
    accounts : tuple of str
    reasons : tuple of str

    Attributes
    ----------
    paid, received : (accounts, reasons) float64, cu
        Payments out and in, each month anew.
    """

    def __init__(self, accounts: tuple[str, ...], reasons: tuple[str, ...] = REASONS):
        self.accounts, self.reasons = accounts, reasons
        self._row = {name: row * len(reasons) for row, name in enumerate(accounts)}
        self._reason = {name: column for column, name in enumerate(reasons)}
        # Payments come one by one, and a single number is written to an array("d") far quicker
        # than to a numpy array; numpy looks at the same memory.
        empty = bytes(8 * len(accounts) * len(reasons))
        self._paid, self._received = array("d", empty), array("d", empty)
        self.balance = np.zeros(len(accounts))

    @property
    def paid(self) -> np.ndarray:
        """See the class."""
        return np.frombuffer(self._paid).reshape(len(self.accounts), len(self.reasons))

    @property
    def received(self) -> np.ndarray:
        """See the class."""
        return np.frombuffer(self._received).reshape(len(self.accounts), len(self.reasons))

    def open_month(self) -> None:
        """Forget last month's payments; balances stay."""
        self.paid.fill(0.0)
        self.received.fill(0.0)

    def pay(self, payer: str, payee: str, reason: str, amount: float) -> None:
        """Move money.

        Parameters
        ----------
        payer, payee : str
            Accounts.
        reason : str
            One of the ledger's reasons.
        amount : float
            cu, at least 0; a payment the other way names the accounts the other way.

        Raises
        ------
        ConservationError
            When the amount is negative or not a number.
        """
        if not 0.0 <= amount < math.inf:
            raise ConservationError(f"{payer} cannot pay {payee} {amount!r} cu as {reason}")
        column = self._reason[reason]
        self._paid[self._row[payer] + column] += amount
        self._received[self._row[payee] + column] += amount

    def net(self, account: str) -> float:
        """Return what an account gained this month, in cu."""
        width, start = len(self.reasons), 8 * self._row[account]
        received, paid = (
            np.frombuffer(cells, count=width, offset=start)
            for cells in (self._received, self._paid)
        )
        return float(np.add.reduce(received) - np.add.reduce(paid))

    def close_month(self) -> tuple[np.ndarray, np.ndarray]:
        """Book the month and check that nothing was made or lost.

        Returns
        -------
        received, paid : (accounts,) float, cu
            What each account received and paid in all.

        Raises
        ------
        ConservationError
            When the sum of all balances leaves zero by more than 1e-9 of what moved.
        """
        received, paid = self.received.sum(axis=1), self.paid.sum(axis=1)
        change = received - paid
        self.balance += change
        moved = received.sum()
        if abs(change.sum()) > _TOLERANCE * max(moved, 1.0):
            raise ConservationError(f"payments do not balance: {change.sum()!r} cu of {moved!r}")
        return received, paid
