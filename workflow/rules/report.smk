"""report: the paper and the page. Captions and templates are inputs: an edit renders again, only.

in      plan/report.json, the figures, the captions, the templates, and the files that the
        report's numbers are read from
out     <reports>/<study>/paper.pdf, index.html, facts.json (every number and where it was read)
"""

TEMPLATES = [
    file
    for folder in ("templates", "text")
    for file in sorted((ROOT / "src" / "densevsconv" / "report" / folder).rglob("*.*"))
]


rule report:
    input:
        layout.plan("report"),
        rules.figures.output,
        rules.summarise.output,
        rules.judge.output,
        rules.select.output,
        rules.evaluate.output,
        rules.time.output,
        [layout.runs(case) for case in CASES],
        rules.prepare.output.info,
        rules.measure.output.measures,
        rules.gradients.output if plan("gradients")["cases"] else [],
        report_files.caption_files(),
        TEMPLATES,
    output:
        report_files.outputs(),
    log:
        log_file("report"),
    params:
        code=code("report"),
    message:
        "report: paper.pdf and index.html"
    shell:
        "{STAGE} --log {log:q} report {layout.root:q} --reports {reports:q}"
        " --captions {report_files.captions:q}"
