"""Links become groups: the rule, decided pairs, one-to-one links, ids that last."""
