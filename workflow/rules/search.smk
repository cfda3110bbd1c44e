"""search: every point of every searched case's grid, with a few seeds each, in shards.

Validation scores only. Finished trials are in journal/search meanwhile.
"""

for shard in plans["search"].parts:

    rule:
        name:
            f"search{shard}"
        input:
            **inputs("search", shard),
        output:
            **outputs("search", shard),
        log:
            log_file(f"search{shard}"),
        # all that follows waits for it, and nothing for what can be measured on the images
        priority: 1
        threads: plans["search"].threads
        resources:
            **GPU,
        params:
            code=training_code("search"),
            plan=plans["search"].digest(shard),
            shard=shard,
            threads=plans["search"].threads,
        message:
            "search: shard {params.shard} of the grids"
        shell:
            "{STAGE} --log {log:q} search {RESULTS} --digests {output.list:q}"
            " --part {params.shard} --plan {params.plan}"
            " --threads {params.threads}"
