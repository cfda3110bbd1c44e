"""Long tables are continued: under their heading, in parts of about equal size."""

from __future__ import annotations

from densevsconv.report.table import Column, Table


def grouped(*groups: int) -> Table:
    table = Table("results", None, "page", [Column("case"), Column("accuracy")])
    for number, rows in enumerate(groups):
        table.add_group(f"group {number}", "")
        for row in range(rows):
            table.add([f"{number}.{row}", "0"])
    return table


def firsts(table: Table, size: int) -> list[list[str]]:
    return [[cells[0] for cells, _ in part] for part in table.pages(size)]


def test_a_part_that_begins_inside_a_group_repeats_its_heading() -> None:
    parts = firsts(grouped(3, 4), 6)
    assert parts == [
        ["group 0", "0.0", "0.1", "0.2"],
        ["group 1", "1.0", "1.1", "1.2", "1.3"],
    ]
    assert firsts(grouped(5), 4) == [["group 0", "0.0", "0.1"], ["group 0", "0.2", "0.3", "0.4"]]


def test_every_row_is_there_once_and_no_part_ends_with_a_heading() -> None:
    table = grouped(1, 7, 2, 2, 9, 1)
    parts = firsts(table, 5)
    rows = [cell for part in parts for cell in part if "group" not in cell]
    assert rows == [row[0] for row in table.rows if len(row) == 2]
    assert not any("group" in part[-1] for part in parts)
    assert all("group" in part[0] for part in parts)


def test_a_heading_that_moves_on_leaves_no_short_last_part() -> None:
    # 36 rows: in parts of 18 the second heading would go to the second, and one row to a third
    assert [len(part) for part in firsts(grouped(16, 9, 8), 18)] == [19, 18]


def test_a_table_that_fits_stays_whole() -> None:
    assert len(grouped(3).pages(24)) == 1
