"""prepare: images, labels, changes and the split of every data set.

Which files were fetched is in the plan, as checksums (fetch adds those that the catalogue does not
state); that they were is an `ancient` input: another address or a new copy of the same bytes is no
reason to prepare again.

in      plan/prepare.json, plan/fetch.json, the files of each source (data/raw/<dataset>/... or the
        user's own); fetch.json says that they are there
out     data/<dataset>/train.npz (training and validation images), test.npz, info.json, sheet.npz
"""

DATASETS = sorted(plan("prepare")["datasets"])


rule prepare:
    input:
        layout.plan("prepare"),
        ancient(layout.fetched),
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
