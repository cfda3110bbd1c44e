"""search: every point of every searched case's grid, with a few seeds each; validation scores only.

in      plan/search.json, data/<dataset>/train.npz and info.json
out     search/shard<K>.parquet, one row a trial (finished trials are in journal/search meanwhile)
"""

SHARDS = range(plan("search")["shards"])


rule search:
    input:
        layout.plan("search"),
        rules.prepare.output.train,
        rules.prepare.output.info,
    output:
        layout.root / "search" / "shard{shard}.parquet",
    log:
        log_file("search{shard}"),
    threads: plan("search")["threads"]
    resources:
        gpu=1,
    params:
        code=code("search"),
    message:
        "search: shard {wildcards.shard} of the grids"
    shell:
        "{STAGE} --log {log:q} search {layout.root:q} --shard {wildcards.shard} --threads {threads}"
