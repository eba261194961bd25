"""The Merkle tree: by its recursive definition, by another library, by what proofs refuse."""

from __future__ import annotations

import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree, InvalidProof
from pymerkle import verify_inclusion as theirs_holds

from tracker.ledger import (
    EMPTY,
    Frontier,
    Tree,
    leaf_hashes,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

STREAM = bytes(range(16))
SIZES = st.integers(1, 130)


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def leaves(count: int) -> list[bytes]:
    return [sha(b"\x00" + str(number).encode()) for number in range(count)]


def by_definition(hashes: list[bytes]) -> bytes:
    """MTH of RFC 9162, 2.1.1, as it stands there, over leaf hashes."""
    if not hashes:
        return sha(b"")
    if len(hashes) == 1:
        return hashes[0]
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    return sha(b"\x01" + by_definition(hashes[:half]) + by_definition(hashes[half:]))


def pymerkle_tree(count: int) -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    for number in range(count):
        tree.append_entry(str(number).encode())
    return tree


# -- leaves ---------------------------------------------------------------------------------------


def test_a_leaf_commits_to_position_stream_version_topic_and_state() -> None:
    (found,) = leaf_hashes([(7, STREAM, 2, b"TownOccupied", b"{}")])
    assert found == sha(
        b"\x00" + (7).to_bytes(8) + (2).to_bytes(8) + STREAM + b"\x00\x0cTownOccupied{}"
    )


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2**63), st.binary(min_size=16, max_size=16), st.integers(0, 2**63),
            st.binary(max_size=5), st.binary(max_size=5),
        ),
        unique=True, max_size=30,
    )
)  # fmt: skip
def test_no_two_events_share_a_leaf(entries: list[tuple[int, bytes, int, bytes, bytes]]) -> None:
    assert len(set(leaf_hashes(entries))) == len(entries)


@pytest.mark.parametrize("entry", [(-1, STREAM, 1, b"", b""), (1, STREAM, 1.5, b"", b"")])
def test_what_is_no_event_has_no_leaf(entry: tuple[int, bytes, int, bytes, bytes]) -> None:
    with pytest.raises(struct.error):
        leaf_hashes([entry])


# -- roots ----------------------------------------------------------------------------------------


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert root_of([]) == EMPTY == by_definition([])


@given(st.integers(0, 130))
def test_a_root_is_what_its_definition_says(count: int) -> None:
    assert root_of(leaves(count)) == by_definition(leaves(count))


@given(SIZES)
def test_a_root_is_what_another_library_says(count: int) -> None:
    assert root_of(leaves(count)) == pymerkle_tree(count).get_root(count)


@given(st.lists(st.integers(0, 40), max_size=8))
def test_in_however_many_steps_a_tree_grows_it_is_the_same(steps: list[int]) -> None:
    whole, grown = leaves(sum(steps)), Frontier()
    for step in steps:
        grown = Frontier(grown.size, grown.packed)  # as if read back from the log
        grown.extend(whole[grown.size : grown.size + step])
    assert (grown.size, grown.root) == (len(whole), by_definition(whole))


@pytest.mark.parametrize(("size", "peaks"), [(1, b""), (0, bytes(32)), (3, bytes(32)), (-1, b"")])
def test_what_is_no_frontier_is_refused(size: int, peaks: bytes) -> None:
    with pytest.raises(ValueError, match="no frontier"):
        Frontier(size, peaks)


# -- proofs ---------------------------------------------------------------------------------------


@given(st.data(), SIZES)
def test_every_leaf_is_proved_and_nothing_else_by_its_proof(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1))
    held, root = leaves(size), root_of(leaves(size))
    proof = Tree(held).inclusion(index)
    assert verify_inclusion(held[index], index, size, proof, root)
    assert verify_inclusion(held[other], other, size, proof, root) == (index == other)
    assert verify_inclusion(held[index], other, size, proof, root) == (index == other)
    assert not verify_inclusion(held[index], index, size, [*proof, EMPTY], root)
    assert not verify_inclusion(held[index], index, size, proof, EMPTY)
    for cut in range(len(proof)):
        assert not verify_inclusion(held[index], index, size, proof[:cut], root)
    assert not verify_inclusion(held[index], size, size, proof, root)


@given(st.data(), SIZES)
def test_another_library_takes_the_path_that_proves_a_leaf(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    tree = pymerkle_tree(size)
    theirs = tree.prove_inclusion(index + 1, size)
    ours = [leaves(size)[index], *Tree(leaves(size)).inclusion(index)]
    assert sorted(theirs.path) == sorted(ours)
    theirs_holds(leaves(size)[index], tree.get_root(size), theirs)
    with pytest.raises(InvalidProof):
        theirs_holds(EMPTY, tree.get_root(size), theirs)


@given(st.data(), SIZES)
def test_a_tree_is_proved_to_begin_another_and_no_other_tree_is(
    data: st.DataObject, size: int
) -> None:
    old = data.draw(st.integers(1, size))
    held = leaves(size)
    was, now, proof = root_of(held[:old]), root_of(held), Tree(held).consistency(old)
    assert verify_consistency(old, size, was, now, proof)
    assert not verify_consistency(old, size, EMPTY, now, proof)
    assert not verify_consistency(old, size, was, EMPTY, proof)
    assert not verify_consistency(old, size, was, now, [*proof, EMPTY])
    for cut in range(len(proof)):
        assert not verify_consistency(old, size, was, now, proof[:cut])
    if old > 1:
        changed = root_of([EMPTY, *held[1:old]])
        assert not verify_consistency(old, size, changed, now, proof)


@pytest.mark.parametrize("old", [0, 4])
def test_no_proof_of_what_cannot_begin_a_tree(old: int) -> None:
    with pytest.raises(ValueError, match="begins"):
        Tree(leaves(3)).consistency(old)
    assert not verify_consistency(old, 3, EMPTY, EMPTY, [])


def test_a_known_tree() -> None:
    """By hand: ((a b) (c d)) e."""
    a, b, c, d, e = leaves(5)
    left, right = node_hash(a, b), node_hash(c, d)
    root = node_hash(node_hash(left, right), e)
    assert root_of([a, b, c, d, e]) == root
    assert Tree([a, b, c, d, e]).inclusion(2) == [d, left, e]
    assert Tree([a, b, c, d, e]).inclusion(4) == [node_hash(left, right)]
    assert Tree([a, b, c, d, e]).consistency(3) == [c, d, left, e]


def test_a_large_tree_is_proved_like_a_small_one() -> None:
    held = leaves(5_000)
    tree, root = Tree(held), root_of(held)
    for index in (0, 1_023, 1_024, 4_095, 4_096, 4_999):
        assert verify_inclusion(held[index], index, 5_000, tree.inclusion(index), root)
    for old in (1, 1_500, 4_096, 4_999, 5_000):
        was = root_of(held[:old])
        assert verify_consistency(old, 5_000, was, root, tree.consistency(old))
