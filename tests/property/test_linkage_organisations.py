"""The shipped organisation model links exactly what scoring every candidate pair in full links."""

import math

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from linkage_reference import links

from fraudmatch.linkage import link, load_model
from fraudmatch.linkage.rarity import rarest_word, telling_words, words_in_common

TEXTS = (
    "company_number", "charity_number", "vat_number", "organisation_core", "trading_name", "postcode",
    "correspondence_postcode", "bank", "phone", "email",
)  # fmt: skip
WORDS = [
    "LARKFIELD",
    "LARK",
    "TYRE",
    "TYRES",
    "CARE",
    "SERVICES",
    "AND",
    "J",
    "JOHN",
    "SCHOOL",
    "COUNCIL",
    "ZQX",
    "17",
]

names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
row = st.fixed_dictionaries(
    {
        "company_number": st.sampled_from([None, None, "01234567", "07654321"]),
        "charity_number": st.sampled_from([None, "1234567"]),
        "vat_number": st.sampled_from([None, "123456789", "987654321"]),
        "organisation_core": st.one_of(st.none(), names, names),
        "trading_name": st.one_of(st.none(), st.none(), names),
        "postcode": st.sampled_from([None, "GL50 1AA", "GL50 2AA", "OX1 1AA"]),
        "correspondence_postcode": st.sampled_from([None, "GL50 1AA"]),
        "bank": st.sampled_from([None, "1" * 14]),
        "phone": st.sampled_from([None, "07700900001"]),
        "email": st.sampled_from([None, "a@firm.example", "b@firm.example"]),
    }
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(row, max_size=9))
def test_the_shipped_organisation_model_equals_the_reference(found):
    model = load_model("organisation")
    table = pa.table({name: pa.array([one[name] for one in found], pa.string()) for name in TEXTS})
    made = link(table, model, threads=1).links
    pairs = zip(made["left_id"].to_pylist(), made["right_id"].to_pylist(), strict=True)
    weights = [round(float(weight) * 1000) for weight in made["match_weight"].to_pylist()]
    levels = zip(*(made[f"{name}_level"].to_pylist() for name in model.names), strict=True)
    judged = {pair: (list(level), weight) for pair, level, weight in zip(pairs, levels, weights, strict=True)}
    assert judged == links(found, model, None, [-1] * len(found))


@given(names, names)
def test_words_in_common_are_the_same_from_either_side(one, two):
    assert words_in_common(one, two) == words_in_common(two, one)


@given(names, names)
def test_no_name_has_more_in_common_with_another_than_with_itself(one, two):
    assert words_in_common(one, two) <= words_in_common(one, one) + 1e-9


@given(names, st.randoms(use_true_random=False))
def test_word_order_does_not_matter(name, random):
    words = name.split()
    random.shuffle(words)
    shuffled = " ".join(words)
    assert set(telling_words(shuffled)) == set(telling_words(name))
    assert rarest_word(shuffled) == rarest_word(name)
    assert math.isclose(words_in_common(name, shuffled), words_in_common(name, name))
