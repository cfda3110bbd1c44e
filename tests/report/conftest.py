"""Two made-up studies and the rendered report of one, shared by the tests of this folder."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from densevsconv.store.layout import Layout
from tests.report.test_publication import REPRODUCED
from tests.support.plans import run_stage
from tests.support.reported import CAPTIONS
from tests.support.synthetic import AUGMENTATION, DATASETS, make_study

SMALL = {
    "denseNet2_20_published": ("denseNet2_20", 0.93, "list"),
    "dense_1": ("dense_1", 0.972, "grid"),
    "lenet5_8": ("lenet5_8", 0.981, "rate", "digits", {"augmentation": AUGMENTATION}),
    "dense_1_turned": ("dense_1", 0.92, "grid", "digits_turned"),
    "lenet5_8_turned": (
        "lenet5_8", 0.98, "rate", "digits_turned", {"augmentation": AUGMENTATION},
    ),
    "conv_small": ("conv_small", 0.988, "random"),
    "dense_2-numpy": ("dense_2", 0.975, "list"),
    "dense_2-tensorflow": ("dense_2", 0.975, "list"),
    "convNet1_3-numpy": ("convNet1_3", 0.94, "list"),
    "convNet1_3-tensorflow": ("convNet1_3", 0.95, "list"),
}  # fmt: skip


@pytest.fixture(scope="session")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return make_study(tmp_path_factory.mktemp("study") / "results", cases=SMALL, datasets=DATASETS)


@pytest.fixture(scope="session")
def reproduced(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return make_study(tmp_path_factory.mktemp("again") / "results", "again", **REPRODUCED)


@pytest.fixture
def copy(layout: Layout, tmp_path: Path) -> Layout:
    """A study whose files a test may change."""
    shutil.copytree(layout.root, tmp_path / layout.study)
    return Layout(tmp_path / layout.study)


@pytest.fixture(scope="session")
def captions() -> Path:
    return CAPTIONS


@pytest.fixture(scope="session")
def rendered(layout: Layout, captions: Path) -> Layout:
    """The study, with the folder of its report."""
    at = replace(layout, reports=layout.root.parent.parent / "reports", captions=captions)
    run_stage("figures", at)
    run_stage("report", at)
    return at
