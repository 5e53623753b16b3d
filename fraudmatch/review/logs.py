"""What the logs of a desk tell of an error: its kind and the places it went through, and never its words.

The words of an error can hold a value of a record, and so can a line of a traceback.
"""

from __future__ import annotations

import logging
from pathlib import Path

from fraudmatch.errors import FraudmatchError

#: How many places are told, the last ones.
MOST_PLACES = 6


def told(error: BaseException) -> str:
    """An error as a log may tell it."""
    trace, places = error.__traceback__, []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{Path(code.co_filename).stem}.{code.co_name}:{trace.tb_lineno}")
        trace = trace.tb_next
    code_of = f" {error.code}" if isinstance(error, FraudmatchError) else ""
    return f"{type(error).__name__}{code_of} in {' > '.join(places[-MOST_PLACES:])}"


class Reticent(logging.Filter):
    """Takes the traceback off what others log (the framework, the server), and tells kind and places instead."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without what it must not tell."""
        if record.exc_info:
            error = record.exc_info[1]
            record.msg, record.args = f"error: {told(error)}" if error else "error", ()
            record.exc_info = record.exc_text = None
        return True


#: One for all, since a logger takes the same filter once.
RETICENT = Reticent()
