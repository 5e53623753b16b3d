"""Kernels are written for a model, kept, and compiled once."""

import numpy as np

from fraudmatch.linkage import kernel, load_model
from fraudmatch.linkage.kernel import kernel_source, screening_order
from fraudmatch.linkage.tables import compile_model


def test_other_chances_are_no_other_kernel():
    model = load_model("payment")
    first = model.comparison[0]
    changed = first.levels[0].model_copy(update={"m": 0.76})
    comparison = first.model_copy(update={"levels": [changed, *first.levels[1:]]})
    other = model.model_copy(update={"name": "mine", "comparison": [comparison, *model.comparison[1:]]})
    assert kernel_source(other) == kernel_source(model)
    assert not np.array_equal(compile_model(other).weights, compile_model(model).weights)


def test_another_threshold_of_similarity_is_another_kernel():
    model = load_model("payment")
    supplier = next(c for c in model.comparison if c.name == "supplier")
    level = supplier.levels[1].model_copy(update={"when": "jaro_winkler 0.91"})
    comparison = supplier.model_copy(update={"levels": [supplier.levels[0], level, *supplier.levels[2:]]})
    position = model.comparison.index(supplier)
    comparisons = [*model.comparison[:position], comparison, *model.comparison[position + 1 :]]
    assert kernel_source(model.model_copy(update={"comparison": comparisons})) != kernel_source(model)


def test_what_others_hang_on_is_screened_before_them():
    for name in ("person", "property", "organisation", "payment"):
        model = load_model(name)
        order = screening_order(model, compile_model(model))
        assert sorted(order) == list(range(len(model.comparison)))
        for given in model.given:
            for other in given.when:
                assert order.index(model.position(other)) < order.index(model.position(given.comparison))


def test_the_source_is_kept_where_it_may_be_written(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    path = kernel._kept("fraudmatch_screen_test", "x = 1\n")
    assert path.read_text() == "x = 1\n" and path.parent == tmp_path / "cache" / "fraudmatch"
    stamp = path.stat().st_mtime_ns
    assert kernel._kept("fraudmatch_screen_test", "x = 1\n").stat().st_mtime_ns == stamp
    path.write_text("tampered")
    assert kernel._kept("fraudmatch_screen_test", "x = 1\n").read_text() == "x = 1\n"


def test_a_folder_that_cannot_be_written_is_passed_over(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(kernel, "_folders", lambda: iter([tmp_path / "file" / "below", tmp_path / "good"]))
    assert kernel._kept("fraudmatch_screen_test", "x = 1\n").parent == tmp_path / "good"
