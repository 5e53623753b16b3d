"""Runs on disk: stages, artefacts, manifest, pointer, each verified by SHA-256 before use."""

from fraudmatch.audit.building import BUILDING, Building, StageInput, StageOutput, clear, key_of
from fraudmatch.audit.publishing import publish, put_back, seal
from fraudmatch.audit.store import (
    Run,
    faults_in,
    open_run,
    pointer_of,
    purged_from,
    read_manifest,
    run_ids,
    sha256_of,
)

__all__ = [
    "BUILDING", "Building", "Run", "StageInput", "StageOutput", "clear", "faults_in", "key_of", "open_run", "pointer_of", "publish",
    "purged_from", "put_back", "read_manifest", "run_ids", "seal", "sha256_of",
]  # fmt: skip
