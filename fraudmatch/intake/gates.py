"""Gates: what holds a whole delivery until a person has looked at it.

Every gate is a function of the delivery, its profile and what was accepted last; it gives faults of the
file, with both figures in words. `gates_alone` look at a delivery by itself, `gates_before` beside the one
in use, `gates_others` beside those of other partners. The limits are those of the reliability brief, 3.1.
"""

from __future__ import annotations

from fraudmatch.arrivals import FileFault
from fraudmatch.intake import gates_alone, gates_before, gates_others
from fraudmatch.intake.delivered import Delivered


def faults_of(one: Delivered) -> list[FileFault]:
    """What every gate says of a delivery, in a fixed order."""
    gates = (*gates_alone.GATES, *gates_before.GATES, *gates_others.GATES)
    return [fault for gate in gates for fault in gate(one)]
