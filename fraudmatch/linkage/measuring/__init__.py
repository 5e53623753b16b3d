"""How good links are: measures, curves, clerical review, and what the passes reach."""
