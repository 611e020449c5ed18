"""Numbers so small that people could be guessed behind them are not shown outside the center: pure."""

from collections.abc import Iterable, Mapping, Set


def hidden(numbers: Mapping[str, int], small: int, *, shown: Set[str] = frozenset()) -> set[str]:
    """The cells of a table with a known sum that must stay empty: those below `small`, and as many more, the smallest
    first, that what is left of the sum tells nothing of a single one. `shown` are known to the reader anyway."""
    found = {code for code, number in numbers.items() if 0 < number < small and code not in shown}
    if not found:
        return found
    for code in _next_to_go(numbers, found | shown):
        if len(found) > 1 and (sum(numbers[each] for each in found) >= small or not numbers[code]):
            break
        found.add(code)
    return found


def _next_to_go(numbers: Mapping[str, int], but: Set[str]) -> Iterable[str]:
    """What counts something before what counts nothing."""
    return sorted(numbers.keys() - but, key=lambda code: (numbers[code] == 0, numbers[code], code))
