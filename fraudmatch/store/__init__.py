"""The SQLite file of a site: connecting, its tables, their migrations, the guard of its version, damage.

Nothing is imported here: SQLAlchemy takes a third of a second, and most commands need the driver alone.
"""
