"""track: every run in MLflow. One writer, after the fact; importing twice changes nothing.

in      plan/track.json, the tables, and the files of every case; the figures as artefacts
out     track.json (what was imported); the database is shared by all studies of the results folder
"""

# The database is no output, since studies share it. Where it has been deleted, import again.
if not Path(plan("track")["database"]).exists():
    (layout.root / "track.json").unlink(missing_ok=True)


rule track:
    input:
        layout.plan("track"),
        rules.summarise.output,
        rules.select.output,
        [layout.refit_files(case) for case in CASES],
        rules.evaluate.output,
        rules.time.output,
        rules.figures.output.png,
        rules.prepare.output.info,
    output:
        layout.root / "track.json",
    log:
        log_file("track"),
    params:
        code=code("track"),
    message:
        "track: import into MLflow"
    shell:
        "{STAGE} --log {log:q} track {layout.root:q}"
