"""TLS of the doors: their own certificate, and where a client CA is set, one from everybody who connects."""

from __future__ import annotations

import ssl

from gridwitness.errors import Misconfigured
from gridwitness.settings import Settings


def door_tls(settings: Settings) -> ssl.SSLContext | None:
    """The doors' TLS, None without a certificate. Raises Misconfigured `door-certificate`."""
    if settings.ingest_certificate is None:
        if settings.ingest_client_ca is not None:
            raise Misconfigured(
                "door-certificate",
                "Client certificates are asked for, and the doors have none themselves.",
                "set GRIDWITNESS_INGEST_CERTIFICATE and GRIDWITNESS_INGEST_KEY",
            )
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.ingest_certificate, settings.ingest_key)
        if settings.ingest_client_ca is not None:
            context.load_verify_locations(settings.ingest_client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured(
            "door-certificate", f"The doors' certificate cannot be used: {error}.", "give PEM files that fit"
        ) from None
    return context
