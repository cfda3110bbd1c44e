"""Where a file may lie: the mirror first, then the catalogue's addresses in their order."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from densevsconv.errors import ConfigError

Place = Path | str
"""A file in a folder, or an address that begins with http:// or https://."""

MIRROR_VARIABLE = "DENSEVSCONV_DATA_MIRROR"
"""Environment variable that names the mirror where no setting does."""

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*)://")


def places(dataset: str, name: str, urls: list[str], mirror: str | None) -> list[Place]:
    """Return where to look for a file of a data set, in order.

    Parameters
    ----------
    dataset, name
        Of the data set and of the file.
    urls
        The catalogue's addresses of the file.
    mirror
        A folder or an address, tried as ``<mirror>/<dataset>/<name>``, then ``<mirror>/<name>``;
        None or empty: no mirror.
    """
    for url in urls:
        if not _is_address(url, f"data set {dataset}: files.{name}.urls"):
            raise ConfigError(
                f"data set {dataset}: files.{name}.urls: found {url!r}; allowed: addresses that "
                "begin with http:// or https://"
            )
    return [*_mirrored(dataset, name, mirror), *urls]


def shown(place: Place) -> str:
    """Return a place for people and records: without the password an address may hold."""
    if isinstance(place, Path):
        return place.as_posix()
    parts = urlsplit(place)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _mirrored(dataset: str, name: str, mirror: str | None) -> list[Place]:
    if not mirror:
        return []
    if _is_address(mirror, "data_mirror"):
        base = mirror.rstrip("/")
        return [f"{base}/{quote(dataset)}/{quote(name)}", f"{base}/{quote(name)}"]
    folder = Path(mirror).expanduser()
    return [folder / dataset / name, folder / name]


def _is_address(text: str, where: str) -> bool:
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() not in ("http", "https"):
        raise ConfigError(
            f"{where}: found {shown(text)!r}; allowed: a folder, or an address that begins with "
            "http:// or https://"
        )
    return scheme is not None
