"""Who may sign in to the review desk, as what, and for which partner.

Changes when councils keep their accounts another way. `account` is what one is and what roles may do, `password` hashes,
`kept` reads and writes them, every change with its entry in the ledger.
"""

from fraudmatch.accounts.account import NOMINATED, ROLES, Account, Right, keeps, rights_of
from fraudmatch.accounts.kept import Accounts

__all__ = ["NOMINATED", "ROLES", "Account", "Accounts", "Right", "keeps", "rights_of"]
