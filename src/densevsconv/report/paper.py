"""The paper: the document set in two columns by typst."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from densevsconv.store.files import atomic_path

TEMPLATES = Path(__file__).parent / "templates"


def write_paper(document: dict[str, Any], figures: dict[str, Path], target: Path) -> None:
    """Write the PDF; ``figures`` are SVG files by the name that the document gives them."""
    import typst

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copy(TEMPLATES / "paper.typ", root / "paper.typ")
        (root / "document.json").write_text(json.dumps(document), encoding="utf-8")
        (root / "figures").mkdir()
        for name, file in figures.items():
            shutil.copy(file, root / "figures" / name)
        # the fonts that come with typst: the same pages on every machine
        pages = typst.compile(
            str(root / "paper.typ"), root=str(root), ignore_system_fonts=True, timestamp=0
        )
        with atomic_path(target) as temporary:
            temporary.write_bytes(pages)
