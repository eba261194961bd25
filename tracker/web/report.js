// Moves the two clocks over data that is in the page; what every state says was written in Python.
"use strict";
(() => {
const D = JSON.parse(document.getElementById("data").textContent);
const W = D.words, last = D.stops.length - 1, FAR = D.times.length - 1;
const $ = id => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
function make(parent, name, attributes, text) {
  const svg = parent instanceof SVGElement || name === "svg";
  const one = svg ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const key in attributes) one.setAttribute(key, attributes[key]);
  if (text !== undefined) one.textContent = text;
  parent.append(one);
  return one;
}
// The last place in a sorted list whose value is not above t; -1 where all are.
function upto(list, t) {
  let low = 0, high = list.length;
  while (low < high) { const mid = (low + high) >> 1; if (list[mid] <= t) low = mid + 1; else high = mid; }
  return low - 1;
}

// -- where the page stands: t and k are instants (microseconds), k null for all reports ----------
let t = D.asOf, k = D.knownAt, chosen = null, view = "control", together = false, playing = 0;
let ti = 0, ki = 0;
const day = new Intl.DateTimeFormat("en-GB", {timeZone: D.zone, day: "numeric", month: "short", year: "numeric"});
const clockOf = new Intl.DateTimeFormat("en-GB", {timeZone: D.zone, hour: "2-digit", minute: "2-digit"});
const parts = new Intl.DateTimeFormat("en-CA", {timeZone: D.zone, year: "numeric", month: "2-digit", day: "2-digit"});
const dateOf = at => new Date(Math.floor((at) / 1000));
const endsDay = at => clockOf.format(dateOf(at + 1)) === "00:00";
const said = at => endsDay(at) ? day.format(dateOf(at)) : `${day.format(dateOf(at))} ${clockOf.format(dateOf(at))}`;
const stopOf = at => { const n = upto(D.stops, at) + 1; return n > last ? last : n; };
const written = at => endsDay(at) ? parts.format(dateOf(at)) : dateOf(at).toISOString();
function read(text) {
  if (/^-?\d{4,6}-\d\d-\d\d$/.test(text)) {
    const found = D.stops.find(one => endsDay(one - 1) && parts.format(dateOf(one - 1)) === text);
    return found !== undefined ? found - 1 : Date.parse(text) * 1000 + 864e8 - 1;
  }
  return Date.parse(text) * 1000;
}
function fromFragment() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const at = read(asked.get("as-of") || ""), known = read(asked.get("known-at") || "");
  t = Number.isFinite(at) ? at : D.asOf;
  k = asked.has("known-at") ? (Number.isFinite(known) ? known : null) : asked.has("as-of") ? null : D.knownAt;
  view = D.headers[asked.get("view")] ? asked.get("view") : "control";
  const key = asked.get("key") || "", cut = key.indexOf("/");
  chosen = find(key.slice(0, cut), key.slice(cut + 1));
}
function toFragment() {
  const asked = new URLSearchParams();
  asked.set("as-of", written(t));
  if (k !== null) asked.set("known-at", written(k));
  if (view !== "control") asked.set("view", view);
  if (chosen) asked.set("key", chosen.fact === undefined ? `${chosen.cell[0]}/${chosen.cell[1]}` : `fact/${D.facts[chosen.fact][8]}`);
  history.replaceState(null, "", "#" + asked.toString().replace(/%2F/g, "/"));
}
const byName = new Map(D.cells.map((cell, n) => [`${cell[0]}/${cell[1]}`, n]));
function find(projection, key) {
  if (projection === "fact") {
    const n = D.facts.findIndex(fact => String(fact[8]) === key);
    return n < 0 ? null : {fact: n};
  }
  const n = byName.get(`${projection}/${key}`);
  return n === undefined ? null : {cell: D.cells[n]};
}

