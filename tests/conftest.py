"""Real data, where there is some; the helpers of the tests are in tests/support."""

import os
from pathlib import Path

import pytest

from densevsconv.store.plugins import load_plugins

load_plugins()  # as every command does

DATA_VARIABLE = "DENSEVSCONV_TEST_DATA"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder with real image files; tests that need it are skipped without it.

    It lies beside the clone or where DENSEVSCONV_TEST_DATA says, and is no part of the project.
    """
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get(DATA_VARIABLE, default))
    if not folder.is_dir():
        pytest.skip(f"no real data: {folder} is not there ({DATA_VARIABLE} may name a folder)")
    return folder
