"""summarise: the tables a script can read.

in      plan/summarise.json, trials.csv, select/<case>.json, refit/<case>/runs.json,
        evaluate/<case>.json, time/<case>.json
out     summary.csv, runs.csv, comparisons.csv
"""


rule summarise:
    input:
        layout.plan("summarise"),
        rules.select.output,
        [layout.runs(case) for case in CASES],
        rules.evaluate.output,
        rules.time.output,
    output:
        summary=layout.summary,
        runs=layout.run_table,
        comparisons=layout.comparisons,
    params:
        code=code("summarise"),
    log:
        log_file("summarise"),
    message:
        "summarise: the tables of the study"
    shell:
        "{STAGE} summarise {layout.root:q} --stop-with-parent > >(tee {log:q} >&2) 2>&1"
