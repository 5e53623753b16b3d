"""Every bad input the reliability brief lists (its §3.2, cases 1 to 184), made by code, and what is done about it."""
