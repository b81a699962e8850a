"""What a signing key is for, by the number the contract has for it."""

PURPOSES = {"officer": 1, "service": 2, "feed": 3, "log": 4}
