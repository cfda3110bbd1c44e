"""What every kind of test of a claim has: a schema, words, how it is judged, and its verdicts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self, get_args

from pydantic import BeforeValidator, Field

from densevsconv.results.claims import ClaimTestRecord, Verdict
from densevsconv.results.study import Study
from densevsconv.schema.allowed import unwrap
from densevsconv.schema.strict import Allowed, Strict

TOUCHING = 1e-12
"""Numbers this close are equal: rounding alone moves means of accuracies by 1e-16."""

LEAST_SHOWN = 0.9
"""Of the publication's training, counted in images shown: a validation part may take a tenth."""

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
HOLDS, FAILS, UNTOLD, DEPENDS, UNTESTED = VERDICTS


def _as_text(value: Any) -> Any:
    """Turn a class given as a whole number into its name: YAML reads ``8`` as a number."""
    return str(value) if type(value) is int else value


CASE, CLASS = Allowed("a case of the study"), Allowed("the name of a class")
CaseName = Annotated[str, CASE]
ClassName = Annotated[str, BeforeValidator(_as_text, json_schema_input_type=str | int), CLASS]
Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class Words:
    """What the numbers of a kind of test are, how the report prints them, and their unit."""

    quantity: str
    form: str
    unit: str


class Kind(Strict):
    """A kind of test. Its fields are the keys it has in a study's file."""

    key: ClassVar[str]
    """What it is called there."""

    words: ClassVar[Words]

    needs_training: ClassVar[bool] = True
    """Whether it says anything of networks that did not train."""

    def judge(self, study: Study[Any], confidence: float) -> Iterator[ClaimTestRecord]:
        """Yield a record for each estimate that the test rests on."""
        raise NotImplementedError

    def record(
        self,
        study: Study[Any],
        cases: list[str],
        *,
        low: float | None,
        high: float | None,
        above: float | None = None,
        below: float | None = None,
        told: Verdict | None = None,
        **found: Any,
    ) -> ClaimTestRecord:
        """Return the record of one estimate; ``told`` is its verdict, where no bound decides."""
        reason = self._not_tested(study, cases)
        told = told or verdict(low, high, above, below)
        return ClaimTestRecord(
            kind=self.key,
            cases=cases,
            quantity=self.words.quantity,
            low=low,
            high=high,
            above=above,
            below=below,
            not_tested=reason,
            verdict=UNTESTED if reason else told,
            **found,
        )

    def _not_tested(self, study: Study[Any], cases: list[str]) -> str:
        """Return why these cases cannot test what was published; "" where they can."""
        for name in cases:
            case = study.plan.cases[name]
            if case.other_data:
                return f"other data: {case.other_data}"
            if (wanted := case.images_shown) is not None:
                epochs = [run.epochs_run for run in study.runs(name) if not run.diverged]
                ours = max(epochs, default=0) * study.data_info(case.dataset).counts.train
                if 0 < ours < LEAST_SHOWN * wanted:
                    return f"{name} was shown {ours:,} images while training, {wanted:,} there"
            if self.needs_training and (reason := study.evaluation(name).not_tested):
                return f"{name}: {reason}"
        return ""

    def on_other_cases(self, other: Mapping[str, str]) -> Self:
        """Return the same test of other cases, by those that it names; the rest stay."""
        changes: dict[str, Any] = {}
        for key, name in self.named(CASE):
            field, _, place = key.partition(".")
            if place:
                changes.setdefault(field, []).append(other.get(name, name))
            else:
                changes[field] = other.get(name, name)
        return self.model_copy(update=changes)

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
    """Return names as a list in words, each between backquotes: digits in them are no results.

    A backquote in a name is doubled.
    """
    marked = [f"`{name.replace('`', '``')}`" for name in names]
    if len(marked) == 1:
        return marked[0]
    return f"{', '.join(marked[:-1])} {word} {marked[-1]}"


def verdict(
    low: float | None, high: float | None, above: float | None, below: float | None
) -> Verdict:
    """Return whether an interval lies inside what is claimed, outside, or across a bound of it.

    Inside and outside are strict: an interval that touches a bound tells nothing, nor does a
    missing one. An estimate without an interval never decides.
    """
    if low is None or high is None:
        return UNTOLD
    floor = float("-inf") if above is None else above
    ceiling = float("inf") if below is None else below
    if low > floor + TOUCHING and high < ceiling - TOUCHING:
        return HOLDS
    if high < floor - TOUCHING or low > ceiling + TOUCHING:
        return FAILS
    return UNTOLD


def verdict_of_all(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict of a claim: it fails if any test fails, and holds if all hold.

    Where one is not tested no other can make the whole hold.
    """
    found = set(verdicts)
    for one in (FAILS, UNTESTED):
        if one in found:
            return one
    return HOLDS if found == {HOLDS} else UNTOLD
