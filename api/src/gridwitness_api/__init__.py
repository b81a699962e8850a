"""The HTTP door: routes and schemas only."""

from gridwitness_api.application import create_app
from gridwitness_api.openapi import check_openapi, openapi_document

__all__ = ["check_openapi", "create_app", "openapi_document"]
