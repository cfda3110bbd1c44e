"""prepare: images, labels, changes and the split of every data set.

Which files were fetched is in the plan, as checksums (fetch adds those that the catalogue does not
state). That they were is a plain input, so that fetching again prepares again: with an `ancient` one
Snakemake 9 would fetch and leave everything else undone (snakemake issue 4166).

in      plan/prepare.json, plan/fetch.json, the files of each source (data/raw/<dataset>/... or the
        user's own); fetch.json says that they are there
out     data/<dataset>/train.npz (training and validation images), test.npz, info.json, sheet.npz
"""

DATASETS = sorted(plan("prepare")["datasets"])


rule prepare:
    input:
        layout.plan("prepare"),
        layout.fetched,
    output:
        train=[layout.train_data(dataset) for dataset in DATASETS],
        test=[layout.test_data(dataset) for dataset in DATASETS],
        info=[layout.data_info(dataset) for dataset in DATASETS],
        sheets=[layout.contact_sheet(dataset) for dataset in DATASETS],
    log:
        log_file("prepare"),
    params:
        code=code("prepare"),
    message:
        "prepare: images, labels and splits"
    shell:
        "{STAGE} --log {log:q} prepare {layout.root:q} {MIRROR}"
