"""fraudmatch as a contestant: read the Parquet file, `fraudmatch.linkage.link`, write the links."""

from __future__ import annotations

from typing import Any

import contestant


def watch_compiler() -> Any:
    """A recorder of what numba compiles from now on; kernels read from its cache do not count."""
    from numba.core import event

    recorder = event.RecordingListener()
    event.register("numba:compile", recorder)
    return recorder


def compiled(recorder: Any) -> tuple[float, int]:
    """(seconds, outermost compilations): a kernel compiled for another one counts within that."""
    seconds, count, depth, begun = 0.0, 0, 0, 0.0
    for when, event in recorder.buffer:
        if event.is_start:
            begun = when if depth == 0 else begun
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                seconds, count = seconds + when - begun, count + 1
    return seconds, count


def main() -> None:
    steps = contestant.Steps()
    parser = contestant.parser(__doc__)
    parser.add_argument("--memory", type=int, help="bytes; link from the file within this much memory")
    chosen = parser.parse_args()
    import pyarrow as pa
    import pyarrow.parquet as pq

    from fraudmatch import __version__, linkage

    recorder = watch_compiler()
    link_file, model = linkage.link_file, linkage.load_model(chosen.model)
    pa.set_cpu_count(chosen.threads)
    steps.lap("import")
    linked = link_file(chosen.people, model, memory=chosen.memory, threads=chosen.threads)
    steps.lap("link")
    pairs = linked.links.select(["left_id", "right_id"]).rename_columns(["left", "right"])
    pq.write_table(pairs, chosen.links)
    steps.lap("write")
    seconds, count = compiled(recorder)
    contestant.answer(
        __version__, steps, linked.compared, pairs.num_rows,
        within_link=linked.seconds, kept=linked.kept, compile_seconds=seconds, compilations=count,
    )  # fmt: skip


if __name__ == "__main__":
    main()
