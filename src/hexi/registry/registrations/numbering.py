"""Registration codes: `R`, the year, a serial of seven digits, and a check character (ISO 7064, MOD 37,36).

`R202600000013` is the first of 2026. The check character finds every single mistyped character and nearly all
neighbours that changed places.
"""

from __future__ import annotations

from django.db.models import F

from hexi.registry.registrations.models import CodeSeries

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SERIAL_DIGITS = 7


def next_code(year: int) -> str:
    """Take the next code of a year. In the caller's transaction; what was taken is never given again."""
    CodeSeries.objects.get_or_create(year=year, defaults={"last": 0})
    # The row stays locked until the transaction ends, so whoever comes next counts on from here.
    CodeSeries.objects.filter(year=year).update(last=F("last") + 1)
    last = CodeSeries.objects.values_list("last", flat=True).get(year=year)
    body = f"R{year:04}{last:0{SERIAL_DIGITS}}"
    return body + check_character(body)


def check_character(body: str) -> str:
    """Return the check character of digits and capital letters (ISO 7064, MOD 37,36, hybrid system)."""
    left = 36
    for each in body:
        left = ((left + ALPHABET.index(each)) % 36 or 36) * 2 % 37
    return ALPHABET[(1 - left) % 36]


def is_code(text: str) -> bool:
    """Whether a text is made like a registration code and its check character fits."""
    is_made_so = len(text) == 6 + SERIAL_DIGITS and text[0] == "R" and text[1:-1].isascii() and text[1:-1].isdigit()
    return is_made_so and check_character(text[:-1]) == text[-1]
