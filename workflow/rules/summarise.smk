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
    log:
        log_file("summarise"),
    params:
        code=code("summarise"),
    message:
        "summarise: the tables of the study"
    shell:
        "{STAGE} --log {log:q} summarise {layout.root:q}"
