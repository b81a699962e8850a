"""Feeds: where outside data come from, what they sent byte for byte, and what could not be read."""

from gridwitness.feeds.feed import Feed, Letter, Message, feed_named, open_feeds, registered_feed
from gridwitness.feeds.handler import FEED_HANDLERS
from gridwitness.feeds.intake import Intake
from gridwitness.feeds.models import BatchRow, FeedRow, LetterRow, PartRow
from gridwitness.feeds.service import Feeds

__all__ = [
    "FEED_HANDLERS",
    "BatchRow",
    "Feed",
    "FeedRow",
    "Feeds",
    "Intake",
    "Letter",
    "LetterRow",
    "Message",
    "PartRow",
    "feed_named",
    "open_feeds",
    "registered_feed",
]
