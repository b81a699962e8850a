"""Feeds: where outside data come from, what they sent byte for byte, and what could not be read."""

from gridwitness.feeds.batches import Batches
from gridwitness.feeds.credentials import Credentials
from gridwitness.feeds.decoding import Decoded, Decoder, Store
from gridwitness.feeds.feed import Feed, Letter, Message, feed_named, open_feeds, registered_feed
from gridwitness.feeds.handler import FEED_HANDLERS
from gridwitness.feeds.intake import Intake
from gridwitness.feeds.letters import Letters, Replayed, Selection
from gridwitness.feeds.models import BatchRow, CredentialRow, FeedRow, LetterRow, PartRow
from gridwitness.feeds.pending import PendingPart, claim_pending, settle_pending
from gridwitness.feeds.retention import Front, expired_front, remove_front
from gridwitness.feeds.seen import forget_seen, note_seen
from gridwitness.feeds.service import Feeds
from gridwitness.feeds.signed import feed_keys, signature_holds
from gridwitness.feeds.subscriptions import (
    Subscription,
    cancel_subscriptions,
    put_subscription,
    subscriptions_of,
)

__all__ = [
    "FEED_HANDLERS",
    "BatchRow",
    "Batches",
    "CredentialRow",
    "Credentials",
    "Decoded",
    "Decoder",
    "Feed",
    "FeedRow",
    "Feeds",
    "Front",
    "Intake",
    "Letter",
    "LetterRow",
    "Letters",
    "Message",
    "PartRow",
    "PendingPart",
    "Replayed",
    "Selection",
    "Store",
    "Subscription",
    "cancel_subscriptions",
    "claim_pending",
    "expired_front",
    "feed_keys",
    "feed_named",
    "forget_seen",
    "note_seen",
    "open_feeds",
    "put_subscription",
    "registered_feed",
    "remove_front",
    "settle_pending",
    "signature_holds",
    "subscriptions_of",
]
