"""measure: what can be said of a data set's images without training anything."""


rule measure:
    input:
        **inputs("measure", "{dataset}"),
    output:
        **outputs("measure", "{dataset}"),
    log:
        log_file("measure-{dataset}"),
    params:
        code=code("measure"),
        plan=lambda wildcards: plans["measure"].digest(wildcards.dataset),
    message:
        "measure: entropy, noise, variance and duplicates of {wildcards.dataset}"
    shell:
        "{STAGE} --log {log:q} measure {RESULTS} --digests {output.list:q}"
        " --part {wildcards.dataset} --plan {params.plan}"
