"""track: every run in MLflow. One writer, after the fact; importing twice changes nothing.

The database is no output, since all studies of the results folder share it. Where it or its
artefacts have been deleted, the study is imported again. A server is not asked what it has: one
that lost its data gets them again from `densevsconv track`.
"""

from densevsconv.tracking.server import server

# the job's name and password, which no plan has
if target := server(study.config.mlflow.tracking_uri):
    os.environ.update(target.user)

# of this import and no other, so that one left by a run that was killed does no harm
AGAIN = []
LOST = not (plans["track"].server or (at.database.exists() and at.artifacts.exists()))
if LOST and at.tracked.exists():
    AGAIN.append(touch(at.root / f".import-again-{at.tracked.stat().st_mtime_ns}"))


rule track:
    input:
        **inputs("track"),
    output:
        **outputs("track"),
        again=AGAIN,
    log:
        log_file("track"),
    # SQLite and network file systems do not go together
    localrule: True
    params:
        code=code("track"),
        plan=plans["track"].digest(),
    message:
        "track: import into MLflow"
    shell:
        "{STAGE} --log {log:q} track {RESULTS} --digests {output.list:q}"
        " --plan {params.plan} {REPORTS}"
