"""Kinds of record of the channels feature (docs/format.md section 3)."""

from __future__ import annotations

from gridwitness.records import register

CHANNEL = "channel.registered.v1"

register(
    CHANNEL,
    "受理渠道登记",
    purposes="officer service",
    fields="channel:text! category:text! title:text! settings:object! state:text!",
    enums={
        "category": frozenset(
            {
                "grid_worker",
                "public_app",
                "wechat",
                "sanitation",
                "hotline",
                "web",
                "video",
                "iot",
                "import",
                "open311",
                "department",
            }
        ),
        "state": frozenset({"open", "closed"}),
    },
)
