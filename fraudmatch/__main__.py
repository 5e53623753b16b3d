"""`python -m fraudmatch`."""

from fraudmatch.cli import main

main()
