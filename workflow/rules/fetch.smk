"""fetch: the official files of a data set, checksums verified.

They lie in data/raw/<data set>, which all studies share; what is recorded of them is the study's.
"""


rule fetch:
    output:
        **outputs("fetch", "{dataset}"),
    log:
        log_file("fetch-{dataset}"),
    # compute nodes of a cluster often have no way out
    localrule: True
    params:
        code=code("fetch"),
        plan=lambda wildcards: plans["fetch"].digest(wildcards.dataset),
    message:
        "fetch: official files of {wildcards.dataset}"
    shell:
        "{STAGE} --log {log:q} fetch {RESULTS} --digests {output.list:q}"
        " --part {wildcards.dataset} --plan {params.plan}"
