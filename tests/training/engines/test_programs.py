"""Compiled programs are shared between processes, and none that was damaged is run."""

import subprocess
import sys
from pathlib import Path

import pytest

from densevsconv.training.engines.programs import program_folder, seal_programs

RUN = """
import sys
from pathlib import Path
from densevsconv.store.identity import digest
from tests.support.training import DENSE, ENGINES, group, network
made = ENGINES[sys.argv[2]](1, sys.argv[3], Path(sys.argv[1]))
(finished,) = made.train(group(network(*DENSE), {"batch_size": 20, "epochs": 3}))
made.release()
print(finished.status, digest({k: v.tolist() for k, v in finished.weights.items()}))
"""


def test_only_whole_programs_are_left_and_each_machine_has_its_own(tmp_path: Path) -> None:
    def files() -> list[str]:
        return sorted(file.name for file in program_folder(tmp_path, {"code": "1"}).glob("*.pb"))

    folder = program_folder(tmp_path, {"code": "1"})
    for name in ("whole.pb", "damaged.pb"):
        (folder / name).write_text("compiled")
    seal_programs(folder)
    (folder / "killed.pb").write_text("half")
    (folder / "damaged.pb").write_text("compiler")
    assert files() == ["whole.pb"]
    assert program_folder(tmp_path, {"code": "2"}) != folder


@pytest.mark.slow
@pytest.mark.parametrize(("name", "mode"), [("tensorflow", "xla"), ("jax", "native")])
def test_a_second_process_loads_what_the_first_compiled(
    name: str, mode: str, tmp_path: Path
) -> None:
    tmp_path /= "a folder"

    def run() -> str:
        command = [sys.executable, "-c", RUN, str(tmp_path), name, mode]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def programs() -> dict[str, int]:
        seals = tmp_path.rglob("*.sha256")
        return {seal.stem: seal.with_suffix("").stat().st_mtime_ns for seal in seals}

    first, written = run(), programs()
    assert first.startswith("finished")
    assert written
    assert (run(), programs()) == (first, written)
    for program in written:
        (file,) = tmp_path.rglob(program)
        file.write_bytes(file.read_bytes()[:3000])
    assert run() == first
    assert programs().keys() == written.keys()