// -- looking up -----------------------------------------------------------------------------------
function stateAt(cell, ti, ki) {
  const r = cell[4];
  for (let n = 0; n < r.length; n += 5)
    if (r[n] <= ti && ti < r[n + 1] && r[n + 2] <= ki && ki < r[n + 3]) return cell[5][r[n + 4]];
  return null;
}
// What a disputed cell last was when nobody disputed it, as known at k.
function lastUndisputed(cell) {
  const r = cell[4];
  let found = null, from = -1;
  for (let n = 0; n < r.length; n += 5) {
    const state = cell[5][r[n + 4]];
    if (state[10] && r[n] > from && D.times[r[n]] < t && r[n + 2] <= ki && ki < r[n + 3]) { found = state; from = r[n]; }
  }
  return found;
}
function pledged(cell, state) {
  const more = cell[6], best = state[9][1];
  if (more.phase !== "pledged" || best === null) return "";
  const there = (more.there >= 0 ? [more.there] : []).map(n => stateAt(D.cells[n], ti, ki)).filter(Boolean);
  const all = there.length ? there : more.within.map(n => stateAt(D.cells[n], ti, ki)).filter(Boolean);
  const counts = all.map(one => one[9][1]).filter(one => one !== null);
  if (all.length && !counts.length) return "";
  const left = Math.max(0, best - Math.max(0, ...counts));
  return left > 0 ? `, ${left.toLocaleString("en-US")} still to come` : ", all came";
}
function beside(cell, state) {
  if (state[6].length) { const before = lastUndisputed(cell); return before ? `; last undisputed ${W[before[11]]}` : ""; }
  return pledged(cell, state);
}
function evidence(state) {
  const count = state[1].length;
  let text = count ? `${count}${count >= 16 ? " or more" : ""} fact${count > 1 ? "s" : ""}` : "nothing certain";
  if (count && state[3] >= 0) {
    const age = Math.max(0, Math.floor((t - D.times[state[3]]) / 864e8));
    text += `, ${count > 1 ? "newest " : ""}${age ? `${age.toLocaleString("en-US")} day${age > 1 ? "s" : ""} old` : "same day"}`;
  }
  return W[state[4]] ? `${text}; ${W[state[4]]}` : text;
}
const shownFact = n => D.facts[n][10] <= ti && D.facts[n][11] <= ki && ki < D.facts[n][12];

// -- tables ---------------------------------------------------------------------------------------
const LEAST = 100, limit = {};
const columnOf = {control: 1, forces: 4, alerts: 2, losses: 3};
function rowsOf(name) {
  if (D.lists[name]) {
    return D.lists[name].filter(shownFact).map(n => D.facts[n])
      .sort((a, b) => b[10] - a[10] || b[11] - a[11])
      .map(f => ({cells: [W[f[5]], W[f[0]], W[f[9]], W[f[14]], W[f[2]], W[f[1]]], fact: f}));
  }
  const rows = [];
  for (const cell of D.cells) {
    if (cell[0] !== name) continue;
    const state = now(cell);
    if (!state) continue;
    const cells = state[0].map(w => W[w]);
    cells[columnOf[name]] += beside(cell, state);
    rows.push({cells: [...cells, evidence(state)], cell});
  }
  return rows;
}
const known = new Map();
function now(cell) {
  if (!known.has(cell)) known.set(cell, stateAt(cell, ti, ki));
  return known.get(cell);
}
function choiceOf(row) { return row.cell ? {cell: row.cell} : {fact: D.facts.indexOf(row.fact)}; }
const same = (a, b) => a && b && a.cell === b.cell && a.fact === b.fact;
function drawTable(name) {
  const where = document.querySelector(`#table-${name}`), rows = rowsOf(name);
  const box = where.querySelector(".scroll");
  const more = where.querySelector("p.more");
  where.querySelectorAll(":scope > p").forEach(one => one.remove());
  box.replaceChildren();
  if (!rows.length) { make(box, "p", {}, "no evidence"); box.removeAttribute("tabindex"); return; }
  box.tabIndex = 0; box.setAttribute("role", "region"); box.setAttribute("aria-labelledby", `title-${name}`);
  const table = make(box, "table", {});
  const head = make(make(table, "thead", {}), "tr", {});
  for (const one of D.headers[name]) make(head, "th", {scope: "col"}, one[0] + one.slice(1).toLowerCase());
  const body = make(table, "tbody", {}), most = limit[name] || LEAST, link = D.lists[name] ? 5 : 0;
  for (const row of rows.slice(0, most)) {
    const choice = choiceOf(row), line = make(body, "tr", same(choice, chosen) ? {class: "chosen"} : {});
    row.cells.forEach((text, n) => {
      const cell = make(line, "td", {});
      if (n === link) make(cell, "button", {type: "button"}, text).onclick = () => choose(choice);
      else cell.textContent = text;
    });
  }
  if (rows.length > most) {
    const p = make(where, "p", {class: "more"});
    make(p, "button", {type: "button"}, `Show all ${rows.length.toLocaleString("en-US")}`).onclick = () => { limit[name] = Infinity; drawTable(name); };
  }
}
function drawViews() {
  for (const name in D.headers) {
    $(`table-${name}`).hidden = name !== view;
    $(`view-${name}`).setAttribute("aria-pressed", String(name === view));
  }
  drawTable(view);
}

