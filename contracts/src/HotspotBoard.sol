// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Members} from "./Members.sol";

/// @title HotspotBoard: where trucks break the rules, readable from any node
/// @notice Keeps every agency's hotspot snapshots: numbered without gap, of periods that only go forward, with all
/// their cells in the event, so that a police node reads the map from its own node. The contract computes the
/// cells' SHA-256 itself and keeps it, so that a node which leaves events out, or alters one, is found out.
/// @dev Cells are `gridwitness-cells/1`: `CELL_BYTES` each, of which the first 8 are the H3 index, ascending. What
/// the cells say is the agency's claim; the contract sees to form, order and who says it. Appointing publishers
/// is governance (`Members`).
contract HotspotBoard {
    /// @notice Bytes of one cell.
    uint256 public constant CELL_BYTES = 24;
    /// @notice Most cells of one snapshot.
    uint256 public constant MAXIMUM_CELLS = 4096;
    /// @notice The highest family there is: passages 0, positions 1.
    uint8 public constant LAST_FAMILY = 1;
    /// @notice The finest H3 resolution there is.
    uint8 public constant LAST_RESOLUTION = 15;

    /// @notice What a snapshot is of.
    /// @param family Rules it counts: 0 those of passages, 1 those of positions.
    /// @param periodFrom Start of its period, Unix seconds.
    /// @param periodTo End of its period, not included, Unix seconds.
    /// @param resolution H3 resolution of its cells.
    /// @param rules Version of the detection rules: SHA-256 of their document.
    /// @param method SHA-256 of the record's `method`.
    /// @param inputs Merkle root over the log's leaves it is made of.
    /// @param head Leaf hash of the snapshot's record.
    struct Snapshot {
        uint8 family;
        uint64 periodFrom;
        uint64 periodTo;
        uint8 resolution;
        bytes32 rules;
        bytes32 method;
        bytes32 inputs;
        bytes32 head;
    }

    /// @notice The contract whose agencies appoint publishers.
    Members public immutable members;

    mapping(bytes32 agency => address publisher) private _publishers;
    mapping(bytes32 agency => uint32 count) private _counts;
    mapping(bytes32 agency => mapping(uint8 family => uint64 end)) private _ends;
    mapping(bytes32 agency => mapping(uint32 number => bytes32 result)) private _results;
    mapping(bytes32 agency => mapping(bytes32 head => bool)) private _seen;

    /// @notice From now on this account alone publishes the agency's snapshots; zero: nobody does.
    event HotspotPublisherAppointed(bytes32 indexed agency, address publisher);
    /// @notice A snapshot was published; `result` is the SHA-256 of `cells`, computed here.
    event HotspotPublished(
        bytes32 indexed agency,
        uint32 indexed number,
        Snapshot snapshot,
        bytes32 result,
        bytes cells
    );

    /// @notice The address holds no `Members` contract.
    error HotspotBoardMembersMissing(address members);
    /// @notice The agency isn't a member.
    error HotspotBoardAgencyUnknown(bytes32 agency);
    /// @notice Only the agency's publisher publishes its snapshots.
    error HotspotBoardNotThePublisher(bytes32 agency, address account);
    /// @notice Snapshots of an agency have no gap: the next number is `next`.
    error HotspotBoardNumberMismatch(bytes32 agency, uint32 number, uint32 next);
    /// @notice There is no such family.
    error HotspotBoardFamilyUnknown(uint8 family);
    /// @notice H3 has no such resolution.
    error HotspotBoardResolutionUnknown(uint8 resolution);
    /// @notice A period ends after it began.
    error HotspotBoardPeriodEmpty(uint64 periodFrom, uint64 periodTo);
    /// @notice Periods of a family never overlap: the next one begins at `end` or later.
    error HotspotBoardPeriodOverlaps(bytes32 agency, uint8 family, uint64 periodFrom, uint64 end);
    /// @notice Cells have `CELL_BYTES` bytes each.
    error HotspotBoardCellsMalformed(uint256 length);
    /// @notice A snapshot has at most `MAXIMUM_CELLS` cells.
    error HotspotBoardTooManyCells(uint256 count);
    /// @notice Every cell's index is greater than the one before; `position` counts from 0.
    error HotspotBoardCellsUnsorted(uint256 position);
    /// @notice The record was published before.
    error HotspotBoardHeadSeen(bytes32 agency, bytes32 head);

    /// @param members_ Contract that knows the agencies and counts their approvals.
    constructor(Members members_) {
        if (address(members_).code.length == 0) revert HotspotBoardMembersMissing(address(members_));
        members = members_;
    }

    modifier onlyPublisher(bytes32 agency) {
        // Where none was appointed the publisher is zero, which no caller is.
        if (msg.sender != _publishers[agency]) revert HotspotBoardNotThePublisher(agency, msg.sender);
        _;
    }

    /// @notice Appoints the account that publishes an agency's snapshots, in place of the one before. Governance.
    /// @param publisher The account; zero stops the agency's snapshots, also those of an agency that was removed.
    function appointPublisher(bytes32 agency, address publisher) external {
        if (publisher != address(0) && !members.isAgency(agency)) revert HotspotBoardAgencyUnknown(agency);
        bytes32 call = keccak256(abi.encodeCall(this.appointPublisher, (agency, publisher)));
        if (members.approveFor(msg.sender, call)) {
            _publishers[agency] = publisher;
            emit HotspotPublisherAppointed(agency, publisher);
        }
    }

    /// @notice Publishes an agency's next snapshot. Only by the agency's publisher.
    /// @param number The agency's snapshots so far, plus one.
    /// @param snapshot What it is of; its period begins where the family's last one ended, or later.
    /// @param cells The cells that are shown, ascending; none where no cell may be shown.
    function publish(
        bytes32 agency,
        uint32 number,
        Snapshot calldata snapshot,
        bytes calldata cells
    ) external onlyPublisher(agency) {
        uint32 next = _counts[agency] + 1;
        if (number != next) revert HotspotBoardNumberMismatch(agency, number, next);
        _requirePlace(agency, snapshot);
        _requireSorted(cells);
        if (_seen[agency][snapshot.head]) revert HotspotBoardHeadSeen(agency, snapshot.head);
        bytes32 result = sha256(cells);
        _counts[agency] = number;
        _ends[agency][snapshot.family] = snapshot.periodTo;
        _results[agency][number] = result;
        _seen[agency][snapshot.head] = true;
        emit HotspotPublished(agency, number, snapshot, result, cells);
    }

    /// @notice Snapshots an agency published, which is also the last number given.
    function countOf(bytes32 agency) external view returns (uint32) {
        return _counts[agency];
    }

    /// @notice SHA-256 of the cells of a snapshot, or zero where there is none of that number.
    function resultOf(bytes32 agency, uint32 number) external view returns (bytes32) {
        return _results[agency][number];
    }

    /// @notice Where the period of an agency's last snapshot of a family ended, Unix seconds; 0 before the first.
    function endOf(bytes32 agency, uint8 family) external view returns (uint64) {
        return _ends[agency][family];
    }

    /// @notice The account that publishes an agency's snapshots, or zero.
    function publisherOf(bytes32 agency) external view returns (address) {
        return _publishers[agency];
    }

    /// @notice Whether a record was published as a snapshot of the agency.
    function isSeen(bytes32 agency, bytes32 head) external view returns (bool) {
        return _seen[agency][head];
    }

    function _requirePlace(bytes32 agency, Snapshot calldata snapshot) private view {
        (uint8 family, uint64 from, uint64 to) = (snapshot.family, snapshot.periodFrom, snapshot.periodTo);
        if (family > LAST_FAMILY) revert HotspotBoardFamilyUnknown(family);
        if (snapshot.resolution > LAST_RESOLUTION) revert HotspotBoardResolutionUnknown(snapshot.resolution);
        if (to <= from) revert HotspotBoardPeriodEmpty(from, to);
        uint64 end = _ends[agency][family];
        if (from < end) revert HotspotBoardPeriodOverlaps(agency, family, from, end);
    }

    /// @dev Zero is no H3 index, so starting from it costs no cell its place.
    function _requireSorted(bytes calldata cells) private pure {
        if (cells.length % CELL_BYTES != 0) revert HotspotBoardCellsMalformed(cells.length);
        if (cells.length > CELL_BYTES * MAXIMUM_CELLS) revert HotspotBoardTooManyCells(cells.length / CELL_BYTES);
        uint64 last = 0;
        for (uint256 at = 0; at < cells.length; at += CELL_BYTES) {
            uint64 cell = uint64(bytes8(cells[at:at + 8]));
            if (cell <= last) revert HotspotBoardCellsUnsorted(at / CELL_BYTES);
            last = cell;
        }
    }
}
