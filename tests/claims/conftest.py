from pathlib import Path

import pytest

from tests.support.known import Known


@pytest.fixture
def known(tmp_path: Path) -> Known:
    return Known(tmp_path)
