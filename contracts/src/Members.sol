// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Agencies} from "./Agencies.sol";

/// @title Members: agencies, roles and signing keys of one deployment
/// @notice A signing key is kept per (agency, RFC 7638 thumbprint). It is registered by its own agency and vouched
/// for by a second one; its window only shrinks; it is revoked once. All times are Unix seconds.
/// @dev Reads for proofs: key slot = keccak256(thumbprint ‖ keccak256(agency ‖ slot of `keys`)), three words.
contract Members is Agencies {
    /// @notice How far back (seconds) an agency can disown its own keys without a second agency.
    uint64 public constant FAR_BACK = 7 days;
    /// @notice Highest purpose of a key: 1 officer, 2 service, 3 feed, 4 log.
    uint8 public constant LAST_PURPOSE = 4;

    /// @notice A key as stored; the order is the storage layout that state proofs read.
    /// @param registeredAgencies Number of agencies when it was registered (1: nobody could have vouched).
    struct Key {
        uint8 purpose;
        uint64 registeredAt;
        uint64 confirmedAt;
        uint64 notBefore;
        uint64 notAfter;
        uint64 revokedAt;
        uint64 compromisedSince;
        uint64 registeredAgencies;
        bytes32 confirmedBy;
    }

    /// @notice Random id of the deployment; part of every log's origin.
    bytes16 public immutable deployment;

    mapping(bytes32 agency => mapping(bytes32 thumbprint => Key)) internal keys;
    mapping(bytes32 agency => mapping(bytes32 thumbprint => uint64 since)) private _proposedRevocations;

    /// @notice An agency registered a key. `replaces` names the key it takes over from, or zero.
    event KeyRegistered(
        bytes32 indexed agency,
        bytes32 indexed thumbprint,
        uint8 purpose,
        uint64 notBefore,
        uint64 notAfter,
        bytes32 replaces
    );
    /// @notice A second agency vouched for the key.
    event KeyConfirmed(bytes32 indexed agency, bytes32 indexed thumbprint, bytes32 confirmer);
    /// @notice The key's window became smaller.
    event KeyWindowShrunk(bytes32 indexed agency, bytes32 indexed thumbprint, uint64 notBefore, uint64 notAfter);
    /// @notice The key's agency wants to revoke it far back; nothing changes until a second agency agrees.
    event KeyRevocationProposed(bytes32 indexed agency, bytes32 indexed thumbprint, uint64 compromisedSince);
    /// @notice The key is revoked; what it signed counts as compromised from `compromisedSince`.
    event KeyRevoked(bytes32 indexed agency, bytes32 indexed thumbprint, uint64 compromisedSince);

    /// @notice The account isn't a registrar of the agency.
    error MembersNotARegistrar(bytes32 agency, address account);
    /// @notice The purpose is 1 officer, 2 service, 3 feed or 4 log.
    error MembersPurposeUnknown(uint8 purpose);
    /// @notice A thumbprint is never zero.
    error MembersThumbprintZero();
    /// @notice The window is empty, wider than before, or unchanged.
    error MembersWindowRefused(uint64 notBefore, uint64 notAfter);
    /// @notice The shrunk window would disown signatures from before `FAR_BACK`: that is a revocation.
    error MembersWindowCutsFarBack(uint64 from);
    /// @notice The key is registered already.
    error MembersKeyExists(bytes32 agency, bytes32 thumbprint);
    /// @notice No such key of this agency (or, as `replaces`, of another purpose).
    error MembersKeyUnknown(bytes32 agency, bytes32 thumbprint);
    /// @notice The key is confirmed already.
    error MembersKeyAlreadyConfirmed(bytes32 agency, bytes32 thumbprint);
    /// @notice The key is revoked already.
    error MembersKeyAlreadyRevoked(bytes32 agency, bytes32 thumbprint);
    /// @notice An agency can't vouch for its own keys.
    error MembersOwnConfirmation(bytes32 agency);
    /// @notice A compromise can't lie in the future.
    error MembersCompromiseInFuture(uint64 compromisedSince);
    /// @notice The key's agency hasn't proposed this revocation with this time.
    error MembersRevocationNotProposed(bytes32 agency, bytes32 thumbprint, uint64 compromisedSince);
    /// @notice The key's agency proposed just this already; a second agency must agree.
    error MembersRevocationAlreadyProposed(bytes32 agency, bytes32 thumbprint, uint64 compromisedSince);

    /// @param deployment_ Random id of the deployment.
    /// @param codes Founding agencies, distinct, at least one.
    /// @param admins Their first accounts, in the same order, distinct; each gets both roles.
    constructor(
        bytes16 deployment_,
        bytes32[] memory codes,
        address[] memory admins
    ) Agencies(codes, admins) {
        deployment = deployment_;
    }

    modifier onlyRegistrar(bytes32 agency) {
        _requireAgency(agency);
        if (registrarOf(msg.sender) != agency) revert MembersNotARegistrar(agency, msg.sender);
        _;
    }

    /// @notice Registers a key of the caller's agency, once.
    /// @param replaces An existing key of the same agency and purpose that this one takes over from, or zero.
    function registerKey(
        bytes32 agency,
        bytes32 thumbprint,
        uint8 purpose,
        uint64 notBefore,
        uint64 notAfter,
        bytes32 replaces
    ) external onlyRegistrar(agency) {
        if (thumbprint == 0) revert MembersThumbprintZero();
        if (purpose == 0 || purpose > LAST_PURPOSE) revert MembersPurposeUnknown(purpose);
        if (notBefore > notAfter) revert MembersWindowRefused(notBefore, notAfter);
        Key storage key = keys[agency][thumbprint];
        if (key.registeredAt != 0) revert MembersKeyExists(agency, thumbprint);
        if (replaces != 0 && keys[agency][replaces].purpose != purpose) revert MembersKeyUnknown(agency, replaces);
        key.purpose = purpose;
        key.registeredAt = uint64(block.timestamp);
        key.notBefore = notBefore;
        key.notAfter = notAfter;
        key.registeredAgencies = uint64(agencyCount());
        emit KeyRegistered(agency, thumbprint, purpose, notBefore, notAfter, replaces);
    }

    /// @notice Vouches for a key of another agency, once, after its holder proved possession off chain.
    /// @param confirmer The caller's agency.
    function confirmKey(bytes32 agency, bytes32 thumbprint, bytes32 confirmer) external onlyRegistrar(confirmer) {
        if (confirmer == agency) revert MembersOwnConfirmation(agency);
        Key storage key = _liveKey(agency, thumbprint);
        if (key.confirmedAt != 0) revert MembersKeyAlreadyConfirmed(agency, thumbprint);
        key.confirmedAt = uint64(block.timestamp);
        key.confirmedBy = confirmer;
        emit KeyConfirmed(agency, thumbprint, confirmer);
    }

    /// @notice Makes a key's window smaller, never empty, and without disowning what lies before `FAR_BACK`.
    function shrinkWindow(
        bytes32 agency,
        bytes32 thumbprint,
        uint64 notBefore,
        uint64 notAfter
    ) external onlyRegistrar(agency) {
        Key storage key = _liveKey(agency, thumbprint);
        bool later = notBefore > key.notBefore;
        bool sooner = notAfter < key.notAfter;
        bool wider = notBefore < key.notBefore || notAfter > key.notAfter;
        if (wider || notBefore > notAfter || !(later || sooner)) revert MembersWindowRefused(notBefore, notAfter);
        if (later) _requireRecent(key, key.notBefore);
        if (sooner) _requireRecent(key, notAfter);
        key.notBefore = notBefore;
        key.notAfter = notAfter;
        emit KeyWindowShrunk(agency, thumbprint, notBefore, notAfter);
    }

    /// @notice Revokes a key, once. Where there are several agencies and the compromise lies further back than
    /// `FAR_BACK`, its agency calls first and a registrar of a second agency makes the same call.
    /// @param compromisedSince Since when its signatures are in doubt, not in the future; 0 means now.
    function revokeKey(bytes32 agency, bytes32 thumbprint, uint64 compromisedSince) external {
        Key storage key = _liveKey(agency, thumbprint);
        uint64 since = compromisedSince == 0 ? uint64(block.timestamp) : compromisedSince;
        if (since > block.timestamp) revert MembersCompromiseInFuture(since);
        bytes32 caller = registrarOf(msg.sender);
        if (caller == 0) revert MembersNotARegistrar(agency, msg.sender);
        uint64 proposed = _proposedRevocations[agency][thumbprint];
        if (caller != agency) {
            if (proposed != since) revert MembersRevocationNotProposed(agency, thumbprint, since);
        } else if (_isFarBack(since)) {
            if (proposed == since) revert MembersRevocationAlreadyProposed(agency, thumbprint, since);
            _proposedRevocations[agency][thumbprint] = since;
            emit KeyRevocationProposed(agency, thumbprint, since);
            return;
        }
        key.revokedAt = uint64(block.timestamp);
        key.compromisedSince = since;
        emit KeyRevoked(agency, thumbprint, since);
    }

    /// @notice A key as stored; all zero when it was never registered.
    function keyOf(bytes32 agency, bytes32 thumbprint) external view returns (Key memory) {
        return keys[agency][thumbprint];
    }

    function _liveKey(bytes32 agency, bytes32 thumbprint) private view returns (Key storage key) {
        _requireAgency(agency);
        key = keys[agency][thumbprint];
        if (key.registeredAt == 0) revert MembersKeyUnknown(agency, thumbprint);
        if (key.revokedAt != 0) revert MembersKeyAlreadyRevoked(agency, thumbprint);
    }

    function _isFarBack(uint64 time) private view returns (bool) {
        return agencyCount() > 1 && uint256(time) + FAR_BACK < block.timestamp;
    }

    /// @dev A key signs nothing before it is registered, so a cut can't reach further back than that.
    function _requireRecent(Key storage key, uint64 cutFrom) private view {
        uint64 from = cutFrom > key.registeredAt ? cutFrom : key.registeredAt;
        if (_isFarBack(from)) revert MembersWindowCutsFarBack(from);
    }
}