// -- map ------------------------------------------------------------------------------------------
const map = $("map-svg");
const spots = map ? [...map.querySelectorAll(".spot")].map(one => ({
  one, mark: one.querySelector(".mark"), use: one.querySelector("use"), look: -2,
  cell: D.cells[byName.get(`control/${one.dataset.place}`)], name: one.querySelector("text").textContent,
})) : [];
function drawMarks() {
  for (const spot of spots) {
    const state = spot.cell ? now(spot.cell) : null, look = state ? state[8] : 0;
    const text = state ? W[state[11]] : "no evidence";
    if (spot.look !== look) {
      spot.look = look;
      spot.use.setAttribute("href", `#s-${D.looks[look][0]}`);
      spot.mark.setAttribute("class", `mark ${D.looks[look][1]}`);
    }
    if (spot.text !== text) { spot.text = text; spot.one.setAttribute("aria-label", `${spot.name}: ${text}`); }
    spot.one.classList.toggle("chosen", Boolean(chosen && chosen.cell && chosen.cell === spot.cell));
  }
}
const full = map ? {w: +map.dataset.width, h: +map.dataset.height} : null;
let box = map ? {x: 0, y: 0, w: full.w, h: full.h} : null;
const labels = map ? [...map.querySelectorAll("[data-from]")].map(one => [one, +one.dataset.from]) : [];
function drawBox() {
  if (!map) return;
  box.w = Math.min(full.w, Math.max(full.w / 64, box.w));
  box.h = box.w * full.h / full.w;
  box.x = Math.min(full.w - box.w / 2, Math.max(-box.w / 2, box.x));
  box.y = Math.min(full.h - box.h / 2, Math.max(-box.h / 2, box.y));
  map.setAttribute("viewBox", `${box.x} ${box.y} ${box.w} ${box.h}`);
  const wide = map.clientWidth || full.w, scale = wide / box.w;
  map.style.setProperty("--u", 1 / scale);
  for (const [one, from] of labels) one.classList.toggle("out", scale < from * .995);
}
function zoom(by, x = box.x + box.w / 2, y = box.y + box.h / 2) {
  const wide = Math.min(full.w, Math.max(full.w / 64, box.w / by)), share = wide / box.w;
  box.x = x - (x - box.x) * share; box.y = y - (y - box.y) * share; box.w = wide;
  drawBox();
}
function pan(dx, dy) { box.x += dx; box.y += dy; drawBox(); }
function wireMap() {
  if (!map) return;
  const few = spots.length <= 80;
  for (const spot of spots) {
    spot.one.setAttribute("tabindex", few ? "0" : "-1");
    const go = () => choose(spot.cell ? {cell: spot.cell} : null, spot.name);
    spot.one.addEventListener("click", go);
    spot.one.addEventListener("keydown", event => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); go(); } });
  }
  $("zoom-in").onclick = () => zoom(1.5);
  $("zoom-out").onclick = () => zoom(1 / 1.5);
  $("zoom-fit").onclick = () => { box = {x: 0, y: 0, w: full.w, h: full.h}; drawBox(); };
  map.setAttribute("tabindex", "0");
  map.addEventListener("keydown", event => {
    const step = box.w / 8, moves = {ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step]};
    if (moves[event.key]) pan(...moves[event.key]);
    else if (event.key === "+" || event.key === "=") zoom(1.5);
    else if (event.key === "-") zoom(1 / 1.5);
    else if (event.key === "0") $("zoom-fit").click();
    else return;
    event.preventDefault();
  });
  const at = event => { const r = map.getBoundingClientRect(); return [box.x + (event.clientX - r.left) / r.width * box.w, box.y + (event.clientY - r.top) / r.height * box.h]; };
  map.addEventListener("wheel", event => {
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== map) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 300), ...at(event));
  }, {passive: false});
  const down = new Map();
  let moved = 0;
  map.addEventListener("pointerdown", event => { down.set(event.pointerId, event); moved = 0; });
  map.addEventListener("pointermove", event => {
    const before = down.get(event.pointerId);
    if (!before) return;
    const scale = box.w / map.clientWidth, others = [...down.values()].filter(one => one.pointerId !== event.pointerId);
    moved += Math.abs(event.clientX - before.clientX) + Math.abs(event.clientY - before.clientY);
    if (others.length) {
      const gap = one => Math.hypot(one.clientX - others[0].clientX, one.clientY - others[0].clientY);
      zoom(gap(event) / Math.max(1, gap(before)), ...at(event));
    } else if (moved > 4) {
      if (!map.hasPointerCapture(event.pointerId)) map.setPointerCapture(event.pointerId);
      pan((before.clientX - event.clientX) * scale, (before.clientY - event.clientY) * scale);
    }
    down.set(event.pointerId, event);
  });
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) map.addEventListener(name, event => down.delete(event.pointerId));
  map.addEventListener("click", event => { if (moved > 6) { event.stopPropagation(); event.preventDefault(); } }, true);
  new ResizeObserver(drawBox).observe(map);
}

