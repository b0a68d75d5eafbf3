"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const colours = ["--k1", "--k2", "--k3", "--k4"];
const colour = (k) => `var(${colours[data.steps.indexOf(k) % colours.length]})`;
const W = 560, H = 360, LEFT = 64, RIGHT = 14, TOP = 12, BOTTOM = 44;
let when = data.steps[0];
let chosen = null;

function element(parent, tag, attributes, text) {
  const node = document.createElementNS("http:" + "//www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  parent.appendChild(node);
  return node;
}

// A logarithmic axis; what lies below its floor, zero included, is drawn on it.
function axis(values, from, to, deepest) {
  const seen = values.filter((v) => v !== null && v > 0);
  const high = seen.length ? Math.max(...seen) : 1;
  const low = Math.max(seen.length ? Math.min(...seen) : 0.1, high * deepest);
  const a = Math.floor(Math.log10(low) + 1e-9), b = Math.max(a + 1, Math.ceil(Math.log10(high) - 1e-9));
  const at = (v) => from + (to - from) * (Math.max(a, v > 0 ? Math.log10(v) : a) - a) / (b - a);
  const step = Math.ceil((b - a) / 6);
  const ticks = [];
  for (let e = a; e <= b; e += step) ticks.push(e);
  return { at, ticks };
}

function power(e) {
  return e >= -3 && e <= 3 ? String(Number((10 ** e).toPrecision(1))) : `1e${e}`;
}

function frame(svg, x, y, xName, yName) {
  svg.replaceChildren();
  for (const e of y.ticks) {
    const v = y.at(10 ** e);
    element(svg, "line", { class: "grid", x1: LEFT, x2: W - RIGHT, y1: v, y2: v });
    element(svg, "text", { x: LEFT - 6, y: v + 4, "text-anchor": "end" }, power(e));
  }
  if (x) {
    for (const e of x.ticks) {
      const v = x.at(10 ** e);
      element(svg, "line", { class: "grid", x1: v, x2: v, y1: TOP, y2: H - BOTTOM });
      element(svg, "text", { x: v, y: H - BOTTOM + 16, "text-anchor": "middle" }, power(e));
    }
  }
  element(svg, "text", { x: (LEFT + W - RIGHT) / 2, y: H - 8, "text-anchor": "middle" }, xName);
  element(svg, "text", { x: 14, y: (TOP + H - BOTTOM) / 2, "text-anchor": "middle", transform: `rotate(-90 14 ${(TOP + H - BOTTOM) / 2})` }, yName);
}

function path(svg, points, stroke, dash) {
  const kept = points.filter((p) => p.every(Number.isFinite));
  if (kept.length) element(svg, "polyline", { points: kept.map((p) => p.map((v) => v.toFixed(2)).join(",")).join(" "), fill: "none", stroke, "stroke-width": 2, "stroke-dasharray": dash || "none" });
}

function legend(svg, entries) {
  entries.forEach(([name, stroke], i) => {
    element(svg, "rect", { x: LEFT + 8, y: H - BOTTOM - 14 - 16 * (entries.length - 1 - i), width: 10, height: 10, fill: stroke });
    element(svg, "text", { x: LEFT + 23, y: H - BOTTOM - 5 - 16 * (entries.length - 1 - i) }, name);
  });
}

function drawFront() {
  const svg = document.getElementById("front");
  const { norm, directions } = data.totals;
  const whole = norm > 0 && directions > 0;  // else there is no weight, only zero, or a sum beyond float64
  const sfe = whole ? data.front.sfe.map((v) => 100 * v / norm) : [], dfi = whole ? data.front.dfi.map((v) => v / directions) : [];
  const layers = data.rows.map((row, i) => ({ i, row, x: 100 * row.sfe[when] / row.norm, y: row.dfi[when] / row.directions }))
    .filter((p) => p.row.action === "fire" && p.row.norm > 0);
  const network = (whole ? data.steps : []).map((k) => ({ k, x: 100 * data.totals.sfe[k] / norm, y: data.totals.dfi[k] / directions }));
  svg.replaceChildren();
  if (!layers.length) return;
  const x = axis([...sfe, ...layers.map((p) => p.x), ...network.map((p) => p.x)], LEFT, W - RIGHT, 1e-3);
  const y = axis([...dfi, ...layers.map((p) => p.y), ...network.map((p) => p.y)], H - BOTTOM, TOP, 1e-10);
  frame(svg, x, y, "SFE, % of the squared norm", "DfI per direction");
  path(svg, sfe.map((v, i) => v > 0 ? [x.at(v), y.at(dfi[i])] : [NaN, NaN]), "var(--front)");
  const own = chosen === null || !(data.rows[chosen].norm > 0) ? null : data.rows[chosen];
  if (own) path(svg, own.front.sfe.map((v, i) => v > 0 ? [x.at(100 * v / own.norm), y.at(own.front.dfi[i] / own.directions)] : [NaN, NaN]), "var(--front)", "4 3");
  for (const p of layers) {
    const dot = element(svg, "circle", { class: p.i === chosen ? "dot on" : "dot", cx: x.at(p.x), cy: y.at(p.y), r: 5, fill: colour(when), "data-row": p.i });
    element(dot, "title", {}, `${p.row.name}: k=${when} pays ${p.x.toPrecision(3)} % for DfI ${p.y.toPrecision(3)} per direction`);
    dot.addEventListener("click", () => choose(p.i, false));
  }
  for (const p of network) {
    const mark = element(svg, "rect", { x: x.at(p.x) - 6, y: y.at(p.y) - 6, width: 12, height: 12, fill: colour(p.k), stroke: "var(--card)", "stroke-width": 1.5 });
    element(mark, "title", {}, `the network after k=${p.k}: ${p.x.toPrecision(3)} % for DfI ${p.y.toPrecision(3)} per direction`);
  }
  legend(svg, [["front (dashed: of the chosen layer)", "var(--front)"], ...data.steps.map((k) => [`k=${k}`, colour(k)])]);
}

function drawSpectrum(row) {
  const svg = document.getElementById("spectrum");
  const lines = Object.entries(row.spectrum);
  if (!lines.length) { svg.replaceChildren(); return; }
  const y = axis([0.1, 1, ...lines.flatMap(([, values]) => values)], H - BOTTOM, TOP, 1e-6);
  frame(svg, null, y, "directions, strongest to weakest", "singular value / gain");
  const last = Math.max(1, lines[0][1].length - 1);
  path(svg, [[LEFT, y.at(1)], [W - RIGHT, y.at(1)]], "var(--front)", "4 3");
  for (const [key, values] of lines) {
    const stroke = key === "before" ? "var(--before)" : colour(key);
    path(svg, values.map((v, i) => [LEFT + (W - RIGHT - LEFT) * i / last, v === null ? NaN : y.at(v)]), stroke);
  }
  legend(svg, [["exact FIRE", "var(--front)"], ...lines.map(([key]) => key === "before" ? ["as it is", "var(--before)"] : [`k=${key}`, colour(key)])]);
}

function choose(index, scroll) {
  chosen = index;
  const row = data.rows[index];
  document.getElementById("layer-name").textContent = row.name;
  document.getElementById("layer-caption").textContent = row.action === "refuse" ? "This tensor cannot be audited; see its note below." : "Each line: this layer's singular values, as they are and after k steps. Exact FIRE puts all on the dashed line.";
  document.querySelectorAll("#layers tbody tr").forEach((tr) => tr.classList.toggle("on", Number(tr.dataset.row) === index));
  document.getElementById("facts-name").textContent = row.name;
  document.getElementById("facts").replaceChildren(...row.facts.map(([title, text]) => {
    const pair = document.createElement("div"), dt = document.createElement("dt"), dd = document.createElement("dd");
    dt.textContent = title;
    dd.textContent = text;
    pair.append(dt, dd);
    return pair;
  }));
  document.getElementById("facts-card").hidden = false;
  drawSpectrum(row);
  drawFront();
  if (scroll) document.getElementById("layer").scrollIntoView({ block: "nearest", behavior: "smooth" });
}

function sortBy(heading) {
  const index = [...heading.parentNode.children].indexOf(heading);
  const body = document.querySelector("#layers tbody");
  const value = (tr) => tr.children[index].dataset.value;
  const rows = [...body.rows];
  const numeric = rows.every((tr) => value(tr) === "" || !Number.isNaN(number(value(tr))));
  const ascending = heading.getAttribute("aria-sort") === (numeric ? "descending" : "none") || (!numeric && heading.getAttribute("aria-sort") === "descending");
  const known = rows.filter((tr) => value(tr) !== ""), unknown = rows.filter((tr) => value(tr) === "");
  const order = (a, b) => numeric ? number(value(a)) - number(value(b)) : value(a).localeCompare(value(b), "en", { numeric: true });
  known.sort((a, b) => ascending ? order(a, b) : order(b, a));
  body.append(...known, ...unknown);
  for (const th of heading.parentNode.children) th.setAttribute("aria-sort", th === heading ? (ascending ? "ascending" : "descending") : "none");
}

const number = (text) => text === "inf" ? Infinity : Number(text);

document.querySelectorAll("#layers th").forEach((th) => th.querySelector("button").addEventListener("click", () => sortBy(th)));
document.querySelectorAll("#layers tbody tr").forEach((tr) => {
  tr.addEventListener("click", () => choose(Number(tr.dataset.row), true));
  tr.addEventListener("keydown", (event) => { if (event.key === "Enter") choose(Number(tr.dataset.row), true); });
});
document.getElementById("filter").addEventListener("input", (event) => {
  const wanted = event.target.value.toLowerCase();
  document.querySelectorAll("#layers tbody tr").forEach((tr) => { tr.hidden = !data.rows[Number(tr.dataset.row)].name.toLowerCase().includes(wanted); });
});
for (const k of data.steps) {
  const label = document.createElement("label"), input = document.createElement("input");
  Object.assign(input, { type: "radio", name: "when", value: k, checked: k === when });
  input.addEventListener("change", () => { when = k; drawFront(); });
  label.append(input, ` k=${k}`);
  document.getElementById("when").append(label);
}
drawFront();
const first = data.rows.findIndex((row) => row.action === "fire");
if (first >= 0) {
  const worst = data.rows.reduce((best, row, i) => row.action === "fire" && row.dfi[when] / row.directions > data.rows[best].dfi[when] / data.rows[best].directions ? i : best, first);
  choose(worst, false);
}
