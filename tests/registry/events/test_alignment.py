from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hexi.registry.events.alignment import align

HASHES = st.lists(st.binary(min_size=2, max_size=2), unique=True, max_size=30)


@given(hashes=HASHES)
def test_rows_as_sealed_are_all_the_same(hashes: list[bytes]) -> None:
    found = align(hashes, hashes)

    assert len(found.same) == len(hashes)
    assert not (found.altered)
    assert not (found.inserted)
    assert not (found.missing)


@given(hashes=HASHES.filter(len), data=st.data())
def test_one_touched_row_is_found_and_only_that_one(hashes: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(min_value=0, max_value=len(hashes) - 1))
    new = b"new"

    altered = align([*hashes[:place], new, *hashes[place + 1 :]], hashes)
    inserted = align([*hashes[:place], new, *hashes[place:]], hashes)
    missing = align([*hashes[:place], *hashes[place + 1 :]], hashes)

    assert (altered.altered, altered.inserted, altered.missing) == (((place, place),), (), ())
    assert (inserted.altered, inserted.inserted, inserted.missing) == ((), (place,), ())
    assert (missing.altered, missing.inserted, missing.missing) == ((), (), (place,))


@given(rows=st.lists(st.sampled_from([b"a", b"b", b"c", b"d"]), max_size=12), sealed=HASHES)
def test_every_row_and_every_place_is_told_exactly_once(rows: list[bytes], sealed: list[bytes]) -> None:
    sealed = [*sealed, b"a", b"b"]
    found = align(rows, sealed)

    told_rows = [row for row, _ in (*found.same, *found.altered)] + list(found.inserted)
    told_places = [place for _, place in (*found.same, *found.altered)] + list(found.missing)
    assert sorted(told_rows) == list(range(len(rows)))
    assert sorted(told_places) == list(range(len(sealed)))