// -- over time: all on one axis, a stop as wide as any other ---------------------------------------
const xOf = (at, wide) => {
  if (at <= -9e15) return 0;
  if (at >= 9e15) return wide;
  const n = upto(D.stops, at), from = n < 0 ? D.stops[0] - 864e8 : D.stops[n], to = n < last ? D.stops[n + 1] : from + 864e8;
  return Math.max(0, Math.min(wide, (n + 1 + Math.max(0, (at - from) / (to - from))) / (last + 1) * wide));
};
// The stretches of a cell over valid time, as known at k: [from, to, state], in order.
function run(cell) {
  const r = cell[4], found = [];
  for (let n = 0; n < r.length; n += 5)
    if (r[n + 2] <= ki && ki < r[n + 3]) found.push([D.times[r[n]], D.times[r[n + 1]], cell[5][r[n + 4]]]);
  return found.sort((a, b) => a[0] - b[0]);
}
function backdrop(svg, wide, high) {
  const left = D.first / (last + 1) * wide, right = (D.last + 1) / (last + 1) * wide;
  if (D.first) make(svg, "rect", {class: "broken", x: 0, y: 0, width: left, height: high});
  if (D.last < last) make(svg, "rect", {class: "broken", x: right, y: 0, width: wide - right, height: high});
}
function cursors(svg, wide, high) {
  make(svg, "line", {class: "cursor", "data-clock": "t", y1: 0, y2: high, x1: 0, x2: 0});
  if (k !== null) make(svg, "line", {class: "cursor known", "data-clock": "k", y1: 0, y2: high, x1: 0, x2: 0});
  svg.dataset.wide = wide;
}
function moveCursors() {
  for (const line of document.querySelectorAll("[data-clock]")) {
    const x = xOf(line.dataset.clock === "t" ? t : k, +line.parentNode.dataset.wide);
    line.setAttribute("x1", x); line.setAttribute("x2", x);
  }
}
function band(svg, from, to, wide, high, classes, text) {
  const x = xOf(from, wide), w = xOf(to, wide) - x;
  if (w < .2) return;
  const one = make(svg, "g", {class: classes});
  make(one, "rect", {class: "band", x, y: 2, width: w, height: high - 4});
  const mostly = Math.floor((w - 8) / 6.2);
  if (mostly > 3) make(svg, "text", {class: "band-text", x: x + 5, y: high / 2 + 4}, text.length > mostly ? text.slice(0, mostly - 1) + "…" : text);
}
function classesOf(cell, state) {
  if (cell[0] === "control") return D.looks[state[8]][1];
  const rank = state[9][0];
  if (rank === null || rank === undefined) return state[1].length ? "rank1" : "rank0";
  const levels = D.levels[cell[1].split("/")[0]] || 4;
  return `rank${Math.max(1, Math.min(4, Math.round(1 + 3 * rank / Math.max(1, levels - 1))))}`;
}
function strip(parent, cell, high, label) {
  const row = make(parent, "div", {class: "strip"});
  make(row, "button", {type: "button"}, label).onclick = () => choose({cell});
  const svg = make(row, "svg", {height: high, role: "img"});
  const wide = svg.clientWidth || 600;
  svg.setAttribute("viewBox", `0 0 ${wide} ${high}`);
  backdrop(svg, wide, high);
  return [svg, wide];
}
function drawBands(parent, cells, most) {
  for (const cell of cells.slice(0, most)) {
    const [svg, wide] = strip(parent, cell, 24, W[cell[5][0][0][0]] + (cell[0] === "alerts" ? `, ${W[cell[5][0][0][1]]}` : ""));
    const found = run(cell);
    for (const [from, to, state] of found) {
      const text = W[state[11]] + (state[6].length ? " (disputed)" : "") + (W[state[4]] ? "?" : "");
      band(svg, from, to, wide, 24, classesOf(cell, state) + (state[6].length ? " disputed" : ""), text);
    }
    svg.setAttribute("aria-label", `${cell[2]}: ${found.length ? found.map(one => W[one[2][11]]).join(", then ") : "no evidence"}`);
    cursors(svg, wide, 24);
  }
}
function drawSteps(parent, groups, most) {
  const high = 64, base = high - 4;
  for (const group of groups.slice(0, most)) {
    const runs = group.map(cell => run(cell)), top = Math.max(1, ...runs.flat().map(one => one[2][9][2] ?? one[2][9][1] ?? one[2][9][0] ?? 0));
    const first = group[0][5][0][0].map(w => W[w]), losses = group[0][0] === "losses";
    const [svg, wide] = strip(parent, group[0], high, losses ? `${first[0]}: ${first[1]} ${first[2]}` : `${first[0]} in ${first[1]}: ${first[2]}`);
    const y = n => base - n / top * (high - 20);
    make(svg, "line", {class: "axis-line", x1: 0, x2: wide, y1: base, y2: base});
    const texts = [];
    group.forEach((cell, g) => {
      const phase = cell[6].phase || "deployed";
      let path = "", end = null;
      for (const [from, to, state] of runs[g]) {
        const [low, best, upper] = state[9], x1 = xOf(from, wide), x2 = xOf(to, wide), value = best ?? low ?? upper;
        if (value === null || value === undefined) { end = null; continue; }
        const a = low ?? value, b = upper ?? value;
        if (b > a && x2 > x1) make(svg, "rect", {class: "range", x: x1, y: y(b), width: x2 - x1, height: y(a) - y(b)});
        path += (end === x1 ? "L" : "M") + `${x1} ${y(value)}H${x2}`;
        end = x2;
        if (!texts.length || texts.at(-1)[2] !== value || texts.at(-1)[3] !== phase) texts.push([x1, y(value), value, phase, W[state[11]]]);
      }
      if (path) make(svg, "path", {class: `step ${phase}`, d: path});
    });
    let rights = [];
    for (const [x, at, , phase, text] of texts) {
      const shown = losses ? text : `${text} ${phase}`, w = shown.length * 6.2, left = Math.max(0, Math.min(x + 3, wide - w));
      let down = Math.max(10, at - 4);
      while (rights.some(one => left < one[1] && one[0] < left + w && Math.abs(one[2] - down) < 12) && down < high) down += 12;
      rights.push([left, left + w, down]);
      if (down < high) make(svg, "text", {class: "band-text", x: left, y: down}, shown);
    }
    svg.setAttribute("aria-label", `${group[0][2]}: ${texts.map(one => `${one[4]} ${one[3]}`).join(", then ") || "no numbers"}`);
    cursors(svg, wide, high);
  }
}
const counted = cell => cell[5].some(state => state[9].some(n => n !== null));
function grouped(name, by) {
  const found = new Map();
  for (const cell of D.cells) if (cell[0] === name && counted(cell)) {
    const key = by(cell);
    if (!found.has(key)) found.set(key, []);
    found.get(key).push(cell);
  }
  return [...found.values()];
}
const charts = {
  control: ["Who held what", (at, most) => drawBands(at, D.cells.filter(cell => cell[0] === "control"), most)],
  forces: ["Forces: solid deployed, thin mobilised, dashed pledged; shaded from lowest to highest", (at, most) => drawSteps(at, grouped("forces", cell => [cell[6].actor, cell[6].place, cell[6].category].join("/")), most)],
  alerts: ["Alert levels and notices", (at, most) => drawBands(at, D.cells.filter(cell => cell[0] === "alerts"), most)],
  losses: ["Losses that are counted", (at, most) => drawSteps(at, grouped("losses", cell => cell[1]), most)],
};
const count = {control: cells => cells};
let mostStrips = 12, drawnFor = null;
function drawCharts() {
  const where = $("charts"), wide = where.clientWidth, key = `${ki}/${wide}/${mostStrips}`;
  if (key !== drawnFor) {
    drawnFor = key;
    where.replaceChildren();
    for (const name in charts) {
      const cells = D.cells.filter(cell => cell[0] === name);
      if (!cells.length) continue;
      make(where, "h3", {}, charts[name][0]);
      charts[name][1](where, mostStrips);
      if (cells.length > mostStrips && where.lastElementChild.tagName === "DIV") {
        const p = make(where, "p", {});
        make(p, "button", {type: "button"}, "Show all").onclick = () => { mostStrips = Infinity; drawCharts(); };
      }
    }
  }
  moveCursors();
}
function drawTicks() {
  const svg = $("ticks"), wide = svg.clientWidth, high = 26;
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${wide} ${high}`);
  backdrop(svg, wide, high);
  const at = n => (n + .5) / (last + 1) * wide, reports = new Set(D.facts.map(fact => stopOf(D.times[fact[11]])));
  D.stops.forEach((stop, n) => {
    if (changes.has(n) || reports.has(n)) make(svg, "line", {class: reports.has(n) ? "tick report" : "tick", x1: at(n), x2: at(n), y1: 0, y2: 6});
  });
  let right = -9;
  for (let n = 0; n <= last; n++) {
    const text = n < D.first || n > D.last ? day.format(dateOf(D.stops[n] - 1)).slice(-4) : day.format(dateOf(D.stops[n] - 1)).slice(0, -5);
    const w = text.length * 6, x = Math.max(0, Math.min(wide - w, at(n) - w / 2));
    if (x < right + 8) continue;
    right = x + w;
    make(svg, "text", {class: "axis-text", x, y: 20}, text);
  }
}

// -- evidence -------------------------------------------------------------------------------------
function roleOf(n, state) {
  const f = D.facts[n];
  if (f[11] > ki) return ["not-yet", "published later than what counts here"];
  if (ki >= f[12]) return ["retracted", "withdrawn or corrected by then"];
  if (!state) return f[10] > ti ? ["not-yet", "about a later time"] : ["superseded", "says nothing about this time"];
  if (state[6].some(one => one[2].includes(n))) return ["dissents", "one side of the dispute"];
  const at = state[1].indexOf(n);
  if (at === 0) return ["decides", "the newest evidence of the state"];
  if (at > 0) return ["supports", "says the same"];
  if (state[2].includes(n)) return ["dissents", "says otherwise"];
  if (state[5].includes(n)) return ["possible", "may already have replaced the state"];
  if (f[10] > ti) return ["not-yet", "about a later time"];
  return state[1].length >= 16 ? ["other", "older, or weighed less"] : ["superseded", "older than the evidence that counts, or makes no state"];
}
const ORDER = ["decides", "supports", "possible", "dissents", "not-yet", "superseded", "other", "retracted"];
function tell(list, n, role, why) {
  const f = D.facts[n], one = make(list, "li", {"data-position": f[8]});
  if (role) make(one, "span", {class: `role ${role}`}, role);
  make(one, "span", {class: "gist"}, W[f[1]]);
  const where = make(one, "div", {class: "where"});
  const source = `${W[f[2]]}, ${W[f[3]]}`;
  if (f[13]) make(where, "a", {href: f[13], rel: "noreferrer noopener"}, source); else where.append(source);
  const more = [`${W[f[0]]} #${f[8]}`, `voice: ${W[f[4]]}`, W[f[9]], W[f[5]], W[f[6]], W[f[7]] && `rated ${W[f[7]]}`, why];
  where.append(" · " + more.filter(Boolean).join(" · "));
}
function drawPanel() {
  const title = $("panel-title"), body = $("panel-body");
  body.replaceChildren();
  if (!chosen) { title.textContent = "Evidence"; make(body, "p", {}, chosenName ? `${chosenName}: no evidence at any time.` : "Choose a mark, a row or a band to see why we say so."); return; }
  if (chosen.fact !== undefined) {
    title.textContent = W[D.facts[chosen.fact][0]];
    const shown = shownFact(chosen.fact);
    tell(make(body, "ul", {class: "facts"}), chosen.fact, "", shown ? "" : "not known at these clocks");
    return;
  }
  const cell = chosen.cell, state = now(cell);
  title.textContent = `${cell[2]}, ${cell[0]}${cell[6].phase ? `, ${cell[6].category} ${cell[6].phase}` : ""}`;
  const settled = state && W[state[12]];
  make(body, "p", {id: "verdict"}, state ? W[state[11]] + beside(cell, state) + (settled && !state[6].length ? ` (${W[state[0][columnOf[cell[0]] + 1]]}), since: ${settled}` : "") : "no evidence");
  if (state && W[state[4]]) make(body, "p", {}, W[state[4]]);
  for (const [value, who, facts] of state ? state[6] : []) make(body, "p", {}, `${W[value]}: ${W[who]} (${facts.map(n => "#" + D.facts[n][8]).join(", ")})`);
  if (state) make(body, "p", {class: "small"}, `Rule: ${W[state[7]]}`);
  make(body, "h3", {}, "True when, known when");
  plane(make(body, "div", {id: "plane"}), cell);
  make(body, "h3", {}, "Evidence trail");
  const list = make(body, "ul", {class: "facts"});
  cell[3].map(n => [n, ...roleOf(n, state)])
    .sort((a, b) => ORDER.indexOf(a[1]) - ORDER.indexOf(b[1]) || D.facts[b[0]][11] - D.facts[a[0]][11] || D.facts[b[0]][8] - D.facts[a[0]][8])
    .slice(0, 200).forEach(one => tell(list, ...one));
}
// The plane of beliefs: valid time across, known time up; both on the axis of the clocks.
function plane(parent, cell) {
  const svg = make(parent, "svg", {role: "img", "aria-label": `What was believed about ${cell[2]}: true when across, known when up`});
  const wide = (svg.clientWidth || 360), high = Math.min(300, wide * .8), left = 46, base = high - 22;
  svg.setAttribute("viewBox", `0 0 ${wide} ${high}`);
  svg.setAttribute("height", high);
  const reports = [...new Set(cell[3].map(n => D.times[D.facts[n][11]]))].sort((a, b) => a - b);
  const x = at => left + xOf(at, wide - left - 4), y = at => base - xOf(at, base - 8);
  make(svg, "rect", {class: "broken", x: left, y: 8, width: wide - left - 4, height: base - 8});
  const r = cell[4];
  for (let n = 0; n < r.length; n += 5) {
    const state = cell[5][r[n + 4]], [v0, v1, k0, k1] = [r[n], r[n + 1], r[n + 2], r[n + 3]].map(one => D.times[one]);
    const w = x(v1) - x(v0), h = y(k0) - y(k1);
    if (w < .3 || h < .3) continue;
    const one = make(svg, "g", {class: classesOf(cell, state)});
    make(make(one, "rect", {class: state[6].length ? "band shape" : "band", x: x(v0), y: y(k1), width: w, height: h}), "title", {}, `${W[state[11]]}: true ${span(v0, v1)}, known ${span(k0, k1)}`);
    const most = Math.floor((w - 6) / 6);
    if (most > 4 && h > 13) { const text = W[state[11]] + (W[state[4]] ? "?" : ""); make(svg, "text", {class: "band-text", x: x(v0) + 3, y: y(k1) + 12}, text.length > most ? text.slice(0, most - 1) + "…" : text); }
  }
  make(svg, "path", {class: "cursor known", fill: "none", d: `M${x(D.stops[0] - 864e8)} ${y(D.stops[0] - 864e8)}L${x(9e15)} ${y(9e15)}`});
  for (const at of reports) { make(svg, "text", {class: "axis-text", x: left - 4, y: y(at) + 4, "text-anchor": "end"}, day.format(dateOf(at)).slice(0, -5)); }
  const marks = [D.first, D.last].filter((n, i, all) => all.indexOf(n) === i);
  marks.forEach((n, i) => make(svg, "text", {class: "axis-text", x: x(D.stops[n] - 1), y: high - 8, "text-anchor": i ? "end" : "start"}, day.format(dateOf(D.stops[n] - 1)).slice(0, -5)));
  make(svg, "circle", {class: "cursor", fill: "none", r: 5, cx: x(t), cy: y(k === null ? 9e15 : k)});
  make(parent, "p", {class: "small"}, "Across: the day it was true of. Up: the day we knew. Below the dashed line lies what was foretold; the ring is where the clocks stand.");
}
const span = (from, to) => `${from <= -9e15 ? "" : day.format(dateOf(from))} to ${to >= 9e15 ? "now" : day.format(dateOf(to - 1))}`;

