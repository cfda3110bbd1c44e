from pathlib import Path

import pytest
from known import Known


@pytest.fixture
def known(tmp_path: Path) -> Known:
    return Known(tmp_path)
