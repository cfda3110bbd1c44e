"""figures: every figure, as SVG (paper, page) and PNG (README, MLflow).

Sample and confused pictures are shown, so this stage reads test images, after evaluation.
"""


def with_caption(file):
    """Return a figure's SVG file, marked for `snakemake --report`."""
    figure, _, of = file.stem.partition("-")
    labels = {"figure": figure.replace("_", " "), "data": of}
    return report(file, caption=f"../report/{figure}.rst", category="Figures", labels=labels)


rule figures:
    input:
        **inputs("figures"),
    output:
        **outputs("figures") | {"svg": [*map(with_caption, outputs("figures")["svg"])]},
    log:
        log_file("figures"),
    # what comes before and after needs all of them
    threads: 4
    params:
        code=code("figures"),
        plan=plans["figures"].digest(),
    message:
        "figures: curves, heat maps, confusion matrices, pictures"
    shell:
        "{STAGE} --log {log:q} figures {RESULTS} --digests {output.list:q}"
        " --plan {params.plan} --threads {threads} {REPORTS}"
