"""Whose an event is: rules, a learned model, then people; and what is known about such matters.

What learns (`training`, `baseline`) and what predicts (`model`) load numpy and are imported from their own
modules.
"""

from gridwitness.dispatch import kinds
from gridwitness.dispatch.article_handler import KEEPERS
from gridwitness.dispatch.articles import Articles
from gridwitness.dispatch.handlers import DISPATCH_HANDLERS
from gridwitness.dispatch.models import ArticleRow, ModelRow
from gridwitness.dispatch.rule_publication import PublishedDispatchRules, publish_dispatch_rules
from gridwitness.dispatch.rules_document import DispatchRules, check_dispatch_rules
from gridwitness.dispatch.service import Dispatch
from gridwitness.dispatch.shelf import ModelShelf
from gridwitness.dispatch.similar import Similar, similar_events
from gridwitness.dispatch.suggestion import Suggestion

__all__ = [
    "DISPATCH_HANDLERS",
    "KEEPERS",
    "ArticleRow",
    "Articles",
    "Dispatch",
    "DispatchRules",
    "ModelRow",
    "ModelShelf",
    "PublishedDispatchRules",
    "Similar",
    "Suggestion",
    "check_dispatch_rules",
    "kinds",
    "publish_dispatch_rules",
    "similar_events",
]
