"""What is entered in the ledger. A new kind of act is a line here."""

from __future__ import annotations

#: Action -> what it says.
ACTIONS = {
    "run.begun": "a night was begun",
    "run.published": "a night was published; the digest is that of its manifest",
    "run.repeated": "a night was asked for again and stands as it was published",
    "run.replayed": "a past night was made again on trial and compared with what was published",
    "run.failed": "a night failed, and what was published before stands",
    "settings.changed": "a file or table that decides results differs from the night before",
    "decision.recorded": "a decision about a flag was told; the digest, keyed, is that of its event",
    "decision.stood": "a decision was there when the ledger began",
    "decision.erased": "note, officer and references of a decision were erased; digests, keyed, before and after",
    "delivery.released": "a held delivery was let in by a person",
    "delivery.refused": "a held delivery was refused by a person",
    "delivery.withdrawn": "what had been accepted was withdrawn",
    "outcomes.imported": "a partner's workbook with decisions was taken in; the digest is that of the file",
    "outcomes.exported": "decisions were written to a file",
    "report.exported": "reports or worklists were written to a folder",
    "record.viewed": "records of persons or firms were printed",
    "subject.searched": "somebody looked for one person; the question and the reason, keyed",
    "subject.exported": "all that is held on one person was written to a folder",
    "store.moved": "the store was copied to a server, or back",
    "partner.exported": "what a partner brought and decided was written to a folder",
    "partner.left": "a partner left: nothing of it is used any more",
    "purge.begun": "what is past its time is about to be removed; the digest is that of the list",
    "purge.done": "it was removed; the digest is that of the certificate",
    "site.backed_up": "a backup was taken",
    "site.restored": "the site was put back from a backup",
    "site.drilled": "a backup was put back on trial",
    "ledger.rollback_accepted": "a store older than what was printed was accepted by a person",
}
