"""summarise: the tables a script can read.

in      plan/summarise.json, trials.csv, select/<case>.json, refit/<case>/runs.json and
        history.parquet, evaluate/<case>.json, time/<case>.json
out     summary.csv, runs.csv, comparisons.csv, difficulty.csv, engines.csv, families.csv
"""


rule summarise:
    input:
        layout.plan("summarise"),
        rules.select.output,
        [layout.runs(case) for case in CASES],
        [layout.history(case) for case in CASES],
        rules.evaluate.output,
        rules.time.output,
        rules.prepare.output.info,
    output:
        summary=report(
            layout.summary,
            caption="../report/table_results.rst",
            category="Tables",
            labels={"table": "summary"},
        ),
        runs=report(
            layout.run_table,
            caption="../report/table_runs.rst",
            category="Tables",
            labels={"table": "runs"},
        ),
        comparisons=report(
            layout.comparisons,
            caption="../report/table_comparisons.rst",
            category="Tables",
            labels={"table": "comparisons"},
        ),
        difficulty=report(
            layout.difficulty,
            caption="../report/table_difficulty.rst",
            category="Tables",
            labels={"table": "difficulty"},
        ),
        engines=layout.engine_comparisons,
        families=layout.families,
    log:
        log_file("summarise"),
    params:
        code=code("summarise"),
    message:
        "summarise: the tables of the study"
    shell:
        "{STAGE} --log {log:q} summarise {layout.root:q}"
