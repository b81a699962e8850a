"""Where events come from, and where news of them goes.

What makes events of reports (`reporting`, `detections`, `open311`, …) is imported from its own module.
"""

from gridwitness.channels import kinds
from gridwitness.channels.channel import Channel, ChannelSettings, open_channel, public_channel
from gridwitness.channels.handler import CHANNEL_HANDLERS
from gridwitness.channels.service import Channels

__all__ = [
    "CHANNEL_HANDLERS",
    "Channel",
    "ChannelSettings",
    "Channels",
    "kinds",
    "open_channel",
    "public_channel",
]
