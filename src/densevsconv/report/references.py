"""The works that reports cite. A new one is a line here; only cited ones are listed."""

from __future__ import annotations

from typing import NamedTuple


class Work(NamedTuple):
    """A work; ``short`` is how an architecture's ``source`` names it."""

    text: str
    short: str = ""


REFERENCES: dict[str, Work] = {
    "lecun1998": Work(
        "Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998). Gradient-based learning applied to "
        "document recognition. Proceedings of the IEEE 86(11), 2278-2324.",
        short="LeCun et al. (1998)",
    ),
    "gowdra2020": Work(
        "N. Gowdra, R. Sinha and S. G. MacDonell (2020). Examining and mitigating kernel "
        "saturation in convolutional neural networks using negative images. Proceedings of IECON, "
        "465-470."
    ),
    "guo2017": Work(
        "C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger (2017). On calibration of modern neural "
        "networks. Proceedings of ICML, 1321-1330."
    ),
    "student1908": Work("Student (1908). The probable error of a mean. Biometrika 6(1), 1-25."),
    "wilson1927": Work(
        "E. B. Wilson (1927). Probable inference, the law of succession, and statistical "
        "inference. Journal of the American Statistical Association 22(158), 209-212."
    ),
    "abadi2016": Work(
        "M. Abadi et al. (2016). TensorFlow: a system for large-scale machine learning. "
        "Proceedings of OSDI, 265-283."
    ),
    "bouthillier2021": Work(
        "X. Bouthillier et al. (2021). Accounting for variance in machine learning benchmarks. "
        "Proceedings of MLSys 3, 747-769."
    ),
}
"""By key; data sets bring their own citation, under ``data:<name>``, and so does the work that a
study reproduces, under :data:`PUBLICATION`."""

PUBLICATION = "publication"
