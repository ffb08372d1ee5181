"""The payments ledger: every payment has a payer, a payee and a reason."""

from __future__ import annotations

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
        self._account = {name: row for row, name in enumerate(accounts)}
        self._reason = {name: column for column, name in enumerate(reasons)}
        shape = (len(accounts), len(reasons))
        self.paid, self.received = np.zeros(shape), np.zeros(shape)
        self.balance = np.zeros(len(accounts))

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
        if not 0.0 <= amount < float("inf"):
            raise ConservationError(f"{payer} cannot pay {payee} {amount!r} cu as {reason}")
        column = self._reason[reason]
        self.paid[self._account[payer], column] += amount
        self.received[self._account[payee], column] += amount

    def net(self, account: str) -> float:
        """Return what an account gained this month, in cu."""
        row = self._account[account]
        return float(self.received[row].sum() - self.paid[row].sum())

    def close_month(self) -> None:
        """Book the month and check that nothing was made or lost.

        Raises
        ------
        ConservationError
            When the sum of all balances leaves zero by more than 1e-9 of what moved.
        """
        change = self.received.sum(axis=1) - self.paid.sum(axis=1)
        self.balance += change
        moved = self.received.sum()
        if abs(change.sum()) > _TOLERANCE * max(moved, 1.0):
            raise ConservationError(f"payments do not balance: {change.sum()!r} cu of {moved!r}")
