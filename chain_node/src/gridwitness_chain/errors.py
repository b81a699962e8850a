"""One error tree: a stable `code`, what happened, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping


class ChainError(Exception):
    """Something about the chain failed; `code` is stable, `hint` says what to do."""

    code = "chain"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class Unreachable(ChainError):
    """No answer from the node: refused, reset or timed out."""

    code = "chain-unreachable"


class RpcRefused(ChainError):
    """The node answered with a JSON-RPC error."""

    code = "rpc-refused"

    def __init__(self, method: str, number: int, text: str, data: object = None) -> None:
        super().__init__(f"{method}: {text} ({number})")
        self.method = method
        self.number = number
        self.text = text
        self.data = data


class MalformedAnswer(ChainError):
    """The node answered something that is no JSON-RPC, or lacks what the method must return."""

    code = "rpc-malformed"


class WrongChain(ChainError):
    """The node serves another chain, or other code stands at the contracts' addresses."""

    code = "wrong-chain"


class EngineFailed(ChainError):
    """A local engine did not start, is held by another process, or is not installed."""

    code = "engine-failed"


class ClockRefused(ChainError):
    """The block time of this engine cannot be set."""

    code = "clock-refused"


class ArtifactMissing(ChainError):
    """A contract artifact was not found or is not one."""

    code = "artifact-missing"


class KeystoreRefused(ChainError):
    """A keystore is missing, malformed or does not open with this password."""

    code = "keystore-refused"


class Underfunded(ChainError):
    """The account cannot pay for gas on this chain and the engine cannot fund it."""

    code = "account-underfunded"


class TransactionUnderWay(ChainError):
    """The account has a transaction that is not mined yet; a new nonce would risk sending twice."""

    code = "transaction-under-way"


class TransactionReplaced(ChainError):
    """The nonce was used by another transaction: this one can never be mined."""

    code = "transaction-replaced"


class NotMined(ChainError):
    """No final receipt within the given time; the same raw bytes may be sent again."""

    code = "transaction-not-mined"


class AgencyRefused(ChainError):
    """Not an agency code."""

    code = "agency-malformed"


class NotApproved(ChainError):
    """Fewer agencies approved than the contract asks for; the approvals given stay."""

    code = "not-approved"


class Reverted(ChainError):
    """The contract refused; `error` is its custom error and `arguments` are that error's values."""

    code = "contract-reverted"

    def __init__(self, call: str, error: str, arguments: Mapping[str, object] | None = None) -> None:
        self.call = call
        self.error = error
        self.arguments = dict(arguments or {})
        shown = ", ".join(
            f"{name}={'0x' + value.hex() if isinstance(value, bytes) else value}"
            for name, value in self.arguments.items()
        )
        super().__init__(f"{call} was refused by the contract: {error}({shown})")


class ProofMismatch(ChainError):
    """A chain proof does not show what it should; `step` names the check that failed."""

    code = "proof-mismatch"

    def __init__(self, step: str, message: str) -> None:
        super().__init__(f"{step}: {message}", "fetch the proof again from a node you trust")
        self.step = step
