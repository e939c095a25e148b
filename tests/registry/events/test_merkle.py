from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_consistency

from hexi.registry.events import merkle

# The reference data of Certificate Transparency's own tests (RFC 6962 trees over eight entries).
ENTRIES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = st.integers(min_value=1, max_value=300)


def tree_of(entries: list[bytes]) -> merkle.Node:
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    return lambda level, index: merkle.perfect_root(leaves[index << level : (index + 1) << level])


LEAVES = [b"%d" % number for number in range(300)]
NODE = tree_of(LEAVES)
ORACLE = InmemoryTree.init_from_entries(LEAVES, algorithm="sha256")


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    frontier = merkle.Frontier()
    for entry in ENTRIES[:size]:
        frontier.append(merkle.leaf_hash(entry))

    assert merkle.root(size, tree_of(ENTRIES)).hex() == ROOTS[size]
    assert frontier.root().hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 1, []),
        (
            0,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    ],
)
def test_inclusion_paths_are_those_of_certificate_transparency(index: int, size: int, path: list[str]) -> None:
    assert [each.hex() for each in merkle.inclusion_path(index, size, tree_of(ENTRIES))] == path


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (1, 1, []),
        (
            1,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
    ],
)
def test_consistency_paths_are_those_of_certificate_transparency(old: int, new: int, path: list[str]) -> None:
    assert [each.hex() for each in merkle.consistency_path(old, new, tree_of(ENTRIES))] == path


@given(size=SIZES)
def test_roots_agree_with_pymerkle(size: int) -> None:
    assert merkle.root(size, NODE) == ORACLE.get_root(size)


@given(size=SIZES, data=st.data())
def test_every_inclusion_is_proven_with_pymerkles_hashes_and_no_other(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    leaf, root = merkle.leaf_hash(LEAVES[index]), merkle.root(size, NODE)
    path = merkle.inclusion_path(index, size, NODE)

    assert merkle.is_included(leaf, index=index, size=size, path=path, root=root)
    # pymerkle counts from 1 and puts the leaf itself into the path.
    assert sorted([leaf, *path]) == sorted(ORACLE.prove_inclusion(index + 1, size).path)

    wrong = (
        data.draw(st.integers(min_value=0, max_value=size - 1).filter(lambda other: other != index))
        if (size > 1)
        else 1
    )
    assert not merkle.is_included(leaf, index=wrong, size=size, path=path, root=root)
    assert not merkle.is_included(leaf, index=index, size=size, path=[*path, root], root=root)
    assert not merkle.is_included(root, index=index, size=size, path=path, root=root) or size == 1


@given(new=SIZES, data=st.data())
def test_every_beginning_is_proven_and_no_other(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(min_value=0, max_value=new))
    old_root, new_root = merkle.root(old, NODE), merkle.root(new, NODE)
    path = merkle.consistency_path(old, new, NODE)

    assert merkle.is_consistent(old, new, old_root=old_root, new_root=new_root, path=path)
    assert not merkle.is_consistent(old, new, old_root=old_root, new_root=b"x" * 32, path=path) or old == 0
    assert not merkle.is_consistent(old, new, old_root=b"x" * 32, new_root=new_root, path=path)
    assert not merkle.is_consistent(old, new, old_root=old_root, new_root=new_root, path=[*path, b"x" * 32])
    if 0 < old < new:
        verify_consistency(old_root, new_root, ORACLE.prove_consistency(old, new))


@given(size=st.integers(min_value=-3, max_value=5), index=st.integers(min_value=-3, max_value=8))
def test_leaves_outside_the_tree_have_no_proof(size: int, index: int) -> None:
    assume(not 0 <= index < size)
    with pytest.raises(ValueError, match="is not in a tree"):
        merkle.inclusion_path(index, size, NODE)
    assert not merkle.is_included(b"", index=index, size=size, path=[], root=b"")
