"""The two README files of a sample site."""

from __future__ import annotations

from fraudmatch.sample import misspell, name_styles


def site_guide(people: int, seed: int) -> str:
    """What the folder is and how it was made."""
    return f"""# An invented partnership

Every person, organisation, address line, number and amount in this folder is invented. Towns, outward
postcodes and council names are real; no street, household or record is. A pair that is listed as planted
is an inconsistency somebody made up so that the rules have something to find.

Made by `fraudmatch sample --people {people} --seed {seed} --out DIR`; the same command gives the same bytes.

* `site.toml`: six partners, five districts and the county, as at 31 March 2026
* `rules/`: a parameter the councils set themselves, in place of the shipped one
* `partners/`: the mapping of each extract
* `deliveries/`: the extracts, each partner in its own layout: UTF-8 with a byte-order mark (Cheltenham),
  Windows code page with joint names and pound signs (Cotswold), workbooks and CSV with lines above the heading
  (Forest of Dean), semicolons and dates of birth in three columns, and the payroll of three neighbours
  (Tewkesbury), fixed width and pipes (West Oxfordshire), pipes, pence and Parquet (Gloucestershire)
* `answer_key/`: the truth, for measuring; a run never reads it

The county registers deaths and issues badges for residents of all five districts here, which is simpler than
the real arrangement; West Oxfordshire sends on the care payments of its own county.
"""


def answer_key_guide() -> str:
    """What the files of the answer key say, and the rates of error in the deliveries."""
    return f"""# Answer key

* `persons.parquet`: partner, dataset, source_ref, party, entity. One row per person a loaded row names
  (party 2 is the second person of a joint row); the same entity is the same person.
* `properties.parquet`: partner, dataset, source_ref, party, property. One row per party with an address; it is
  the property that is written, which for out-of-date addresses is not where the person lives.
* `organisations.parquet`: partner, dataset, source_ref, party, organisation. Numbers from 1,000,000,000 are
  people written in an organisation's column.
* `cases.csv`: case_id, rule_id, kind, why, then partner, data set and reference of both rows. `planted` pairs are
  to be found; `look_alike` pairs, which have a lawful explanation, and `near_miss` pairs, which are like planted
  ones but for one fact just short of what the rule asks (a day, a penny, a letter), must not be. Where both rows are of one data set, the end that sorts first is
  left; a case about one record has no right end. Suppliers entered twice for FM-CR-003 are listed under FM-CR-006
  and FM-CR-007 as well, and deferred pensions of the dead are a look-alike of FM-PN-001 and planted for FM-PN-002.
  A planted case of FM-CT-002 (an attainer who has turned 18) is listed under FM-CT-001 as well, because an
  adult elector is what it is, and one of FM-CT-021 (liable since after
  the death) under FM-CT-006.

Rows without a reference and rows that repeat another are in the deliveries to be refused and are not in the key.

## Stated rates

Of names (forename and surname each): mistyped {misspell.TYPING:.2%}, misread by a scanner {misspell.SCANNING:.2%}.
Birth name instead of the present one, where they differ: {name_styles.BIRTH_NAME:.0%}. Pet form:
{name_styles.PET_FORM:.0%}. Initial for the forename: {name_styles.INITIAL_ONLY:.0%}, more in Cotswold's and West
Oxfordshire's council tax. Family name first, for Muslim, Hindu, Sikh and Chinese names: {name_styles.SWAPPED:.0%}.
Accents left out: {name_styles.FOLDED:.0%}, and always where the encoding lacks the letter. Middle names: in full
{name_styles.MIDDLE_FULL:.0%}, initial {name_styles.MIDDLE_INITIAL:.0%}, left out {name_styles.MIDDLE_ABSENT:.0%}.

Of dates of birth: day and month changed over {misspell.DAY_MONTH:.1%} (where the day is 12 or less), one figure off
{misspell.DIGIT:.1%}, 1 January 1900 for not known {misspell.PLACEHOLDER_BIRTH:.1%}. Of postcodes: one place wrong
{misspell.POSTCODE:.0%}, no postcode at all {misspell.BAD_POSTCODE:.1%}. Of street names: mistyped
{misspell.STREET:.1%}. Of National Insurance numbers: two figures changed over {misspell.DIGIT:.1%}, of an impossible
shape {misspell.BAD_NINO:.2%}, temporary {misspell.TEMPORARY_NINO:.1%}. Of dates: not a date
{misspell.DATE_INVALID:.1%}. Of codes: not in the list {misspell.CODE_UNKNOWN:.2%}. Rows to be refused:
{misspell.SPOILT_ROWS:.2%} of a file of each sort, at least one where a file has some hundred rows.

About 6 % of payroll, pension and waiting-list addresses and 1 % of electoral entries are former ones. A date of
birth is held for 40 % of council tax accounts; on accounts that take part in a case between two council tax
accounts, or between one and a tenancy, an application or a payroll, for 92 %, because nothing else could tell
those people apart. Traditions of naming other than English are more frequent than in the real districts.
"""
