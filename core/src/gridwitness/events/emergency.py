"""Emergency mode 应急: report, assess and dispatch, joint handling, after-action report."""

from __future__ import annotations

from gridwitness.errors import Conflict
from gridwitness.events.beside import Effect, Taken
from gridwitness.events.whistles import check_units
from gridwitness.grids.territory import Territory

PHASES = {
    "reported": ("报告", "reported"),
    "assessed": ("研判派遣", "assessed and dispatched"),
    "joint": ("联合处置", "handled jointly"),
    "ended": ("总结评估", "ended, with an after-action report"),
}
"""An event's `emergency` is `<level>/<phase>`."""
_ORDER = [*PHASES]
_STEPS = {
    "emergency_report": ("reported", frozenset({None, "ended"})),
    "emergency_assess": ("assessed", frozenset({"reported", "assessed", "joint"})),
    "emergency_joint": ("joint", frozenset({"assessed", "joint"})),
    "emergency_end": ("ended", frozenset({"joint"})),
}
"""Step → the phase it begins, the phases it may be taken in."""


def parts(emergency: str | None) -> tuple[str | None, str | None]:
    """Level and phase of an event's `emergency`."""
    level, _, phase = (emergency or "").partition("/")
    return level or None, phase or None


def moved(taken: Taken, territory: Territory) -> Effect:
    """The next phase, or more within the same; units that are named by the assessment help from now on."""
    begins, within = _STEPS[taken.step]
    level, phase = parts(taken.emergency)
    if phase not in within:
        raise Conflict(
            "emergency-phase",
            f"The emergency is {phase or 'not reported'}; {taken.step} does not follow.",
            "report, assess, handle jointly, then end",
            phase=phase,
        )
    if taken.step == "emergency_report":
        return Effect(event={"emergency": f"{taken.details['level']}/{begins}"})
    helpers: tuple[str, ...] = ()
    if taken.step == "emergency_assess":
        check_units(taken.details["units"], territory)
        helpers = tuple(taken.details["units"])
    reached = max(phase or begins, begins, key=_ORDER.index)
    return Effect(event={"emergency": f"{level}/{reached}"}, helpers=helpers)
