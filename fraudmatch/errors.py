"""The tree of errors, their codes and exit codes.

Two kinds of trouble exist and are never mixed:

* **An error** means the run cannot go on. It is raised, says what happened, where, and
  what to do next, and maps to an exit code (operators may see the code but not the log).

      FraudmatchError            FM100   exit 1
      ├── ConfigurationError     FM110   exit 2   site, mapping, rule or model files are wrong
      │   ├── SiteError          FM111
      │   ├── MappingError       FM112
      │   ├── RuleFileError      FM113
      │   ├── ModelError         FM114
      │   └── DecisionError      FM115            what somebody decided cannot be taken as told
      ├── RunError               FM120   exit 1   the night could not finish
      │   ├── ConservationError  FM121            a row was lost or invented
      │   ├── SchemaError        FM122            a table broke the contract of its stage
      │   ├── BudgetError        FM123            the plan would compare more pairs than allowed
      │   ├── StoreError         FM124            the store of outcomes cannot be read or written
      │   ├── DiskError          FM125            the disk is full, failing, or not to be written to
      │   ├── MemoryLackError    FM126            the memory did not suffice
      │   ├── BusyError          FM127  exit 75   another run is active
      │   ├── LedgerError        FM129            the ledger was changed, or is older than what was printed
      │   └── BackupError        FM128            a backup cannot be taken, read or restored
      └── GateError              FM130   exit 3   a gate held something back
          └── ConflictError      FM131            somebody decided the flag since; nothing was changed

* **A fault** lies in the data. It is a value, a row of the REJECTS table; see `reasons.py`.

This module imports nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

EXIT_DONE = 0
EXIT_RUN_FAILED = 1
EXIT_USAGE = 2
EXIT_GATE = 3
EXIT_DELIVERIES_HELD = 4
EXIT_BUSY = 75
EXIT_INTERRUPTED = 130


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in one configuration file: where, what, and the mend."""

    file: str
    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}: {self.where}" if self.where else self.file
        return f"{place}: {self.what}" + (f" {self.remedy}" if self.remedy else "")


class FraudmatchError(Exception):
    """Base of every error a person may see; printed without a traceback.

    Args:
        message: what happened and where.
        remedy: what to do next.
        problems: the single faults behind it, all of them, in a fixed order.
    """

    code: ClassVar[str] = "FM100"
    exit_code: ClassVar[int] = EXIT_RUN_FAILED

    def __init__(self, message: str, *, remedy: str = "", problems: Iterable[Problem] = ()) -> None:
        self.message = message
        self.remedy = remedy
        self.problems = tuple(sorted(problems))
        super().__init__(message)

    def __str__(self) -> str:
        lines = [f"{self.code} {self.message}"]
        lines += [f"  {problem}" for problem in self.problems]
        if self.remedy:
            lines.append(f"  What to do: {self.remedy}")
        return "\n".join(lines)


class ConfigurationError(FraudmatchError):
    """A file a person wrote (site, mapping, rule, model) cannot be used as it stands."""

    code = "FM110"
    exit_code = EXIT_USAGE


class SiteError(ConfigurationError):
    """The site folder is missing, incomplete or contradictory."""

    code = "FM111"


class MappingError(ConfigurationError):
    """A partner's mapping file cannot be used."""

    code = "FM112"


class RuleFileError(ConfigurationError):
    """A rule, parameter or value file cannot be used."""

    code = "FM113"


class ModelError(ConfigurationError):
    """A linkage model file cannot be used."""

    code = "FM114"


class DecisionError(ConfigurationError):
    """A decision about a flag that cannot be taken as it was told."""

    code = "FM115"


class RunError(FraudmatchError):
    """The night could not finish."""

    code = "FM120"


class ConservationError(RunError):
    """Received is not loaded plus rejected, or a later stage lost or invented a row."""

    code = "FM121"


class SchemaError(RunError):
    """A table does not have the columns, types or nulls its stage promises."""

    code = "FM122"


class BudgetError(RunError):
    """The plan would compare more pairs than the budget allows."""

    code = "FM123"


class StoreError(RunError):
    """The store of outcomes is damaged, too new, busy, or could not confirm that it wrote."""

    code = "FM124"


class DiskError(RunError):
    """The disk is full, failing, or not to be written to; the night before is in force."""

    code = "FM125"


class MemoryLackError(RunError):
    """The memory did not suffice; the night before is in force."""

    code = "FM126"


class BusyError(RunError):
    """Another run is active in the site."""

    code = "FM127"
    exit_code = EXIT_BUSY


class BackupError(RunError):
    """A backup cannot be taken, cannot be read with this key, or is not what was written."""

    code = "FM128"


class LedgerError(RunError):
    """The ledger does not hold together, or is older than a head that was printed."""

    code = "FM129"


class GateError(FraudmatchError):
    """A gate held something back; nothing is wrong with the program."""

    code = "FM130"
    exit_code = EXIT_GATE


class ConflictError(GateError):
    """A flag was decided since the decision that this one would replace; nothing was changed."""

    code = "FM131"
