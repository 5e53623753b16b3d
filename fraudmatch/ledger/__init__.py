"""The ledger of a site: who did what, each entry chained to the one before."""
