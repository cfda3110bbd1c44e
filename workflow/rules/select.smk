"""select: the settings of every case, by mean validation accuracy."""


rule select:
    input:
        **inputs("select"),
    output:
        **outputs("select"),
    log:
        log_file("select"),
    localrule: True
    params:
        code=code("select"),
        plan=plans["select"].digest(),
    message:
        "select: the best settings of every case"
    shell:
        "{STAGE} --log {log:q} select {RESULTS} --digests {output.list:q} --plan {params.plan}"
