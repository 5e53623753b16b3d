"""Near misses of the rules about council tax, tenancies and the waiting list (FM-CT, -HT, -RTB, -WL)."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.cases_waiting import ONE_LIST_SINCE
from fraudmatch.sample.near_edits import Edit, Near, ago, beside, birthdays, yesterday
from fraudmatch.sample.streams import NULL, TODAY

#: Thresholds of the rules, in days.
UNDER_WAY, AFTER_DEATH, NEXT_RUN, TWO_HOMES, NEWCOMER = 28, 60, 31, 56, 182


def _discounts_meet(near: Near) -> None:
    """The older of two discounts, and its account, ended four weeks after the younger began."""
    start = np.maximum(near.get("left", "discount_start"), near.get("right", "discount_start"))
    older = near.get("left", "discount_start") < start
    for side, ends in (("left", older), ("right", ~older)):
        for column in ("discount_end", "liability_end"):
            near.put(side, **{column: np.where(ends, start + 28, near.get(side, column))})


def _eighteen_after_the_next_run(near: Near) -> None:
    near.be_born("right", int(birthdays(TODAY + NEXT_RUN + 1, -18)[0]))


def _liable_from_the_birthday(near: Near) -> None:
    born = near.born("left")
    day = birthdays(born, 18)
    # Who is born on 29 February comes of age on 1 March.
    day += birthdays(day, -18) != born
    near.put("left", discount_end=NULL, liability_start=day)


def _bought_five_years_before(near: Near) -> None:
    done = birthdays(near.get("left", "tenancy_start"), -5) - 1
    near.put("right", completion_date=done, application_date=done - 200)


def _bought_ten_years_ago(near: Near) -> None:
    done = int(birthdays(TODAY, -10)[0])
    near.put("right", completion_date=done, application_date=done - 200)


def _both_before_the_scheme(near: Near) -> None:
    for side in ("left", "right"):
        near.put(side, application_date=np.minimum(near.get(side, "application_date"), ONE_LIST_SINCE - 1))


NEAR_MISSES: dict[str, tuple[str, Edit]] = {
    "FM-CT-001": ("registered the day before the payer came", beside("right", "date_added", "left", "liability_start", -1)),
    "FM-CT-002": ("the discount ended the day before", yesterday("left", "discount_end")),
    "FM-CT-003": ("the joint tenancy ended the day before", yesterday("right", "tenancy_end")),
    "FM-CT-004": ("the employment ended the day before", yesterday("right", "employment_end")),
    "FM-CT-005": ("the discounts overlapped for four weeks", _discounts_meet),
    "FM-CT-006": ("died sixty days ago", ago("right", "date_of_death", AFTER_DEATH)),
    "FM-CT-007": ("the employment ended the day before", yesterday("right", "employment_end")),
    "FM-CT-008": ("registered on the day the home was reported empty", beside("right", "date_added", "left", "discount_start")),
    "FM-CT-009": ("turns 18 a day after the next exercise", _eighteen_after_the_next_run),
    "FM-CT-010": ("the permit ran out the day before", yesterday("right", "permit_expiry")),
    "FM-CT-011": ("the licence ran out the day before", yesterday("right", "licence_expiry")),
    "FM-CT-012": ("the badge ran out the day before", yesterday("right", "badge_expiry")),
    "FM-CT-013": ("the pension ended the day before", yesterday("right", "pension_end")),
    "FM-CT-014": ("the claim ended the day before", yesterday("right", "claim_end")),
    "FM-CT-015": ("issued on the day the home was reported empty", beside("right", "permit_start", "left", "discount_start")),
    "FM-CT-016": ("let four weeks ago", ago("right", "tenancy_start", UNDER_WAY)),
    "FM-CT-017": ("rated four weeks ago", ago("right", "liability_start", UNDER_WAY)),
    "FM-CT-018": ("rated four weeks ago", ago("right", "liability_start", UNDER_WAY)),
    "FM-CT-019": ("issued on the day the home was reported empty", beside("right", "issue_date", "left", "discount_start")),
    "FM-CT-020": ("ended four weeks ago", ago("left", "discount_end", UNDER_WAY)),
    "FM-CT-021": (
        "liable again sixty days after the death", beside("right", "date_of_death", "left", "liability_start", -AFTER_DEATH),
    ),
    "FM-CT-022": ("liable from the eighteenth birthday", _liable_from_the_birthday),
    "FM-HT-001": ("the tenancies overlap for 56 days", ago("right", "tenancy_start", TWO_HOMES)),
    "FM-HT-002": ("liable for 56 days", ago("right", "liability_start", TWO_HOMES)),
    "FM-HT-003": ("died sixty days ago", ago("right", "date_of_death", AFTER_DEATH)),
    "FM-HT-004": ("bought five years and a day before the tenancy", _bought_five_years_before),
    "FM-HT-005": ("registered half a year after the tenancy began", beside("right", "date_added", "left", "tenancy_start", NEWCOMER)),
    "FM-HT-006": ("claims for 56 days", ago("right", "claim_start", TWO_HOMES)),
    "FM-HT-007": ("rated until the day before", yesterday("right", "liability_end")),
    "FM-HT-008": ("the licence ran out the day before", yesterday("right", "licence_expiry")),
    "FM-HT-009": ("permanent tenancy of four weeks", ago("right", "tenancy_start", UNDER_WAY)),
    "FM-RTB-001": ("the first purchase completes tomorrow", ago("right", "completion_date", -1)),
    "FM-RTB-002": ("the claim ended the day before", yesterday("right", "claim_end")),
    "FM-RTB-003": ("liable for 56 days", ago("right", "liability_start", TWO_HOMES)),
    "FM-RTB-004": ("tenant for 56 days", ago("right", "tenancy_start", TWO_HOMES)),
    "FM-WL-001": ("housed four weeks ago", ago("right", "tenancy_start", UNDER_WAY)),
    "FM-WL-002": ("liable since the day after the list was confirmed", beside("right", "liability_start", "left", "renewed_date", 1)),
    "FM-WL-003": ("died four weeks ago", ago("right", "date_of_death", UNDER_WAY)),
    "FM-WL-004": ("made the day before the scheme barred it", _both_before_the_scheme),
    "FM-WL-005": ("registered the day after the list was confirmed", beside("right", "date_added", "left", "renewed_date", 1)),
    "FM-WL-006": ("bought ten years ago to the day", _bought_ten_years_ago),
}  # fmt: skip
