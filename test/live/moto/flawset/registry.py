"""The table of flaws: an id, the checks whose verdict should change, the trap in one line, and what plants it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lab import Lab

Plant = Callable[[Lab], None]


@dataclass(frozen=True)
class Flaw:
    id: str
    expects: tuple[str, ...]
    unknown: tuple[str, ...]
    trap: str
    plant: Plant


FLAWS: dict[str, Flaw] = {}


def flaw(flaw_id: str, *fails: str, unknown: tuple[str, ...] = ()) -> Callable[[Plant], Plant]:
    """Registers a flaw: every check that fails for it, and every one that cannot say any more. The docstring of the
    function is the trap.
    """

    def register(plant: Plant) -> Plant:
        if flaw_id in FLAWS:
            raise ValueError(f"two flaws named {flaw_id}")
        FLAWS[flaw_id] = Flaw(flaw_id, (*fails, *unknown), unknown, (plant.__doc__ or "").strip(), plant)
        return plant

    return register
