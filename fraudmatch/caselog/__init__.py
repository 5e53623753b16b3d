"""What people do about cases beside deciding their flags: who has it, how it stands, notes, questions.

Changes when officers work cases another way. `acts` is what a person does and what is kept of it, `state` what the acts
on a case come to, `log` adds acts to the store, with the decisions that belong to them, and reads them.
"""

from fraudmatch.caselog.acts import Act, CaseEvent
from fraudmatch.caselog.log import CaseLog
from fraudmatch.caselog.state import CaseState, after

__all__ = ["Act", "CaseEvent", "CaseLog", "CaseState", "after"]
