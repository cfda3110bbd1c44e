"""judge: which of a publication's claims hold on the study's results."""


rule judge:
    input:
        **inputs("judge"),
    output:
        **outputs("judge"),
    log:
        log_file("judge"),
    localrule: True
    params:
        code=code("judge"),
        plan=plans["judge"].digest(),
    message:
        "judge: the claims of the study"
    shell:
        "{STAGE} --log {log:q} judge {RESULTS} --digests {output.list:q} --plan {params.plan}"
