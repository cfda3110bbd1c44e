"""report: the paper and the page. Captions and templates are inputs: an edit renders again, only."""


rule report:
    input:
        **inputs("report"),
    output:
        **outputs("report"),
    log:
        log_file("report"),
    localrule: True
    params:
        code=code("report"),
        plan=plans["report"].digest(),
    message:
        "report: paper.pdf, supplement.pdf and index.html"
    shell:
        "{STAGE} --log {log:q} report {RESULTS} --digests {output.list:q}"
        " --plan {params.plan} {REPORTS}"
