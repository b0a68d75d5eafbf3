// A visit on which everything is clicked; `data` is the page's own.
const rows = () => [...document.querySelectorAll("#layers tbody tr")];
const names = () => rows().filter((tr) => !tr.hidden).map((tr) => tr.children[0].textContent);
const row = (name) => rows().find((tr) => tr.children[0].textContent === name);
const head = (key) => document.querySelector(`#layers th[data-key="${key}"]`);
const press = (key) => {
  head(key).querySelector("button").click();
  return [names(), head(key).getAttribute("aria-sort")];
};
const dots = () => Object.fromEntries([...document.querySelectorAll("#front circle")].map((c) =>
  [data.rows[c.dataset.row].name, [Number(c.getAttribute("cx")), Number(c.getAttribute("cy"))]]));
const lines = (id) => [...document.querySelectorAll(`#${id} polyline`)]
  .map((p) => p.getAttribute("points").split(" ").length);
const shown = () => ({
  layer: document.getElementById("layer-name").textContent,
  facts: [...document.querySelectorAll("#facts div")].map((d) => [...d.children].map((c) => c.textContent)),
  hidden: document.getElementById("facts-card").hidden,
  on: rows().filter((tr) => tr.classList.contains("on")).map((tr) => tr.children[0].textContent),
  dot: [...document.querySelectorAll("#front .on")].map((c) => data.rows[c.dataset.row].name),
  lines: lines("spectrum"),
});
told.start = names();
told.first = shown();
told.front = lines("front");
told.dots = [dots()];
document.querySelectorAll("#when input")[1].click();
told.dots.push(dots());
told.cond = [press("cond"), press("cond")];
told.name = [press("name"), press("name")];
told.unsorted = head("cond").getAttribute("aria-sort");
row("block.10.weight").click();
told.clicked = shown();
row("NaN.weight").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
told.entered = shown();
document.querySelector(`#front circle[data-row="${data.rows.findIndex((r) => r.name === "head.weight")}"]`)
  .dispatchEvent(new MouseEvent("click"));
told.dotted = shown();
const filter = (text) => {
  document.getElementById("filter").value = text;
  document.getElementById("filter").dispatchEvent(new Event("input"));
  return names();
};
told.filtered = [filter("BLOCK.1"), filter("nan"), filter("no such layer"), filter("")];
