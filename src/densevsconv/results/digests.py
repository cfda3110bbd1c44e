"""What every job wrote, so that whoever reads it notices what a disk or a hand did to it since."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from pydantic import Field

from densevsconv.errors import DataError
from densevsconv.results.record import Record
from densevsconv.store.files import file_digest
from densevsconv.store.identity import digest
from densevsconv.store.layout import Layout

AGAIN = "run the study again, and it is made anew from what is whole"


class WrittenFile(Record):
    """A file as a job wrote it."""

    size: int = Field(description="In bytes.")
    sha256: str = Field(description="Of its content.")

    @classmethod
    def of(cls, file: Path) -> Self:
        return cls(sha256=file_digest(file), size=file.stat().st_size)


class Digests(Record):
    """digests/<job>.json: what a job wrote, to notice where one of its files is damaged later."""

    job: str = Field(description="A stage, and `-` and the data set or shard of one in parts.")
    plan: str = Field(description="Digest of what it was asked to do.")
    files: dict[str, WrittenFile] = Field(
        description="By path from the study's folder; the report's is `report/`."
    )
    digest: str = Field(description="Of the other keys.")

    @classmethod
    def of(cls, job: str, plan: str, files: Mapping[str, Path]) -> Self:
        """Return the digests of files as they are now."""
        written = {name: WrittenFile.of(file) for name, file in files.items()}
        found = cls(job=job, plan=plan, files=written, digest="")
        return found.model_copy(update={"digest": found._digest()})

    @classmethod
    def read(cls, path: Path) -> Self:
        found = super().read(path)
        if (found.digest, found.job) != (found._digest(), path.stem):
            raise DataError(f"{path}: damaged, or the list of another job; delete it and run again")
        return found

    def _digest(self) -> str:
        return digest(self.model_dump(mode="json", exclude={"digest"}))


def lists(at: Layout) -> list[Digests]:
    """Return what each job recorded; a damaged list is removed, so that it is made anew."""
    found = []
    for path in sorted(at.digests("").parent.glob("[!.]*.json")):
        try:
            found.append(Digests.read(path))
        except DataError:
            path.unlink(missing_ok=True)  # another job may have met it too
            raise DataError(f"{path}: damaged, so it was removed; {AGAIN}") from None
    return found


def difference(file: Path, name: str, known: Iterable[Digests]) -> str:
    """Return why a file is not one that a job wrote: missing, not recorded, damaged; or ""."""
    if not file.exists():
        return "missing"
    # more than one job has written it where the number of shards was changed
    written = [each.files[name] for each in known if name in each.files]
    if not written:
        return "no list in digests/ has it"
    return "" if WrittenFile.of(file) in written else "damaged since it was written"


def require_whole(files: Iterable[Path], at: Layout) -> None:
    """Raise :class:`DataError` where a file that a job made is not as it was written.

    A damaged one is removed, so that the workflow makes it anew. Files from elsewhere (captions,
    templates) are not looked at.
    """
    known, wrong = lists(at), []
    for file in files:
        name = at.name(file)
        if name and (text := difference(file, name, known)):
            wrong.append(f"{file}: {text}")
            if text.startswith("damaged"):
                file.unlink(missing_ok=True)
                wrong[-1] += ", so it was removed"
    if wrong:
        more = f" (and {len(wrong) - 3} more)" if len(wrong) > 3 else ""
        raise DataError(f"{'; '.join(wrong[:3])}{more}; {AGAIN}")
