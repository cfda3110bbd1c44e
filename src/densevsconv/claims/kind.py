"""What every kind of test of a claim has: a schema, words, and how it is judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, get_args

from pydantic import BeforeValidator, Field

from densevsconv.results.study import Study
from densevsconv.schema.allowed import unwrap
from densevsconv.schema.strict import Allowed, Strict


def _as_text(value: Any) -> Any:
    """Turn a class given as a whole number into its name: YAML reads ``8`` as a number."""
    return str(value) if type(value) is int else value


CASE, CLASS = Allowed("a case of the study"), Allowed("the name of a class")
CaseName = Annotated[str, CASE]
ClassName = Annotated[str, BeforeValidator(_as_text), CLASS]
Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class Words:
    """What the numbers of a kind of test are, how the report prints them, and their unit."""

    quantity: str
    form: str
    unit: str


@dataclass(frozen=True)
class Finding:
    """One estimate held against what is claimed of it; ClaimTestRecord says what the fields mean.

    The claim is that the true value lies above ``above`` and below ``below`` (None: no such
    bound). ``low`` and ``high`` are None where the values are too few for an interval.
    """

    cases: list[str]
    statement: str
    estimate: float | None
    low: float | None
    high: float | None
    seeds: int
    method: str
    above: float | None = None
    below: float | None = None
    published: float | None = None
    p_value: float | None = None
    left_out: int = 0
    classes: list[str] | None = None
    found_class: str | None = None


class Kind(Strict):
    """A kind of test. Its fields are the keys it has in a study's file."""

    words: ClassVar[Words]

    def judge(self, study: Study[Any], confidence: float) -> Iterator[Finding]:
        """Yield a finding for each estimate that the test rests on."""
        raise NotImplementedError

    def problems(self, datasets: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield (key, problem) of what no type says; ``datasets`` has that of every case."""
        return iter(())

    def named(self, what: Allowed) -> Iterator[tuple[str, str]]:
        """Yield (key, name) of every name that stands in a field of :data:`CASE` or `CLASS`."""
        for key, field in type(self).model_fields.items():
            value = getattr(self, key)
            if what in field.metadata:
                yield key, value
            elif isinstance(value, list) and what in unwrap(get_args(field.annotation)[0])[1]:
                yield from ((f"{key}.{index}", name) for index, name in enumerate(value))


def quoted(names: Iterable[str], word: str = "and") -> str:
    """Return names as a list in words, each between backquotes: digits in them are no results."""
    marked = [f"`{name.replace('`', chr(39))}`" for name in names]
    if len(marked) == 1:
        return marked[0]
    return f"{', '.join(marked[:-1])} {word} {marked[-1]}"
