"""Tonight's deliveries through their gates: what is used, what is held, what stands in for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from fraudmatch import schemas
from fraudmatch.arrivals import ExtractedFile, FileFault, Together, joined, put_together
from fraudmatch.intake.churn import seen_once
from fraudmatch.intake.crowding import crowded_homes
from fraudmatch.intake.decisions import Decision
from fraudmatch.intake.delivered import Delivered
from fraudmatch.intake.described import described
from fraudmatch.intake.gates import faults_of
from fraudmatch.intake.gates_others import COMPARED
from fraudmatch.intake.mended import UNMATCHED, Mended, mend, records_set_aside
from fraudmatch.intake.profile import profile_of, with_unreadable
from fraudmatch.intake.register import Register
from fraudmatch.intake.sent_back import to_send_back
from fraudmatch.intake.sharing import as_agreed
from fraudmatch.intake.slots import sorted_out
from fraudmatch.intake.standing import standing_files
from fraudmatch.intake.store import Accepted, Corrected, ToKeep
from fraudmatch.reasons import Disposition

Slots = Mapping[tuple[str, str], Accepted]

#: Data older than this are said to be, wherever they are used.
STALE_DAYS = 35


@dataclass(frozen=True)
class TakenIn(Together):
    """What goes on to normalise: faults of the gates and deliveries that stand in for others included.

    Attributes:
        accepted: deliveries accepted tonight, for `store.keep` once the night is published.
        sent_back: SENT_BACK: rows that were set aside, for the partner that sent them and nobody else.
        profiles: PROFILES of the deliveries that could be read tonight, likewise.
    """

    accepted: tuple[ToKeep, ...] = ()
    sent_back: pa.Table = field(default_factory=lambda: schemas.empty(schemas.SENT_BACK))
    profiles: pa.Table = field(default_factory=lambda: schemas.empty(schemas.PROFILES))


def take_in(
    files: Iterable[ExtractedFile],
    before: Slots,
    night: dt.date,
    *,
    register: Register | None = None,
    decisions: Mapping[str, Decision] | None = None,
) -> TakenIn:
    """Pass every file through its gates; what is held or missing is stood in for.

    Args:
        files: tonight's, as extracted.
        before: what earlier nights accepted, by partner and slot.
        night: the date the exercise speaks of.
        register: what is agreed to be shared; null = nothing is asked.
        decisions: delivery -> what a person decided about it, as it holds on the night.
    """
    agreed, decided = register or Register(), decisions or {}
    inside = [as_agreed(_as_decided(file, decided), agreed, night) for file in files]
    before = {slot: one for slot, one in before.items() if not _withdrawn(one, decided)}
    door = _Door(before, night, decided, agreed, _to_compare(inside, before))
    slots: dict[tuple[str, str], list[ExtractedFile]] = {}
    sent: dict[tuple[str, str], list[ExtractedFile]] = {}
    passed: list[ExtractedFile] = []
    back: list[pa.Table] = []
    told: list[pa.Table] = []
    for file in inside:
        if file.refused or file.slot is None:
            passed.append(file)
        elif file.corrects is not None:
            sent.setdefault((file.row["partner"], file.slot), []).append(file)
        else:
            slots.setdefault((file.row["partner"], file.slot), []).append(file)
    kept: list[ToKeep] = []
    for slot, here in sorted(slots.items()):
        broken = [one for one in passed if (one.row["partner"], one.slot) == slot]
        fate = door.slot(slot, here, broken, sent.get(slot, ()))
        passed += [*fate.used, *fate.aside]
        kept += fate.keep
        back.append(fate.back)
        told.append(fate.described)
    filled = {(one.partner, one.slot) for one in kept}
    came = {(file.row["partner"], file.slot) for file in inside}
    for slot in sorted(before.keys() - filled):
        standing = standing_files(before[slot], agreed, night)
        fate = door.standing(slot, standing, sent.get(slot, ()))
        # Tonight's file of a data set that may not be used says so already.
        passed += [file for file in fate.used if not file.refused or slot not in came]
        passed += fate.aside
        kept += fate.keep
        back.append(fate.back)
    for slot in sorted(sent.keys() - filled - before.keys()):
        passed += [file.set_aside("refused", [UNMATCHED]) for file in sent[slot]]
    whole = put_together([_aged(file, night) for file in passed])
    sent_back = pa.concat_tables([schemas.empty(schemas.SENT_BACK), *back])
    profiles = pa.concat_tables([schemas.empty(schemas.PROFILES), *told])
    return TakenIn(whole.received, whole.rejects, whole.deliveries, tuple(kept), sent_back, profiles)


def received_again(
    drafts: Mapping[tuple[str, str], tuple[str, pa.Table]],
    before: Slots,
    night: dt.date,
    *,
    register: Register | None = None,
    decisions: Mapping[str, Decision] | None = None,
) -> dict[str, pa.Table]:
    """RECEIVED by data set as `take_in` gave it: what was accepted tonight, and what stands in the other slots.

    Args:
        drafts: (partner, slot) -> (data set, RECEIVED) of what was accepted tonight; the others as of `take_in`.
    """
    agreed, decided = register or Register(), decisions or {}
    parts: dict[str, list[pa.Table]] = {}
    for dataset, received in drafts.values():
        parts.setdefault(dataset, []).append(received)
    for slot, one in sorted(before.items()):
        if slot not in drafts and not _withdrawn(one, decided):
            standing = [file for file in standing_files(one, agreed, night) if not file.refused]
            parts.setdefault(one.dataset, []).extend(file.received for file in standing)
    with_rows = {name: [table for table in tables if table.num_rows] for name, tables in parts.items()}
    return {name: joined(with_rows[name]) for name in schemas.DATASETS if with_rows.get(name)}


def _as_decided(file: ExtractedFile, decided: Mapping[str, Decision]) -> ExtractedFile:
    """The file, refused when a person refused or withdrew it; without rows, let in when one was released."""
    decision, state = decided.get(file.row["delivery"]), file.row["state"]
    if decision is None or state == "refused":
        return file
    if decision.decision == "release":
        # Of what was held because it could not be read there is nothing to let in.
        empty = state == "held" and file.rejects["reason"].to_pylist() == ["FILE_NO_ROWS"]
        return file.with_row(state="loaded") if empty else file
    return file.set_aside("refused", [FileFault("DELIVERY_REFUSED", decision.in_words())])


def _withdrawn(one: Accepted, decided: Mapping[str, Decision]) -> bool:
    return any(digest in decided and decided[digest].decision != "release" for digest in one.digests)


@dataclass(frozen=True)
class _Fate:
    """What becomes of the files of one slot: those used, those set aside, what is to be kept, SENT_BACK, PROFILES."""

    used: list[ExtractedFile]
    aside: list[ExtractedFile]
    keep: list[ToKeep] = field(default_factory=list)
    back: pa.Table = field(default_factory=lambda: schemas.empty(schemas.SENT_BACK))
    described: pa.Table = field(default_factory=lambda: schemas.empty(schemas.PROFILES))


@dataclass(frozen=True)
class _Door:
    """What every slot of a night is judged by."""

    before: Slots
    night: dt.date
    decided: Mapping[str, Decision]
    register: Register
    compared: Sequence[tuple[str, str, Callable[[], pa.Table]]] = field(default=())

    def slot(
        self,
        slot: tuple[str, str],
        files: list[ExtractedFile],
        broken: list[ExtractedFile],
        sent: Sequence[ExtractedFile] = (),
    ) -> _Fate:
        """What becomes of the files of one slot.

        Args:
            sent: corrected rows for the slot; where nothing of `files` is used they are left for what stands.
        """
        before = self.before.get(slot)
        released = {one.row["delivery"] for one in files if one.row["delivery"] in self.decided}
        chosen, aside, faults = sorted_out(files, broken, before, released)
        if not chosen:
            return _Fate([], aside, back=self._back(slot, aside, Mended()))
        mended = self._mended(chosen, sent, before)
        one = self._together(slot, chosen, mended, before)
        faults = [*faults, *(fault for file in chosen for fault in file.holds()), *faults_of(one)]
        if faults and not all(file.row["delivery"] in released for file in chosen):
            # What was found while reading is told already.
            new = [fault for fault in faults if not any(fault in file.holds() for file in chosen)]
            held = [file.set_aside("held", new) for file in chosen]
            back = self._back(slot, held, Mended())
            return _Fate([], [*aside, *held], back=back, described=described(slot, chosen, one, before))
        since = before.since if one.again and before else self.night
        used = [self._released(file, faults).with_row(accepted_on=since) for file in chosen]
        used[0] = used[0].with_faults([*seen_once(one), *crowded_homes(one)])
        if one.again:
            told = f"accepted on {since.isoformat()}; nothing changes, and its age counts from then"
            used = [file.with_faults([FileFault("DUPLICATE_DELIVERY", told)]) for file in used]
        aside, mends = [*aside, *mended.aside], self._dated(mended)
        keep = self._to_keep(slot, used, mends, one, since, mended)
        told = described(slot, [*chosen, *mended.used], one, before)
        return _Fate([*used, *mends], aside, [keep], self._back(slot, used, mended), told)

    def _back(self, slot: tuple[str, str], mains: Sequence[ExtractedFile], mended: Mended) -> pa.Table:
        alive = [file for file in mains if file.row["state"] != "repeated"]
        return to_send_back(slot[1], alive, mended, self.register)

    def standing(
        self, slot: tuple[str, str], files: list[ExtractedFile], sent: Sequence[ExtractedFile]
    ) -> _Fate:
        """What stands in a slot, mended by corrected rows of tonight."""
        before = self.before[slot]
        if not sent or all(file.refused for file in files):
            return _Fate(files, [file.set_aside("refused", [UNMATCHED]) for file in sent])
        mains = [file for file in files if file.row["delivery"] not in before.corrected]
        mended = self._mended(mains, sent, before)
        if not any(file.corrects is not None for file in mended.used):
            return _Fate(files, mended.aside)
        used = [*mains, *self._dated(mended)]
        received = put_together(used).received.get(before.dataset, mains[0].received)
        rejects = pa.concat_tables([file.rejects for file in mended.used])
        profile = with_unreadable(profile_of(before.dataset, received, rejects), before.profile)
        rows = [file.row | {"state": "loaded"} for file in used]
        keep = ToKeep(
            slot[0], slot[1], received, rows, before.headings, profile, before.since, before.earlier,
            self._corrected(mended), before.set_aside,
        )  # fmt: skip
        return _Fate(used, mended.aside, [keep], self._back(slot, mains, mended))

    def _mended(
        self, mains: Sequence[ExtractedFile], sent: Iterable[ExtractedFile], before: Accepted | None
    ) -> Mended:
        """Corrected rows of tonight, and of earlier nights for these very files."""
        standing = {}
        digests = {file.row["delivery"] for file in mains}
        if before is not None and digests == before.digests:
            known = {file.row["delivery"]: file for file in standing_files(before, self.register, self.night)}
            standing = {
                digest: (known[digest], rows)
                for digest, rows in before.corrected.items()
                if not known[digest].refused
                and (digest not in self.decided or self.decided[digest].decision == "release")
            }
        told = {file.row["delivery"]: records_set_aside(file) for file in mains}
        if before is not None and all(file.row["state"] == "stands" for file in mains):
            told = {digest: list(numbers) for digest, numbers in before.set_aside.items()}
        earlier = before.earlier.keys() | before.digests | before.corrected.keys() if before else ()
        return mend(mains, sent, standing, told, earlier)

    def _dated(self, mended: Mended) -> list[ExtractedFile]:
        """Files of corrected rows with the night that accepted them first."""
        return [
            file.with_row(accepted_on=self._since(file.row["delivery"]) or self.night) for file in mended.used
        ]

    def _since(self, digest: str) -> dt.date | None:
        known = [one.corrected[digest].since for one in self.before.values() if digest in one.corrected]
        return known[0] if known else None

    def _corrected(self, mended: Mended) -> dict[str, Corrected]:
        return {digest: Corrected(self._since(digest), rows.rows) for digest, rows in mended.rows.items()}

    def _together(
        self, slot: tuple[str, str], files: list[ExtractedFile], mended: Mended, before: Accepted | None
    ) -> Delivered:
        partner, dataset = slot[0], str(files[0].dataset)
        received = put_together([*files, *mended.used]).received.get(dataset, files[0].received)
        rejects = pa.concat_tables([file.rejects for file in (*files, *mended.used)])
        days = [file.row["extracted_on"] for file in files if file.row["extracted_on"]]
        digests = {file.row["delivery"] for file in files}
        others: dict[str, list[Callable[[], pa.Table]]] = {}
        for other, of, table in self.compared:
            if of == dataset and other != partner:
                others.setdefault(other, []).append(table)
        return Delivered(
            partner, dataset, received, sum(file.row["received"] for file in files),
            profile_of(dataset, received, rejects), min(days, default=None), files[0].declared, before,
            before is not None and digests == before.digests, self.night, others, bool(mended.used),
        )  # fmt: skip

    def _released(self, file: ExtractedFile, faults: Sequence[FileFault]) -> ExtractedFile:
        """The file with what would have held it, and who let it through."""
        decision = self.decided.get(file.row["delivery"])
        if not faults or decision is None:
            return file
        words = decision.in_words()
        told = [FileFault(f.reason, f"{f.detail}; {words}", Disposition.FLAG) for f in faults]
        return file.without_holds().with_faults(told)

    def _to_keep(
        self,
        slot: tuple[str, str],
        files: list[ExtractedFile],
        mends: list[ExtractedFile],
        one: Delivered,
        since: dt.date,
        mended: Mended,
    ) -> ToKeep:
        earlier: dict[str, dt.date] = {}
        if one.before is not None:
            earlier = one.before.earlier
            if not one.again:
                gone = one.before.digests | one.before.corrected.keys()
                earlier = earlier | dict.fromkeys(gone, one.before.since)
        rows = [file.row for file in (*files, *mends)]
        numbers = {file.row["delivery"]: records_set_aside(file) for file in files}
        return ToKeep(
            slot[0], slot[1], one.received, rows, files[0].headings, one.profile, since, earlier,
            self._corrected(mended), {digest: told for digest, told in numbers.items() if told},
        )  # fmt: skip


def _to_compare(
    files: Sequence[ExtractedFile], before: Slots
) -> list[tuple[str, str, Callable[[], pa.Table]]]:
    """(Partner, data set, a few columns of an extract) of tonight and of what stands."""
    tables: list[tuple[str, str, Callable[[], pa.Table]]] = []
    for file in files:
        if not file.refused and file.dataset:
            columns = file.received.select(list(COMPARED))
            tables.append((file.row["partner"], file.dataset, lambda columns=columns: columns))  # type: ignore[misc]
    for (partner, _slot), one in sorted(before.items()):
        tables.append((partner, one.dataset, lambda one=one: one.columns(COMPARED)))  # type: ignore[misc]
    return tables


def _aged(file: ExtractedFile, night: dt.date) -> ExtractedFile:
    """The file, saying so where its data are used and old."""
    row = file.row
    made = row["extracted_on"] or row["accepted_on"]
    if row["state"] not in ("loaded", "stands") or made is None or (night - made).days <= STALE_DAYS:
        return file
    return file.with_faults(
        [FileFault("EXTRACT_STALE", f"data of {made.isoformat()}, {(night - made).days} days old")]
    )
