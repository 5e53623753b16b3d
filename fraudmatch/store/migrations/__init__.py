"""Migrations of the store of outcomes, one module of `versions` each; never changed once released."""
