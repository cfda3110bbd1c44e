"""track: every run in MLflow. One writer, after the fact; importing twice changes nothing.

The database is no output, since all studies of the results folder share it. Where it has been
deleted, the study is imported again.
"""

# of this import and no other, so that one left by a run that was killed does no harm
AGAIN = []
if at.tracked.exists() and not at.database.exists():
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
        "{STAGE} --log {log:q} track {RESULTS} --plan {params.plan} {REPORTS}"
