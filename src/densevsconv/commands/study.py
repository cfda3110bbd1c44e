"""A look at a study: is it valid, what is it made of, where are its results?"""

import os
import sys
from contextlib import nullcontext
from pathlib import Path

from densevsconv.commands import publish as publishing
from densevsconv.commands import verify as verifying
from densevsconv.commands.answers import answers
from densevsconv.errors import UserError
from densevsconv.networks.describe import describe as described
from densevsconv.networks.schema import load_architecture
from densevsconv.planning.load import load_config, load_study
from densevsconv.planning.resolved import ResolvedStudy
from densevsconv.store.layout import Layout
from densevsconv.store.process import Claim
from densevsconv.tracking.database import make_fit
from densevsconv.tracking.server import server


def _chosen(study: str | None, scale: str | None) -> ResolvedStudy:
    given = {"study": study, "scale": scale}
    return load_study(overrides={key: value for key, value in given.items() if value})


def _files(study: ResolvedStudy) -> Layout:
    return Layout(Path(study.config.results) / study.name, Path(study.config.reports))


def check(study: str | None, scale: str | None) -> None:
    found = _chosen(study, scale)
    trials = sum(case.trials for case in found.cases.values())
    refits = sum(case.refit_seeds for case in found.cases.values())
    cases = f"{len(found.cases)} cases, {trials} search trials, {refits} refits"
    print(f"study {found.name}: valid; {cases}")
    for name, dataset in found.datasets.items():
        for note in dataset.contents.notes:
            print(f"data set {name}: {note}")


def describe(architecture: str, image: tuple[int, int, int], classes: int) -> None:
    loaded = load_architecture(Path("config/architectures"), architecture)
    print(described(loaded.bind(image, classes)))


def where(study: str | None, scale: str | None) -> None:
    found = _chosen(study, scale)
    at = _files(found)
    print("\n".join([publishing.where(at, found.command), *answers(at)]))


def publish(study: str | None, scale: str | None, to: Path) -> None:
    found = _chosen(study, scale)
    target = to / found.config.study  # one report of a study is committed, of any scale
    files = publishing.publish(_files(found), target, found.command)
    print(f"{found.name}: {len(files)} files in {target}; look at them, then commit them")


def verify(place: str | None, scale: str | None, *, remove: bool) -> None:
    """Check a study's files, or those of a folder: of a study, or of a published report."""
    folder = Path(place or "")
    if len(folder.parts) > 1 and not (folder / "plan").is_dir():
        if remove:
            raise UserError(f"{folder}: no study (no plan/); --remove is for what can be made anew")
        print(verifying.verify(verifying.check_published(folder)))
        return
    at = Layout(folder) if len(folder.parts) > 1 else _files(_chosen(place, scale))
    # what a run is writing just now is not damaged
    with Claim(at.running).held(f"{at.root.parent}: a run") if remove else nullcontext():
        print(verifying.verify(verifying.check_study(at), remove=remove))


def ui(port: int) -> None:
    """Show the runs in MLflow's pages; this process becomes their server."""
    config, _ = load_config()
    if found := server(config.mlflow.tracking_uri):
        print(f"The runs are on the server {found.address}")
        return
    at = Layout(Path(config.results) / config.study)
    database = at.database
    if not database.exists():
        raise UserError(f"{database}: no MLflow database yet; run a study first (`make study`)")
    make_fit(database, at.artifacts)
    command = [sys.executable, "-m", "mlflow", "ui", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend-store-uri", f"sqlite:///{database}"]
    command += ["--workers", "1"]  # for one reader; four take four times as long to start
    # its background jobs and its libraries' warnings are nothing to someone who looks at runs
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "PYTHONWARNINGS": "ignore"}
    print(f"MLflow at http://127.0.0.1:{port} in a moment (Ctrl-C ends it)", flush=True)
    os.execve(command[0], command, os.environ | quiet)