// -- what a reader does ---------------------------------------------------------------------------
let chosenName = "";
function choose(what, name = "") {
  chosen = what; chosenName = what ? "" : name;
  draw();
  const panel = $("panel-title");
  panel.focus({preventScroll: window.innerWidth > 896});
}
function draw() {
  ti = upto(D.times, t); ki = k === null ? FAR - 1 : upto(D.times, k);
  if (ki === FAR) ki = FAR - 1;
  known.clear();
  const a = $("as-of"), b = $("known-at");
  a.value = stopOf(t); b.value = k === null ? last + 1 : stopOf(k);
  $("as-of-said").textContent = said(t);
  $("known-at-said").textContent = k === null ? "all reports" : said(k);
  a.setAttribute("aria-valuetext", said(t));
  b.setAttribute("aria-valuetext", k === null ? "all reports" : said(k));
  $("heading").textContent = `State as of ${said(t)} · ${k === null ? "all reports" : `known at ${said(k)}`} · ${D.policy} · log #${D.position}`;
  drawMarks(); drawViews(); drawCharts(); drawPanel();
  toFragment();
}
let waiting = 0;
function soon() { if (!waiting) waiting = requestAnimationFrame(() => { waiting = 0; draw(); }); }
function stand(n) { t = D.stops[n] - 1; if (together) k = t; soon(); }
const changes = new Set(D.cells.flatMap(cell => { const found = []; for (let n = 0; n < cell[4].length; n += 5) found.push(stopOf(D.times[cell[4][n]])); return found; }));
D.facts.forEach(fact => changes.add(stopOf(D.times[fact[10]])));
const changeStops = [...changes].filter(n => n >= 0).sort((a, b) => a - b);
function step(by) {
  const here = stopOf(t), to = by > 0 ? changeStops.find(n => n > here) : changeStops.filter(n => n < here).at(-1);
  if (to !== undefined) stand(to);
  return to !== undefined;
}
function play(on) {
  clearInterval(playing);
  playing = on ? setInterval(() => { const n = stopOf(t); if (n < last) stand(n + 1); else play(false); }, 700) : 0;
  $("play").textContent = on ? "Pause" : "Play";
}
function theme(name) {
  const root = document.documentElement;
  if (name === "system") delete root.dataset.theme; else root.dataset.theme = name;
  $("theme").textContent = `Theme: ${name}`;
}
function wire() {
  const a = $("as-of"), b = $("known-at");
  a.max = last; b.max = last + 1;
  a.oninput = () => stand(+a.value);
  b.oninput = () => { together = $("together").checked = false; k = +b.value > last ? null : D.stops[+b.value] - 1; soon(); };
  a.onkeydown = event => { const by = {PageUp: 1, PageDown: -1}[event.key]; if (by) { event.preventDefault(); step(by); } };
  $("earlier").onclick = () => step(-1);
  $("later").onclick = () => step(1);
  $("play").onclick = () => play(!playing);
  $("together").onchange = event => { together = event.target.checked; k = together ? t : null; soon(); };
  const themes = ["system", "light", "dark"];
  $("theme").onclick = () => theme(themes[(themes.indexOf($("theme").textContent.slice(7)) + 1) % 3]);
  for (const name in D.headers) {
    const title = $(`title-${name}`).textContent;
    make($("views"), "button", {type: "button", id: `view-${name}`}, title).onclick = () => { view = name; draw(); };
  }
  wireMap();
  window.addEventListener("hashchange", () => { fromFragment(); draw(); });
  new ResizeObserver(() => { drawTicks(); drawCharts(); }).observe($("charts"));
}
document.documentElement.classList.add("live");
fromFragment();
wire();
draw();
drawTicks();
drawBox();
})();
