"""The core on any one or two files: read, link, plan, fit a model, keep what later questions need."""
