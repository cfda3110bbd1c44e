"""prepare: images, labels, changes and the split of a data set.

That its files were fetched is a plain input, so that fetching again prepares again: with an
`ancient` one Snakemake 9 would fetch and leave everything else undone (snakemake issue 4166).
"""


rule prepare:
    input:
        unpack(lambda wildcards: inputs("prepare", wildcards.dataset)),
    output:
        **outputs("prepare", "{dataset}"),
    log:
        log_file("prepare-{dataset}"),
    params:
        code=code("prepare"),
        plan=lambda wildcards: plans["prepare"].digest(wildcards.dataset),
    message:
        "prepare: images, labels and splits of {wildcards.dataset}"
    shell:
        "{STAGE} --log {log:q} prepare {RESULTS} --digests {output.list:q}"
        " --part {wildcards.dataset} --plan {params.plan}"
