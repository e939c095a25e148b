"""Ids, names and the error family."""

from __future__ import annotations

import pickle
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexi.kernel.errors import Conflict, Denied, HexiError, Invalid, Missing, Unavailable
from hexi.kernel.names import BadName, Text, check_dataset_name, new_id
from hexi.kernel.permits import Permit, PermitExpired
from hexi.kernel.time import from_stamp, stamp

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 1, 1), timezones=st.just(UTC)))
def test_an_id_is_a_uuid_of_version_seven_that_tells_its_millisecond(at: datetime) -> None:
    id = uuid.UUID(new_id(at))

    assert (id.version, id.variant) == (7, uuid.RFC_4122)
    assert id.int >> 80 == int(at.timestamp() * 1000)


def test_ids_of_later_moments_sort_later() -> None:
    ids = [new_id(NOON + timedelta(milliseconds=each)) for each in range(50)]

    assert ids == sorted(ids)
    assert len(set(ids)) == 50


@pytest.mark.parametrize("name", ["gansu.airports", "plan-2015.targets", "beds", "a1.b-2"])
def test_a_dataset_name_is_words_of_letters_and_digits(name: str) -> None:
    assert check_dataset_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "Gansu.airports", "机场", "a..b", "../etc", "a/b", ".a", "a.", "1a", "a b", "a" * 101]
)
def test_what_could_climb_out_of_its_folder_names_no_dataset(name: str) -> None:
    with pytest.raises(BadName):
        check_dataset_name(name)


def test_a_text_answers_in_the_language_asked_for() -> None:
    text = Text("数据集", "dataset")

    assert [text.in_language(code) for code in ("zh", "zh-hans", "en", "en-gb", "")] == [
        "数据集",
        "数据集",
        "dataset",
        "dataset",
        "数据集",
    ]


def test_an_error_keeps_its_template_and_facts_for_other_languages() -> None:
    error = Invalid("{file} has no column {column}.", file="a.csv", column="名称")

    assert str(error) == "a.csv has no column 名称."
    assert error.template == "{file} has no column {column}."
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again)) == (Invalid, str(error))


def test_the_five_families_have_five_exit_codes() -> None:
    families = (Invalid, Denied, Missing, Conflict, Unavailable)

    assert all(issubclass(each, HexiError) for each in families)
    assert len({each.exit_code for each in families} - {0, 1, 2}) == 5
    assert len({each.code for each in families}) == 5


@given(st.datetimes(timezones=st.timezones()))
def test_a_stamp_reads_back_as_the_same_millisecond(at: datetime) -> None:
    assert abs(from_stamp(stamp(at)) - at) < timedelta(milliseconds=1)


def test_a_stamp_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        from_stamp("2026-11-23T12:00:00")


@pytest.mark.parametrize(("seconds", "holds"), [(-1, True), (0, False), (1, False)])
def test_a_permit_is_void_from_its_end_on(seconds: int, holds: bool) -> None:
    permit = Permit(reader="a", grant="g", dataset="beds", columns=("x",), purpose="any", until=NOON)

    if holds:
        permit.check(NOON + timedelta(seconds=seconds))
    else:
        with pytest.raises(PermitExpired):
            permit.check(NOON + timedelta(seconds=seconds))
