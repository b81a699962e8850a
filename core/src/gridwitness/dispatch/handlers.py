"""Handlers of the dispatch feature's records, by kind."""

from __future__ import annotations

from gridwitness.dispatch.article_handler import ARTICLE_HANDLERS
from gridwitness.dispatch.model_handler import MODEL_HANDLERS
from gridwitness.records import StepHandler

DISPATCH_HANDLERS: dict[str, StepHandler] = {**MODEL_HANDLERS, **ARTICLE_HANDLERS}
