"""The client certificate of a TLS connection, for the application: uvicorn keeps it to itself."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

CERTIFICATE = "gridwitness.client_certificate"
"""In the scope: DER of the certificate that the client showed and TLS verified; absent for none."""


class CertificateProtocol(HttpToolsProtocol):
    """Uvicorn's protocol; every request's scope has the connection's certificate."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the certificate of the connection."""
        super().connection_made(transport)
        connection = transport.get_extra_info("ssl_object")
        shown = connection.getpeercert(binary_form=True) if isinstance(connection, ssl.SSLObject) else None
        if shown:
            self.app = _Certified(self.app, shown)


class _Certified:
    def __init__(self, app: Any, certificate: bytes) -> None:
        self._app = app
        self._certificate = certificate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[CERTIFICATE] = self._certificate
        await self._app(scope, receive, send)
