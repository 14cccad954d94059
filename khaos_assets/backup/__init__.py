"""Backups: what nothing else can make again, copied while it is in use, proven, and put back into an empty folder.

That is the ledger, the portal's people, the raw pages, months with their counts and packs, the halt of corrections and
`merchant.toml`. All else is made from these by `khaos-assets rebuild`. Bodies that may hold personal data stay out.
"""

from khaos_assets.backup.contents import BackupError, Contents
from khaos_assets.backup.restoring import check, restore
from khaos_assets.backup.saving import save

__all__ = ["BackupError", "Contents", "check", "restore", "save"]
