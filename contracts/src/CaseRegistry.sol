// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Members} from "./Members.sol";

/// @title CaseRegistry: the milestones of every case, in lawful order
/// @notice Keeps how far each enforcement case has come. A case is opened under an approved procedure, and its number
/// counts its agency's cases of the year without gap; after that a milestone is only accepted where the procedure's
/// graph has an edge to it, with the next index, for a later entry of the case, and for an entry never used before.
/// @dev Milestones: start 1, inquiry 2, review 3, decision 4, service 5, execution 6, closure 7. Edges are bits,
/// `8 * (from - 1) + (to - 1)`. Approving procedures and appointing recorders is governance (`Members`).
contract CaseRegistry {
    /// @notice The milestone every case opens with.
    uint8 public constant START = 1;
    /// @notice The highest milestone there is (closure).
    uint8 public constant LAST_MILESTONE = 7;
    /// @notice Bits that an edge may be: between milestones that exist, and never back to the start.
    uint64 public constant POSSIBLE_EDGES = 0x007e7e7e7e7e7e7e;

    /// @notice A case as `caseOf` tells it; all zero when there is none.
    /// @param procedure Version it was opened with: SHA-256 of the procedure's document.
    /// @param head Leaf hash of the entry of its last milestone.
    /// @param seq Position of that entry in the case's history.
    /// @param index Milestones before this one.
    /// @param number Its number among the agency's cases of `year`, from 1.
    struct Case {
        bytes32 procedure;
        bytes32 head;
        uint64 seq;
        uint32 index;
        uint32 number;
        uint16 year;
        uint8 milestone;
    }

    /// @dev `advance` touches the first two words only, so a copy of the procedure's edges lies beside what it reads.
    struct State {
        uint64 edges;
        uint64 seq;
        uint32 index;
        uint32 number;
        uint16 year;
        uint8 milestone;
        bytes32 head;
        bytes32 procedure;
    }

    /// @notice The contract whose agencies govern procedures and recorders.
    Members public immutable members;

    mapping(bytes32 procedure => uint64 edges) private _edges;
    mapping(bytes32 agency => address recorder) private _recorders;
    mapping(bytes32 agency => mapping(uint16 year => uint32 count)) private _counts;
    mapping(bytes32 agency => mapping(bytes32 caseId => State)) private _cases;
    mapping(bytes32 agency => mapping(bytes32 head => bool)) private _seen;

    /// @notice Cases may be opened under this procedure version; its edges never change.
    event ProcedureApproved(bytes32 indexed procedure, uint64 edges);
    /// @notice From now on this account alone reports the agency's milestones; zero: nobody does.
    event RecorderAppointed(bytes32 indexed agency, address recorder);
    /// @notice A case was opened under a procedure version; its first `MilestoneReached` follows.
    event CaseOpened(
        bytes32 indexed caseId,
        bytes32 indexed agency,
        bytes32 procedure,
        uint16 year,
        uint32 number
    );
    /// @notice A case reached a milestone by the entry with this leaf hash, at `seq` of its history.
    event MilestoneReached(
        bytes32 indexed caseId,
        bytes32 indexed agency,
        uint32 index,
        uint8 milestone,
        uint64 seq,
        bytes32 head
    );

    /// @notice The address holds no `Members` contract.
    error CaseRegistryMembersMissing(address members);
    /// @notice The agency isn't a member.
    error CaseRegistryAgencyUnknown(bytes32 agency);
    /// @notice A procedure needs edges, and only ones of `POSSIBLE_EDGES`.
    error CaseRegistryEdgesMalformed(uint64 edges);
    /// @notice The procedure version is approved already.
    error CaseRegistryProcedureExists(bytes32 procedure);
    /// @notice Nobody approved this procedure version.
    error CaseRegistryProcedureUnknown(bytes32 procedure);
    /// @notice Only the agency's recorder reports its milestones.
    error CaseRegistryNotTheRecorder(bytes32 agency, address account);
    /// @notice The case is open already.
    error CaseRegistryCaseExists(bytes32 agency, bytes32 caseId);
    /// @notice No such case of this agency.
    error CaseRegistryCaseUnknown(bytes32 agency, bytes32 caseId);
    /// @notice Numbers of an agency and a year have no gap: the next one is `next`.
    error CaseRegistryNumberMismatch(bytes32 agency, uint16 year, uint32 number, uint32 next);
    /// @notice Milestones of a case have no gap: the next index is `next`.
    error CaseRegistryIndexMismatch(bytes32 agency, bytes32 caseId, uint32 index, uint32 next);
    /// @notice The procedure has no edge from the case's milestone to this one.
    error CaseRegistryEdgeRefused(bytes32 agency, bytes32 caseId, uint8 from, uint8 to);
    /// @notice A milestone's entry comes after that of the milestone before.
    error CaseRegistrySeqRefused(bytes32 agency, bytes32 caseId, uint64 seq, uint64 last);
    /// @notice The entry was used for a milestone before.
    error CaseRegistryHeadSeen(bytes32 agency, bytes32 head);

    /// @param members_ Contract that knows the agencies and counts their approvals.
    constructor(Members members_) {
        if (address(members_).code.length == 0) revert CaseRegistryMembersMissing(address(members_));
        members = members_;
    }

    modifier onlyRecorder(bytes32 agency) {
        // Where none was appointed the recorder is zero, which no caller is.
        if (msg.sender != _recorders[agency]) revert CaseRegistryNotTheRecorder(agency, msg.sender);
        _;
    }

    /// @notice Approves a procedure version with its graph, once and for ever. Governance.
    /// @param procedure SHA-256 of the procedure's document.
    /// @param edges Which milestone may follow which; some of `POSSIBLE_EDGES`.
    function approveProcedure(bytes32 procedure, uint64 edges) external {
        if (edges == 0 || edges & ~POSSIBLE_EDGES != 0) revert CaseRegistryEdgesMalformed(edges);
        if (_edges[procedure] != 0) revert CaseRegistryProcedureExists(procedure);
        bytes32 call = keccak256(abi.encodeCall(this.approveProcedure, (procedure, edges)));
        if (members.approveFor(msg.sender, call)) {
            _edges[procedure] = edges;
            emit ProcedureApproved(procedure, edges);
        }
    }

    /// @notice Appoints the account that reports an agency's milestones, in place of the one before. Governance.
    /// @param recorder The account; zero stops the agency's milestones, also those of an agency that was removed.
    function appointRecorder(bytes32 agency, address recorder) external {
        if (recorder != address(0) && !members.isAgency(agency)) revert CaseRegistryAgencyUnknown(agency);
        bytes32 call = keccak256(abi.encodeCall(this.appointRecorder, (agency, recorder)));
        if (members.approveFor(msg.sender, call)) {
            _recorders[agency] = recorder;
            emit RecorderAppointed(agency, recorder);
        }
    }

    /// @notice Opens a case with the milestone start. Only by the agency's recorder.
    /// @param caseId SHA-256 of the case's subject.
    /// @param procedure An approved procedure version; the case keeps it.
    /// @param year Local year of the filing.
    /// @param number The agency's cases of that year so far, plus one.
    /// @param seq Position of the filing's entry in the case's history.
    /// @param head Leaf hash of that entry.
    function open(
        bytes32 agency,
        bytes32 caseId,
        bytes32 procedure,
        uint16 year,
        uint32 number,
        uint64 seq,
        bytes32 head
    ) external onlyRecorder(agency) {
        State storage found = _cases[agency][caseId];
        if (found.milestone != 0) revert CaseRegistryCaseExists(agency, caseId);
        uint64 edges = _edges[procedure];
        if (edges == 0) revert CaseRegistryProcedureUnknown(procedure);
        uint32 next = _counts[agency][year] + 1;
        if (number != next) revert CaseRegistryNumberMismatch(agency, year, number, next);
        _use(agency, head);
        _counts[agency][year] = number;
        found.edges = edges;
        found.seq = seq;
        found.number = number;
        found.year = year;
        found.milestone = START;
        found.head = head;
        found.procedure = procedure;
        emit CaseOpened(caseId, agency, procedure, year, number);
        emit MilestoneReached(caseId, agency, 0, START, seq, head);
    }

    /// @notice Reports a case's next milestone. Only by the agency's recorder.
    /// @param index The last milestone's index plus one.
    /// @param milestone One to which the case's procedure has an edge from where the case is.
    /// @param seq Position of the milestone's entry in the case's history, after that of the last one.
    /// @param head Leaf hash of that entry.
    function advance(
        bytes32 agency,
        bytes32 caseId,
        uint32 index,
        uint8 milestone,
        uint64 seq,
        bytes32 head
    ) external onlyRecorder(agency) {
        State storage found = _cases[agency][caseId];
        uint8 from = found.milestone;
        if (from == 0) revert CaseRegistryCaseUnknown(agency, caseId);
        if (index != found.index + 1) revert CaseRegistryIndexMismatch(agency, caseId, index, found.index + 1);
        if (!_hasEdge(found.edges, from, milestone)) revert CaseRegistryEdgeRefused(agency, caseId, from, milestone);
        if (seq <= found.seq) revert CaseRegistrySeqRefused(agency, caseId, seq, found.seq);
        _use(agency, head);
        found.seq = seq;
        found.index = index;
        found.milestone = milestone;
        found.head = head;
        emit MilestoneReached(caseId, agency, index, milestone, seq, head);
    }

    /// @notice A case of an agency; all zero when there is none.
    function caseOf(bytes32 agency, bytes32 caseId) external view returns (Case memory) {
        State storage found = _cases[agency][caseId];
        return
            Case({
                procedure: found.procedure,
                head: found.head,
                seq: found.seq,
                index: found.index,
                number: found.number,
                year: found.year,
                milestone: found.milestone
            });
    }

    /// @notice Cases an agency opened in a year, which is also the last number given.
    function countOf(bytes32 agency, uint16 year) external view returns (uint32) {
        return _counts[agency][year];
    }

    /// @notice Edges of a procedure version, or 0 where it isn't approved.
    function edgesOf(bytes32 procedure) external view returns (uint64) {
        return _edges[procedure];
    }

    /// @notice The account that reports an agency's milestones, or zero.
    function recorderOf(bytes32 agency) external view returns (address) {
        return _recorders[agency];
    }

    /// @notice Whether an entry was used for a milestone of the agency.
    function isSeen(bytes32 agency, bytes32 head) external view returns (bool) {
        return _seen[agency][head];
    }

    /// @dev Across all cases of the agency: one entry is no milestone of two cases.
    function _use(bytes32 agency, bytes32 head) private {
        if (_seen[agency][head]) revert CaseRegistryHeadSeen(agency, head);
        _seen[agency][head] = true;
    }

    function _hasEdge(uint64 edges, uint8 from, uint8 to) private pure returns (bool) {
        if (to == 0 || to > LAST_MILESTONE) return false;
        return (edges >> (8 * (uint256(from) - 1) + (to - 1))) & 1 == 1;
    }
}
