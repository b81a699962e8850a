"""Strict JSON (docs/format.md section 1), in header, payload and disclosures."""

from __future__ import annotations

from typing import Any

import tokens
from cases import accepted, alternating, case

_SALT = tokens.salt(9)

_MALFORMED_VALUES: dict[str, str | bytes] = {
    "NaN": "NaN",
    "Infinity": "Infinity",
    "-Infinity": "-Infinity",
    "a trailing comma": "[1,]",
    "a member without a value": '{"a"}',
    "a leading zero": "01",
    "a plus sign": "+1",
    "single quotes": "'a'",
    "a comment": "/* a */ null",
    "an unknown escape": '"\\x41"',
    "a short unicode escape": '"\\u12"',
    "a raw line feed in a string": '"a\nb"',
    "a raw NUL in a string": '"a\0b"',
    "bytes that are not UTF-8": b'"\xff\xfe"',
    "an overlong UTF-8 sequence": b'"\xc0\xaf"',
    "a no-break space as white space": "\u00a0null",
    "a vertical tab as white space": "\x0bnull",
    "a literal in capitals": "True",
    "an open string": '"a',
}
_NUMBERS = {
    "a fraction": "0.5",
    "a whole float": "1.0",
    "an exponent": "1e3",
    "a capital exponent": "1E3",
    "a negative exponent": "-1e-3",
    "minus zero": "-0",
    "minus zero as a float": "-0.0",
    "2^53": "9007199254740992",
    "-2^53": "-9007199254740992",
    "400 digits": "9" * 400,
    "a float inside an array": '[1,{"a":[2.5]}]',
}
_SURROGATES = {
    "a lone high surrogate": '"\\ud83d"',
    "a lone low surrogate": '"\\ude00"',
    "a pair in the wrong order": '"\\ude00\\ud83d"',
    "a high surrogate before a letter": '"\\uD83Da"',
    "a lone surrogate deep inside": '[{"a":["\\udfff"]}]',
    "a lone surrogate in a member name": '{"\\ud800":1}',
}
_FIT_VALUES = {
    "null": "null",
    "2^53 - 1": "9007199254740991",
    "-(2^53 - 1)": "-9007199254740991",
    "zero": "0",
    "an escaped surrogate pair": '"\\ud83d\\ude00"',
    "a raw character beyond the basic plane": '"😀𠀀"',
    "escapes for plain letters": '"\\u6e23\\u571f\\u8f66\\/\\u0041"',
    "an escaped backslash before ud800": '"\\\\ud800"',
    "an escaped NUL": '"\\u0000"',
    "DEL and NEL, which need no escape": '"\x7f\x85"',
    "an empty text": '""',
    "an empty array": "[]",
    "an empty object": "{}",
    "white space of all four kinds": ' \t\r\n{ "a" :\t[ 1 ,\n2 ] }\r ',
    "members in no order": '{"b":1,"a":2,"":3}',
    "members that differ in case": '{"a":1,"A":2}',
    "15 arrays inside the disclosure": "[" * 15 + "]" * 15,
    "brackets inside a text": '"' + "[{" * 40 + '"',
    "40 arrays beside one another": "[" + ",".join(["[]"] * 40) + "]",
}


def _with_value(value: str | bytes, key: tokens.Key) -> str:
    raw = value.encode() if isinstance(value, str) else value
    return tokens.record(key, [tokens.encode_disclosure(b'["%s","basis",%s]' % (_SALT.encode(), raw))])


def _values(values: dict[str, Any], code: str) -> list[dict[str, Any]]:
    return [
        case(f"disclosure: {name}", _with_value(value, alternating(at)), alternating(at), code)
        for at, (name, value) in enumerate(values.items())
    ]


