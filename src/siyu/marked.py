"""The mark by which texts to translate are found in the code; see `make messages`."""

from __future__ import annotations


def msg(message_id: str) -> str:
    """The message id itself."""
    return message_id
