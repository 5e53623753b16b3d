"""What each stage of a night leaves on disk, and how another start reads it back; one module a stage.

Every module has `make`, which runs its stage and writes what came of it, and `read`, which gives the same from what
was written. `order` knows their order.
"""
