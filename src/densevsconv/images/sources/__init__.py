"""Where images come from: the kinds of source, and the key ``source`` of the catalogue.

A new kind is a subclass of ``ImageSource`` in a file beside this one, and a line in ``AnySource``.
"""

from typing import Annotated, Any, get_args

from pydantic import BeforeValidator, Field, TypeAdapter

from densevsconv.images.sources.base import ImageSource, Probe, RawImages
from densevsconv.images.sources.containers import ContainerSource
from densevsconv.images.sources.folder import FolderSource
from densevsconv.images.sources.generated import GeneratedSource
from densevsconv.images.sources.mnist1d import Mnist1dSource
from densevsconv.images.sources.named import DigitsSource, NamedSource
from densevsconv.images.sources.pairs import PairsSource
from densevsconv.images.sources.patches import PatchesSource
from densevsconv.images.sources.records import CifarSource, StlSource
from densevsconv.images.sources.rows import RowsSource
from densevsconv.schema.strict import Allowed

__all__ = ["SOURCES", "GeneratedSource", "ImageSource", "Probe", "RawImages", "Source", "source_of"]

AnySource = (
    DigitsSource
    | FolderSource
    | ContainerSource
    | PairsSource
    | RowsSource
    | CifarSource
    | StlSource
    | NamedSource
    | Mnist1dSource
    | PatchesSource
)

SOURCES: dict[str, type[ImageSource]] = {
    kind: source
    for source in get_args(AnySource)
    for kind in get_args(source.model_fields["kind"].annotation)
}
"""The schema and reader of every kind of source."""


def _normalised(value: Any) -> Any:
    """Turn ``source: digits`` into ``source: {kind: digits}``; refuse kinds that are not there."""
    if isinstance(value, str):
        value = {"kind": value}
    if isinstance(value, ImageSource):
        return value
    if isinstance(value, dict) and value.get("kind") in tuple(SOURCES):  # it may be no key
        return value
    raise ValueError("not a kind of source")


Source = Annotated[
    Annotated[AnySource, Field(discriminator="kind")],
    BeforeValidator(_normalised),
    Allowed(
        f"a mapping with a kind ({', '.join(SOURCES)}) and the keys of that kind", tuple(SOURCES)
    ),
]
"""A source as the catalogue has it."""


def source_of(keys: Any) -> ImageSource:
    """Return the source that ``model_dump`` of one, or a catalogue, describes."""
    source: ImageSource = TypeAdapter(Source).validate_python(keys)
    return source
