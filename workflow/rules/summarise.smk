"""summarise: the tables a script can read."""

CAPTIONS = {
    "summary": "results",
    "runs": "runs",
    "comparisons": "comparisons",
    "difficulty": "difficulty",
}


def captioned(table, file):
    """Return a table, marked for `snakemake --report` where it has a caption."""
    if table not in CAPTIONS:
        return file
    caption = f"../report/table_{CAPTIONS[table]}.rst"
    return report(file, caption=caption, category="Tables", labels={"table": table})


rule summarise:
    input:
        **inputs("summarise"),
    output:
        **{name: captioned(name, file) for name, file in outputs("summarise").items()},
    log:
        log_file("summarise"),
    localrule: True
    params:
        code=code("summarise"),
        plan=plans["summarise"].digest(),
    message:
        "summarise: the tables of the study"
    shell:
        "{STAGE} --log {log:q} summarise {RESULTS} --digests {output.list:q} --plan {params.plan}"
