"""Why two records were linked, why not, or why they were never compared."""
