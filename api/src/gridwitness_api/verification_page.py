"""The page behind the QR code of a document: what the platform knows of an entry, for anyone.

No personal data, no subject, no field: kind, agency, when, where in the log, and how to check it without
this platform. One style, allowed by its digest; no script, no picture, no form.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from html import escape

from gridwitness.records import EntryStanding, kind_named, rfc3339

_STYLE = (
    "body{font:16px/1.6 system-ui,'Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif;max-width:46rem;"
    "margin:2rem auto;padding:0 1rem;color:#1b1f24}h1{font-size:1.4rem}h2{font-size:1.1rem}"
    "dt{color:#57606a;margin-top:.6rem}dd{margin:0;overflow-wrap:anywhere}"
    "code,pre{font:14px/1.5 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}"
    ".state{border-left:4px solid #8c959f;padding:.4rem .8rem;background:#f6f8fa}"
    ".anchored{border-color:#1a7f37}.waiting{border-color:#bf8700}.unknown{border-color:#cf222e}"
)
POLICY = (
    "default-src 'none'; style-src 'sha256-" + b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)  # fmt: skip
"""Content-Security-Policy of the page."""


def known_page(digest: str, found: EntryStanding, agency_name: str | None) -> str:
    """The page of an entry that was accepted. `digest`: base64url; `agency_name`: of its signer."""
    kind = kind_named(found.kind)
    rows = [
        ("类型", "Kind", f"{kind.title_zh} {found.kind}"),
        ("机关", "Agency", f"{agency_name or ''} {found.agency}".strip()),
        ("受理时间", "Received", rfc3339(found.received_at)),
        ("日志", "Log", found.origin),
        ("叶序号", "Leaf index", "–" if found.leaf_index is None else str(found.leaf_index)),
        ("叶哈希", "Leaf hash", found.leaf_hash.hex()),
    ]
    if found.anchor is not None:
        rows += [
            ("上链时间（区块时间）", "Anchored (block time)", rfc3339(found.anchor.block_time)),
            ("区块", "Block", f"{found.anchor.block_number} 0x{found.anchor.block_hash.hex()}"),
            ("树头", "Tree head", f"{found.anchor.size} · {found.anchor.root.hex()}"),
        ]
    listed = "".join(
        f"<dt>{zh} {en}</dt><dd>{escape(value)}</dd>" for zh, en, value in [*rows, _digest_row(digest)]
    )
    return _page("记录核验 Verification", f"{_state(found)}<dl>{listed}</dl>{_how(found)}")


def unknown_page(digest: str) -> str:
    """The page of a digest that no printed entry has."""
    zh, en, value = _digest_row(digest)
    return _page(
        "未找到 Not found",
        '<p class="state unknown"><strong>本平台没有此摘要的办案记录。</strong><br>'
        "No record of a case here has this digest. Compare every character with the document: "
        "a document whose entry is not here was not issued by this platform, or not from this record. "
        "请与文书上的摘要逐字核对。</p>"
        f"<dl><dt>{zh} {en}</dt><dd>{escape(value)}</dd></dl>",
    )


def _state(found: EntryStanding) -> str:
    if found.anchor is not None:
        return (
            '<p class="state anchored"><strong>已上链。</strong> The entry is in the agency’s log, and '
            "the log’s tree head is accepted by the contract on the chain.</p>"
        )
    if found.leaf_index is not None:
        return (
            '<p class="state waiting"><strong>已入日志，待上链。</strong> '
            "The entry is in the log; its tree head is not on the chain yet.</p>"
        )
    return (
        '<p class="state waiting"><strong>已受理，待入日志。</strong> '
        "The entry is accepted and not in the log yet.</p>"
    )


def _how(found: EntryStanding) -> str:
    """This page is the platform's own word: say so, and how to do without it."""
    return (
        "<h2>独立核验 Check it without us</h2>"
        "<p>本页只是平台自己的说法。请向机关索取该记录的证据包，用独立的核验程序离线核验；树头和哈希砖块任何人都可下载。"
        "<br>This page is the platform’s own word. Ask the agency for the record’s evidence bundle and check "
        "it offline with the independent verifier; tree heads and hash tiles are public.</p>"
        "<pre>gridwitness-verify bundle record.bundle.json --trust trust.json\n"
        f"/log/{escape(found.log)}/checkpoint</pre>"
        "<p>核验说明记录未被改动及上链时间，不说明内容真实。 It shows that the record was not altered and by "
        "when it was anchored, not that what it says is true.</p>"
    )


def _digest_row(digest: str) -> tuple[str, str, str]:
    return "记录摘要", "Entry digest (SHA-256, base64url)", digest


def _page(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{title} · 网格见证 GridWitness</title>'
        f"<style>{_STYLE}</style></head><body><h1>网格见证 GridWitness · {title}</h1>{body}</body></html>\n"
    )
