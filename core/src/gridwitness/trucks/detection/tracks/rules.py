"""The rules on positions and e-manifests, in the order of format section 21."""

from gridwitness.trucks.detection.findings import Rule
from gridwitness.trucks.detection.tracks.manifests import GateMismatch
from gridwitness.trucks.detection.tracks.permitted import OutsideHours, PermitMissing
from gridwitness.trucks.detection.tracks.route import OffRoute
from gridwitness.trucks.detection.tracks.silence import Offline, TerminalTwice
from gridwitness.trucks.detection.tracks.standing import AbnormalStop, SuspectedDump, WrongSite
from gridwitness.trucks.detection.tracks.states import Overload, Overspeed, Uncovered

TRACK_RULES: tuple[Rule, ...] = (
    PermitMissing("NO_PERMIT"),
    PermitMissing("EXPIRED"),
    OffRoute(),
    OutsideHours(),
    WrongSite(),
    Uncovered(),
    Overload(),
    AbnormalStop(),
    SuspectedDump(),
    Offline(),
    Overspeed(),
    GateMismatch(),
    TerminalTwice(),
)
