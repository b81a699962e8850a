// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";

/// @title Agencies, their accounts, and what they decide together
/// @notice The governing half of `Members`. An agency is a code of 6 to 18 characters `[0-9A-Z]`, left aligned
/// and zero padded in a `bytes32`. An account acts for one agency only. Governance takes the approval of two
/// thirds of the agencies, at least two (one where there is one agency): each calls with the same arguments.
/// @dev Roles are OpenZeppelin roles, `roleOf(agency, name)`. Nobody ever holds DEFAULT_ADMIN_ROLE, which
/// administers all of them, so `grantRole` and `revokeRole` always revert; `renounceRole` works. Holders are listed
/// here because OpenZeppelin's enumerable variant needs a later EVM than `paris`.
abstract contract Agencies is AccessControl {
    /// @notice Role that votes for its agency.
    bytes32 public constant ADMIN = "ADMIN";
    /// @notice Role that registers, confirms and revokes keys for its agency.
    bytes32 public constant REGISTRAR = "REGISTRAR";

    /// @dev `admission` numbers the admissions of all agencies from 1, so that approvals an agency gave before
    /// it was removed stay dead when it is admitted again. `position` is the index in `_codes` plus one.
    struct Membership {
        uint64 admission;
        uint64 position;
    }

    struct Approval {
        bytes32 agency;
        uint64 admission;
    }

    struct Ballot {
        bool executed;
        Approval[] approvals;
    }

    bytes32[] private _codes;
    uint64 private _admissions;
    mapping(bytes32 agency => Membership) private _memberships;
    mapping(address account => bytes32 agency) private _agencyOf;
    mapping(bytes32 roleId => address[] accounts) private _holders;
    mapping(bytes32 call => uint256 epoch) private _epochs;
    mapping(bytes32 action => Ballot) private _ballots;

    /// @notice An agency approved an action. Any contract can ask for a vote in its own scope: match `action`
    /// with `actionOf(scope, callHash)` of a contract you know before reading anything into it.
    event ApprovalGiven(bytes32 indexed action, bytes32 indexed agency, uint256 approvals, uint256 threshold);
    /// @notice An agency took its approval back before the action was executed.
    event ApprovalWithdrawn(bytes32 indexed action, bytes32 indexed agency);
    /// @notice An agency joined; `admin` votes for it and keeps its keys.
    event AgencyAdmitted(bytes32 indexed agency, address admin);
    /// @notice An agency left; all its roles ended with it.
    event AgencyRemoved(bytes32 indexed agency);
    /// @notice `account` may act for `agency` as `role` (`ADMIN` or `REGISTRAR`).
    event AgencyRoleGranted(bytes32 indexed agency, bytes32 role, address account);
    /// @notice `account` may no longer act for `agency` as `role`.
    event AgencyRoleRevoked(bytes32 indexed agency, bytes32 role, address account);

    /// @notice The constructor got no agency, or not one admin per agency.
    error MembersFoundersMalformed(uint256 codes, uint256 admins);
    /// @notice The code isn't 6 to 18 characters `[0-9A-Z]`, left aligned and zero padded.
    error MembersAgencyCodeMalformed(bytes32 agency);
    /// @notice The agency is admitted already.
    error MembersAgencyExists(bytes32 agency);
    /// @notice No such agency, or no longer.
    error MembersAgencyUnknown(bytes32 agency);
    /// @notice The last agency stays.
    error MembersLastAgency(bytes32 agency);
    /// @notice The last admin of an agency stays: grant another first, or remove the agency.
    error MembersLastAdmin(bytes32 agency, address account);
    /// @notice A role can't be given to the zero address.
    error MembersAccountZero();
    /// @notice The account acts for another agency.
    error MembersAccountTaken(address account, bytes32 agency);
    /// @notice Only `ADMIN` and `REGISTRAR` exist.
    error MembersRoleUnknown(bytes32 role);
    /// @notice The account holds the role already.
    error MembersRoleHeld(bytes32 agency, bytes32 role, address account);
    /// @notice The account doesn't hold the role.
    error MembersRoleNotHeld(bytes32 agency, bytes32 role, address account);
    /// @notice The account votes for no agency.
    error MembersNotAnAdmin(address account);
    /// @notice This agency approved this action already.
    error MembersAlreadyApproved(bytes32 action, bytes32 agency);
    /// @notice This agency has no open approval of this action.
    error MembersNotApproved(bytes32 action, bytes32 agency);

    /// @param codes Founding agencies, distinct, at least one.
    /// @param admins Their admins, in the same order, distinct. The deployer gets no role.
    constructor(bytes32[] memory codes, address[] memory admins) {
        if (codes.length == 0 || codes.length != admins.length) {
            revert MembersFoundersMalformed(codes.length, admins.length);
        }
        for (uint256 i = 0; i < codes.length; ++i) {
            _requireAdmissible(codes[i], admins[i]);
            _admit(codes[i], admins[i]);
        }
    }

    /// @notice Admits an agency with its first account, which gets both roles. Governance.
    function admitAgency(bytes32 agency, address admin) external {
        _requireAdmissible(agency, admin);
        if (_approved(address(this), msg.sender, keccak256(abi.encodeCall(this.admitAgency, (agency, admin))))) {
            _admit(agency, admin);
        }
    }

    /// @notice Removes an agency and ends all its roles; its keys stay readable. Governance, never the last one.
    function removeAgency(bytes32 agency) external {
        _requireAgency(agency);
        if (_codes.length == 1) revert MembersLastAgency(agency);
        if (_approved(address(this), msg.sender, keccak256(abi.encodeCall(this.removeAgency, (agency))))) {
            _remove(agency);
        }
    }

    /// @notice Lets `account` act for `agency`. Governance.
    /// @param role `ADMIN` or `REGISTRAR`.
    function grantAgencyRole(bytes32 agency, bytes32 role, address account) external {
        _requireAgency(agency);
        _requireRoleName(role);
        _requireFree(agency, account);
        if (hasAgencyRole(agency, role, account)) revert MembersRoleHeld(agency, role, account);
        bytes32 call = keccak256(abi.encodeCall(this.grantAgencyRole, (agency, role, account)));
        if (_approved(address(this), msg.sender, call)) _grant(agency, role, account);
    }

    /// @notice Ends a role of `account` in `agency`. Governance; the agency's last admin stays.
    /// @param role `ADMIN` or `REGISTRAR`.
    function revokeAgencyRole(bytes32 agency, bytes32 role, address account) external {
        _requireRoleName(role);
        if (!hasAgencyRole(agency, role, account)) revert MembersRoleNotHeld(agency, role, account);
        if (role == ADMIN && _holders[roleOf(agency, ADMIN)].length == 1) revert MembersLastAdmin(agency, account);
        bytes32 call = keccak256(abi.encodeCall(this.revokeAgencyRole, (agency, role, account)));
        if (_approved(address(this), msg.sender, call)) _revoke(agency, role, account);
    }

    /// @notice Counts an approval for the calling contract, by the same rules as here.
    /// @dev The scope is `msg.sender`: a foreign contract can name any voter, but only for actions of its own.
    /// @param voter The account that called the contract.
    /// @param callHash keccak256 of the calldata that is voted on.
    /// @return executed Whether this approval was the last one needed; the caller then acts at once.
    function approveFor(address voter, bytes32 callHash) external returns (bool executed) {
        return _approved(msg.sender, voter, callHash);
    }

    /// @notice Takes back the approval of the caller's agency, while the action isn't executed.
    function withdrawApproval(bytes32 action) external {
        bytes32 agency = adminOf(msg.sender);
        if (agency == 0) revert MembersNotAnAdmin(msg.sender);
        Ballot storage ballot = _ballots[action];
        (bool found, uint256 index) = _find(ballot, agency);
        if (ballot.executed || !found || !_counts(ballot.approvals[index])) revert MembersNotApproved(action, agency);
        ballot.approvals[index] = ballot.approvals[ballot.approvals.length - 1];
        ballot.approvals.pop();
        emit ApprovalWithdrawn(action, agency);
    }

    /// @notice Codes of all agencies, in no particular order.
    function agencies() external view returns (bytes32[] memory) {
        return _codes;
    }

    /// @notice Agencies that approve an action now, or approved it when it was executed and are members still.
    function approvalsOf(bytes32 action) external view returns (bytes32[] memory approving) {
        Approval[] storage approvals = _ballots[action].approvals;
        approving = new bytes32[](_count(_ballots[action]));
        uint256 n = 0;
        for (uint256 i = 0; i < approvals.length; ++i) {
            if (_counts(approvals[i])) approving[n++] = approvals[i].agency;
        }
    }

    /// @notice Id under which approvals of a call are counted now; a new one after each execution.
    /// @param scope The contract that is called.
    /// @param callHash keccak256 of the ABI encoded call.
    function actionOf(address scope, bytes32 callHash) public view returns (bytes32) {
        return keccak256(abi.encode(scope, callHash, _epochs[keccak256(abi.encode(scope, callHash))]));
    }

    /// @notice Number of agencies.
    function agencyCount() public view returns (uint256) {
        return _codes.length;
    }

    /// @notice Approvals that an action takes: 1 for one agency, else two thirds rounded up, at least 2.
    function threshold() public view returns (uint256) {
        uint256 n = _codes.length;
        if (n == 1) return 1;
        uint256 twoThirds = (2 * n + 2) / 3;
        return twoThirds < 2 ? 2 : twoThirds;
    }

    /// @notice Whether `agency` is a member now.
    function isAgency(bytes32 agency) public view returns (bool) {
        return _memberships[agency].position != 0;
    }

    /// @notice The agency `account` votes for, or zero.
    function adminOf(address account) public view returns (bytes32) {
        bytes32 agency = _agencyOf[account];
        return hasAgencyRole(agency, ADMIN, account) ? agency : bytes32(0);
    }

    /// @notice The agency `account` keeps keys for, or zero.
    function registrarOf(address account) public view returns (bytes32) {
        bytes32 agency = _agencyOf[account];
        return hasAgencyRole(agency, REGISTRAR, account) ? agency : bytes32(0);
    }

    /// @notice Whether `account` acts for `agency` as `role` (`ADMIN` or `REGISTRAR`).
    function hasAgencyRole(bytes32 agency, bytes32 role, address account) public view returns (bool) {
        return hasRole(roleOf(agency, role), account);
    }

    /// @notice Accounts that act for `agency` as `role`, in no particular order.
    function holdersOf(bytes32 agency, bytes32 role) external view returns (address[] memory) {
        return _holders[roleOf(agency, role)];
    }

    /// @notice OpenZeppelin role id of a role in an agency.
    function roleOf(bytes32 agency, bytes32 role) public pure returns (bytes32) {
        return keccak256(abi.encode(agency, role));
    }

    /// @inheritdoc AccessControl
    function _grantRole(bytes32 role, address account) internal override returns (bool granted) {
        granted = super._grantRole(role, account);
        if (granted) _holders[role].push(account);
    }

    /// @inheritdoc AccessControl
    /// @dev Also on the way of `renounceRole`, so that the list never names somebody without the role.
    function _revokeRole(bytes32 role, address account) internal override returns (bool revoked) {
        revoked = super._revokeRole(role, account);
        if (!revoked) return false;
        address[] storage holders = _holders[role];
        uint256 index = 0;
        while (holders[index] != account) ++index;
        holders[index] = holders[holders.length - 1];
        holders.pop();
    }

    function _requireAgency(bytes32 agency) internal view {
        if (!isAgency(agency)) revert MembersAgencyUnknown(agency);
    }

    /// @dev Counts one approval per agency, of agencies that are members now, and closes the ballot when they suffice.
    function _approved(address scope, address voter, bytes32 callHash) private returns (bool) {
        bytes32 agency = adminOf(voter);
        if (agency == 0) revert MembersNotAnAdmin(voter);
        bytes32 action = actionOf(scope, callHash);
        Ballot storage ballot = _ballots[action];
        (bool found, uint256 index) = _find(ballot, agency);
        uint64 admission = _memberships[agency].admission;
        if (!found) {
            ballot.approvals.push(Approval(agency, admission));
        } else if (_counts(ballot.approvals[index])) {
            revert MembersAlreadyApproved(action, agency);
        } else {
            ballot.approvals[index].admission = admission;
        }
        uint256 approvals = _count(ballot);
        uint256 needed = threshold();
        emit ApprovalGiven(action, agency, approvals, needed);
        if (approvals < needed) return false;
        ballot.executed = true;
        ++_epochs[keccak256(abi.encode(scope, callHash))];
        return true;
    }

    function _admit(bytes32 agency, address admin) private {
        _codes.push(agency);
        _memberships[agency] = Membership({admission: ++_admissions, position: uint64(_codes.length)});
        emit AgencyAdmitted(agency, admin);
        _grant(agency, ADMIN, admin);
        _grant(agency, REGISTRAR, admin);
    }

    function _remove(bytes32 agency) private {
        _revokeAll(agency, ADMIN);
        _revokeAll(agency, REGISTRAR);
        uint64 position = _memberships[agency].position;
        bytes32 last = _codes[_codes.length - 1];
        _codes[position - 1] = last;
        _memberships[last].position = position;
        _codes.pop();
        delete _memberships[agency];
        emit AgencyRemoved(agency);
    }

    function _grant(bytes32 agency, bytes32 role, address account) private {
        _agencyOf[account] = agency;
        _grantRole(roleOf(agency, role), account);
        emit AgencyRoleGranted(agency, role, account);
    }

    function _revoke(bytes32 agency, bytes32 role, address account) private {
        _revokeRole(roleOf(agency, role), account);
        emit AgencyRoleRevoked(agency, role, account);
    }

    /// @dev Role ids hold for the code, so a holder left behind would come back to power with a readmission.
    function _revokeAll(bytes32 agency, bytes32 role) private {
        address[] memory holders = _holders[roleOf(agency, role)];
        for (uint256 i = 0; i < holders.length; ++i) {
            _revoke(agency, role, holders[i]);
        }
    }

    function _find(Ballot storage ballot, bytes32 agency) private view returns (bool found, uint256 index) {
        uint256 n = ballot.approvals.length;
        for (uint256 i = 0; i < n; ++i) {
            if (ballot.approvals[i].agency == agency) return (true, i);
        }
    }

    function _count(Ballot storage ballot) private view returns (uint256 approvals) {
        uint256 n = ballot.approvals.length;
        for (uint256 i = 0; i < n; ++i) {
            if (_counts(ballot.approvals[i])) ++approvals;
        }
    }

    function _counts(Approval storage approval) private view returns (bool) {
        return approval.admission == _memberships[approval.agency].admission;
    }

    function _requireAdmissible(bytes32 agency, address admin) private view {
        _requireCode(agency);
        if (isAgency(agency)) revert MembersAgencyExists(agency);
        _requireFree(agency, admin);
    }

    function _requireFree(bytes32 agency, address account) private view {
        if (account == address(0)) revert MembersAccountZero();
        bytes32 held = _agencyOf[account];
        if (held == agency) return;
        if (hasAgencyRole(held, ADMIN, account) || hasAgencyRole(held, REGISTRAR, account)) {
            revert MembersAccountTaken(account, held);
        }
    }

    function _requireRoleName(bytes32 role) private pure {
        if (role != ADMIN && role != REGISTRAR) revert MembersRoleUnknown(role);
    }

    function _requireCode(bytes32 agency) private pure {
        uint256 length = 0;
        while (length < 32 && agency[length] != 0) {
            bytes1 c = agency[length];
            bool allowed = (c >= "0" && c <= "9") || (c >= "A" && c <= "Z");
            if (!allowed) revert MembersAgencyCodeMalformed(agency);
            ++length;
        }
        // Zero padding: nothing may follow the first zero byte, or two codes would read alike.
        bool padded = length < 32 && (uint256(agency) << (8 * length)) == 0;
        if (length < 6 || length > 18 || !padded) revert MembersAgencyCodeMalformed(agency);
    }
}
