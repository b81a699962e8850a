"""Start, provision and talk to an Ethereum node; contract bindings and chain proofs."""

from .accounts import Account, password_from_environment, password_from_file
from .agency import ADMIN, REGISTRAR, agency_code, agency_word
from .anvil import Anvil
from .artifact import Artifact, artifacts_folder, load_artifact
from .board_proof import ProvenSnapshot, board_proof, check_board_proof
from .case_registry import (
    MILESTONES,
    CaseOpened,
    CaseRegistry,
    CaseState,
    MilestoneReached,
    ProcedureApproved,
    RecorderAppointed,
    case_id,
)
from .contract import Call, Contract, Event
from .contracts import Contracts
from .deploy import deploy
from .deployment import Deployed, Deployment
from .engine import Engine, EngineProfile, RemoteEngine
from .errors import (
    AgencyRefused,
    ArtifactMissing,
    ChainError,
    ClockRefused,
    EngineFailed,
    KeystoreRefused,
    MalformedAnswer,
    NotApproved,
    NotMined,
    ProofMismatch,
    Reverted,
    RpcRefused,
    TransactionReplaced,
    TransactionUnderWay,
    Underfunded,
    Unreachable,
    WrongChain,
)
from .event_proof import Proof
from .ganache import Ganache
from .governance import approve
from .home import EngineHome
from .hotspot_board import (
    FAMILIES,
    BoardSnapshot,
    HotspotBoard,
    HotspotPublished,
    PublisherAppointed,
)
from .members import AgencyState, KeyState, Members, Purpose
from .milestone_proof import (
    ProvenMilestone,
    ReachedIn,
    check_milestone_proof,
    milestone_proof,
    milestone_proofs,
)
from .proofs import AnchoredHead, check_key_state, check_receipt_proof, key_state_proof, receipt_proof
from .record_log import LogOpened, LogState, RecordLog, TreeHeadAnchored, log_id
from .rpc import Rpc
from .settling import settle
from .transactions import Receipt, SignedTransaction, Transactions

__all__ = [
    "ADMIN",
    "FAMILIES",
    "MILESTONES",
    "REGISTRAR",
    "Account",
    "AgencyRefused",
    "AgencyState",
    "AnchoredHead",
    "Anvil",
    "Artifact",
    "ArtifactMissing",
    "BoardSnapshot",
    "Call",
    "CaseOpened",
    "CaseRegistry",
    "CaseState",
    "ChainError",
    "ClockRefused",
    "Contract",
    "Contracts",
    "Deployed",
    "Deployment",
    "Engine",
    "EngineFailed",
    "EngineHome",
    "EngineProfile",
    "Event",
    "Ganache",
    "HotspotBoard",
    "HotspotPublished",
    "KeyState",
    "KeystoreRefused",
    "LogOpened",
    "LogState",
    "MalformedAnswer",
    "Members",
    "MilestoneReached",
    "NotApproved",
    "NotMined",
    "ProcedureApproved",
    "Proof",
    "ProofMismatch",
    "ProvenMilestone",
    "ProvenSnapshot",
    "PublisherAppointed",
    "Purpose",
    "ReachedIn",
    "Receipt",
    "RecordLog",
    "RecorderAppointed",
    "RemoteEngine",
    "Reverted",
    "Rpc",
    "RpcRefused",
    "SignedTransaction",
    "TransactionReplaced",
    "TransactionUnderWay",
    "Transactions",
    "TreeHeadAnchored",
    "Underfunded",
    "Unreachable",
    "WrongChain",
    "agency_code",
    "agency_word",
    "approve",
    "artifacts_folder",
    "board_proof",
    "case_id",
    "check_board_proof",
    "check_key_state",
    "check_milestone_proof",
    "check_receipt_proof",
    "deploy",
    "key_state_proof",
    "load_artifact",
    "log_id",
    "milestone_proof",
    "milestone_proofs",
    "password_from_environment",
    "password_from_file",
    "receipt_proof",
    "settle",
]
