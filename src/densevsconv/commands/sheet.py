"""A contact sheet of every transformation on a data set: what each setting does to the images."""

from pathlib import Path
from typing import Any

import numpy as np

from densevsconv.errors import UserError
from densevsconv.images.fetch import fetch_files
from densevsconv.images.transforms.apply import transform, transformed_shape
from densevsconv.images.transforms.registry import TRANSFORMS
from densevsconv.planning.datasets import resolve_datasets
from densevsconv.planning.load import load_config
from densevsconv.planning.study import StudyDataset

EXAMPLES: tuple[dict[str, Any], ...] = tuple(
    {name: setting} for name, entry in TRANSFORMS.items() for setting in entry.examples
)
"""A strength of each that shows on small images."""

DONORS = 500
"""Images that clutter may be cut from."""
COLUMNS = 10


def sheet(dataset: str, out: Path, mirror: str | None) -> None:
    """Draw the first image of each class (at most 10) under every transformation, as PNG and SVG.

    The files of the data set are fetched if they are not there, first from ``mirror``.
    """
    from densevsconv.report.figures import style
    from densevsconv.report.figures.canvas import save
    from densevsconv.report.figures.transformations import Sheet, draw
    from densevsconv.report.wording import change

    if not out.name:
        raise UserError(f"--out: found {str(out)!r}; allowed: the name of a picture")
    config, folder = load_config()
    resolved = resolve_datasets(
        {dataset: StudyDataset()},
        config=config,
        folder=folder,
        study_file=folder / "datasets.yaml",
    )
    used = resolved[dataset]
    files = {name: file.model_dump() for name, file in used.entry.files.items()}
    if files:
        fetch_files(used.base, files, used.folder, mirror or config.data_mirror)
    raw = used.entry.source.read(used.folder)
    first = [np.flatnonzero(raw.labels == label)[0] for label in np.unique(raw.labels)[:COLUMNS]]
    donors = np.setdiff1d(np.arange(min(DONORS, len(raw.labels))), first)
    rows = np.concatenate([first, donors])
    shown = [("as it is", raw.images[first])]
    for step in EXAMPLES:
        if transformed_shape([step], used.shape) == used.shape and "colour" in step:
            continue  # grey images made grey
        images = transform(raw.images[rows], rows, [step], seed=0, max_value=used.entry.max_value)
        shown.append((change(step), images[: len(first)]))
    names = used.contents.class_names
    names = [*map(style.apply(names).legible, names)]
    figure = draw(Sheet(shown, names, used.entry.max_value))
    save(figure, out.with_suffix(".svg"), out.with_suffix(".png"))
    print(out.with_suffix(".png"))
