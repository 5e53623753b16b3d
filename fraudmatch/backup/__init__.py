"""Backups of a site that only the holder of the key can read or make, and their proof by restoring them."""

from fraudmatch.backup.drill import Drill, drill
from fraudmatch.backup.key import Key, new_key, read_key
from fraudmatch.backup.restore import Restored, restore
from fraudmatch.backup.standing import Standing, note_backup, note_drill, standing_of
from fraudmatch.backup.take import DECISIONS, WHOLE, Taken, take_backup
from fraudmatch.backup.vault import Backup, Vault

__all__ = [
    "DECISIONS", "WHOLE", "Backup", "Drill", "Key", "Restored", "Standing", "Taken", "Vault", "drill",
    "new_key", "note_backup", "note_drill", "read_key", "restore", "standing_of", "take_backup",
]  # fmt: skip
