"""Runs on disk: artefacts, manifest, pointer, each verified by SHA-256 before use."""

from fraudmatch.audit.store import Run, open_run, publish, sha256_of, start_run

__all__ = ["Run", "open_run", "publish", "sha256_of", "start_run"]
