"""Tags and channels of contacts, as lines of COPY's text format."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from store.generate import vocabulary as words
from store.generate.catalogue import Ids
from store.generate.people import Dice

# Channel: how many contacts can be reached by it, and how many of those have opted out.
_REACHED = {"email": (0.9, 0.15), "whatsapp": (0.3, 0.05), "sms": (0.4, 0.2)}


def tag_lines(dice: Dice, ids: Ids, contacts: NDArray[np.int64]) -> Iterator[bytes]:
    """(contact, tag)"""
    for name, share in words.TAGS.items():
        for contact in contacts[dice.random(len(contacts)) < share].tolist():
            yield b"%d\t%d\n" % (contact, ids.tags[name])


def channel_lines(dice: Dice, ids: Ids, contacts: NDArray[np.int64]) -> Iterator[bytes]:
    """(contact, channel, reachable, unsubscribed)"""
    for key, (reached, opted_out) in _REACHED.items():
        chosen = contacts[dice.random(len(contacts)) < reached]
        unsubscribed = dice.random(len(chosen)) < opted_out
        for contact, out in zip(chosen.tolist(), unsubscribed.tolist(), strict=True):
            yield b"%d\t%d\ttrue\t%s\n" % (contact, ids.channels[key], b"true" if out else b"false")
