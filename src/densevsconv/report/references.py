"""The works that reports cite. A new one is a line here; only cited ones are listed."""

REFERENCES = {
    "gowdra2020": (
        "N. Gowdra, R. Sinha and S. G. MacDonell (2020). Examining and mitigating kernel "
        "saturation in convolutional neural networks using negative images. Proceedings of IECON, "
        "465-470."
    ),
    "guo2017": (
        "C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger (2017). On calibration of modern neural "
        "networks. Proceedings of ICML, 1321-1330."
    ),
    "satterthwaite1946": (
        "F. E. Satterthwaite (1946). An approximate distribution of estimates of variance "
        "components. Biometrics Bulletin 2(6), 110-114."
    ),
    "holm1979": (
        "S. Holm (1979). A simple sequentially rejective multiple test procedure. Scandinavian "
        "Journal of Statistics 6(2), 65-70."
    ),
    "abadi2016": (
        "M. Abadi et al. (2016). TensorFlow: a system for large-scale machine learning. "
        "Proceedings of OSDI, 265-283."
    ),
    "frostig2018": (
        "R. Frostig, M. J. Johnson and C. Leary (2018). Compiling machine learning programs via "
        "high-level tracing. Proceedings of SysML."
    ),
    "bouthillier2021": (
        "X. Bouthillier et al. (2021). Accounting for variance in machine learning benchmarks. "
        "Proceedings of MLSys 3, 747-769."
    ),
}
"""By key; data sets bring their own citation, under ``data:<name>``, and so does the work that a
study reproduces, under :data:`PUBLICATION`."""

PUBLICATION = "publication"
