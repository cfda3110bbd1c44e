"""The page in a real Chromium, opened from disk: what a reader does, what it must not do."""

import json
import shutil
import time
from collections.abc import Iterator
from typing import Any

import pytest

from densevsconv.report.charts import CHARTS
from densevsconv.report.figures.registry import FIGURES
from densevsconv.store.layout import Layout

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
if not CHROMIUM:
    pytest.skip("no Chromium on this machine", allow_module_level=True)
MOST_BYTES = 3_000_000


class Opened:
    """A page in a browser, and what it said and asked for."""

    def __init__(self, browser: Any, layout: Layout, **context: Any) -> None:
        self.page = browser.new_context(**context).new_page()
        self.said: list[str] = []
        self.page.on("console", lambda it: it.type == "error" and self.said.append(it.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.asked: list[str] = []
        started = time.perf_counter()
        self.page.goto(layout.page.absolute().as_uri())
        self.seconds = time.perf_counter() - started
        for chart in self.page.locator(".chart").all():
            chart.scroll_into_view_if_needed()
            chart.and_(self.page.locator("[data-drawn]")).wait_for()

    def marks(self, chart: str, words: str) -> int:
        return self.page.locator(f'[data-chart={chart}] [aria-label*="{words}"]').count()

    def state(self, key: str) -> Any:
        return self.page.evaluate(f"state.{key}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def opened(browser: Any, rendered: Layout) -> Opened:
    return Opened(browser, rendered, viewport={"width": 1280, "height": 900})


def test_it_opens_from_disk_and_asks_for_nothing(opened: Opened, rendered: Layout) -> None:
    size = rendered.page.stat().st_size
    print(f"{size / 1e6:.2f} MB, opened in {opened.seconds:.2f} s")
    assert size < MOST_BYTES
    assert opened.said == []
    assert [url for url in opened.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    drawn = [each.get_attribute("data-chart") for each in opened.page.locator(".chart").all()]
    assert len(drawn) == len(set(drawn)) >= 5
    assert set(drawn) <= set(CHARTS) == {figure.name for figure in FIGURES if figure.chart}
    for chart in opened.page.locator(".chart svg").all():
        assert chart.bounding_box()["height"] > 100


def test_a_heading_sorts_a_table(opened: Opened) -> None:
    table = opened.page.locator('[id^="table:results"] table').first
    heading = table.locator("thead th").nth(1)
    values = f"""table => [...table.tBodies[0].rows].filter(row => row.dataset.case)
        .map(row => value(row, {1}))"""
    heading.locator("button").focus()
    opened.page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending"
    groups = table.locator("tr.group").count()
    found = table.evaluate(values)
    assert groups or found == sorted(found)
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert groups or table.evaluate(values) == sorted(found, reverse=True)


def test_letters_choose_cases_in_tables_and_charts(opened: Opened) -> None:
    opened.page.get_by_label("Charts of").select_option("digits")
    before = opened.page.locator("tr[data-case]:visible").count()
    opened.page.get_by_label("Cases with").fill("DENSE_1")
    opened.page.wait_for_function("document.querySelectorAll('tr.gone').length > 0")
    left = opened.page.locator("tr[data-case]:visible").all()
    assert 0 < len(left) < before
    assert all("dense_1" in row.get_attribute("data-case") for row in left)
    opened.page.wait_for_timeout(200)
    assert opened.marks("accuracy", "case: dense_1")
    assert not opened.marks("accuracy", "case: conv_small")
    opened.page.get_by_label("Cases with").fill("")
    opened.page.wait_for_timeout(200)
    assert opened.marks("accuracy", "case: conv_small")


def test_a_row_and_its_mark_light_up_together(opened: Opened) -> None:
    row = opened.page.locator('tr[data-case="conv_small"]:visible').first
    row.locator("button").focus()
    assert opened.state("lit") == "conv_small"
    assert "lit" in row.get_attribute("class")
    opened.page.keyboard.press("Enter")  # its search and its confusions
    opened.page.wait_for_timeout(200)
    assert opened.state("pick") == "conv_small"
    assert opened.page.locator("[data-chart=confusion_rates]").get_by_text("conv_small").count()
    mark = opened.page.locator('[data-chart=accuracy] [aria-label*="case: lenet5_8;"]').last
    mark.scroll_into_view_if_needed()
    mark.hover(force=True)
    assert opened.state("on") == "digits"
    tip = opened.page.locator("#vg-tooltip-element.visible")
    tip.wait_for()
    assert "summary.csv: lenet5_8" in tip.inner_text()
    assert opened.state("lit") == "lenet5_8"


def test_data_set_and_cost_are_chosen(opened: Opened) -> None:
    opened.page.get_by_label("Cost").select_option("macs")
    opened.page.get_by_label("Charts of").select_option("digits_turned")
    opened.page.wait_for_timeout(300)
    costs = opened.page.locator("[data-chart=trade_off]")
    assert costs.get_by_text("test accuracy by multiply-accumulates").count()
    assert opened.marks("trade_off", "case: dense_1_turned")
    assert not opened.marks("trade_off", "case: conv_small")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_runs_out_and_readers_find_their_way(
    browser: Any, rendered: Layout, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    phone = {"width": 390, "height": 800}
    opened = Opened(browser, rendered, viewport=phone, color_scheme=scheme, has_touch=True)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= phone["width"]
    ink = opened.page.evaluate("signals().ink")
    assert opened.page.locator(f'[data-chart=accuracy] svg text[fill="{ink}"]').count()
    first = opened.page.locator('[id^="table:results"] tbody th').first
    assert first.evaluate("it => getComputedStyle(it).position") == "sticky"
    found = Axe().run(opened.page).response["violations"]
    bad = [each["id"] for each in found if each["impact"] in ("serious", "critical")]
    assert bad == [], json.dumps(
        [(each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in found],
        indent=1,
    )
    assert opened.said == []


def test_another_theme_draws_the_charts_again(browser: Any, rendered: Layout) -> None:
    opened = Opened(browser, rendered, viewport={"width": 1280, "height": 900})
    before = opened.page.evaluate("signals().ink")
    opened.page.emulate_media(color_scheme="dark")
    opened.page.wait_for_timeout(600)
    after = opened.page.evaluate("signals().ink")
    assert before != after
    texts = opened.page.locator("[data-chart=accuracy] svg text")
    assert after in {each.get_attribute("fill") for each in texts.all()}
