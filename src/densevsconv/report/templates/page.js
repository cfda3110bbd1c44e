// The page's charts and tables. What they show is in #charts; nothing is fetched.
"use strict";
const { data, specs, best, costs, datasets } = JSON.parse(document.getElementById("charts").textContent);
const state = { want: "", on: Object.keys(datasets)[0], cost: "seconds", lit: "" };
state.pick = best[state.on];
const views = new Set();
const rows = Object.fromEntries(Object.entries(data).map(([name, { keys, words, rows }]) => [
  name, rows.map(row => Object.fromEntries(keys.map((key, k) => [key, words[key] ? words[key][row[k]] : row[k]])))]));
const datasetOf = Object.fromEntries((rows.cases || []).map(row => [row.case, row.dataset]));

// -- what was chosen, in every chart and table

function signals() {
  const style = getComputedStyle(document.documentElement);
  const colour = name => style.getPropertyValue("--" + name).trim();
  return { ...state, cost_title: costs[state.cost], ink: colour("ink"), paper: colour("paper") };
}

function change(changes) {
  Object.assign(state, changes);
  const now = signals();
  for (const view of views) {
    for (const name of [...Object.keys(changes), ...("cost" in changes ? ["cost_title"] : [])])
      view.signal(name, now[name]);
    view.runAsync();
  }
  for (const row of document.querySelectorAll("tr[data-case]")) {
    row.classList.toggle("lit", row.dataset.case === state.lit);
    row.classList.toggle("gone", !row.dataset.case.toLowerCase().includes(state.want));
  }
  for (const button of document.querySelectorAll(".pick"))
    button.setAttribute("aria-pressed", button.closest("tr").dataset.case === state.pick);
}

function pick(name) {
  const on = datasetOf[name] || state.on;
  const select = document.getElementById("on");
  if (select) select.value = on;
  change({ pick: name, on, lit: name });
}

document.getElementById("want").addEventListener("input", event => change({ want: event.target.value.toLowerCase() }));
document.getElementById("cost").addEventListener("change", event => change({ cost: event.target.value }));
document.getElementById("on")?.addEventListener("change", event => change({ on: event.target.value, pick: best[event.target.value] }));
document.querySelector(".choices").addEventListener("submit", event => event.preventDefault());

// -- charts: drawn when they come into sight, and again in other colours

function config(narrow) {
  const { ink, paper } = signals();
  const style = getComputedStyle(document.documentElement), of = name => style.getPropertyValue("--" + name).trim();
  const words = { labelColor: ink, titleColor: ink, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" };
  return {
    background: null, view: { stroke: null }, font: "system-ui, sans-serif",
    axis: { ...words, labelLimit: narrow ? 130 : 330, gridColor: of("line"), domainColor: of("line"), tickColor: of("line") },
    legend: { ...words, orient: "top", columns: narrow ? 2 : 6, symbolStrokeColor: ink }, title: { color: ink, fontSize: 13 },
    header: { labelColor: ink, labelFontSize: 12 }, tick: { color: ink }, text: { color: ink },
    range: { category: [of("dense"), of("convolutional"), of("faint"), "#9b72cf", "#3f9f72", "#b8860b", "#d0589b", "#4f9da6", "#8c6d5a"], heatmap: [paper, ink] },
  };
}

async function draw(place) {
  const spec = structuredClone(specs[place.dataset.chart]);
  spec.datasets = { [spec.data.name]: rows[spec.data.name] };
  spec.params = Object.entries(signals()).map(([name, value]) => ({ name, value })).concat(spec.params || []);
  if (spec.concat && place.clientWidth < 760) spec.columns = 1;
  if (spec.concat) for (const panel of spec.concat) panel.width = Math.min(panel.width, place.clientWidth - 80);
  if (place.view) views.delete(place.view), place.view.finalize();
  const made = await vegaEmbed(place, spec, { mode: "vega-lite", ast: true, actions: false, logLevel: 1, renderer: "svg", config: config(place.clientWidth < 500) });
  place.view = made.view;
  views.add(made.view);
  made.view.addEventListener("mouseover", (_, item) => item?.datum?.case && change({ lit: item.datum.case }));
  made.view.addEventListener("mouseout", () => state.lit && change({ lit: "" }));
  made.view.addEventListener("click", (_, item) => item?.datum?.case && pick(item.datum.case));
  place.dataset.drawn = "yes";
}

const seen = new IntersectionObserver(entries => {
  for (const entry of entries) if (entry.isIntersecting) seen.unobserve(entry.target), draw(entry.target);
}, { rootMargin: "400px" });
for (const place of document.querySelectorAll(".chart")) seen.observe(place);
const redraw = () => { for (const place of document.querySelectorAll(".chart[data-drawn]")) draw(place); };
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

// -- tables: a heading sorts the rows under each heading of groups; a case is a button

function value(row, column) {
  const cell = row.cells[column], number = cell?.querySelector("data")?.value ?? "";
  return number !== "" && isFinite(number) ? Number(number) : cell?.textContent.trim() ?? "";
}

function sort(heading) {
  const table = heading.closest("table"), column = heading.cellIndex;
  const down = heading.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
  const groups = [[]];
  for (const row of table.tBodies[0].rows) row.classList.contains("group") ? groups.push([row]) : groups.at(-1).push(row);
  for (const group of groups) {
    const head = group[0]?.classList.contains("group") ? [group.shift()] : [];
    group.sort((a, b) => {
      const [x, y] = [value(a, column), value(b, column)];
      const order = typeof x === typeof y ? (x < y ? -1 : x > y ? 1 : 0) : typeof x === "number" ? -1 : 1;
      return down ? -order : order;
    });
    table.tBodies[0].append(...head, ...group);
  }
}

for (const heading of document.querySelectorAll("thead th")) {
  const button = document.createElement("button");
  button.append(...heading.childNodes);
  heading.append(button);
  button.addEventListener("click", () => sort(heading));
}
for (const row of document.querySelectorAll("tr[data-case]")) {
  const name = row.cells[0].querySelector(".name"), button = document.createElement("button");
  button.className = name.className + " pick";
  button.textContent = name.textContent;
  name.replaceWith(button);
  row.addEventListener("mouseenter", () => change({ lit: row.dataset.case }));
  row.addEventListener("mouseleave", () => change({ lit: "" }));
  button.addEventListener("focus", () => change({ lit: row.dataset.case }));
  button.addEventListener("click", () => pick(row.dataset.case));
}
change({});
