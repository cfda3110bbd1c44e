"""The worked examples of docs/backprop.md, run in order as one program."""

import re
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "backprop.md"


def test_worked_examples():
    text = DOCUMENT.read_text()
    blocks = list(re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    assert len(blocks) >= 10
    names = {}
    for block in blocks:
        line = text[: block.start(1)].count("\n")
        code = "\n" * line + block.group(1)
        exec(compile(code, str(DOCUMENT), "exec"), names)


def test_every_section_has_an_example():
    sections = re.split(r"^## (?=\d)", DOCUMENT.read_text(), flags=re.MULTILINE)[2:]
    for section in sections:
        assert "```python" in section, section.splitlines()[0]
