"""What stands beside `POST /api/v1/records`: the least a service could do with the same bytes.

One FastAPI route checks one signature and inserts the body, in one committed transaction, under the same
uvicorn settings, engine and pool as ours. No log-in, grammar, fields, subjects, receipts or proofs.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Annotated

import uvicorn
from fastapi import Body, FastAPI, HTTPException
from gridwitness.database import create_engine_for
from gridwitness_evidence import PublicKey
from sqlalchemy import text

URL, KEYS, PORT = "BENCH_DATABASE_URL", "BENCH_KEYS", "BENCH_PORT"
"""Environment: PostgreSQL URL (a secret, so not an argument), file with a JSON list of JWKs, port."""
PROGRAM = f"from {__name__} import main; main()"
"""What the Python of this environment is to run."""
MEDIA_TYPE = "application/sd-jwt"
TABLE = text("CREATE TABLE body (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, content bytea NOT NULL)")
_INSERT = text("INSERT INTO body (content) VALUES (:content) RETURNING id")


def bare_application(database_url: str, keys: list[PublicKey]) -> FastAPI:
    """The application; the table is there already."""
    app = FastAPI()
    engine = create_engine_for(database_url, application="gridwitness-bench-bare")
    known = {key.kid: key for key in keys}

    @app.get("/healthz")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/", status_code=201)
    def insert(body: Annotated[bytes, Body(media_type=MEDIA_TYPE)]) -> dict[str, int]:
        signed, _, signature = body.partition(b"~")[0].rpartition(b".")
        header = json.loads(_decoded(signed.partition(b".")[0]))
        if not known[header["kid"]].verify(_decoded(signature), signed):
            raise HTTPException(422, "the signature does not verify")
        with engine.begin() as connection:
            return {"id": connection.execute(_INSERT, {"content": body}).scalar_one()}

    return app


def _decoded(part: bytes) -> bytes:
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))


def main() -> None:
    """Serve until SIGTERM, as `gridwitness serve` does."""
    keys = [PublicKey.from_jwk(jwk) for jwk in json.loads(Path(os.environ[KEYS]).read_text())]
    app = bare_application(os.environ[URL], keys)
    port = int(os.environ[PORT])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", server_header=False)
