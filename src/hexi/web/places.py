"""Division codes: their levels, and what lies inside what (GB/T 2260, GB/T 10114)."""

from __future__ import annotations

from hexi.kernel.names import Text

LENGTH = 12
ENDS = (2, 4, 6, 9, 12)
"""A code is read in steps: province, prefecture, county, township, village."""
LEVELS = {
    2: Text("省级", "province"),
    4: Text("市州", "prefecture"),
    6: Text("县区", "county"),
    9: Text("乡镇", "township"),
    12: Text("村居", "village"),
}


def full(code: str) -> str:
    """Return the code filled with zeros to twelve digits."""
    return code.ljust(LENGTH, "0")


def stem(code: str) -> str:
    """Return the digits that say something: `6201` of `620100000000`."""
    code = full(code)
    for end in ENDS:
        if not code[end:].strip("0"):
            return code[:end]
    return code


def level(code: str) -> int:
    """Return the length of the code's stem, a key of `LEVELS`."""
    return len(stem(code))


def parents(code: str) -> tuple[str, ...]:
    """Return the places that this one lies in, from the province down, each in twelve digits."""
    own = stem(code)
    return tuple(full(own[:end]) for end in ENDS if end < len(own))
