"""Clusters of buyers, which sampling intervals resample: by the first order of each, so that every engine tells them
alike without a sort, and no key has a part in it."""

from zlib import crc32

GROUPS = 100


def cluster_of(order_id: str) -> int:
    """The cluster of a buyer whose first order this is, 0 to GROUPS - 1."""
    return crc32(order_id.encode()) % GROUPS
