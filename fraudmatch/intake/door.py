"""Tonight's deliveries through their gates: what is used, what is held, what stands in for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import schemas
from fraudmatch.arrivals import ExtractedFile, FileFault, Together, put_together
from fraudmatch.intake.churn import seen_once
from fraudmatch.intake.crowding import crowded_homes
from fraudmatch.intake.decisions import Decision
from fraudmatch.intake.gates import Delivered, faults_of
from fraudmatch.intake.gates_others import COMPARED
from fraudmatch.intake.profile import profile_of
from fraudmatch.intake.register import Register
from fraudmatch.intake.sharing import as_agreed, refusals, too_old
from fraudmatch.intake.slots import sorted_out
from fraudmatch.intake.store import Accepted, ToKeep
from fraudmatch.reasons import Disposition

Slots = Mapping[tuple[str, str], Accepted]

#: Data older than this are said to be, wherever they are used.
STALE_DAYS = 35


@dataclass(frozen=True)
class TakenIn(Together):
    """What goes on to normalise: faults of the gates and deliveries that stand in for others included.

    Attributes:
        accepted: deliveries accepted tonight, for `store.keep` once the night is published.
    """

    accepted: tuple[ToKeep, ...] = ()


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
    door = _Door(before, night, decided, _to_compare(inside, before))
    slots: dict[tuple[str, str], list[ExtractedFile]] = {}
    passed: list[ExtractedFile] = []
    for file in inside:
        if file.refused or file.slot is None:
            passed.append(file)
        else:
            slots.setdefault((file.row["partner"], file.slot), []).append(file)
    kept: list[ToKeep] = []
    for slot, here in sorted(slots.items()):
        broken = [one for one in passed if (one.row["partner"], one.slot) == slot]
        used, aside, keep = door.slot(slot, here, broken)
        passed += [*used, *aside]
        kept += keep
    filled = {(one.partner, one.slot) for one in kept}
    came = {(file.row["partner"], file.slot) for file in inside}
    for slot in sorted(before.keys() - filled):
        standing = _standing(before[slot], agreed, night)
        # Tonight's file of a data set that may not be used says so already.
        passed += [file for file in standing if not file.refused or slot not in came]
    whole = put_together([_aged(file, night) for file in passed])
    return TakenIn(whole.received, whole.rejects, whole.deliveries, tuple(kept))


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
class _Door:
    """What every slot of a night is judged by."""

    before: Slots
    night: dt.date
    decided: Mapping[str, Decision]
    compared: Sequence[tuple[str, str, Callable[[], pa.Table]]] = field(default=())

    def slot(
        self, slot: tuple[str, str], files: list[ExtractedFile], broken: list[ExtractedFile]
    ) -> tuple[list[ExtractedFile], list[ExtractedFile], list[ToKeep]]:
        """The files of one slot: those used, those set aside, and what is to be kept."""
        before = self.before.get(slot)
        released = {one.row["delivery"] for one in files if one.row["delivery"] in self.decided}
        chosen, aside, faults = sorted_out(files, broken, before, released)
        if not chosen:
            return [], aside, []
        one = self._together(slot, chosen, before)
        faults = [*faults, *(fault for file in chosen for fault in file.holds()), *faults_of(one)]
        if faults and not all(file.row["delivery"] in released for file in chosen):
            # What was found while reading is told already.
            new = [fault for fault in faults if not any(fault in file.holds() for file in chosen)]
            return [], [*aside, *(file.set_aside("held", new) for file in chosen)], []
        since = before.since if one.again and before else self.night
        used = [self._released(file, faults).with_row(accepted_on=since) for file in chosen]
        used[0] = used[0].with_faults([*seen_once(one), *crowded_homes(one)])
        if one.again:
            told = f"accepted on {since.isoformat()}; nothing changes, and its age counts from then"
            used = [file.with_faults([FileFault("DUPLICATE_DELIVERY", told)]) for file in used]
        return used, aside, [self._to_keep(slot, used, one, since)]

    def _together(
        self, slot: tuple[str, str], files: list[ExtractedFile], before: Accepted | None
    ) -> Delivered:
        partner, dataset = slot[0], str(files[0].dataset)
        received = put_together(files).received.get(dataset, files[0].received)
        rejects = pa.concat_tables([file.rejects for file in files])
        days = [file.row["extracted_on"] for file in files if file.row["extracted_on"]]
        digests = {file.row["delivery"] for file in files}
        others: dict[str, list[Callable[[], pa.Table]]] = {}
        for other, of, table in self.compared:
            if of == dataset and other != partner:
                others.setdefault(other, []).append(table)
        return Delivered(
            partner, dataset, received, sum(file.row["received"] for file in files),
            profile_of(dataset, received, rejects), min(days, default=None), files[0].declared, before,
            before is not None and digests == before.digests, self.night, others,
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
        self, slot: tuple[str, str], files: list[ExtractedFile], one: Delivered, since: dt.date
    ) -> ToKeep:
        earlier: dict[str, dt.date] = {}
        if one.before is not None:
            earlier = one.before.earlier
            if not one.again:
                earlier = earlier | dict.fromkeys(one.before.digests, one.before.since)
        rows = [file.row for file in files]
        return ToKeep(slot[0], slot[1], one.received, rows, files[0].headings, one.profile, since, earlier)


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


def _standing(before: Accepted, register: Register, night: dt.date) -> list[ExtractedFile]:
    """What was accepted last, standing in for what did not come or was held; as far as it may be used yet."""
    agreed = register.of(before.partner, before.dataset)
    wrong: list[FileFault] = []
    if register.asks(before.partner):
        wrong = refusals(agreed, night)
        if not wrong and agreed is not None and too_old(agreed, before.made, night):
            kept = f"data of {before.made.isoformat()}, to be used for {agreed.retention_months} months"
            wrong = [FileFault("SHARING_ENDED", kept)]
    received = schemas.empty(schemas.received_schema(before.dataset)) if wrong else before.received()
    files = []
    for row in before.deliveries:
        delivery = row | {"state": "stands", "accepted_on": before.since}
        mine = received.filter(pc.equal(received["delivery"], row["delivery"]))
        file = ExtractedFile(
            before.dataset, mine, schemas.empty(schemas.REJECTS),
            pa.Table.from_pylist([delivery], schema=schemas.DELIVERIES), before.slot, before.headings,
        )  # fmt: skip
        files.append(file.set_aside("refused", wrong) if wrong else as_agreed_standing(file, register, night))
    return files


def as_agreed_standing(file: ExtractedFile, register: Register, night: dt.date) -> ExtractedFile:
    """A standing delivery as far as the sharing record of tonight lets it in."""
    loaded = as_agreed(file.with_row(state="loaded"), register, night)
    return loaded if loaded.refused else loaded.with_row(state="stands")


def _aged(file: ExtractedFile, night: dt.date) -> ExtractedFile:
    """The file, saying so where its data are used and old."""
    row = file.row
    made = row["extracted_on"] or row["accepted_on"]
    if row["state"] not in ("loaded", "stands") or made is None or (night - made).days <= STALE_DAYS:
        return file
    return file.with_faults(
        [FileFault("EXTRACT_STALE", f"data of {made.isoformat()}, {(night - made).days} days old")]
    )
