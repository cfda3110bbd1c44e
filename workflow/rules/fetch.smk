"""fetch: the official files of every data set, checksums verified.

in      plan/fetch.json
out     data/raw/<dataset>/... (shared by all studies), fetch.json (checksums, where from)
"""


rule fetch:
    input:
        layout.plan("fetch"),
    output:
        layout.fetched,
    log:
        log_file("fetch"),
    # compute nodes of a cluster often have no way out
    localrule: True
    params:
        code=code("fetch"),
    message:
        "fetch: official files"
    shell:
        "{STAGE} --log {log:q} fetch {layout.root:q} {MIRROR}"
