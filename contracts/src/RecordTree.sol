// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Proofs over the record tree (RFC 9162, SHA-256)
/// @notice Checks consistency (2.1.4.2) and inclusion (2.1.3.2) proofs. Interior nodes are
/// SHA-256(0x01 ‖ left ‖ right); leaf hashes come in ready made. Nothing here reverts on a bad proof.
library RecordTree {
    /// @notice The chain has no SHA-256 at address 2.
    error RecordTreeNoSha256();

    /// @notice Whether the tree (newSize, newRoot) extends the tree (oldSize, oldRoot).
    /// @dev Size 0 is refused: RFC 9162 leaves it undefined, and "extends nothing" proves nothing.
    function consistent(
        uint64 oldSize,
        uint64 newSize,
        bytes32 oldRoot,
        bytes32 newRoot,
        bytes32[] calldata proof
    ) internal view returns (bool) {
        if (oldSize == 0 || oldSize > newSize) return false;
        if (oldSize == newSize) return proof.length == 0 && oldRoot == newRoot;
        if (proof.length == 0) return false;
        unchecked {
            // 2. An old tree that is one perfect subtree is its own first node.
            uint256 next = oldSize & (oldSize - 1) == 0 ? 0 : 1;
            bytes32 oldHash = next == 0 ? oldRoot : proof[0];
            // 3.-4. Start at the last perfect subtree of the old tree, in the old (fn) and the new tree (sn).
            uint256 fn = uint256(oldSize) - 1;
            uint256 sn = uint256(newSize) - 1;
            (fn, sn) = _dropRightTurns(fn, sn);
            // 5.-6. One node per step; a step to the right leaves the old hash as it is.
            return _climb(fn, sn, oldHash, oldRoot, newRoot, proof, next);
        }
    }

    /// @notice Whether `leafHash` is leaf number `index` (from 0) of the tree (size, root).
    function included(
        bytes32 leafHash,
        uint64 index,
        uint64 size,
        bytes32[] calldata proof,
        bytes32 root
    ) internal view returns (bool) {
        if (index >= size) return false;
        uint256 fn = index;
        uint256 sn = uint256(size) - 1;
        uint256 buffer = _buffer();
        bytes32 hash = leafHash;
        for (uint256 i = 0; i < proof.length; ++i) {
            if (sn == 0) return false;
            if (fn & 1 == 1 || fn == sn) {
                hash = _node(buffer, proof[i], hash);
                if (fn & 1 == 0) (fn, sn) = _dropLeftTurns(fn, sn);
            } else {
                hash = _node(buffer, hash, proof[i]);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && hash == root;
    }

    function _climb(
        uint256 fn,
        uint256 sn,
        bytes32 oldHash,
        bytes32 oldRoot,
        bytes32 newRoot,
        bytes32[] calldata proof,
        uint256 next
    ) private view returns (bool) {
        bytes32 newHash = oldHash;
        uint256 buffer = _buffer();
        unchecked {
            for (; next < proof.length; ++next) {
                if (sn == 0) return false;
                bytes32 sibling = proof[next];
                if (fn & 1 == 1 || fn == sn) {
                    // Below the first right sibling both hashes are the same node: hash it once.
                    bool same = oldHash == newHash;
                    oldHash = _node(buffer, sibling, oldHash);
                    newHash = same ? oldHash : _node(buffer, sibling, newHash);
                    if (fn & 1 == 0) (fn, sn) = _dropLeftTurns(fn, sn);
                } else {
                    newHash = _node(buffer, newHash, sibling);
                }
                fn >>= 1;
                sn >>= 1;
            }
        }
        return sn == 0 && oldHash == oldRoot && newHash == newRoot;
    }

    /// @dev Shifts both while the lowest bit of `fn` is set.
    function _dropRightTurns(uint256 fn, uint256 sn) private pure returns (uint256, uint256) {
        while (fn & 1 == 1) {
            fn >>= 1;
            sn >>= 1;
        }
        return (fn, sn);
    }

    /// @dev Shifts both until the lowest bit of `fn` is set or `fn` is 0.
    function _dropLeftTurns(uint256 fn, uint256 sn) private pure returns (uint256, uint256) {
        while (fn & 1 == 0 && fn != 0) {
            fn >>= 1;
            sn >>= 1;
        }
        return (fn, sn);
    }

    /// @dev Reserves 65 bytes for node hashing and writes the node prefix once.
    function _buffer() private pure returns (uint256 buffer) {
        assembly ("memory-safe") {
            buffer := mload(0x40)
            mstore(0x40, add(buffer, 96))
            mstore8(buffer, 1)
        }
    }

    /// @dev A missing precompile answers "success" without data, so the length of the answer is checked too.
    function _node(uint256 buffer, bytes32 left, bytes32 right) private view returns (bytes32 hash) {
        bool answered;
        assembly ("memory-safe") {
            mstore(add(buffer, 1), left)
            mstore(add(buffer, 33), right)
            answered := staticcall(gas(), 2, buffer, 65, 0, 32)
            answered := and(answered, eq(returndatasize(), 32))
            hash := mload(0)
        }
        if (!answered) revert RecordTreeNoSha256();
    }
}
