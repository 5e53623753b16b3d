"""Links judged pair by pair: against a truth, with charts, or by a sample that people decide on."""
