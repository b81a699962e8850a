// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title The origin of a log: its name in every signed tree head
/// @dev Written out here because OpenZeppelin's `Strings` needs a later EVM than `paris`.
library Origin {
    bytes16 private constant DIGITS = "0123456789abcdef";

    /// @notice "gridwitness/", the deployment in lower case hex, "/", the agency's code; from the second log of the
    /// agency on also "-" and its number.
    function write(bytes16 deployment, bytes32 agency, uint256 number) internal pure returns (string memory origin) {
        origin = string.concat("gridwitness/", _hexadecimal(deployment), "/", _code(agency));
        if (number > 1) origin = string.concat(origin, "-", _decimal(number));
    }

    function _hexadecimal(bytes16 value) private pure returns (string memory) {
        bytes memory digits = new bytes(32);
        for (uint256 i = 0; i < 16; ++i) {
            digits[2 * i] = DIGITS[uint8(value[i]) >> 4];
            digits[2 * i + 1] = DIGITS[uint8(value[i]) & 15];
        }
        return string(digits);
    }

    function _code(bytes32 agency) private pure returns (string memory) {
        uint256 length = 0;
        while (length < 32 && agency[length] != 0) ++length;
        bytes memory code = new bytes(length);
        for (uint256 i = 0; i < length; ++i) code[i] = agency[i];
        return string(code);
    }

    function _decimal(uint256 value) private pure returns (string memory) {
        uint256 length = 1;
        for (uint256 rest = value; rest >= 10; rest /= 10) ++length;
        bytes memory digits = new bytes(length);
        for (; length > 0; value /= 10) digits[--length] = DIGITS[value % 10];
        return string(digits);
    }
}
