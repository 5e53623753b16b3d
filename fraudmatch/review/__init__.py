"""The review desk: a local web application in which investigators work the cases of the newest night.

Changes when they want to see or do something else in a browser. `desk` holds the night in force and what was done about
its cases, `worklist` the list of one partner as columns that filters run over, `guard` what every request must meet,
`sessions` who is signed in; each page has a module of its own (`signing_in`, `case_list`, `case`, `acts`), `app` joins them.
Nothing here knows what a partner may see of a record: that is `casepack`, which asks `report.disclosure`.
"""
