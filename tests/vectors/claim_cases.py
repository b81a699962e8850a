"""The clear claims of a record (docs/format.md section 2)."""

from __future__ import annotations

from typing import Any

import tokens
from cases import accepted, alternating, case

_UPPER_HEX = tokens.AUD.replace("abcdef", "ABCDEF", 1)
_SHORT = tokens.b64u(b"x" * 31)

_WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "iss in lower case": {"iss": "33010a"},
    "iss of 5 characters": {"iss": "33010"},
    "iss of 19 characters": {"iss": "3" * 19},
    "iss with a line feed at the end": {"iss": "330106\n"},
    "iss in full-width digits": {"iss": "\uff13\uff13\uff10\uff11\uff10\uff16"},
    "iss as a number": {"iss": 330106},
    "iss null": {"iss": None},
    "aud with capitals in the deployment": {"aud": _UPPER_HEX},
    "aud of another scheme": {"aud": tokens.AUD.replace("gridwitness", "gridwitnes")},
    "aud without agency": {"aud": tokens.AUD.rsplit("/", 1)[0]},
    "aud with a slash at the end": {"aud": tokens.AUD + "/"},
    "aud with log number 1": {"aud": tokens.AUD + "-1"},
    "aud with log number 02": {"aud": tokens.AUD + "-02"},
    "aud with log number 10000": {"aud": tokens.AUD + "-10000"},
    "aud as an array": {"aud": [tokens.AUD]},
    "jti of version 4": {"jti": "01960000-0000-4000-8000-00000000002a"},
    "jti in capitals": {"jti": "01960000-0000-7000-8000-00000000002A"},
    "jti of a wrong variant": {"jti": "01960000-0000-7000-c000-00000000002a"},
    "jti without hyphens": {"jti": "01960000000070008000" + "0" * 12},
    "kind without version": {"kind": "case.milestone"},
    "kind of one word": {"kind": "case.v1"},
    "kind version 0": {"kind": "case.milestone.v0"},
    "kind version 1000": {"kind": "case.milestone.v1000"},
    "kind with a capital": {"kind": "case.Milestone.v1"},
    "kind with a digit first": {"kind": "case.1milestone.v1"},
    "kind of 65 characters": {"kind": "a." + "b" * 60 + ".v1"},
    "kind with a line feed at the end": {"kind": "case.milestone.v1\n"},
    "src unknown": {"src": "officer"},
    "src empty": {"src": ""},
    "sub in capitals": {"sub": "00112233445566778899AABBCCDDEEFF"},
    "sub of 31 characters": {"sub": "0" * 31},
    "sub of 33 characters": {"sub": "0" * 33},
    "seq negative": {"seq": -1, "prev": ...},
    "seq 2^31": {"seq": 2**31},
    "seq as a text": {"seq": "1"},
    "seq true": {"seq": True},
    "seq null": {"seq": None},
    "prev at seq 0": {"seq": 0},
    "prev null at seq 0": {"seq": 0, "prev": None},
    "prev missing at seq 1": {"prev": ...},
    "prev null at seq 1": {"prev": None},
    "prev of 31 bytes": {"prev": _SHORT},
    "prev with unused bits": {"prev": "A" * 42 + "B"},
    "prev in hex": {"prev": "0" * 64},
    "iat negative": {"iat": -1},
    "iat as a text": {"iat": "1772415000"},
    "iat true": {"iat": True},
    "seen null": {"seen": None},
    "seen size 0": {"seen": {"size": 0, "root": "A" * 43}},
    "seen size true": {"seen": {"size": True, "root": "A" * 43}},
    "seen size as a text": {"seen": {"size": "1", "root": "A" * 43}},
    "seen without root": {"seen": {"size": 1}},
    "seen without size": {"seen": {"root": "A" * 43}},
    "seen with another member": {"seen": {"size": 1, "root": "A" * 43, "time": 1}},
    "seen root of 31 bytes": {"seen": {"size": 1, "root": _SHORT}},
    "seen root with unused bits": {"seen": {"size": 1, "root": "A" * 42 + "B"}},
    "seen as an array": {"seen": [1, "A" * 43]},
    "_sd_alg sha-512": {"_sd_alg": "sha-512"},
    "_sd_alg in capitals": {"_sd_alg": "SHA-256"},
    "_sd empty": {"_sd": []},
    "_sd as a text": {"_sd": "A" * 43},
    "_sd null": {"_sd": None},
    "_sd with a number": {"_sd": [1]},
    "_sd with a digest of 31 bytes": {"_sd": [_SHORT]},
    "_sd with unused bits": {"_sd": ["A" * 42 + "B"]},
    "_sd with a digest twice": {"_sd": ["A" * 43, "A" * 43]},
    "_sd not ascending": {"_sd": ["Q" + "A" * 42, "A" * 43]},
    "_sd with lower case before capitals": {"_sd": ["a" + "A" * 42, "Z" + "A" * 42]},
    "_sd with letters before the hyphen": {"_sd": ["A" * 43, "-" + "A" * 42]},
    "_sd of 129 digests": {"_sd": sorted(tokens.digest(str(number)) for number in range(129))},
    "an expiry": {"exp": 1900000000},
    "a holder key": {"cnf": {"jwk": tokens.ES256.jwk}},
    "a clear field": {"milestone": "start"},
    "a member with an empty name": {"": 1},
}
_RIGHT_CLAIMS: dict[str, dict[str, Any]] = {
    "the first of its subject": {"seq": 0, "prev": ...},
    "no anchor seen yet": {"seen": ...},
    "iss of 18 characters": {"iss": "12330100MB0XYZ123A"},
    "log number 2": {"aud": tokens.AUD + "-2"},
    "log number 9999": {"aud": tokens.AUD + "-9999"},
    "a log of another agency": {"aud": tokens.AUD.replace("/330106", "/330108")},
    "kind of 64 characters": {"kind": "a." + "b" * 59 + ".v1"},
    "kind version 999": {"kind": "case.milestone.v999"},
    "kind of five words": {"kind": "a.b1.c2.d3.e4.v10"},
    "src device": {"src": "device"},
    "src import": {"src": "import"},
    "seq 2^31 - 1": {"seq": 2**31 - 1},
    "iat 0": {"iat": 0},
    "iat 2^53 - 1": {"iat": 2**53 - 1},
    "seen size 1": {"seen": {"size": 1, "root": "A" * 43}},
}
_NEVER_MISSING = ("iss", "aud", "jti", "kind", "src", "sub", "seq", "iat", "_sd_alg", "_sd")


def claims() -> list[dict[str, Any]]:
    wrong = {**_WRONG_CLAIMS, **{f"{name} missing": {name: ...} for name in _NEVER_MISSING}}
    cases = []
    for at, (name, change) in enumerate(wrong.items()):
        key = alternating(at)
        # Disclosures only where their digests stay in `_sd`, so that nothing else is wrong.
        shown = [] if "_sd" in change else tokens.usual_disclosures()
        usual = tokens.claims(tokens.usual_disclosures(), **change)
        text = tokens.entry(key, tokens.compact(tokens.header(key)), tokens.compact(usual))
        cases.append(case(name, tokens.presentation(text, shown), key, "claims"))
    for at, (name, value) in enumerate({"an array": [], "null": None, "a number": 1}.items()):
        key = alternating(at)
        text = tokens.entry(key, tokens.compact(tokens.header(key)), tokens.compact(value))
        cases.append(case(f"a payload that is {name}", text + "~", key, "claims"))
    for at, (name, change) in enumerate(_RIGHT_CLAIMS.items()):
        cases.append(accepted(name, tokens.record(alternating(at), **change), alternating(at)))
    return cases
