"""Writing runs into MLflow so that a second time, or a time after a kill, ends in the same state.

A run is found again by its ``key`` tag. It is created RUNNING and becomes FINISHED as the last
thing, so one that was killed half way is seen and completed in place; what it already holds is
written again with the same values and time stamps, which changes nothing. A run whose results are
no longer the study's (the case was searched anew, its code changed) is kept, tagged
``superseded``, and leaves its place to a new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from densevsconv.tracking.client import SOURCE
from densevsconv.tracking.runs import RunRecord

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Experiment, Run

KEY, CONTENT, SUPERSEDED, PARENT = "key", "content", "superseded", "mlflow.parentRunId"
ORIGIN = "origin"

BATCH = 1000
"""MLflow's limit of metrics, parameters and tags in one call, together."""

PAGE = 1000


def experiment(
    client: MlflowClient, name: str, location: str | None, description: str
) -> Experiment:
    """Return the study's experiment, which is made if need be.

    ``location`` is where its artefacts go, None where the server says; ``description`` is shown on
    its page.
    """
    from mlflow.exceptions import MlflowException

    if client.get_experiment_by_name(name) is None:
        try:
            client.create_experiment(name, location)
        except MlflowException:  # another clone was quicker
            if client.get_experiment_by_name(name) is None:
                raise
    found = client.get_experiment_by_name(name)
    if found.lifecycle_stage == "deleted":
        client.restore_experiment(found.experiment_id)
    if found.tags.get("mlflow.note.content") != description:
        client.set_experiment_tag(found.experiment_id, "mlflow.note.content", description)
    return found


class Importer:
    """Writes the runs of one experiment; with an ``origin`` others write to it as well."""

    def __init__(self, client: MlflowClient, experiment_id: str, origin: str | None) -> None:
        self.client = client
        self.experiment_id = experiment_id
        self.origin = {ORIGIN: origin} if origin else {}
        self.tags: dict[str, str] = {}  # of new runs: of this import, not of the results
        self._known: dict[str, Run] = {}
        self._current: set[str] = set()
        token, own = None, f"tags.{ORIGIN} = '{origin}'" if origin else ""
        runs: list[Run] = []
        while token != "":
            page = client.search_runs([experiment_id], own, max_results=PAGE, page_token=token)
            runs += page
            token = page.token or ""
        for run in sorted(runs, key=lambda run: run.info.status != "FINISHED"):
            if KEY in run.data.tags and SUPERSEDED not in run.data.tags:
                other = self._known.setdefault(run.data.tags[KEY], run)
                if other is not run:  # a server that died had made it, and was asked again
                    client.delete_run(run.info.run_id)

    def open(self, record: RunRecord, parent: str | None = None) -> Run:
        """Return the run of a record, which is created if need be.

        A run of the same key with other results is superseded by a new one.
        """
        run = self._known.get(record.key)
        # a run holds, or was about to hold, the results that this tag is the digest of
        digest = None if run is None else run.data.tags.get(CONTENT, record.content)
        if run is not None and record.complete and digest != record.content:
            self.client.set_tag(run.info.run_id, SUPERSEDED, "true")
            run = None
        if run is None:
            run = self._create(record, parent)
            self._known[record.key] = run
        elif parent is not None and run.data.tags.get(PARENT) != parent:
            self.client.set_tag(run.info.run_id, PARENT, parent)
        self._current.add(record.key)
        return run

    def finish(self, run: Run, record: RunRecord) -> None:
        """Write a run's results, if they are not there, and close it.

        An incomplete record closes nothing: its run stays RUNNING, to be finished by a later
        import, which writes everything once more.
        """
        if run.info.status == "FINISHED" or not record.complete:
            return
        start = run.info.start_time
        self._log(run.info.run_id, record, start)
        took = round(1000 * record.seconds)
        self.client.set_terminated(run.info.run_id, "FINISHED", start + took)

    def _create(self, record: RunRecord, parent: str | None) -> Run:
        tags = self.tags | record.tags | self.origin | {KEY: record.key, "kind": record.kind}
        tags |= {"case": record.case, "mlflow.source.name": SOURCE}
        if record.complete:
            tags[CONTENT] = record.content
        if parent is not None:
            tags[PARENT] = parent
        run = self.client.create_run(
            self.experiment_id, start_time=record.started, tags=tags, run_name=record.name
        )
        if not record.complete:
            self._log(run.info.run_id, record, run.info.start_time)
        return run

    def _log(self, identifier: str, record: RunRecord, start: int) -> None:
        from mlflow.entities import Metric, Param, RunTag

        # the start is the run's own: a copied file has another time, a resumed run has not
        metrics = [Metric(m.name, m.value, start + m.after, m.step) for m in record.metrics]
        params = [Param(key, value) for key, value in record.params.items()]
        # what an earlier, incomplete import could not know yet
        tags = [RunTag(CONTENT, record.content)] if record.complete else []
        first = BATCH - len(params) - len(tags)
        self.client.log_batch(identifier, metrics[:first], params, tags)
        for begin in range(first, len(metrics), BATCH):
            self.client.log_batch(identifier, metrics[begin : begin + BATCH])

    def retire_others(self) -> None:
        for key, run in self._known.items():
            if key not in self._current:
                self.client.set_tag(run.info.run_id, SUPERSEDED, "true")
