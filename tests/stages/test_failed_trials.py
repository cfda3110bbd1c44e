"""A point that runs out of memory, really: its trials are marked, the others finish, none stops."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from densevsconv.planning.load import load_study
from densevsconv.planning.plans import write_plans
from densevsconv.results.trials import Selection, TrialRow
from densevsconv.store.layout import Layout
from tests.support.config_copy import copy_config

IMAGES = 1000
STAGES = """
import resource, sys
from densevsconv.cli import main
main(["prepare", sys.argv[1]])
if sys.argv[2] == "tensorflow":  # the threads of its compilers are no trial's
    import tensorflow
    tensorflow.function(tensorflow.square, jit_compile=True)(tensorflow.ones(2))
(taken,) = (line.split()[1] for line in open("/proc/self/status") if line.startswith("VmData"))
limit = 1024 * int(taken) + int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
print(*(main([stage, sys.argv[1]]) for stage in ("search", "search", "select", "refit")))
"""


@pytest.mark.parametrize(
    ("engine", "free"),
    # a graph on a processor ends by a segmentation fault where the system refuses it memory
    [("numpy", 4e8), pytest.param("tensorflow", 1e9, marks=pytest.mark.slow)],
)
def test_a_point_without_memory_is_marked_and_the_others_finish(
    engine: str, free: float, tmp_path: Path
) -> None:
    units = int(1.3 * free / 4 / IMAGES)  # a batch of all images is more than is free
    layers: list[Any] = [{"average_pool": {"size": 8}}, "flatten", {"dense": {"units": units}},
                         {"dense": {"units": "classes", "activation": "softmax"}}]  # fmt: skip
    case = {"dataset": "digits", "architecture": "wide", "engines": [engine]}
    study = {
        "title": "Large", "shards": 1, "execution": "xla", "refit": {"seeds": 2},
        "datasets": {"digits": {"training_images": IMAGES, "validation": 0.02, "test_images": 20}},
        "training": {"epochs": 1, "batch_size": IMAGES},
        "search": {"method": "grid", "grid": {"batch_size": [IMAGES, 20]}},
        "cases": {"wide": case, "larger": case | {"search": {"method": "list"}}},
    }  # fmt: skip
    config = copy_config(tmp_path)
    wide = yaml.safe_dump({"title": "Wide", "layers": layers})
    (config / "architectures" / "wide.yaml").write_text(wide)
    (config / "studies" / "large.yaml").write_text(yaml.safe_dump(study))
    at = Layout(tmp_path / "results" / "large")
    write_plans(load_study(config / "config.yaml", {"study": "large"}), at)
    command = [sys.executable, "-c", STAGES, str(at.root), engine, str(int(free))]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.stdout.split()[-4:] == ["0", "0", "0", "2"], done.stderr
    large, small = TrialRow.read_table(at.trials)
    assert (large.status, large.validation_accuracy, small.status) == ("failed", None, "finished")
    assert large.reason is not None
    assert "allocate" in large.reason
    chosen = Selection.read(at.selection("wide"))
    assert (chosen.point, [each.failed for each in chosen.candidates]) == (1, [1, 0])
    assert "could not be trained: 1" in chosen.reason
    # tried again each time, and never in the place of a result
    assert done.stderr.count(f"wide batch_size={IMAGES}: ") == 2
    assert "case larger: 2 of 4 trainings failed" in done.stderr, done.stderr
    assert len(list(at.journal("refit").rglob("*.npz"))) == 2
