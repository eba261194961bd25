"""The ledger's arithmetic: the Merkle tree of RFC 9162, section 2.1, over the events of a log.

Pure. An entry is the exact bytes of an event as stored, bound to where it stands; a root commits
to all entries and their order; proofs show one entry, or that one tree is the beginning of
another, to someone who has only roots.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from struct import Struct
from typing import Self

HASH = 32
"""Bytes of a hash (SHA-256)."""
EMPTY = hashlib.sha256().digest()
"""The root of a tree without entries."""
_LEAF = Struct(">BQQ16sH").pack
_NODE = b"\x01"
Entry = tuple[int, bytes, int, bytes, bytes]
"""What a leaf commits to: position, the stream's 16 bytes, version, topic, state."""


def leaf_hashes(entries: Iterable[Entry]) -> list[bytes]:
    """Hash entries: a zero byte each (RFC 9162: a leaf), then what binds the event to its place.

    Position and version as 8 bytes, the stream's 16, the topic after its length in 2 bytes, all
    big-endian; then the state, to the end. So no two events share an entry. Raises struct.error
    or TypeError for what is no event.
    """
    hashes = []
    begun = hashlib.sha256().copy  # a copy is made in three quarters of the time of a new one
    for seq, stream, version, topic, state in entries:
        one = begun()
        one.update(_LEAF(0, seq, version, stream, len(topic)) + topic + state)
        hashes.append(one.digest())
    return hashes


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into one: a one byte (RFC 9162: a node), then both."""
    return hashlib.sha256(_NODE + left + right).digest()


def _above(nodes: Sequence[bytes]) -> list[bytes]:
    """Hash neighbours two by two, in a loop as tight as that over leaves."""
    hashes = []
    begun = hashlib.sha256(_NODE).copy
    for left, right in zip(nodes[::2], nodes[1::2], strict=True):
        one = begun()
        one.update(left + right)
        hashes.append(one.digest())
    return hashes


class Frontier:
    """The right edge of a growing tree: the roots of its whole subtrees, one for each bit of size.

    Enough to append and to give the root, in amortised constant time and 32 bytes a doubling.
    """

    def __init__(self, size: int = 0, peaks: bytes = b"") -> None:
        """Take up a tree of so many leaves; `peaks` as `packed` gives them. Raises ValueError."""
        heights = [height for height in range(size.bit_length()) if size >> height & 1]
        if size < 0 or len(peaks) != HASH * len(heights):
            raise ValueError(f"{len(peaks)} bytes are no frontier of a tree of {size}")
        self.size = size
        cut = [peaks[at : at + HASH] for at in range(0, len(peaks), HASH)]
        self._peaks = dict(zip(reversed(heights), cut, strict=True))

    def extend(self, leaves: Sequence[bytes]) -> Self:
        """Append leaf hashes, in order; give itself."""
        nodes, height, size = list(leaves), 0, self.size
        self.size += len(nodes)
        while nodes:
            if size >> height & 1:
                nodes.insert(0, self._peaks.pop(height))
            if len(nodes) & 1:
                self._peaks[height] = nodes.pop()
            nodes = _above(nodes)
            height += 1
        return self

    @property
    def packed(self) -> bytes:
        """The subtrees' roots, the largest first."""
        return b"".join(self._peaks[height] for height in sorted(self._peaks, reverse=True))

    @property
    def root(self) -> bytes:
        """The root of the whole tree."""
        root: bytes | None = None
        for height in sorted(self._peaks):
            peak = self._peaks[height]
            root = peak if root is None else node_hash(peak, root)
        return EMPTY if root is None else root


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Give the root over these leaf hashes."""
    return Frontier().extend(leaves).root


class Tree:
    """A whole tree, for proofs: subtrees that several need are worked out once."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        """Take the leaf hashes, in order."""
        self._leaves = leaves
        self._roots: dict[tuple[int, int], bytes] = {}

    def root(self, start: int, stop: int) -> bytes:
        """Give the root over a span of leaves, as of a tree of its own."""
        if stop - start <= _SMALL:
            return root_of(self._leaves[start:stop])
        found = self._roots.get((start, stop))
        if found is None:
            middle = start + _split(stop - start)
            found = node_hash(self.root(start, middle), self.root(middle, stop))
            self._roots[start, stop] = found
        return found

    def inclusion(self, index: int) -> list[bytes]:
        """Prove the leaf at `index` (from 0) to the root over all: PATH of RFC 9162, 2.1.3.1."""
        if not 0 <= index < len(self._leaves):
            raise ValueError(f"no leaf {index} in a tree of {len(self._leaves)}")
        path, start, stop = [], 0, len(self._leaves)
        while stop - start > 1:
            middle = start + _split(stop - start)
            if index < middle:
                path.append(self.root(middle, stop))
                stop = middle
            else:
                path.append(self.root(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, old: int) -> list[bytes]:
        """Prove that the tree of the first `old` leaves begins this one: RFC 9162, 2.1.4.1."""
        if not 0 < old <= len(self._leaves):
            raise ValueError(f"no tree of {old} begins one of {len(self._leaves)}")
        path, start, stop, whole = [], 0, len(self._leaves), True
        while old != stop:
            middle = start + _split(stop - start)
            if old <= middle:
                path.append(self.root(middle, stop))
                stop = middle
            else:
                path.append(self.root(start, middle))
                start, whole = middle, False
        return [*([] if whole else [self.root(start, stop)]), *path[::-1]]


_SMALL = 1024  # leaves, below which a subtree is worked out again rather than kept


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Check an inclusion proof: RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for other in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(other, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, other)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Check a consistency proof: RFC 9162, 2.1.4.2."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    path = [*([old_root] if old & (old - 1) == 0 else []), *proof]
    if not path:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    was = now = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            was, now = node_hash(other, was), node_hash(other, now)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            now = node_hash(now, other)
        at, last = at >> 1, last >> 1
    return last == 0 and was == old_root and now == new_root


def _split(size: int) -> int:
    """Give the largest power of two below a size of two or more."""
    return 1 << ((size - 1).bit_length() - 1)
