from pathlib import Path

import pytest

from densevsconv.store.layout import Layout
from densevsconv.tracking.database import open_database
from tests.support.generated_study import write_study
from tests.support.plans import run_stage
from tests.support.tracked import complete, move_database


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as MLflow makes it, which takes seconds."""
    path = tmp_path_factory.mktemp("empty") / "mlflow.db"
    with open_database(path, path.parent / "artifacts"):
        pass
    return path


@pytest.fixture
def layout(tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A finished study whose database is still empty, and whose figures are."""
    monkeypatch.chdir(tmp_path)
    layout = write_study(tmp_path / "results" / "toy_study")
    for stage in ("select", "evaluate", "summarise"):
        run_stage(stage, layout)
    move_database(layout, tmp_path / "results" / "mlflow", empty_database)
    complete(layout)
    return layout
