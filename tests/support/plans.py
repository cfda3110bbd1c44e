"""Plans of studies that tests make up: what a test does not name has some value."""

from typing import Any

from densevsconv.results.digests import Digests
from densevsconv.results.plan import ReportPlan, StudyPlan, TrainedCase
from densevsconv.results.timing import Rerun, Timing
from densevsconv.stages import plan as stages
from densevsconv.stages.plan import Part
from densevsconv.store.files import write_json
from densevsconv.store.layout import Layout

SPLIT = {
    "test": 0.2, "validation": 0.1, "stratify": True, "grouped": False, "training_images": None,
    "test_images": None,
}  # fmt: skip
DATASET = {
    "title": "Images", "dataset": "d", "source": "digits", "source_shape": [8, 8, 1],
    "shape": [8, 8, 1], "classes": 2, "class_names": ["0", "1"], "max_value": 16, "split": SPLIT,
    "transform": [], "seed": 1,
}  # fmt: skip
CASE = {
    "title": "A network", "dataset": "d", "engine": "numpy", "network": "net", "training": {},
    "points": [{}],
}  # fmt: skip


def study_plan(
    cases: dict[str, dict[str, Any]],
    datasets: dict[str, dict[str, Any]] | None = None,
    counterparts: dict[str, Any] | None = None,
) -> StudyPlan:
    """Return a plan; ``family``, ``parameters`` and ``network`` go into a case's architecture."""
    made = {}
    for name, case in cases.items():
        own = dict(case)
        architecture = {
            "family": own.pop("family", "dense"), "parameters": own.pop("parameters", 1),
            "name": own.get("network", "net"),
        }  # fmt: skip
        made[name] = {**CASE, "architecture": architecture, **own}
    return StudyPlan.model_validate({
        "study": "s", "confidence": 0.95, "cases": made, "counterparts": counterparts or {},
        "datasets": {name: {**DATASET, **own} for name, own in (datasets or {"d": {}}).items()},
    })  # fmt: skip


def write_plans(
    layout: Layout, cases: dict[str, dict[str, Any]], datasets: dict[str, dict[str, Any]], *,
    seeds: int, shards: int, target: float = 0.95, claims: dict[str, Any] | None = None,
    counterparts: dict[str, Any] | None = None, **said: str,
) -> None:  # fmt: skip
    """Write the plan of every stage that comes after prepare; ``said`` is for the report."""
    counterparts = counterparts or {}
    common = {"seed": 1, "threads": 1, "execution": "auto"}
    trained = {
        name: {key: plan[key] for key in TrainedCase.model_fields} for name, plan in cases.items()
    }
    refitted = {name: plan | {"seeds": seeds} for name, plan in trained.items()}
    short = {name: {"dataset": plan["dataset"]} for name, plan in cases.items()}
    study = {
        "study": layout.study, "confidence": 0.95, "datasets": datasets,
        "cases": {name: plan | {"seeds": seeds} for name, plan in cases.items()},
        "counterparts": counterparts,
    }  # fmt: skip
    report = study | {"title": "", "execution": "auto", "target_accuracy": target} | said
    checked = {
        case
        for entry in counterparts.values()
        if (entry or {}).get("table") == "gradients"
        for case in entry["cases"]
    }
    for stage, plan in {
        "search": common | {"seeds": 2, "shards": shards, "cases": {
            name: plan | {"points": cases[name]["points"]} for name, plan in trained.items()}},
        "select": {"shards": shards, "cases": {
            name: {key: plan[key] for key in ("training", "points")}
            | {"method": plan.get("method", "list"), "validation_images": 400}
            for name, plan in cases.items()}},
        "refit": common | {"shards": [refitted]},
        "evaluate": {"confidence": 0.95, "calibration_bins": 15, "cases": short},
        "rerun": common | {"case": next(iter(cases)), "cases": refitted},
        "time": common | {"seconds": None, "batch_sizes": [1, 256], "cases": refitted},
        "gradients": {"seed": 1, "cases": {case: trained[case] for case in checked}},
        "judge": {"confidence": 0.95, "claims": claims or {}, "cases": short if claims else {}},
        "summarise": study | {"target_accuracy": target},
        "trust": {"cases": short, "shards": 0, "readers": [], "before_choice": [],
                  "unpublished": [], "label_errors": {}},
        "figures": study,
        "report": ReportPlan.model_validate(report).model_dump(mode="json"),
        "track": study | {
            "question": "Made up?", "database": str(layout.database),
            "artifacts": str(layout.artifacts), "shards": shards},
    }.items():  # fmt: skip
        write_json(layout.plan(stage), plan)


def run_stage(name: str, at: Layout, part: Part | None = None, **options: Any) -> None:
    """Run a stage on files that a test made, recorded as if jobs had written them."""
    write_digests(at)
    stages.run_stage(name, at, part, **options)


def write_digests(at: Layout) -> None:
    made = (*at.root.rglob("*"), *(at.reports / at.study).rglob("*"))
    files = [file for file in made if file.is_file() and at.digests("").parent != file.parent]
    Digests.of("made_up", "", {at.name(file): file for file in files}).write(at.digests("made_up"))


def write_rerun(layout: Layout, case: str, differ: int = 0) -> None:
    """Write what became of a run that was trained again."""
    Rerun(case=case, trial="t", values=9, differ=differ, elsewhere="").write(layout.rerun)


def write_timing(
    layout: Layout, case: str, median: float, epochs: int, times: list[float] | None = None
) -> None:
    """Write the timing of a case; ``times`` are its trainings, three alike if not given."""
    spread = {"median": median, "low": 0.95 * median, "high": 1.07 * median}
    Timing.model_validate({
        "case": case, "device": "CPU", "threads": 1, "execution": "xla", "repeats": 3,
        "compile_seconds": 1.21, "train_seconds": {**spread, "all": times or [median] * 3},
        "seconds_per_epoch": {key: value / epochs for key, value in spread.items()},
        "others": [0.0] * 3, "epochs": epochs, "epochs_timed": [epochs] * 3,
        "images_per_second": 1200 * epochs / median,
        "inference": {size: {"median_seconds": seconds, "low_seconds": seconds,
                             "high_seconds": seconds, "images_per_second": 1 / seconds}
                      for size, seconds in (("1", 2.1e-4), ("256", 9.3e-4))},
        "peak_memory_bytes": 700 * 2**20, "baseline_memory_bytes": 600 * 2**20,
        "machine": {"processor": "Test CPU 3000 @ 2.20GHz", "cores": 2, "memory_bytes": 8 * 2**30,
                    "platform": "Linux x86_64", "python": "3.11.2", "tensorflow": "2.21.0",
                    "keras": "3.15.0", "numpy": "2.4.0", "scikit-learn": "1.8.0"},
    }).write(layout.timing(case))  # fmt: skip
