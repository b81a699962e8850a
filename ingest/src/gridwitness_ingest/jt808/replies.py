"""What a terminal is answered once what it sent is stored."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from gridwitness_ingest.jt808.authentication import Authentication
from gridwitness_ingest.jt808.reading import REGISTER
from gridwitness_ingest.jt808.rounds import Answer
from gridwitness_ingest.jt808.sending import (
    DONE,
    FAILED,
    REGISTERED,
    TERMINAL_UNKNOWN,
    platform_reply,
    register_reply,
    send_again,
)


def reply_to(answer: Answer, known: Collection[str], authentication: Authentication) -> bytes:
    """The frames of one answer. `known`: those of the asking terminals that the register binds to a truck."""
    connection, packet = answer.connection, answer.packet
    serial = connection.next_serial()
    if packet.message == REGISTER:
        welcome = answer.result == DONE and packet.terminal in known
        result = REGISTERED if welcome else TERMINAL_UNKNOWN
        return register_reply(packet, result, authentication.code(packet.terminal), serial)
    reply = platform_reply(packet, answer.result, serial)
    again = answer.ask_again
    if again is not None:
        reply += send_again(packet, again.first_serial, again.missing, connection.next_serial())
    return reply


def refused(answer: Answer) -> Answer:
    """The same answer where nothing was kept."""
    return replace(answer, result=FAILED, ask_again=None)
