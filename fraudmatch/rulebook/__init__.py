"""For the people who write and keep rules: the manual, new files, trials of a change, comparisons.

Each module answers one question about rule files; none of them writes anything into a site.
"""
