"""A deployment with a week of passages, anomalies and a review to attack; its snapshots are due, not made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from gridwitness.provision import write_trust
from support.attack_story import tell
from support.attack_target import Stage, Target, backed_up, dropped
from support.hotspot_story import CELLS, HIDDEN, HOT, HotspotStory, hotspot_story


@dataclass
class WeekStage(Stage):
    """An honest deployment. `subs`: the anomalies of the hottest cell; the first one is upheld."""

    week: HotspotStory
    subs: tuple[str, ...]


@dataclass(frozen=True)
class Week:
    """The week of a copy."""

    story: HotspotStory
    subs: tuple[str, ...]

    def make(self) -> None:
        """Make what is due and publish it."""
        assert len(self.story.make()) == 2


@contextmanager
def standing_week() -> Iterator[WeekStage]:
    """All of it accepted and anchored."""
    with hotspot_story() as week:
        story = tell(week.running, 2)
        week.checkpoints(CELLS)
        subs = week.gathering(HOT, 9)
        for cell in HIDDEN:
            week.gathering(cell, 2)
        week.running.drain()
        week.review(subs[0], "upheld")
        week.batch()
        week.until_due()
        write_trust(week.running.platform)
        backup = backed_up(week.running)
        try:
            yield WeekStage(week.running, story, backup, week, tuple(subs))
        finally:
            dropped(backup)


def week_at(stage: WeekStage, target: Target) -> Week:
    """The same week at a copy of the deployment."""
    officer = replace(stage.week.officer, running=target.running)
    return Week(replace(stage.week, running=target.running, officer=officer), stage.subs)
