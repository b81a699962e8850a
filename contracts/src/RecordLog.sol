// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Members} from "./Members.sol";
import {Origin} from "./Origin.sol";
import {RecordTree} from "./RecordTree.sol";

/// @title RecordLog: anchored tree heads, append-only by proof
/// @notice Keeps size and root of every agency's log and lets it only grow: each new head comes with an RFC 9162
/// consistency proof that is checked here. Opening, closing and handing over a log is governance (`Members`).
contract RecordLog {
    /// @notice Most leaves that one head may add.
    uint64 public constant MAXIMUM_GROWTH = 2 ** 20;

    /// @notice A log as `logOf` tells it. After `closeLog`, size and root are those of the head it was closed at.
    /// @param maximumMergeDelay Seconds within which an accepted record must be anchored.
    /// @param successor Log that continues this closed one, or zero.
    /// @param predecessor Closed log that this one continues, or zero.
    struct Log {
        bytes32 root;
        uint64 size;
        uint32 maximumMergeDelay;
        bool closed;
        address anchorer;
        bytes32 agency;
        bytes32 successor;
        bytes32 predecessor;
    }

    /// @dev `append` touches the first two words only. A size of 56 bits makes room for the flag in the second
    /// word; 2^20 leaves a head take 2^36 heads to fill it.
    struct State {
        bytes32 root;
        uint56 size;
        uint32 maximumMergeDelay;
        bool closed;
        address anchorer;
        bytes32 agency;
        bytes32 successor;
        bytes32 predecessor;
        uint256 number;
    }

    /// @notice The contract whose agencies govern the logs.
    Members public immutable members;
    /// @notice Id of the deployment, part of every origin.
    bytes16 public immutable deployment;

    mapping(bytes32 logId => State) internal logs;

    /// @notice A log was opened; `predecessor` is the closed log it continues, or zero.
    event LogOpened(
        bytes32 indexed logId,
        bytes32 indexed agency,
        string origin,
        address anchorer,
        uint32 maximumMergeDelay,
        bytes32 predecessor
    );
    /// @notice The log grew to a head that was proven to extend the one before.
    event TreeHeadAnchored(bytes32 indexed logId, uint64 oldSize, uint64 indexed newSize, bytes32 root);
    /// @notice The log ended at this head; whatever was anchored beyond `size` is not continued.
    event LogClosed(bytes32 indexed logId, uint64 size, bytes32 root, bytes32 successor);
    /// @notice Another account anchors the log from now on.
    event AnchorerReplaced(bytes32 indexed logId, address anchorer);

    /// @notice The address holds no `Members` contract.
    error RecordLogMembersMissing(address members);
    /// @notice No such log.
    error RecordLogUnknown(bytes32 logId);
    /// @notice The log exists already.
    error RecordLogExists(bytes32 logId);
    /// @notice Closed logs stay as they are.
    error RecordLogAlreadyClosed(bytes32 logId);
    /// @notice The agency isn't a member.
    error RecordLogAgencyUnknown(bytes32 agency);
    /// @notice The origin isn't the one this log must have.
    error RecordLogOriginWrong(string origin, string expected);
    /// @notice A log needs an anchorer.
    error RecordLogAnchorerZero();
    /// @notice A log needs a maximum merge delay.
    error RecordLogMergeDelayZero();
    /// @notice Only the log's anchorer appends.
    error RecordLogNotTheAnchorer(bytes32 logId, address account);
    /// @notice The log is at another size: read it and prove from there.
    error RecordLogSizeMismatch(bytes32 logId, uint64 size, uint64 oldSize);
    /// @notice A head must add at least one leaf and at most `MAXIMUM_GROWTH`.
    error RecordLogGrowthRefused(uint64 oldSize, uint64 newSize);
    /// @notice The proof doesn't show that the new head extends the old one.
    error RecordLogInconsistent(bytes32 logId, uint64 oldSize, uint64 newSize);
    /// @notice A log can only be closed at its head or at a proven earlier one.
    error RecordLogHeadRefused(bytes32 logId, uint64 size, bytes32 root);

    /// @param members_ Contract that knows the agencies and counts their approvals.
    constructor(Members members_) {
        if (address(members_).code.length == 0) revert RecordLogMembersMissing(address(members_));
        members = members_;
        deployment = members_.deployment();
    }

    /// @notice Anchors the next tree head of a log. Only by its anchorer.
    /// @dev A root doesn't commit to its size: that is what the log key's signature on the tree head is for.
    /// @param oldSize Size the log has now, in leaves.
    /// @param newSize Larger size, by at most `MAXIMUM_GROWTH`.
    /// @param newRoot Root of the tree of `newSize` leaves.
    /// @param consistencyProof RFC 9162 2.1.4 proof from old to new; empty for the first append.
    function append(
        bytes32 logId,
        uint64 oldSize,
        uint64 newSize,
        bytes32 newRoot,
        bytes32[] calldata consistencyProof
    ) external {
        State storage log = logs[logId];
        // An unknown log has no anchorer, so this is also the check that it exists.
        if (msg.sender != log.anchorer) revert RecordLogNotTheAnchorer(logId, msg.sender);
        if (log.closed) revert RecordLogAlreadyClosed(logId);
        uint64 size = log.size;
        if (oldSize != size) revert RecordLogSizeMismatch(logId, size, oldSize);
        if (newSize <= size || newSize - size > MAXIMUM_GROWTH) revert RecordLogGrowthRefused(size, newSize);
        bool extends_ = size == 0
            ? consistencyProof.length == 0
            : RecordTree.consistent(size, newSize, log.root, newRoot, consistencyProof);
        if (!extends_) revert RecordLogInconsistent(logId, oldSize, newSize);
        log.root = newRoot;
        log.size = uint56(newSize);
        emit TreeHeadAnchored(logId, oldSize, newSize, newRoot);
    }

    /// @notice Opens the first log of an agency. Governance.
    /// @param origin "gridwitness/", the deployment in lower case hex, "/", the agency's code.
    /// @param maximumMergeDelay Seconds within which an accepted record must be anchored; never changes.
    function openLog(string calldata origin, bytes32 agency, address anchorer, uint32 maximumMergeDelay) external {
        if (!members.isAgency(agency)) revert RecordLogAgencyUnknown(agency);
        if (maximumMergeDelay == 0) revert RecordLogMergeDelayZero();
        _requireOpenable(origin, agency, 1, anchorer);
        bytes32 call = keccak256(abi.encodeCall(this.openLog, (origin, agency, anchorer, maximumMergeDelay)));
        if (members.approveFor(msg.sender, call)) {
            _open(origin, agency, 1, anchorer, maximumMergeDelay, 0);
        }
    }

    /// @notice Closes a log at its head, or at an earlier one if its anchorer was stolen, and opens its successor
    /// with the same agency and merge delay. Governance.
    /// @dev The proof is a witness and not what is voted on: each voter proves against the head of the moment (the
    /// approved call is counted with an empty proof), so that a stolen anchorer can't outrun the vote by appending.
    /// @param size Leaves that stay; 0 only when nothing was ever appended.
    /// @param root Root of the tree of `size` leaves; zero for size 0.
    /// @param proof Consistency proof from `size` to the current head; empty when `size` is the current one.
    /// @param successorOrigin The agency's first origin and "-2", "-3", … in order of succession.
    function closeLog(
        bytes32 logId,
        uint64 size,
        bytes32 root,
        bytes32[] calldata proof,
        string calldata successorOrigin,
        address successorAnchorer
    ) external {
        State storage log = _openLogState(logId);
        if (!_isHeadOrPrefix(log, size, root, proof)) revert RecordLogHeadRefused(logId, size, root);
        _requireOpenable(successorOrigin, log.agency, log.number + 1, successorAnchorer);
        if (members.approveFor(msg.sender, _closeCall(logId, size, root, successorOrigin, successorAnchorer))) {
            _close(logId, size, root, successorOrigin, successorAnchorer);
        }
    }

    /// @notice Hands a log to another anchorer. Governance.
    function replaceAnchorer(bytes32 logId, address anchorer) external {
        State storage log = _openLogState(logId);
        if (anchorer == address(0)) revert RecordLogAnchorerZero();
        if (members.approveFor(msg.sender, keccak256(abi.encodeCall(this.replaceAnchorer, (logId, anchorer))))) {
            log.anchorer = anchorer;
            emit AnchorerReplaced(logId, anchorer);
        }
    }

    /// @notice A log; all zero when there is none.
    function logOf(bytes32 logId) external view returns (Log memory) {
        State storage log = logs[logId];
        return
            Log({
                root: log.root,
                size: log.size,
                maximumMergeDelay: log.maximumMergeDelay,
                closed: log.closed,
                anchorer: log.anchorer,
                agency: log.agency,
                successor: log.successor,
                predecessor: log.predecessor
            });
    }

    /// @notice Whether the proof shows that (newSize, newRoot) extends (oldSize, oldRoot), as `append` checks it.
    function verifyConsistency(
        uint64 oldSize,
        uint64 newSize,
        bytes32 oldRoot,
        bytes32 newRoot,
        bytes32[] calldata proof
    ) external view returns (bool) {
        return RecordTree.consistent(oldSize, newSize, oldRoot, newRoot, proof);
    }

    /// @notice Whether the proof shows that `leafHash` is leaf `index` (from 0) of the tree (size, root).
    function verifyInclusion(
        bytes32 leafHash,
        uint64 index,
        uint64 size,
        bytes32[] calldata proof,
        bytes32 root
    ) external view returns (bool) {
        return RecordTree.included(leafHash, index, size, proof, root);
    }

    /// @notice Id of the log with this origin: its SHA-256.
    function logIdOf(string calldata origin) public pure returns (bytes32) {
        return sha256(bytes(origin));
    }

    function _open(
        string calldata origin,
        bytes32 agency,
        uint256 number,
        address anchorer,
        uint32 maximumMergeDelay,
        bytes32 predecessor
    ) private returns (bytes32 logId) {
        logId = logIdOf(origin);
        State storage log = logs[logId];
        log.agency = agency;
        log.number = number;
        log.anchorer = anchorer;
        log.maximumMergeDelay = maximumMergeDelay;
        log.predecessor = predecessor;
        emit LogOpened(logId, agency, origin, anchorer, maximumMergeDelay, predecessor);
    }

    function _close(
        bytes32 logId,
        uint64 size,
        bytes32 root,
        string calldata successorOrigin,
        address successorAnchorer
    ) private {
        State storage log = logs[logId];
        bytes32 successor = logIdOf(successorOrigin);
        log.root = root;
        log.size = uint56(size);
        log.closed = true;
        log.successor = successor;
        emit LogClosed(logId, size, root, successor);
        _open(successorOrigin, log.agency, log.number + 1, successorAnchorer, log.maximumMergeDelay, logId);
    }

    function _openLogState(bytes32 logId) private view returns (State storage log) {
        log = logs[logId];
        if (log.agency == 0) revert RecordLogUnknown(logId);
        if (log.closed) revert RecordLogAlreadyClosed(logId);
    }

    function _isHeadOrPrefix(
        State storage log,
        uint64 size,
        bytes32 root,
        bytes32[] calldata proof
    ) private view returns (bool) {
        if (size == log.size) return root == log.root && proof.length == 0;
        return RecordTree.consistent(size, log.size, root, log.root, proof);
    }

    function _requireOpenable(string calldata origin, bytes32 agency, uint256 number, address anchorer) private view {
        if (anchorer == address(0)) revert RecordLogAnchorerZero();
        string memory expected = Origin.write(deployment, agency, number);
        if (keccak256(bytes(origin)) != keccak256(bytes(expected))) revert RecordLogOriginWrong(origin, expected);
        bytes32 logId = logIdOf(origin);
        if (logs[logId].agency != 0) revert RecordLogExists(logId);
    }

    function _closeCall(
        bytes32 logId,
        uint64 size,
        bytes32 root,
        string calldata successorOrigin,
        address successorAnchorer
    ) private view returns (bytes32) {
        bytes32[] memory none = new bytes32[](0);
        return keccak256(
            abi.encodeCall(this.closeLog, (logId, size, root, none, successorOrigin, successorAnchorer))
        );
    }
}
