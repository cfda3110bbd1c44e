"""select: the settings of every case, by mean validation accuracy.

in      plan/select.json, search/shard<K>.parquet
out     trials.csv, select/<case>.json
"""

CASES = sorted(plan("select")["cases"])


rule select:
    input:
        layout.plan("select"),
        [layout.search_shard(shard) for shard in SHARDS],
    output:
        trials=layout.trials,
        selections=[layout.selection(case) for case in CASES],
    log:
        log_file("select"),
    params:
        code=code("select"),
    message:
        "select: the best settings of every case"
    shell:
        "{STAGE} --log {log:q} select {layout.root:q}"
