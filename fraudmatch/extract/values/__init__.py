"""From the text of a cell to a date, an amount, a whole number, a flag or a code.

Every function here takes an array of distinct texts without nulls and gives an array of the
same length, null where the text cannot be read. They know nothing of files or fields.
"""