def _texts(
    code: str, name: str, header: str | bytes | None, payload: str | bytes | None
) -> list[dict[str, Any]]:
    """A header or payload text in place of the right one, under each key (`@` stands for the right text)."""
    cases = []
    for key in tokens.KEYS:
        shown = tokens.usual_disclosures()
        right = tokens.compact(tokens.header(key)), tokens.compact(tokens.claims(shown))
        texts = [
            one if text is None else _put(text, one)
            for one, text in zip(right, (header, payload), strict=True)
        ]
        cases.append(case(name, tokens.presentation(tokens.entry(key, *texts), shown), key, code))
    return cases


def _put(text: str | bytes, right: str) -> bytes:
    raw = text.encode() if isinstance(text, str) else text
    return raw.replace(b"@", right.encode()).replace(b"#", right[1:-1].encode())


def malformed() -> list[dict[str, Any]]:
    code = "json-malformed"
    return [
        *_values(_MALFORMED_VALUES, code),
        *_texts(code, "header: a byte order mark", b"\xef\xbb\xbf@", None),
        *_texts(code, "payload: a byte order mark", None, b"\xef\xbb\xbf@"),
        *_texts(code, "header: bytes after the value", "@ x", None),
        *_texts(code, "payload: a second value", None, "@{}"),
        *_texts(code, "payload: cut off", None, "{#"),
        *_texts(code, "payload: UTF-16", None, "{}".encode("utf-16")),
    ]


def duplicates() -> list[dict[str, Any]]:
    code = "json-duplicate"
    twice = {
        "a member twice": '{"a":1,"a":1}',
        "a member twice, deep": '[[{"b":{"a":1,"c":2,"a":3}}]]',
        "a member twice, once escaped": '{"a":1,"\\u0061":2}',
    }
    return [
        *_values(twice, code),
        *_texts(code, "header: alg twice", '{"alg":"ES256",#}', None),
        *_texts(code, "header: kid twice, once escaped", '{"\\u006bid":"x",#}', None),
        *_texts(code, "payload: iss twice, the same", None, '{"iss":"330106",#}'),
        *_texts(code, "payload: seq twice", None, '{#,"seq":2}'),
        *_texts(code, "payload: _sd twice", None, '{#,"_sd":[]}'),
    ]


def numbers() -> list[dict[str, Any]]:
    cases = _values(_NUMBERS, "json-number")
    for name, claim in {"seq as 1.0": '"seq":1', "iat with an exponent": '"iat":1772415000'}.items():
        for key in tokens.KEYS:
            shown = tokens.usual_disclosures()
            payload = tokens.compact(tokens.claims(shown))
            wrong = payload.replace(claim, '"seq":1.0' if "seq" in claim else '"iat":1772415e3')
            text = tokens.entry(key, tokens.compact(tokens.header(key)), wrong)
            cases.append(case(f"payload: {name}", tokens.presentation(text, shown), key, "json-number"))
    return cases


def surrogates() -> list[dict[str, Any]]:
    cases = _values(_SURROGATES, "json-surrogate")
    name = tokens.encode_disclosure(f'["{_SALT}","\\ud800",null]')
    for key in tokens.KEYS:
        cases.append(
            case("disclosure: in the field's name", tokens.record(key, [name]), key, "json-surrogate")
        )
    return [*cases, *_texts("json-surrogate", "payload: in a claim", None, '{"x":"\\udc00",#}')]


def depths() -> list[dict[str, Any]]:
    deep = {
        "16 arrays inside the disclosure": "[" * 16 + "]" * 16,
        "objects and arrays by turns": '[{"a":' * 8 + "1" + "}]" * 8,
        "2,000 arrays": "[" * 2000 + "]" * 2000,
    }
    return [
        *_values(deep, "json-depth"),
        *_texts("json-depth", "payload: 17 deep", None, '{"x":' + "[" * 16 + "]" * 16 + ",#}"),
        *_texts("json-depth", "header: 17 deep", '{"x":' + "[" * 16 + "]" * 16 + ",#}", None),
    ]


def fit() -> list[dict[str, Any]]:
    return [
        accepted(f"value: {name}", _with_value(value, alternating(at)), alternating(at))
        for at, (name, value) in enumerate(_FIT_VALUES.items())
    ]
