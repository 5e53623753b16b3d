"""The data sets councils send and the fields of each: what a mapping may fill and a rule may ask.

Fields follow the published data specifications of the National Fraud Initiative where there are
any; docs/datasets.md is printed from here.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

#: Arrow type of each kind of field in RECEIVED and DETAILS.
KINDS: dict[str, pa.DataType] = {
    "text": pa.string(),
    "date": pa.date32(),
    "pence": pa.int64(),
    "integer": pa.int64(),
    "flag": pa.bool_(),
    "code": pa.string(),
}


@dataclass(frozen=True)
class Field:
    """One field of a data set.

    Attributes:
        name: column name.
        kind: a key of `KINDS`.
        meaning: what it holds, with its unit.
        codes: for kind "code", the closed list of values.
        key: a row without it is rejected (KEY_MISSING).
    """

    name: str
    kind: str
    meaning: str
    codes: tuple[str, ...] = ()
    key: bool = False

    @property
    def type(self) -> pa.DataType:
        """Arrow type of the column."""
        return KINDS[self.kind]


def _f(name: str, kind: str, meaning: str, *codes: str, key: bool = False) -> Field:
    return Field(name, kind, meaning, codes, key)


#: The person, organisation and address block shared by every data set (domain: NFI data
#: specifications, "person and address block"). `second_…` is the other liable or joint person.
PARTY_FIELDS: tuple[Field, ...] = (
    _f("source_ref", "text", "the partner's own reference of the row", key=True),
    _f("title", "text", "title as written"),
    _f("forename", "text", "forename or forenames as written"),
    _f("middle_name", "text", "middle names or initials as written"),
    _f("surname", "text", "surname as written"),
    _f("full_name", "text", "whole name in one field; may name two people"),
    _f("sex", "text", "sex as written"),
    _f("date_of_birth", "date", "date of birth"),
    _f("nino", "text", "National Insurance number as written"),
    _f("second_title", "text", "title of the second party"),
    _f("second_forename", "text", "forenames of the second party"),
    _f("second_middle_name", "text", "middle names of the second party"),
    _f("second_surname", "text", "surname of the second party"),
    _f("second_full_name", "text", "whole name of the second party"),
    _f("second_date_of_birth", "date", "date of birth of the second party"),
    _f("second_nino", "text", "National Insurance number of the second party"),
    _f("organisation_name", "text", "legal name of an organisation as written"),
    _f("trading_name", "text", "trading name as written"),
    _f("uprn", "text", "Unique Property Reference Number as written"),
    _f("address", "text", "address lines joined by commas, without or with the postcode"),
    _f("postcode", "text", "postcode as written"),
    _f("correspondence_address", "text", "address letters go to, lines joined by commas"),
    _f("correspondence_postcode", "text", "postcode of the correspondence address"),
    _f("phone", "text", "telephone; used to match, never shown"),
    _f("email", "text", "e-mail; used to match, never shown"),
    _f("sort_code", "text", "bank sort code as written"),
    _f("account", "text", "bank account number as written"),
    _f("company_number", "text", "Companies House number as written"),
    _f("charity_number", "text", "charity number as written"),
    _f("vat_number", "text", "VAT registration number as written"),
)


#: Fields that help to link and are never printed, not even for their owner (NFI practice: telephone and
#: e-mail are matched on, not released). Their columns say so wherever they go; see schemas.RESTRICTION.
MATCH_ONLY = frozenset({"phone", "email"})

#: Dates that move on from extract to extract while nothing changes; a decision about a record outlasts them.
GOES_ON = frozenset({"last_paid", "last_paid_to"})

#: What Dataset.restriction says of the full register of electors.
ELECTORAL_REGISTER = (
    "electoral register: supplied for a purpose the Representation of the People Regulations name, and not to be"
    " passed on or published"
)


@dataclass(frozen=True)
class Dataset:
    """A kind of data that partners send.

    Attributes:
        name: snake_case name, also the mapping's `dataset`.
        title: as printed for people.
        details: fields only rules need; they become DETAILS[name].
        valid_from / valid_to: detail columns between which the entitlement or liability
            runs (null end = still running), used for `pair.overlap_days`.
        parties: what the rows name: "person", "organisation" or "either".
        derived: columns of DETAILS that normalise makes; no mapping fills them.
        row_key: the fields that, with the reference, name one row; null where one reference may have
            several rows, such as one for each joint tenant.
        restriction: what the law says of passing its rows on; "" = nothing of its own.
    """

    name: str
    title: str
    details: tuple[Field, ...] = ()
    valid_from: str | None = None
    valid_to: str | None = None
    parties: str = "person"
    derived: tuple[Field, ...] = ()
    row_key: tuple[str, ...] | None = None
    restriction: str = ""

    @property
    def fields(self) -> tuple[Field, ...]:
        """All fields a mapping may fill, party block first."""
        return PARTY_FIELDS + self.details

    def field(self, name: str) -> Field | None:
        """The field called `name`, or None."""
        return next((field for field in self.fields if field.name == name), None)


#: What stands in the first party's National Insurance number, before what is no number is left out.
_NINO_KIND = _f("nino_kind", "code", "the National Insurance number as delivered: a valid one, one that stands in for"
                " a number, or none that can be; null = blank", "valid", "temporary", "invalid")  # fmt: skip


# A table, one field a line, which the formatter would stretch beyond reading.
# fmt: off
_DATASETS = (
    Dataset("council_tax", "Council tax", (
        _f("discount_type", "code", "discount given", "none", "single_person", "disregarded",
           "all_disregarded", "empty", "second_home", "annexe", "other"),
        _f("disregard_type", "code", "why an adult is not counted", "student", "student_nurse",
           "under_18", "child_benefit_18_19", "school_leaver", "apprentice", "severe_mental_impairment",
           "carer", "care_worker", "hospital_or_care_home", "prisoner", "religious_community",
           "diplomat_or_visiting_forces", "homes_for_ukraine", "other"),
        _f("exemption_type", "text", "exemption class as the partner codes it"),
        _f("discount_start", "date", "first day of the discount"),
        _f("discount_end", "date", "last day of the discount; null = running"),
        _f("liability_start", "date", "first day of liability"),
        _f("liability_end", "date", "last day of liability; null = running"),
        _f("band", "code", "valuation band", "A", "B", "C", "D", "E", "F", "G", "H", "I", "AR"),
        _f("charge_annual_pence", "pence", "full charge a year before discounts"),
        _f("discount_annual_pence", "pence", "discount a year as given"),
        _f("reduction_recipient", "flag", "receives council tax reduction"),
    ), "liability_start", "liability_end"),
    Dataset("electoral_register", "Electoral register", (
        _f("franchise", "code", "kind of elector", "full", "local", "overseas", "service", "anonymous", "other"),
        _f("date_added", "date", "day the entry was added"),
        _f("date_removed", "date", "day the entry was removed; null = still on the register"),
    ), "date_added", "date_removed", row_key=(), restriction=ELECTORAL_REGISTER),
    Dataset("housing_tenancy", "Housing tenancies", (
        _f("tenancy_type", "code", "kind of tenancy", "secure", "assured", "introductory", "flexible",
           "temporary", "garage", "other", "decant"),
        _f("tenant_status", "code", "place on the tenancy", "first", "other"),
        _f("tenancy_start", "date", "first day"),
        _f("tenancy_end", "date", "last day; null = running"),
        _f("landlord", "text", "landlord as the partner names it"),
        _f("property_ref", "text", "the landlord's property reference"),
        _f("rent_weekly_pence", "pence", "rent a week"),
    ), "tenancy_start", "tenancy_end"),
    Dataset("waiting_list", "Housing waiting list", (
        _f("applicant_role", "code", "place on the application", "main", "joint", "household_member"),
        _f("application_status", "code", "state of the application", "active", "suspended", "housed", "cancelled"),
        _f("application_date", "date", "day of application"),
        _f("renewed_date", "date", "day last confirmed"),
        _f("declared_tenure", "code", "tenure the applicant declared", "social_tenant", "private_tenant",
           "owner", "living_with_family", "no_fixed_abode", "other"),
        _f("transfer_applicant", "flag", "a tenant who asks for a transfer"),
        _f("bedroom_need", "integer", "bedrooms needed"),
    ), "application_date", None),
    Dataset("right_to_buy", "Right to buy", (
        _f("application_stage", "code", "state of the application", "applied", "admitted", "offered",
           "completed", "withdrawn"),
        _f("application_date", "date", "day of application"),
        _f("completion_date", "date", "day of completion"),
        _f("discount_pence", "pence", "discount given or offered"),
        _f("previous_discount_pence", "pence", "discounts of earlier purchases the applicant declared; 0 = none"),
    ), "application_date", None),
    Dataset("payroll", "Payroll", (
        _f("post_number", "text", "post"),
        _f("department", "text", "department"),
        _f("job_title", "text", "job title"),
        _f("employment_start", "date", "first day"),
        _f("employment_end", "date", "last day; null = running"),
        _f("hours_weekly_hundredths", "integer", "standard hours a week times 100: 16 hours is 1600"),
        _f("full_time_code", "code", "full time (over 30 hours), part time or casual", "full", "part", "casual"),
        _f("gross_to_date_pence", "pence", "gross pay in the tax year to date"),
        _f("last_paid", "date", "day last paid"),
        _f("worker_kind", "code", "how the person is engaged; null = as an employee", "employee", "agency", "umbrella",
           "office_holder", "retained_firefighter"),
        _f("second_job_agreed", "flag", "the employer has agreed to another post"),
        _f("absence_kind", "code", "present absence; null = at work", "sick", "parental", "suspended", "unpaid"),
        _f("absence_start", "date", "first day of the present absence"),
    ), "employment_start", "employment_end", derived=(_NINO_KIND,), row_key=("post_number", "employment_start")),
    Dataset("pension", "Pensions", (
        _f("pension_kind", "code", "in payment, deferred or gratuity", "in_payment", "deferred", "gratuity"),
        _f("widow", "flag", "a widow's, widower's or partner's pension"),
        _f("ill_health", "flag", "retired on ill health"),
        _f("pension_start", "date", "first day"),
        _f("pension_end", "date", "last day; null = running"),
        _f("pension_annual_pence", "pence", "gross pension a year"),
        _f("last_paid", "date", "day last paid"),
    ), "pension_start", "pension_end", row_key=("pension_kind", "pension_start")),
    Dataset("creditor", "Creditors", (
        _f("creditor_type", "code", "kind of creditor", "supplier", "refund", "foster_carer",
           "employee_expenses", "allowance", "precept", "individual", "other"),
        _f("site_id", "text", "site of a creditor with several addresses"),
        _f("creditor_status", "code", "live or dormant", "live", "dormant"),
        _f("created_date", "date", "day the standing record was made"),
        _f("paid_annual_pence", "pence", "paid in the last twelve months"),
        _f("interest_declared", "flag", "an employee's interest in this creditor is on the register of interests"),
    ), "created_date", None, "either", row_key=("site_id",)),
    Dataset("payment", "Payments to creditors", (
        _f("creditor_ref", "text", "reference of the creditor paid"),
        _f("invoice_ref", "text", "the supplier's invoice number as keyed"),
        _f("invoice_date", "date", "date of the invoice"),
        _f("payment_date", "date", "day paid; null = unpaid"),
        _f("gross_pence", "pence", "total with VAT; negative = credit"),
        _f("vat_pence", "pence", "VAT in the total"),
        _f("transaction_type", "code", "kind of transaction", "invoice", "credit_note", "reversal"),
        _f("order_number", "text", "order"),
        _f("purpose", "text", "what was bought"),
    ), "payment_date", None, "either", (
        _f("invoice_ref_clean", "text", "the invoice number as compared (fraudmatch/references.py)"),
    )),
    Dataset("business_rates", "Business rates", (
        _f("property_ref", "text", "billing authority reference of the property"),
        _f("description", "text", "description of the property"),
        _f("rateable_value_pence", "pence", "rateable value in pence"),
        _f("relief_type", "code", "relief given", "none", "small_business", "charity", "rural", "retail",
           "hardship", "empty", "other"),
        _f("relief_start", "date", "first day of the relief"),
        _f("relief_annual_pence", "pence", "relief a year"),
        _f("charity_kind", "code", "why a charitable ratepayer has its relief; excepted and exempt charities and"
           " sports clubs are on no register", "registered", "excepted", "exempt", "sports_club", "other"),
        _f("occupied", "flag", "occupied"),
        _f("empty_from", "date", "first day empty"),
        _f("liability_start", "date", "first day of liability"),
        _f("liability_end", "date", "last day of liability; null = running"),
    ), "liability_start", "liability_end", "either"),
    Dataset("blue_badge", "Blue badges", (
        _f("badge_number", "text", "badge number"),
        _f("holder_kind", "code", "person or organisation", "person", "organisation"),
        _f("badge_status", "code", "state of the badge", "live", "cancelled", "expired", "replaced"),
        _f("badge_start", "date", "first day"),
        _f("badge_expiry", "date", "last day"),
    ), "badge_start", "badge_expiry", row_key=("badge_number",)),
    Dataset("permit", "Permits and passes", (
        _f("permit_number", "text", "permit or pass number"),
        _f("permit_kind", "code", "kind", "resident", "visitor", "concessionary_pass", "other"),
        _f("permit_status", "code", "state", "live", "cancelled", "expired"),
        _f("vehicle_registration", "text", "vehicle"),
        _f("permit_start", "date", "first day"),
        _f("permit_expiry", "date", "last day"),
    ), "permit_start", "permit_expiry", row_key=("permit_number",)),
    Dataset("licence", "Licences", (
        _f("licence_kind", "code", "kind", "hackney", "private_hire", "operator", "market",
           "personal_alcohol", "street_trading", "other", "short_let"),
        _f("licence_status", "code", "state", "live", "dormant", "expired", "revoked"),
        _f("issue_date", "date", "first day"),
        _f("licence_expiry", "date", "last day"),
    ), "issue_date", "licence_expiry"),
    Dataset("council_tax_reduction", "Council tax reduction", (
        _f("council_tax_ref", "text", "council tax account"),
        _f("claim_start", "date", "first day"),
        _f("claim_end", "date", "last day; null = running"),
        _f("award_weekly_pence", "pence", "award a week"),
        _f("scheme", "code", "scheme", "working_age", "pension_age"),
        _f("passported", "flag", "passported by another benefit"),
        _f("employment_declared", "flag", "earnings from employment are declared"),
        _f("self_employment_declared", "flag", "self-employment is declared"),
        _f("pension_declared", "flag", "an occupational pension is declared"),
        _f("declared_earnings_weekly_pence", "pence", "earnings declared a week"),
    ), "claim_start", "claim_end", derived=(_NINO_KIND,)),
    Dataset("care_payment", "Care payments", (
        _f("care_kind", "code", "kind", "direct_payment", "care_home"),
        _f("payment_start", "date", "first day"),
        _f("payment_end", "date", "last day; null = running"),
        _f("weekly_pence", "pence", "amount a week"),
        _f("last_paid_to", "date", "day paid up to"),
        _f("home_name", "text", "care home"),
        _f("pension_assessed", "flag", "the financial assessment counts an occupational pension"),
        _f("employment_known", "flag", "the care assessment knows of paid work"),
    ), "payment_start", "payment_end"),
    Dataset("deaths", "Deaths", (
        _f("date_of_death", "date", "day of death"),
        _f("registered_date", "date", "day of registration"),
        _f("alias", "text", "other name"),
    ), "date_of_death", None, row_key=()),
    Dataset("company_officer", "Company officers", (
        _f("company_name", "text", "name of the company; its number is `company_number`"),
        _f("officer_role", "code", "office held", "director", "secretary", "member", "significant_control", "other"),
        _f("appointed_date", "date", "day of appointment"),
        _f("resigned_date", "date", "day of resignation; null = in office"),
        _f("birth_month", "date", "first day of the month of birth; the public register tells no day"),
        _f("nominated", "flag", "a partner appointed the officer to the board, by its list of outside bodies"),
    ), "appointed_date", "resigned_date"),
    Dataset("charity_register", "Charity register", (
        _f("register", "code", "which register", "england_wales", "scotland", "northern_ireland"),
        _f("registered_date", "date", "day of registration"),
        _f("removed_date", "date", "day of removal; null = on the register"),
    ), "registered_date", "removed_date", "organisation"),
    Dataset("grant", "Grants", (
        _f("scheme", "text", "scheme, under one name at all partners"),
        _f("award_ref", "text", "reference of the award; a repayment bears that of its award"),
        _f("awarded_pence", "pence", "amount of the payment; negative = repaid"),
        _f("paid_date", "date", "day paid"),
        _f("each_premises", "flag", "the scheme pays for each of several premises of one business"),
    ), "paid_date", None, "either"),
    Dataset("person", "People (any file)"),
    Dataset("organisation", "Organisations (any file)", parties="organisation"),
)
# fmt: on

#: The data sets by name, in a fixed order.
DATASETS: dict[str, Dataset] = {dataset.name: dataset for dataset in _DATASETS}
