"""The payments ledger: every payment has a payer, a payee and a reason."""

from __future__ import annotations

from array import array

import numpy as np

from platformsim.errors import ConservationError

# Those of the market itself; mechanisms bring others.
REASONS = (
    "fees",  # members to the platform's owner
    "subsidy",  # the platform's owner to members
    "advertising",  # businesses to the platform's owner
    "content",  # users to creators
    "sales",  # users to businesses
    "take",  # creators and businesses to the platform's owner
    "patronage",  # patrons to labs
    "capital",  # funders to labs
)
# Money that a lab receives and has not earned.
FUNDING = ("patronage", "capital")
BUILDERS, CUSTOMERS, SUPPLIERS = "builders", "customers", "suppliers"
_TOLERANCE = 1e-9
_INFINITE = float("inf")


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
        reasons = tuple(dict.fromkeys(reasons))  # mechanisms may name one of the market's again
        self.accounts, self.reasons = accounts, reasons
        self._row = {name: row * len(reasons) for row, name in enumerate(accounts)}
        self._reason = {name: column for column, name in enumerate(reasons)}
        # Payments come one by one, and a single number is written to an array("d") far quicker
        # than to a numpy array; numpy looks at the same memory.
        self._nothing = array("d", bytes(8 * len(accounts) * len(reasons)))
        self._paid, self._received = self._nothing[:], self._nothing[:]
        self.balance = np.zeros(len(accounts))

    @property
    def paid(self) -> np.ndarray:
        """See the class."""
        return np.frombuffer(self._paid).reshape(-1, len(self.reasons))

    @property
    def received(self) -> np.ndarray:
        """See the class."""
        return np.frombuffer(self._received).reshape(-1, len(self.reasons))

    def open_month(self) -> None:
        """Forget last month's payments; balances stay."""
        self._paid[:] = self._received[:] = self._nothing

    def pay(self, payer: str, payee: str, reason: str, amount: float) -> None:
        """Move money.

        Parameters
        ----------
        payer, payee : str
            Accounts.
        reason : str
            One of the ledger's reasons: the market's own and what mechanisms declare.
        amount : float
            cu, at least 0; a payment the other way names the accounts the other way.

        Raises
        ------
        ConservationError
            When the amount is negative or not a number, or the ledger does not know an account or
            the reason.
        """
        if not 0.0 <= amount < _INFINITE:
            raise ConservationError(f"{payer} cannot pay {payee} {amount!r} cu as {reason}")
        try:
            column = self._reason[reason]
            paid, received = self._row[payer] + column, self._row[payee] + column
        except KeyError as unknown:
            missing = "accounts" if reason in self._reason else "reasons"
            raise ConservationError(
                f"{payer} cannot pay {payee} as {reason}: the ledger has no {unknown}; "
                f"a mechanism names what it brings in its `{missing}`"
            ) from None
        self._paid[paid] += amount
        self._received[received] += amount

    def net(self, account: str) -> float:
        """Return what an account gained this month, in cu."""
        first = self._row[account]
        end = first + len(self.reasons)
        return sum(self._received[first:end]) - sum(self._paid[first:end])

    def got(self, account: str, reason: str) -> float:
        """Return what an account received for a reason this month, in cu."""
        return self._received[self._row[account] + self._reason[reason]]

    def gave(self, account: str, reason: str) -> float:
        """Return what an account paid for a reason this month, in cu."""
        return self._paid[self._row[account] + self._reason[reason]]

    def earned(self, account: str) -> float:
        """Return what an account received this month but for outside money, in cu."""
        first = self._row[account]
        received = sum(self._received[first : first + len(self.reasons)])
        return received - sum(self.got(account, reason) for reason in FUNDING)

    def close_month(self) -> tuple[list[float], list[float]]:
        """Book the month and check that nothing was made or lost.

        Returns
        -------
        received, paid : list of float, cu
            What each account received and paid in all.

        Raises
        ------
        ConservationError
            When the sum of all balances leaves zero by more than 1e-9 of what moved.
        """
        received, paid = np.add.reduce(self.received, 1), np.add.reduce(self.paid, 1)
        change = received - paid
        self.balance += change
        received, made = received.tolist(), sum(change.tolist())
        if abs(made) > _TOLERANCE * max(sum(received), 1.0):
            raise ConservationError(f"payments do not balance: {made!r} cu of {sum(received)!r}")
        return received, paid.tolist()
