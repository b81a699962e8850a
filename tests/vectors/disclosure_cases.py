"""Disclosures of a record (docs/format.md section 2), and their right twins."""

from __future__ import annotations

from typing import Any

import tokens
from cases import accepted, alternating, case

_SALT = tokens.salt(7)
_ODD_SALT = _SALT[:-1] + {"A": "B", "Q": "R", "g": "h", "w": "x"}[_SALT[-1]]

_WRONG_FORMS: dict[str, Any] = {
    "two elements": [_SALT, "basis"],
    "four elements": [_SALT, "basis", None, None],
    "an empty array": [],
    "an object": {"salt": _SALT, "name": "basis", "value": None},
    "a text": "basis",
    "null": None,
    "salt of 21 characters": [_SALT[:-1], "basis", None],
    "salt of 24 characters": [_SALT + "AA", "basis", None],
    "salt with padding": [_SALT + "==", "basis", None],
    "salt with unused bits": [_ODD_SALT, "basis", None],
    "salt with a +": ["+" + _SALT[1:], "basis", None],
    "salt empty": ["", "basis", None],
    "salt null": [None, "basis", None],
    "name as a number": [_SALT, 1, None],
    "name null": [_SALT, None, None],
    "name empty": [_SALT, "", None],
    "name in capitals": [_SALT, "Basis", None],
    "name with a digit first": [_SALT, "1basis", None],
    "name with an underscore first": [_SALT, "_basis", None],
    "name in Chinese": [_SALT, "依据", None],
    "name with a line feed at the end": [_SALT, "basis\n", None],
    "name with a hyphen": [_SALT, "ba-sis", None],
    "name of four parts": [_SALT, "row.0.a.b", None],
    "name with a dot at the end": [_SALT, "row.", None],
    "name with two dots": [_SALT, "row..a", None],
    "name of 64 characters": [_SALT, "a" * 64, None],
    "name with a second part of 64 characters": [_SALT, "row." + "a" * 64, None],
    "name _sd": [_SALT, "_sd", []],
    "name ...": [_SALT, "...", "x"],
    "name iss": [_SALT, "iss", "330106"],
    "name iat": [_SALT, "iat", 1],
    "name seen": [_SALT, "seen", None],
    "name prev": [_SALT, "prev", None],
    "name kind": [_SALT, "kind", "x"],
}
_RIGHT_FORMS: dict[str, Any] = {
    "name of one letter": [_SALT, "a", None],
    "name of 63 characters": [_SALT, "a" * 63, None],
    "name of three long parts": [_SALT, ".".join(["a" * 63] * 3), None],
    "name of a row's column": [_SALT, "row.0.display_name", None],
    "name with a digit first in its second part": [_SALT, "row.0_", None],
    "name that begins like a claim": [_SALT, "iss.x", None],
    "_sd as a value": [_SALT, "basis", "_sd"],
    "_sd and ... in an array": [_SALT, "basis", ["_sd", "..."]],
    "_sd_alg as a member": [_SALT, "basis", {"_sd_alg": "x", "_sdx": 1, "....": 2}],
    "true": [_SALT, "basis", True],
    "an object": [_SALT, "basis", {"甲": [1, {"乙": None}]}],
}
_NESTED: dict[str, str] = {
    "_sd in the value": '{"_sd":[]}',
    "... in the value": '{"...":"x"}',
    "_sd beside others": '{"a":1,"_sd":null}',
    "_sd inside an array": '[1,{"_sd":["x"]}]',
    "... deep inside": '{"a":[{"b":{"c":[{"...":1}]}}]}',
    "_sd escaped": '{"\\u005fsd":[]}',
    "... escaped": '[{"\\u002e..":"x"}]',
}


def forms() -> list[dict[str, Any]]:
    cases = []
    for at, (name, value) in enumerate(_WRONG_FORMS.items()):
        key = alternating(at)
        text = tokens.record(key, [tokens.encode_disclosure(tokens.compact(value))])
        cases.append(case(name, text, key, "disclosure-form"))
    for at, (name, value) in enumerate(_RIGHT_FORMS.items()):
        key = alternating(at)
        text = tokens.record(key, [tokens.encode_disclosure(tokens.compact(value))])
        cases.append(accepted(name, text, key))
    return cases


def nested() -> list[dict[str, Any]]:
    cases = []
    for name, value in _NESTED.items():
        for key in tokens.KEYS:
            text = tokens.record(key, [tokens.encode_disclosure(f'["{_SALT}","basis",{value}]')])
            cases.append(case(name, text, key, "disclosure-nested"))
    return cases


def references() -> list[dict[str, Any]]:
    cases = []
    for key in tokens.KEYS:
        usual = tokens.usual_disclosures()
        text = tokens.usual_entry(key, usual)
        again = tokens.disclosure("basis", "x", 20)
        spaced = tokens.encode_disclosure(
            tokens.compact([tokens.salt(0), *tokens.FIELDS[0]]).replace(",", ", ", 1)
        )
        escaped = tokens.encode_disclosure(f'["{tokens.salt(21)}","b\\u0061sis","y"]')
        stranger = tokens.disclosure("facts", "x", 22)
        shown: list[tuple[str, str, str]] = [
            ("a disclosure twice", tokens.presentation(text, [*usual, usual[0]]), "disclosure-duplicate"),
            ("two disclosures of one name", tokens.record(key, [*usual, again]), "disclosure-duplicate"),
            ("one name twice, once escaped", tokens.record(key, [again, escaped]), "disclosure-duplicate"),
            (
                "a foreign disclosure",
                tokens.presentation(text, [*usual, stranger]),
                "disclosure-unreferenced",
            ),
            ("only a foreign disclosure", tokens.presentation(text, [stranger]), "disclosure-unreferenced"),
            (
                "a disclosure encoded anew, with a space",
                tokens.presentation(text, [spaced, *usual[1:]]),
                "disclosure-unreferenced",
            ),
            (
                "another value under the salt",
                tokens.presentation(text, [*usual[:-1], tokens.disclosure("basis", "第四十四条", 4)]),
                "disclosure-unreferenced",
            ),
        ]
        cases += [case(name, presentation, key, code) for name, presentation, code in shown]
    return cases


def missing() -> list[dict[str, Any]]:
    """Fields left out: refused at acceptance, fine later."""
    cases = []
    for key in tokens.KEYS:
        usual = tokens.usual_disclosures()
        text = tokens.usual_entry(key, usual)
        for name, shown in {
            "one field left out": usual[1:],
            "one field shown": usual[2:3],
            "no field shown": [],
        }.items():
            presentation = tokens.presentation(text, shown)
            cases.append(case(name, presentation, key, "disclosure-missing", "acceptance"))
            cases.append(accepted(f"{name}, later", presentation, key, "presentation"))
        # A digest that nothing was ever disclosed for: a decoy is as good as a field left out.
        decoy = tokens.presentation(tokens.usual_entry(key, [*usual, "decoy"]), usual)
        cases.append(case("a decoy digest", decoy, key, "disclosure-missing", "acceptance"))
    return cases
