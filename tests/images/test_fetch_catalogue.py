"""The catalogue, and the real files where they are at hand, through the stage and its command."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from densevsconv.cli import main
from densevsconv.images import MIRROR_VARIABLE
from densevsconv.planning.catalogue import Catalogue
from densevsconv.schema.read import check, read_yaml
from densevsconv.stages.plan import run_stage
from densevsconv.store.files import read_json, write_json
from densevsconv.store.layout import Layout
from tests.support.fetch_servers import serving

FILE = Path(__file__).parents[2] / "config" / "datasets.yaml"
DOCS = FILE.parents[1] / "docs" / "data.md"
CATALOGUE = check(Catalogue, read_yaml(FILE), FILE).datasets


@pytest.fixture
def mnist(shared_data: Path) -> dict[str, bytes]:
    """The four official files of MNIST."""
    folder = shared_data / "mnist"
    if not folder.is_dir():
        pytest.skip(f"no real MNIST: {folder} is not there")
    return {name: (folder / name).read_bytes() for name in CATALOGUE["mnist"].files}


def planned(tmp_path: Path, url: str) -> Layout:
    """Return the files of a study of MNIST, whose plan names another address."""
    layout = Layout(tmp_path / "results" / "study")
    files: dict[str, dict[str, Any]] = {
        name: file.model_dump() | {"urls": [url + name]}
        for name, file in CATALOGUE["mnist"].files.items()
    }
    folder = tmp_path / "data" / "raw" / "mnist"
    plan = {"datasets": {"mnist": {"folder": folder.as_posix(), "files": files}}}
    write_json(layout.plan("fetch"), plan)
    return layout


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_file_that_is_read_is_fetched_and_can_be_checked(name: str) -> None:
    entry = CATALOGUE[name]
    read = [file.name for file in entry.source.files(Path())]
    assert sorted(read) == sorted(entry.files)
    if not read:
        return
    for file, remote in entry.files.items():
        assert remote.size
        assert remote.sha256
        assert remote.urls or name == "svhn_sample", "only the sample comes from a mirror alone"
        for url in remote.urls:
            assert url.startswith(("http://", "https://"))
            assert url.endswith(f"/{file}")
    assert entry.citation
    assert entry.licence
    assert entry.notes


def test_the_same_file_of_two_data_sets_is_the_same() -> None:
    files = CATALOGUE["svhn"].files
    assert {name: CATALOGUE["svhn_extra"].files[name] for name in files} == files


def test_the_examples_of_the_documentation_are_valid(tmp_path: Path) -> None:
    kinds = set()
    for block in re.findall(r"```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL):
        example = tmp_path / "datasets.yaml"
        example.write_text(block, encoding="utf-8")
        catalogue = check(Catalogue, read_yaml(example), example)
        kinds |= {entry.source.kind for entry in catalogue.datasets.values()}
    assert kinds == {"folder", "idx"}


def test_the_documentation_lists_every_data_set_as_it_is() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+) \((.*?)\) \| (\S+) \|", DOCS.read_text(), re.M)
    found = {name: (images, test, shape) for name, images, test, shape in rows}
    assert found == {
        name: (
            f"{entry.images:,}",
            f"{entry.test_images:,}" if entry.test_images else "none",
            "x".join(str(side) for side in entry.shape or []),
        )
        for name, entry in CATALOGUE.items()
    }


def test_the_stage_fetches_the_real_mnist(mnist: dict[str, bytes], tmp_path: Path) -> None:
    with serving(mnist) as server:
        layout = planned(tmp_path, server.url())
        run_stage("fetch", layout)
        record = read_json(layout.fetched("mnist"))
        for name, content in mnist.items():
            assert Path(record["files"][name]["path"]).read_bytes() == content
            assert record["files"][name]["origin"] == server.url(name)
    run_stage("fetch", layout)  # the server is gone: what is there is enough
    files = read_json(layout.fetched("mnist"))["files"].values()
    assert {file["origin"] for file in files} == {"present"}


def test_the_command_looks_at_the_mirror_that_it_is_given(
    mnist: dict[str, bytes], shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = planned(tmp_path, "http://data.invalid/")
    monkeypatch.setenv(MIRROR_VARIABLE, str(tmp_path / "nothing"))
    assert main(["fetch", str(layout.root), "--mirror", str(shared_data)]) == 0
    files = read_json(layout.fetched("mnist"))["files"]
    assert {Path(file["origin"]).parent for file in files.values()} == {shared_data / "mnist"}

    shutil.rmtree(tmp_path / "data")
    monkeypatch.setenv(MIRROR_VARIABLE, str(shared_data))
    # a process of its own reads its environment
    subprocess.run([sys.executable, "-m", "densevsconv", "fetch", str(layout.root)], check=True)


def test_the_command_says_in_one_line_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(MIRROR_VARIABLE, raising=False)
    with serving() as server:
        layout = planned(tmp_path, server.url())
        assert main(["fetch", str(layout.root)]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("densevsconv: data set mnist: ")
    assert not layout.fetched("mnist").exists()
