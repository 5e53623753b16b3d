"""A model fitted to records without labels: patterns, EM, and what the fit changed."""
