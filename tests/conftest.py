"""Settings of all tests."""

import os

from hypothesis import settings

# The same examples every time, so that a red build means a change and not the day. To search
# further: FRAUDMATCH_SEARCH=1 python -m pytest tests/property
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=2000, deadline=None)
settings.load_profile("search" if os.environ.get("FRAUDMATCH_SEARCH") else "steady")
