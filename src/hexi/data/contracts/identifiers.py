"""The two identifiers of Chinese administration: alphabets, weights and check characters."""

from __future__ import annotations

CREDIT_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015: without I, O, S, V, Z. A character's value is its place."""
CREDIT_CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
"""3^i modulo 31."""
CREDIT_CODE_PATTERN = r"^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$"

RESIDENT_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11643-1999: 2^(17-i) modulo 11."""
RESIDENT_ID_CHECKS = "10X98765432"
"""The check character by the weighted sum modulo 11."""
RESIDENT_ID_PATTERN = r"^[0-9]{17}[0-9X]$"

PHONE_PATTERN = (
    r"^(?:1[3-9][0-9]{9}|(?:0(?:10|2[0-9])-[0-9]{8}|0[3-9][0-9]{2}-[0-9]{7,8})(?:-[0-9]{1,6})?"
    r"|[48]00[0-9]{7}|1[0-9]{4})$"
)
"""Mobile, landline with area code and perhaps an extension, 400 and 800, and service numbers such as 12345."""


def credit_code_check(body: str) -> str:
    """Return the check character for the first 17 characters. Raises `ValueError` on a foreign one."""
    total = sum(
        CREDIT_CODE_ALPHABET.index(character) * weight
        for character, weight in zip(body, CREDIT_CODE_WEIGHTS, strict=True)
    )
    return CREDIT_CODE_ALPHABET[(31 - total % 31) % 31]


def resident_id_check(body: str) -> str:
    """Return the check character for the first 17 digits. Raises `ValueError` on anything else."""
    total = sum(int(digit) * weight for digit, weight in zip(body, RESIDENT_ID_WEIGHTS, strict=True))
    return RESIDENT_ID_CHECKS[total % 11]
