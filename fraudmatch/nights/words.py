"""What came, what was held, what changed and what to look at, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fraudmatch.nights.compare import CAUSES, Changes, RuleLine
from fraudmatch.nights.deliveries import KNOWN, NOTHING, DeliveryLine, Moved
from fraudmatch.nights.gather import NightRead
from fraudmatch.nights.linking import ModelLine
from fraudmatch.report.words import counted

#: New and gone flags of a rule, and how many times the smaller night, before it is named as one to look at.
FLAGS, TIMES = 10, 2


def summary(tonight: NightRead, changes: Changes | None) -> tuple[str, ...]:
    """The night in a few sentences."""
    states = tonight.deliveries["state"].to_pylist()
    used, stands = states.count("loaded"), states.count("stands")
    came = len(states) - stands
    told = [f"{counted(came, 'file')} came; {used:,} {_is(used)} loaded{_held(states)}."]
    if stands:
        told.append(f"For {stands:,}, the extract of an earlier night stands in.")
    flags = tonight.flags.num_rows
    told.append(f"The night has {counted(tonight.records.num_rows, 'record')} and {counted(flags, 'flag')}.")
    if changes is not None:
        new, gone = sum(changes.new.values()), sum(changes.gone.values())
        told.append(f"{new:,} of them {_is(new)} new, {changes.same:,} stood already, and {gone:,} {'has' if gone == 1 else 'have'} gone.")  # fmt: skip
        told += [_mostly(kind, of) for kind, of in (("new", changes.new), ("gone", changes.gone)) if of]
    return tuple(told)


def _mostly(kind: str, causes: Mapping[str, int]) -> str:
    """The commonest causes of new or gone flags, with their flags."""
    first = sorted(causes.items(), key=lambda one: -one[1])[:3]
    return f"Why {kind}: {', '.join(f'{CAUSES[cause][0].lower()} {flags:,}' for cause, flags in first)}."


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _held(states: Sequence[str]) -> str:
    """ ", 1 held, 2 refused"; "" where everything was loaded."""
    words = {"refused": "refused", "held": "held", "deferred": "put off", "repeated": "known already"}
    told = [f"{states.count(state):,} {words[state]}" for state in words if state in states]
    return "".join(f", {one}" for one in told)


def to_look_at(
    lines: Sequence[DeliveryLine], moved: Sequence[Moved], models: Sequence[ModelLine], changes: Changes | None,
    settings: Sequence[str], names: Mapping[str, str],
) -> tuple[str, ...]:  # fmt: skip
    """What an analyst should look at first, most urgent first; none where all is as usual.

    Args:
        settings: that differ. names: partner -> what it is called.
    """
    told = [*_of_deliveries(lines, names)]
    if moved:
        told.append(
            f"{counted(len(moved), 'extract')} look{'s' if len(moved) == 1 else ''} otherwise than before."
        )
    told += [*_of_models(models), *_of_rules(changes)]
    if settings:
        told.append(
            f"{counted(len(settings), 'setting')} differ{'s' if len(settings) == 1 else ''} from the other night, as the end of this page says."
        )
    return tuple(told)


def _of_deliveries(lines: Sequence[DeliveryLine], names: Mapping[str, str]) -> Iterator[str]:
    for partner in dict.fromkeys(line.partner for line in lines):
        mine = [line for line in lines if line.partner == partner]
        if not any(line.used for line in mine):
            yield f"{names.get(partner, partner)} takes no part: nothing of it is used."
            continue
        for dataset in dict.fromkeys(line.dataset for line in mine if line.to_look_at):
            of_it = [line for line in mine if line.dataset == dataset and line.state != KNOWN]
            told = [_what(line) for line in sorted(of_it, key=lambda line: line.used is not None)]
            yield f"{names.get(partner, partner)}, {dataset}: {'; '.join(told)}."


def _what(line: DeliveryLine) -> str:
    change = line.change
    if not change or line.state == NOTHING:
        return line.state
    return f"{line.state}, {abs(change):,} {'more' if change > 0 else 'fewer'} rows"


def _of_models(models: Sequence[ModelLine]) -> Iterator[str]:
    for model in models:
        then = sum(each.left_out_pairs_before or 0 for each in model.passes)
        if model.left_out_pairs > then:
            yield f"{model.model} left out {counted(model.left_out_pairs, 'pair')} in blocks that are too large (was {then:,})."


def _of_rules(changes: Changes | None) -> Iterator[str]:
    if changes is None:
        return
    for line in changes.lines:
        if _doubled(line):
            yield f"{line.rule_id} flags {line.tonight:,} (was {line.before:,})."
    unexplained = changes.new.get("other", 0) + changes.gone.get("other", 0)
    if unexplained:
        yield f"Of {counted(unexplained, 'flag')} nothing says why {'it' if unexplained == 1 else 'they'} came or went."


def _doubled(line: RuleLine) -> bool:
    least, most = sorted((line.tonight, line.before))
    return line.moved >= FLAGS and most >= TIMES * least


def settings_changed(tonight: NightRead, before: NightRead | None) -> tuple[str, ...]:
    """Settings that are there in one night only or differ, by name; none where either night does not tell."""
    if before is None or "settings" not in tonight.manifest or "settings" not in before.manifest:
        return ()
    now, then = tonight.manifest["settings"], before.manifest["settings"]
    words = {(False, True): "new", (True, False): "gone", (True, True): "changed"}
    return tuple(
        f"{name}: {words[name in then, name in now]}"
        for name in sorted(now.keys() | then.keys())
        if now.get(name) != then.get(name)
    )
