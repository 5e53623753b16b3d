"""The text of a result, for people."""

from __future__ import annotations

from typing import Any

from report import Result

_LINKING = {
    "splink": "Splink's predict / our link call with reading",
    "recordlinkage": "its index, compare and weigh / our link call with reading",
}


def text(result: Result) -> str:
    """The whole result."""
    told = result.as_dict()
    parts = [_heading(result, told), _table(told), _steps(told), _notes(result, told)]
    if result.peer:
        parts.append(_ratios(result, told))
    return "\n\n".join("\n".join(part) for part in parts)


def _heading(result: Result, told: dict[str, Any]) -> list[str]:
    runs = ", ".join(f"{one['runs']} of {name}" for name, one in told["contestants"].items())
    limit = f", memory limit {result.memory / 1e6:,.0f} MB" if result.memory else ""
    return [
        f"{result.job}: {result.records:,} records, {result.pairs:,} candidate pairs, "
        f"{result.threads} thread{'s' * (result.threads > 1)}{limit}",
        f"Medians of whole processes, one after the other, in turns: {runs}.",
    ]


def _table(told: dict[str, Any]) -> list[str]:
    lines = [
        ("", [f"{name} {one['version']}" for name, one in told["contestants"].items()]),
        *[
            (label, [show(one) for one in told["contestants"].values()])
            for label, show in (
                ("wall seconds", lambda one: f"{one['wall']:,.2f}"),
                ("  from – to", lambda one: f"{min(one['wall_each']):,.2f} – {max(one['wall_each']):,.2f}"),
                ("CPU seconds", lambda one: f"{one['cpu']:,.2f}"),
                ("peak memory, MB", lambda one: f"{one['peak_mb']:,.0f}"),
                ("linking alone, seconds", lambda one: f"{one['linking']:,.2f}"),
                ("pairs per second", lambda one: f"{one['pairs_per_second']:,.0f}"),
                ("links", lambda one: f"{one['links']:,}"),
                ("precision", lambda one: f"{one['precision']:.4f}"),
                ("recall", lambda one: f"{one['recall']:.4f}"),
                ("F1", lambda one: f"{one['f1']:.4f}"),
            )
        ],
    ]
    return [f"{label:<24}" + "".join(f"{cell:>22}" for cell in cells) for label, cells in lines]


def _steps(told: dict[str, Any]) -> list[str]:
    made = []
    for name, one in told["contestants"].items():
        steps = ", ".join(
            f"{step} {seconds:.2f}" for step, seconds in one["steps"].items() if seconds >= 0.005
        )
        made.append(f"Steps of {name}, seconds: {steps}.")
    rest = told["neither_reading_nor_screen"]
    made.append(
        f"Neither reading nor the screen: {rest['seconds']:.2f} s, {rest['share_of_linking']:.0%} of linking "
        f"({rest['share_of_process']:.0%} of the process, start-up and writing included)."
    )
    return made


def _notes(result: Result, told: dict[str, Any]) -> list[str]:
    made = []
    if result.first:
        first = told["first_run"]
        made.append(
            f"First run: {first['wall']:.1f} s, of which {first['compile_seconds']:.1f} s compiling "
            f"{first['compilations']} kernels; later runs compiled {told['later_compilations'] or 'none'}."
        )
    elif told["later_compilations"]:
        made.append(
            "Kernels were compiled in the runs measured; once more, or without --no-first-run, they are not."
        )
    if result.scaling:
        made.append(
            f"The screen on {result.threads} threads is {result.scaling:.2f} times as fast as on one."
        )
    if result.memory:
        peak = told["contestants"]["fraudmatch"]["peak_mb"] * 1e6
        same = {True: "the same links", False: "OTHER LINKS", None: "not compared"}[result.unlimited_same]
        made.append(
            f"Peak is {peak / result.memory:.2f} times the limit; against a run without limit: {same}."
        )
    if result.train is not None:
        made.append(f"Splink's training, not counted: {result.train:.1f} s.")
    unstable = [name for name, one in told["contestants"].items() if not one["same_every_run"]]
    made.append(
        f"Links differed between runs: {', '.join(unstable)}."
        if unstable
        else "Every run gave the same links."
    )
    return made


def _ratios(result: Result, told: dict[str, Any]) -> list[str]:
    common, ratios = told["links_in_common"], told["ratios"]
    return [
        f"Links of both {common['both']:,}, ours only {common['ours_only']:,}, theirs only {common['peer_only']:,}.",
        f"{_LINKING[result.peer.name]}: {ratios['linking']:.1f}" if result.peer else "",
        f"whole process / whole process: {ratios['whole']:.1f}",
        f"CPU seconds: {ratios['cpu']:.1f}; peak memory: {ratios['memory']:.1f}",
    ]
