"""Long tables are continued: under their heading, in parts of about equal size."""

from densevsconv.report.parts import Text
from densevsconv.report.table import Kind, Row, Table


def grouped(*groups: int, part: int) -> list[list[str]]:
    """Return the first cells of every part of a table of groups of so many rows."""
    rows = []
    for number, size in enumerate(groups):
        rows.append(Row([Text(f"group {number}")]))
        rows += [Row([Text(f"{number}.{row}"), Text("0")]) for row in range(size)]
    columns = [(Text("case"), "left"), (Text("accuracy"), "right")]
    table = Table(Kind("results", part=part), None, columns, rows)
    return [[row.cells[0][0] for row in page] for page in table.pages()]


def test_a_part_that_begins_inside_a_group_repeats_its_heading() -> None:
    assert grouped(3, 4, part=6) == [
        ["group 0", "0.0", "0.1", "0.2"],
        ["group 1", "1.0", "1.1", "1.2", "1.3"],
    ]
    assert grouped(5, part=4) == [["group 0", "0.0", "0.1"], ["group 0", "0.2", "0.3", "0.4"]]


def test_every_row_is_there_once_and_no_part_ends_with_a_heading() -> None:
    groups = (1, 7, 2, 2, 9, 1)
    parts = grouped(*groups, part=5)
    rows = [cell for part in parts for cell in part if "group" not in cell]
    assert rows == [f"{group}.{row}" for group, size in enumerate(groups) for row in range(size)]
    assert not any("group" in part[-1] for part in parts)
    assert all("group" in part[0] for part in parts)


def test_a_heading_that_moves_on_leaves_no_short_last_part() -> None:
    # 36 rows: in parts of 18 the second heading would go to the second, and one row to a third
    assert [len(part) for part in grouped(16, 9, 8, part=18)] == [19, 18]


def test_a_table_that_fits_stays_whole() -> None:
    assert len(grouped(3, part=24)) == 1
