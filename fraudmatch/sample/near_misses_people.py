"""Near misses of the rules about badges, permits, pay, pensions, reductions and care
(FM-BB, -PP, -PY, -PN, -CTR, -LC, -CP, -ID)."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.near_edits import Edit, Near, ago, beside, birthdays, yesterday
from fraudmatch.sample.streams import NULL, TODAY

#: Thresholds of the rules, in days and hundredths of hours.
FOUR_WEEKS, RENEWAL, CARE_FINAL, FINAL_PAY, NOTICE, NINO_WAIT, TWO_CLAIMS = 28, 84, 14, 31, 21, 112, 14
EVENING_HOURS = 1600


def _renewed_twelve_weeks_before(near: Near) -> None:
    near.put("left", badge_expiry=TODAY + 30)
    near.put("right", badge_start=TODAY + 30 - RENEWAL)


def _badge_from_birth_on(near: Near) -> None:
    """From the day of birth at the earliest, for three years at the most, no shorter than a day."""
    start = np.maximum(near.get("left", "badge_start"), near.born("left"))
    longest = birthdays(start, 3)
    end = np.clip(near.get("left", "badge_expiry"), start, longest)
    near.put("left", badge_start=start, badge_expiry=end)


def _permit_from_birth_on(near: Near) -> None:
    start = np.maximum(near.get("left", "permit_start"), near.born("left"))
    near.put("left", permit_start=start, permit_expiry=np.maximum(near.get("left", "permit_expiry"), start))


def _of_age_the_day_it_began(near: Near) -> None:
    """Claims that began on the eighteenth birthday, long before the as-at date."""
    near.be_born("left", birthdays(near.get("left", "claim_start"), -18))
    near.put("left", claim_end=NULL)


def _stands_in_since(start: str) -> Edit:
    """A number that stands in for one, for as long as the rule allows."""
    return lambda near: near.put("left", nino_form=2, **{start: TODAY - NINO_WAIT})


def _stayed_four_weeks(near: Near) -> None:
    """The care home's payments ended four weeks after they began."""
    for side in ("left", "right"):
        at_home = (
            near.get(side, "care_kind") == near.plan.world["care_payment"].code("care_kind", "care_home")[0]
        )
        end = near.get(side, "payment_start") + FOUR_WEEKS
        near.put(side, payment_end=np.where(at_home, end, near.get(side, "payment_end")))


NEAR_MISSES: dict[str, tuple[str, Edit]] = {
    "FM-BB-001": ("the badge ran out the day before", yesterday("left", "badge_expiry")),
    "FM-BB-002": ("renewed twelve weeks before the old one ends", _renewed_twelve_weeks_before),
    "FM-BB-003": ("from the day of birth, or for three years, or for a day", _badge_from_birth_on),
    "FM-PP-001": ("the permit ran out the day before", yesterday("left", "permit_expiry")),
    "FM-PP-002": ("pays there for four weeks", ago("right", "liability_start", FOUR_WEEKS)),
    "FM-PP-003": ("registered four weeks ago", ago("right", "date_added", FOUR_WEEKS)),
    "FM-PP-004": ("from the day of birth, or for a day", _permit_from_birth_on),
    "FM-PY-002": ("left the day before", yesterday("left", "employment_end")),
    "FM-PY-003": ("last paid 31 days after the death", beside("left", "last_paid", "right", "date_of_death", FINAL_PAY)),
    "FM-PY-004": ("the first left the day before", yesterday("left", "employment_end")),
    "FM-PY-005": ("left the day before", yesterday("left", "employment_end")),
    "FM-PY-007": ("sixteen hours through the agency", lambda near: near.put("left", hours_weekly_hundredths=EVENING_HOURS)),
    "FM-PY-009": ("left the day before", yesterday("left", "employment_end")),
    "FM-PN-001": ("last paid 31 days after the death", beside("left", "last_paid", "right", "date_of_death", FINAL_PAY)),
    "FM-PN-002": ("the record ends today", ago("left", "pension_end", 0)),
    "FM-PN-003": ("employed from the day of the pension on", beside("right", "employment_start", "left", "pension_start")),
    "FM-CTR-001": ("the job began three weeks ago", ago("right", "employment_start", NOTICE)),
    "FM-CTR-002": ("the pension began three weeks ago", ago("right", "pension_start", NOTICE)),
    "FM-CTR-003": ("the claims overlap for a fortnight", ago("right", "claim_start", TWO_CLAIMS)),
    "FM-CTR-004": ("died four weeks ago", ago("right", "date_of_death", FOUR_WEEKS)),
    "FM-CTR-005": ("of age on the day the claim began", _of_age_the_day_it_began),
    "FM-LC-001": ("the licence ran out the day before", yesterday("right", "licence_expiry")),
    "FM-LC-002": ("licensed three weeks ago", ago("right", "issue_date", NOTICE)),
    "FM-LC-003": ("licensed three weeks ago", ago("right", "issue_date", NOTICE)),
    "FM-CP-001": ("paid to a fortnight after the death", beside("left", "last_paid_to", "right", "date_of_death", CARE_FINAL)),
    "FM-CP-002": ("the payments overlap for four weeks", ago("right", "payment_start", FOUR_WEEKS)),
    "FM-CP-003": ("four weeks in the home", _stayed_four_weeks),
    "FM-CP-004": ("the direct payment ended the day before", yesterday("left", "payment_end")),
    "FM-CP-005": ("the employment ended the day before", yesterday("right", "employment_end")),
    "FM-ID-001": ("left the day before", yesterday("left", "employment_end")),
    "FM-ID-002": ("the claim ended the day before", yesterday("left", "claim_end")),
    "FM-ID-003": ("a number that stands in, for sixteen weeks", _stands_in_since("employment_start")),
    "FM-ID-004": ("a number that stands in, for sixteen weeks", _stands_in_since("claim_start")),
}  # fmt: skip
