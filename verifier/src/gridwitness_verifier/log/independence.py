"""The check `independence`: blocks that hold anchors are sealed by a quorum of the pinned validators
(format §8).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.header import parse_header
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.qbft import quorum, verify_seals
from gridwitness_verifier.report import Phrase
from gridwitness_verifier.trust import Trust

ONE_OPERATOR = Phrase("one operator can rewrite this chain", "单一运营方即可改写此链")
PROVED = Phrase(
    "every anchor's block is sealed by a quorum of pinned validators", "每个锚定区块均有足额验证者签封"
)


class IndependenceCheck:
    """Checks the headers of anchors' blocks; without pinned validators it says what that means."""

    def __init__(self, tally: Tally, trust: Trust) -> None:
        self._tally = tally
        self._trust = trust
        self._seen: set[int] = set()

    def check(self, headers: Iterable[bytes]) -> None:
        """Headers as RLP, seals included."""
        if not self._trust.validators:
            return
        for header_rlp in headers:
            number = parse_header(header_rlp).number
            if number in self._seen:
                continue
            self._seen.add(number)
            self._tally.checked += 1
            pinned = self._trust.validators_at(number)
            try:
                verify_seals(header_rlp, [validator.address for validator in pinned])
            except VerificationError as error:
                self._tally.fail(error.code, f"block {number}: {error.message}")
                continue
            seats = Counter(validator.operator for validator in pinned)
            if max(seats.values()) >= quorum(len(pinned)):
                self._alone(number)

    def _alone(self, number: int) -> None:
        text = f"at block {number} one operator holds a quorum of the pinned validators: {ONE_OPERATOR}"
        if not self._tally.not_evaluated:
            self._tally.not_evaluated.append(text)

    def finish(self) -> None:
        """Say what could not be checked."""
        if not self._trust.validators:
            self._tally.not_evaluated.append(ONE_OPERATOR)
        elif not self._seen:
            self._tally.not_evaluated.append(Phrase("no anchor's block to check", "没有可核查的锚定区块"))
