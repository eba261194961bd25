// Moves two clocks over data that lies in the page. What each state says was put into words in
// Python (tracker/web/encoding.py, which describes the data); here it is found and shown.
"use strict";
(() => {
const VALUE = 0, SUPPORT = 1, SINCE = 2, EVIDENCE = 3, NEWEST = 4, LOOK = 5, RULE = 6, MAY = 7,
  MAY_FACTS = 8, NUMBERS = 9, DISSENT = 10, RIVALS = 11, AUTHORITY = 12, MADE = 13;  // of a state
const DAY = 864e8, OPEN = Infinity;  // microseconds
const THUMB = 8;  // pixels, half of a slider's handle
const NONE = [], SHOWN = 100, STRIPS = 12, TRAIL = 200;
const SVG = "http://www.w3.org/2000/svg";
const $ = id => document.getElementById(id);

function make(parent, name, attributes = {}, text) {
  const inSvg = name === "svg" || parent instanceof SVGElement;
  const one = inSvg ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const key in attributes) one.setAttribute(key, attributes[key]);
  if (text !== undefined) one.textContent = text;
  parent.append(one);
  return one;
}
const button = (parent, text, go) => { const one = make(parent, "button", {type: "button"}, text); one.onclick = go; return one; };
const summed = steps => { let at = 0; return steps.map(step => at += step); };
const plural = (n, word) => `${n.toLocaleString("en-US")} ${word}${n === 1 ? "" : "s"}`;

// How many of a sorted list are at most t.
function upto(list, t) {
  let low = 0, high = list.length;
  while (low < high) { const mid = (low + high) >> 1; if (list[mid] <= t) low = mid + 1; else high = mid; }
  return low;
}

// -- the data -------------------------------------------------------------------------------------
let D, W, F, TIMES, STOPS, CELLS, BY_NAME, LISTS, CHANGES, LAST;

async function unpacked() {
  const block = $("data"), text = block.textContent;
  if (block.type === "application/json") return JSON.parse(text);
  const bytes = Uint8Array.from(atob(text), one => one.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

function take(data) {
  D = data; W = D.words; F = D.facts;
  // Far off, the microsecond before a midnight was read as the midnight.
  for (const clock of ["asOf", "knownAt"]) if (Math.abs(D[clock]) > FINE && D[clock] % 1e6 === 0) D[clock] -= COARSE;
  TIMES = [-OPEN, ...summed(D.times), OPEN];
  STOPS = summed(D.stops);
  LAST = STOPS.length - 1;
  F.position = summed(F.position);
  F.known = F.report.map(n => D.reports[n][2]);
  CELLS = D.cells.map(([projection, key, name, heads, facts, times, packed, states, against]) => {
    const at = summed(times), ends = unfolded(packed, at);
    return {projection, key, name, heads: heads.map(n => W[n]), facts: summed(facts), times: at, ends, states, against};
  });
  BY_NAME = new Map(CELLS.map(cell => [`${cell.projection}/${cell.key}`, cell]));
  LISTS = D.lists;
  const changes = new Set(F.begins.concat(F.known));
  for (const cell of CELLS) for (let n = 0; n < cell.ends.length; n += 5) changes.add(cell.ends[n]);
  CHANGES = [...new Set([...changes].filter(n => n > 0 && n < TIMES.length - 1).map(n => stopOf(TIMES[n])))].sort((a, b) => a - b);
}
// Rectangles as five numbers each: valid from and to, known from and to (places in TIMES), state.
function unfolded([valid, wide, known, high, states], at) {
  const ends = new Int32Array(valid.length * 5);
  let v = 0, k = 0, s = 0;
  valid.forEach((step, n) => {
    const from = v + step;
    v = from + wide[n]; k += known[n]; s += states[n];
    ends.set([at[from], at[v], at[k], at[k + high[n]], s], n * 5);
  });
  return ends;
}
const factsOf = (cell, state, part) => summed(state[part] || NONE).map(n => cell.facts[n]);
const gone = n => F.gone[n] ?? TIMES.length - 1;

// -- where the page stands: instants; known is null where all reports count -------------------------
let t, known, ti, ki, view = "control", chosen = null, together = false, playing = 0, looking = "";
let day, utc, clock, iso, wall;
const date = at => new Date(Math.floor(at / 1000));
// The microsecond before an end, and the one after. From the year 2255 on a number holds no single
// ones, but whole seconds still: there it is 64 of them.
const FINE = 2 ** 53, COARSE = 64;
const justBefore = end => Math.abs(end) <= FINE ? end - 1 : end - COARSE;
const justAfter = at => Math.abs(at) < FINE ? at + 1 : Math.floor(at / COARSE) * COARSE + COARSE;
const startsDay = at => at % 1e6 === 0 && clock.format(date(at)) === "00:00:00";
const endsDay = at => justAfter(at) % 1e6 === 0 && clock.format(date(at)) === "23:59:59";
const named4 = text => text.replace("Sept", "Sep").replace(/\d+$/, year => year.padStart(4, "0"));
const dayOf = at => named4(day.format(date(at)));
// By the zone's clocks, with their offset; in UTC where that has seconds.
function timeOf(at) {
  const off = offset(Math.floor(at / 1e6) * 1000) / 6e4, theirs = off && Number.isInteger(off), away = Math.abs(off);
  const text = new Date(date(at).getTime() + (theirs ? off * 6e4 : 0)).toISOString().slice(11, 19);
  const two = number => String(number).padStart(2, "0");
  const named = theirs ? `${off < 0 ? "-" : "+"}${two(Math.floor(away / 60))}:${two(away % 60)}` : "Z";
  return {day: theirs ? dayOf(at) : named4(utc.format(date(at))), text, named};
}
const hourOf = at => { const {text, named} = timeOf(at); return text.slice(0, 5) + (named === "Z" ? named : ""); };
// As the command line says it: a day of the situation's zone, or a time, to the minute's end.
function said(at) {
  if (endsDay(at) || startsDay(at)) return dayOf(at);
  const {day, text, named} = timeOf(at);
  return `${day} ${text.slice(0, justAfter(at) % 6e7 ? 8 : 5)}${named}`;
}
const saidKnown = () => known === null ? "all reports" : said(known);
const stopOf = at => Math.min(LAST, upto(STOPS, at));
function written(at) {
  if (endsDay(at)) return iso.format(date(at)).padStart(10, "0");
  const text = date(at).toISOString(), fine = Math.abs(at) < FINE && justAfter(at) % 1000;
  return fine ? `${text.slice(0, -1)}${String(at - Math.floor(at / 1000) * 1000).padStart(3, "0")}Z` : text;
}

// Reads a moment as the command line does, through the end of the unit that it states: a year, a
// month or a day of the situation's zone, or a time that names its own. NaN where that refuses it.
const MOMENT = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(?:Z|([+ -])(\d\d):(\d\d)))?)?)?$/;
const midnight = (year, month, day) => new Date(0).setUTCFullYear(year, month - 1, day);  // milliseconds, as in UTC
const FIRST = midnight(1, 1, 1), END = midnight(10000, 1, 1), HOUR = 36e5;
function read(text) {
  const found = MOMENT.exec(text || "");
  if (!found) return NaN;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(part => part === undefined ? undefined : +part);
  const here = midnight(year, month ?? 1, day ?? 1);
  if (!year || new Date(here).getUTCMonth() + 1 !== (month ?? 1) || new Date(here).getUTCDate() !== (day ?? 1)) return NaN;
  if (hour === undefined) {
    const next = midnight(month ? year : year + 1, month ? day ? month : month + 1 : 1, day ? day + 1 : 1);
    if (next >= END) return NaN;
    const from = startOf(here), to = startOf(next);
    return from < FIRST || to >= END || to <= from ? NaN : justBefore(to * 1000);
  }
  const [fraction, sign, hours, minutes] = found.slice(7), off = sign ? +hours * 60 + +minutes : 0;
  if (hour > 23 || minute > 59 || second > 59 || minutes > 59 || off > 840) return NaN;
  const at = here + hour * HOUR + minute * 6e4 + (second ?? 0) * 1000 + (sign === "-" ? off : -off) * 6e4;
  const to = at * 1000 + (fraction ? (+fraction + 1) * 10 ** (6 - fraction.length) : second === undefined ? 6e7 : 1e6);
  return at < FIRST || to >= END * 1000 ? NaN : justBefore(to);
}
// What the zone's clocks show at an instant, less that instant: to the second, for before there were
// zones each place had its own time.
function offset(at) {
  const shown = {};
  for (const {type, value} of wall.formatToParts(at)) shown[type] = +value;
  return midnight(shown.year, shown.month, shown.day) + shown.hour * HOUR + shown.minute * 6e4 + shown.second * 1000 - at;
}
// The same as microseconds: days are counted by what clocks show, also where they change.
const shownAt = new Map();
function clockAt(at) {
  if (D.zone === "UTC") return at;
  if (!shownAt.has(at)) shownAt.set(at, at + offset(Math.floor(at / 1e6) * 1000) * 1000);
  return shownAt.get(at);
}
// When a day starts: the first of the instants at which clocks show its midnight; where they skip
// it, the moment at which they do.
function startOf(local) {
  let low = local - 16 * HOUR, high = local + 16 * HOUR;
  const found = [low, high].map(at => local - offset(at)).filter(at => at + offset(at) === local);
  if (found.length) return Math.min(...found);
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (middle + offset(middle) < local) low = middle; else high = middle;
  }
  return high;
}
function fromFragment() {
  const asked = new URLSearchParams(location.hash.slice(1)), at = read(asked.get("as-of")), by = read(asked.get("known-at"));
  t = Number.isFinite(at) ? at : D.asOf;
  known = Number.isFinite(by) ? by : asked.has("as-of") ? null : D.knownAt;
  if (together && known !== t) untie();
  view = asked.get("view") in D.headers ? asked.get("view") : "control";
  chosen = named(asked.get("key") || "");
}
// What is chosen by its name, as it stands in the address: a cell, a fact by its position, a place.
const nameOf = ({cell, spot, fact}) => cell ? `${cell.projection}/${cell.key}` : spot ? `place/${spot.key}` : `fact/${F.position[fact]}`;
function named(name) {
  const cut = name.indexOf("/"), kind = name.slice(0, cut), rest = name.slice(cut + 1), cell = BY_NAME.get(name);
  const fact = kind === "fact" ? F.position.indexOf(+rest) : -1, spot = kind === "place" && SPOTS.find(one => one.key === rest);
  return cell ? {cell} : fact >= 0 ? {fact} : spot ? spot.cell ? {cell: spot.cell} : {spot} : null;
}
// Who has moved no clock stands where the page begins: an address that names no moment, so that a
// served page that is asked for again begins at its own now.
function toFragment() {
  const parts = t === D.asOf && known === D.knownAt ? [] : [`as-of=${written(t)}`];
  if (parts.length && known !== null) parts.push(`known-at=${written(known)}`);
  if (view !== "control") parts.push(`view=${view}`);
  if (chosen) parts.push("key=" + encodeURIComponent(nameOf(chosen)).replaceAll("%2F", "/"));
  const fragment = parts.length ? `#${parts.join("&")}` : "";
  if (location.hash !== fragment) history.replaceState(null, "", fragment || "#");
}

// -- looking up -----------------------------------------------------------------------------------
function stateAt(cell, ti, ki) {
  const e = cell.ends;
  for (let n = 0; n < e.length; n += 5)
    if (e[n] <= ti && ti < e[n + 1] && e[n + 2] <= ki && ki < e[n + 3]) return cell.states[e[n + 4]];
  return null;
}
function statesBetween(cell, since, ti, ki) {
  const e = cell.ends, found = [];
  for (let n = 0; n < e.length; n += 5)
    if (e[n] <= ti && since < e[n + 1] && e[n + 2] <= ki && ki < e[n + 3]) found.push(cell.states[e[n + 4]]);
  return found;
}
let now = new Map();
function current(cell) {
  if (!now.has(cell)) now.set(cell, stateAt(cell, ti, ki));
  return now.get(cell);
}
const shown = n => F.begins[n] <= ti && F.known[n] <= ki && ki < gone(n);

// What a number says only beside others: what is left of a pledge; what a dispute is about.
function beside(cell, state) {
  if (state[RIVALS]?.length) {
    const before = lastUndisputed(cell);
    return before ? `; last undisputed ${W[before[VALUE]]}` : "";
  }
  const pledged = state[NUMBERS]?.[1] ?? state[NUMBERS]?.[0] ?? null;
  if (!cell.against || !pledged) return "";
  // Whoever was there since it was made has come, and those who left again too.
  const mark = state[MADE] || 0, since = mark ? Math.min(ti, cell.times[Math.abs(mark) - 1]) : ti;
  const figure = state => state?.[NUMBERS]?.[1] ?? null;
  const told = one => statesBetween(one, since, ti, ki);
  const most = one => told(one).map(figure).reduce((a, b) => b === null || a > b ? a : b, null);
  const [whole, within, parts] = cell.against.map(some => some.map(n => CELLS[n]).filter(one => told(one).length));
  const here = [whole, within].find(some => some.length);
  if (!here && parts.length) return "";
  const counted = (here || NONE).filter(one => most(one) !== null);
  if (here && !counted.length) return "";
  counted.sort((a, b) => most(b) - most(a) || (a.key < b.key ? 1 : -1));
  let came = here ? most(counted[0]) : 0;
  if (here && mark > 0) {
    const before = figure(stateAt(counted[0], since, ki));
    if (before === null) return "";
    came -= before;
  }
  const left = Math.min(pledged, Math.max(0, pledged - came));
  return left > 0 ? `, ${left.toLocaleString("en-US")} still to come` : ", all came";
}
function lastUndisputed(cell) {
  const e = cell.ends;
  let found = null, from = -1;
  for (let n = 0; n < e.length; n += 5) {
    const state = cell.states[e[n + 4]];
    if (e[n] > from && TIMES[e[n]] < t && e[n + 2] <= ki && ki < e[n + 3] && W[state[SINCE]] && W[state[SUPPORT]] !== "disputed") { found = state; from = e[n]; }
  }
  return found;
}
function evidence(cell, state) {
  const count = (state[EVIDENCE] || NONE).length;
  let text = count ? `${count}${count >= 16 ? " or more" : ""} fact${count > 1 ? "s" : ""}` : "nothing certain";
  if (count && state[NEWEST]) {
    const age = Math.max(0, Math.floor((clockAt(t) - clockAt(TIMES[cell.times[state[NEWEST] - 1]])) / DAY));
    text += `, ${count > 1 ? "newest " : ""}${age ? `${plural(age, "day")} old` : "same day"}`;
  }
  return state[MAY] ? `${text}; ${W[state[MAY]]}` : text;
}
const textOf = state => W[state[VALUE]] + (state[RIVALS]?.length ? " (disputed)" : "") + (state[MAY] ? " ?" : "");

// -- tables ---------------------------------------------------------------------------------------
const unlimited = new Set();
function rows(name) {
  if (LISTS[name]) {
    return LISTS[name].filter(shown).map(fact => ({
      fact, link: 5,
      cells: () => [W[F.when[fact]], W[F.kind[fact]], W[F.status[fact]], W[F.place[fact]], W[D.reports[F.report[fact]][0]], W[F.gist[fact]]],
    }));
  }
  return CELLS.filter(cell => cell.projection === name && current(cell)).map(cell => ({
    cell, link: 0,
    cells: () => {
      const state = current(cell), support = [W[state[SUPPORT]]];
      if (name === "alerts") support.push(W[state[AUTHORITY] || 0]);
      return [...cell.heads, W[state[VALUE]] + beside(cell, state), ...support, W[state[SINCE] || 0], evidence(cell, state)];
    },
  }));
}
const isChosen = what => Boolean(chosen) && (what.cell ? chosen.cell === what.cell : chosen.fact === what.fact);
function drawTable(moving = false) {
  const where = $(`table-${view}`), box = where.querySelector(".scroll"), wanted = looking.toLowerCase();
  let all = rows(view);
  if (wanted) all = all.filter(row => row.cells().join(" ").toLowerCase().includes(wanted));
  if (!all.length) {
    for (const name of ["tabindex", "role", "aria-labelledby"]) box.removeAttribute(name);
    box.replaceChildren();
    make(box, "p", {}, "no evidence");
  } else drawRows(box, unlimited.has(view) ? all : all.slice(0, SHOWN), moving);
  const left = unlimited.has(view) ? 0 : all.length - SHOWN, more = left > 0 ? `Show all ${all.length.toLocaleString("en-US")}` : "";
  const shown = where.querySelector(":scope > p");
  if ((shown?.textContent || "") === more) return;
  shown?.remove();
  if (more) button(make(where, "p", {class: "scripted"}), more, () => { unlimited.add(view); drawTable(); });
}
// Rows stay and change their texts, so that nobody loses the place, and a browser lays out little.
// While the clocks move only the rows in sight change; the others follow when they rest.
const LINES = new WeakMap();  // of a table: what is shown of each row
function drawRows(box, list, moving) {
  let body = box.querySelector("tbody"), lines = body && LINES.get(body);
  if (!lines) {  // as it was printed
    box.replaceChildren();
    box.tabIndex = 0; box.setAttribute("role", "region"); box.setAttribute("aria-labelledby", `title-${view}`);
    const table = make(box, "table"), head = make(make(table, "thead"), "tr");
    for (const one of D.headers[view]) make(head, "th", {scope: "col"}, one[0] + one.slice(1).toLowerCase());
    body = make(table, "tbody");
    LINES.set(body, lines = []);
  }
  while (lines.length > list.length) lines.pop().line.remove();
  const high = window.innerHeight, inSight = moving && lines.map(({line}) => { const r = line.getBoundingClientRect(); return r.bottom > 0 && r.top < high; });
  list.forEach((row, n) => {
    if (moving && inSight[n] === false) return;
    const one = lines[n] ||= {line: make(body, "tr"), cells: [], texts: [], row};
    one.row = row;
    one.line.classList.toggle("chosen", isChosen(row));
    row.cells().forEach((text, at) => {
      if (one.texts[at] === text) return;
      one.texts[at] = text;
      one.cells[at] ||= at === row.link
        ? button(make(one.line, "td"), text, () => choose(one.row.cell ? {cell: one.row.cell} : {fact: one.row.fact}))
        : make(one.line, "td");
      one.cells[at].textContent = text;
    });
  });
}
function drawViews(moving) {
  for (const name in D.headers) {
    $(`table-${name}`).hidden = name !== view;
    $(`view-${name}`).setAttribute("aria-pressed", String(name === view));
  }
  drawTable(moving);
}

// -- map ------------------------------------------------------------------------------------------
const CLOSEST = 64, FEW = 80;  // times the whole; spots that one may step through with Tab
const HALO = Array.from({length: 48}, (_, n) => 14 * (n % 2 ? -Math.cos(n * Math.PI / 24) : Math.sin((n + 1) * Math.PI / 24)));
let map, FULL, box, LABELS, SPOTS, painter;
let unit = 1;  // map units a pixel

// Finds what stands on the map that lies in the page; there is none where no place has coordinates.
function findMap() {
  map = $("map-svg");
  FULL = map && {w: +map.dataset.width, h: +map.dataset.height};
  box = map && {x: 0, y: 0, w: FULL.w, h: FULL.h};
  LABELS = map ? [...map.querySelectorAll("[data-from]")].map(one => {
    const [x, y, dx, dy] = one.dataset.at.split(" ").map(Number);
    return {one, from: +one.dataset.from, x, y, dx, dy, out: null};
  }) : [];
  const labelOf = new Map(LABELS.map(label => [label.one, label]));
  SPOTS = map ? [...map.querySelectorAll(".spot")].map(one => {
    const text = one.querySelector("text"), {x, y} = labelOf.get(text);
    return {one, key: one.dataset.place, name: text.textContent, x, y, mark: one.querySelector(".mark"), wide: one.classList.contains("wide"), cell: null, look: 0, drawn: null, text: null, here: false};
  }) : [];
  painter = SPOTS.length > FEW ? new Painter(map) : null;  // many marks are painted; few are elements
}
// What of the earth is in sight, in degrees: middle and width; null where that is all of the map.
function inSight() {
  if (!map || box.w >= FULL.w && !box.x && !box.y) return null;
  const [west, south, east, north] = map.dataset.frame.split(" ").map(Number);
  return {lon: west + (box.x + box.w / 2) / FULL.w * (east - west), lat: north - (box.y + box.h / 2) / FULL.h * (north - south), wide: box.w / FULL.w * (east - west)};
}
function bringInSight({lon, lat, wide}) {
  const [west, south, east, north] = map.dataset.frame.split(" ").map(Number);
  const x = (lon - west + 360 * Math.round(((west + east) / 2 - lon) / 360)) / (east - west) * FULL.w, y = (north - lat) / (north - south) * FULL.h;
  const w = Math.min(1, wide / (east - west)) * FULL.w;
  box = {x: x - w / 2, y: y - w * FULL.h / FULL.w / 2, w};
}
// A map drawn anew has another legend than the one before: shapes and colours go by how often who
// is told of. It takes its place whole; what one looked at stays in sight, and the focus where it was.
function takeMap(markup) {
  const sight = inSight(), had = $("map").contains(document.activeElement) ? document.activeElement : null;
  $("map").outerHTML = markup;
  findMap();
  if (map && sight) bringInSight(sight);
  wireMap();
  const now = had && (had.id ? $(had.id) : SPOTS.find(one => one.key === had.dataset.place)?.one);
  now?.focus({preventScroll: true});
}

// Marks and names keep their size in pixels. They have no transforms: those would cost a browser
// more than all the rest.
const outline = (points, {x, y}) => `M${points.map((n, i) => ((i % 2 ? y : x) + n * unit).toFixed(2)).join(" ")}Z`;
function drawMark(spot) {
  const [classes, parts] = D.looks[spot.look];
  if (spot.drawn === classes) parts.forEach(([, points], n) => spot.mark.children[n].setAttribute("d", outline(points, spot)));
  else {
    spot.drawn = classes;
    spot.mark.replaceChildren();
    spot.mark.setAttribute("class", `mark ${classes}`);
    for (const [name, points] of parts) make(spot.mark, "path", {class: name, d: outline(points, spot)});
  }
  if (spot.here && !painter) spot.one.lastChild.setAttribute("d", outline(HALO, spot));
}
const saidOf = spot => { const state = spot.cell && current(spot.cell); return `${spot.name}: ${state ? textOf(state) : "no evidence"}`; };
function drawMarks() {
  for (const spot of SPOTS) {
    const state = spot.cell && current(spot.cell), look = state ? state[LOOK] || 0 : 0;
    const here = Boolean(chosen) && (chosen.spot === spot || (spot.cell !== null && chosen.cell === spot.cell));
    if (painter) { spot.look = look; spot.here = here; continue; }
    if (spot.look !== look || spot.drawn === null) { spot.look = look; drawMark(spot); }
    const text = saidOf(spot);
    if (spot.text !== text) { spot.text = text; spot.one.setAttribute("aria-label", text); }
    if (spot.here !== here) {
      spot.here = here;
      if (here) make(spot.one, "path", {class: "halo", d: outline(HALO, spot)}); else spot.one.lastChild.remove();
    }
  }
  paint();
}
function paint() { painter?.paint(SPOTS, D.looks, box); }
function drawBox() {
  if (!map) return;
  box.w = Math.min(FULL.w, Math.max(FULL.w / CLOSEST, box.w));
  box.h = box.w * FULL.h / FULL.w;
  box.x = Math.min(FULL.w - box.w / 2, Math.max(-box.w / 2, box.x));
  box.y = Math.min(FULL.h - box.h / 2, Math.max(-box.h / 2, box.y));
  map.setAttribute("viewBox", `${box.x} ${box.y} ${box.w} ${box.h}`);
  const scale = (map.clientWidth || FULL.w) / box.w;
  painter?.fit();
  paint();
  if (Math.abs(unit * scale - 1) < 1e-9 && map.style.getPropertyValue("--u")) return;
  unit = 1 / scale;
  map.style.setProperty("--u", unit);
  $("hatch-map").setAttribute("patternTransform", `scale(${unit})`);
  if (!painter) SPOTS.forEach(drawMark);
  for (const label of LABELS) {
    const out = scale < label.from * .995;
    if (out !== label.out) { label.out = out; label.one.classList.toggle("out", out); }
    if (!out) { label.one.setAttribute("x", label.x + label.dx * unit); label.one.setAttribute("y", label.y + label.dy * unit); }
  }
}
function zoom(by, x = box.x + box.w / 2, y = box.y + box.h / 2) {
  const wide = Math.min(FULL.w, Math.max(FULL.w / CLOSEST, box.w / by)), share = wide / box.w;
  box = {x: x - (x - box.x) * share, y: y - (y - box.y) * share, w: wide};
  drawBox();
}
function pan(dx, dy) { box.x += dx; box.y += dy; drawBox(); }
function fit() { box = {x: 0, y: 0, w: FULL.w, h: FULL.h}; drawBox(); }
const go = spot => choose(spot.cell ? {cell: spot.cell} : {spot});
function wireSpot(spot) {
  spot.one.setAttribute("role", "button");
  spot.one.setAttribute("tabindex", "0");
  spot.one.addEventListener("click", () => go(spot));
  spot.one.addEventListener("keydown", event => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); go(spot); } });
}
// Painted marks are found by where they stand, and say what they are when pointed at; who does not
// point finds the same in the table. On paper they are elements again, of any sharpness.
function wirePainted() {
  const title = map.querySelector("title"), whole = title.textContent;
  const nearest = event => {
    const [x, y] = onMap(event), gap = one => Math.hypot(one.x - x, one.y - y);
    const named = event.target.closest(".spot");
    let found = SPOTS.find(one => one.one === named) || null, least = found ? 0 : 12 * unit;
    for (const one of SPOTS) if (gap(one) <= least) { found = one; least = gap(one); }
    return found;
  };
  map.addEventListener("click", event => { const spot = nearest(event); if (spot) go(spot); });
  map.addEventListener("pointermove", event => {
    if (event.buttons) return;
    const spot = nearest(event), text = spot ? saidOf(spot) : whole;
    if (title.textContent !== text) { title.textContent = text; map.classList.toggle("pointed", Boolean(spot)); }
  });
}
const onMap = event => { const r = map.getBoundingClientRect(); return [box.x + (event.clientX - r.left) / r.width * box.w, box.y + (event.clientY - r.top) / r.height * box.h]; };
function wireMap() {
  if (!map) return;
  if (painter) wirePainted(); else SPOTS.forEach(wireSpot);
  $("zoom-in").onclick = () => zoom(1.5);
  $("zoom-out").onclick = () => zoom(1 / 1.5);
  $("zoom-fit").onclick = fit;
  map.tabIndex = 0;
  map.addEventListener("keydown", event => {
    const by = box.w / 8, moves = {ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by]};
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (moves[event.key]) pan(...moves[event.key]);
    else if (event.key === "+" || event.key === "=") zoom(1.5);
    else if (event.key === "-") zoom(1 / 1.5);
    else if (event.key === "0") fit();
    else return;
    event.preventDefault();
  });
  map.addEventListener("wheel", event => {  // a plain wheel scrolls the page, unless the map is in use
    if (!event.ctrlKey && !event.metaKey && !map.contains(document.activeElement)) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 300), ...onMap(event));
  }, {passive: false});
  const down = new Map();
  let moved = 0;
  map.addEventListener("pointerdown", event => { down.set(event.pointerId, event); if (down.size === 1) moved = 0; });
  map.addEventListener("pointermove", event => {
    const before = down.get(event.pointerId);
    if (!before) return;
    const other = [...down.values()].find(one => one.pointerId !== event.pointerId);
    moved += Math.abs(event.clientX - before.clientX) + Math.abs(event.clientY - before.clientY);
    if (other) {
      const gap = one => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
      zoom(gap(event) / Math.max(1, gap(before)), ...onMap(event));
    } else if (moved > 4) {
      if (!map.hasPointerCapture(event.pointerId)) map.setPointerCapture(event.pointerId);
      const scale = box.w / map.clientWidth;
      pan((before.clientX - event.clientX) * scale, (before.clientY - event.clientY) * scale);
    }
    down.set(event.pointerId, event);
  });
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) map.addEventListener(name, event => down.delete(event.pointerId));
  map.addEventListener("click", event => { if (moved > 6) { event.stopPropagation(); event.preventDefault(); } }, true);
  resized.disconnect();
  resized.observe(map);
}
const resized = new ResizeObserver(() => drawBox());
function repaint() { painter?.forget(); paint(); }

// -- over time: every stop of the axis is as wide as any other --------------------------------------
// Where an instant falls on an axis of the stops from `a` to `b`, of a length; a stop ends its stretch.
function along(at, length, a = 0, b = LAST) {
  if (at <= -OPEN) return 0;
  if (at >= OPEN) return length;
  const n = upto(STOPS, at), from = n ? STOPS[n - 1] : STOPS[0] - DAY, to = n <= LAST ? STOPS[n] : from + DAY;
  return Math.max(0, Math.min(1, (n - a + Math.max(0, Math.min(1, (at - from) / (to - from)))) / (b - a + 1))) * length;
}
// The stretches of a cell over valid time as known at the clock: {from, to, state}, alike ones joined.
function run(cell) {
  const e = cell.ends, found = [];
  for (let n = 0; n < e.length; n += 5)
    if (e[n + 2] <= ki && ki < e[n + 3]) found.push({from: e[n], to: e[n + 1], state: cell.states[e[n + 4]]});
  found.sort((a, b) => a.from - b.from);
  const joined = [];
  for (const one of found) {
    const before = joined.at(-1);
    const alike = before && before.to === one.from && textOf(before.state) === textOf(one.state) && before.state[LOOK] === one.state[LOOK] && String(before.state[NUMBERS]) === String(one.state[NUMBERS]);
    if (alike) before.to = one.to; else joined.push(one);
  }
  return joined.map(one => ({...one, from: TIMES[one.from], to: TIMES[one.to]}));
}
function backdrop(svg, wide, high) {
  const left = D.first / (LAST + 1) * wide, right = (D.last + 1) / (LAST + 1) * wide;
  if (D.first) make(svg, "rect", {class: "broken", x: 0, y: 0, width: left, height: high});
  if (D.last < LAST) make(svg, "rect", {class: "broken", x: right, y: 0, width: wide - right, height: high});
}
function cursors(svg, wide, high) {
  svg.dataset.wide = wide;
  make(svg, "line", {class: "cursor", "data-clock": "t", y1: 0, y2: high});
  if (known !== null) make(svg, "line", {class: "cursor known", "data-clock": "known", y1: 0, y2: high});
}
function moveCursors() {
  for (const line of document.querySelectorAll("[data-clock]")) {
    const x = along(line.dataset.clock === "t" ? t : known, +line.parentNode.dataset.wide);
    line.setAttribute("x1", x); line.setAttribute("x2", x);
  }
}
function shade(cell, state) {
  if (cell.projection === "control") return D.looks[state[LOOK] || 0][0];
  if (!state[EVIDENCE]?.length) return "c-none possible";
  const doubt = state[RIVALS]?.length ? "disputed " : state[MAY] ? "possible " : "";
  const rank = state[NUMBERS]?.[0], levels = D.levels[cell.key.split("/")[0]];
  if (cell.projection !== "alerts") return `${doubt}c5`;
  return doubt + (levels && rank !== null && rank !== undefined ? `rank${Math.max(0, Math.min(4, Math.floor(4 * (rank - .5) / Math.max(1, levels - .5))))}` : "c5");
}
function fitted(text, wide) {
  const most = Math.floor(wide / 6.4);
  return text.length <= most ? text : most < 4 ? "" : `${text.slice(0, most - 1).trimEnd()}…`;
}
// Letters on a colour, on a plate of paper: to be read on any of them, and by anyone.
function plate(svg, x, y, text) {
  make(svg, "rect", {class: "plate", x: x - 3, y: y - 11, width: text.length * 6.3 + 6, height: 14, rx: 2});
  make(svg, "text", {class: "plated", x, y}, text);
}
function strip(parent, cell, high, label) {
  const row = make(parent, "div", {class: "strip"});
  button(row, label, () => choose({cell}));
  const svg = make(row, "svg", {height: high, role: "img"}), wide = svg.clientWidth || 600;
  svg.setAttribute("viewBox", `0 0 ${wide} ${high}`);
  backdrop(svg, wide, high);
  return {svg, wide};
}
function drawBands(parent, cells) {
  const high = 26;
  for (const cell of cells) {
    const {svg, wide} = strip(parent, cell, high, cell.projection === "alerts" ? cell.heads.join(", ") : cell.name), found = run(cell);
    for (const {from, to, state} of found) {
      const x = along(from, wide), w = along(to, wide) - x;
      if (w < .2) continue;
      const one = make(svg, "g", {class: shade(cell, state)});
      make(one, "rect", {class: "band", x, y: 3, width: w, height: high - 6});
      make(one, "title", {}, `${textOf(state)}, ${span(from, to)}`);
      const text = fitted(textOf(state), w - 8);
      if (text) plate(svg, x + 5, high / 2 + 4, text);
    }
    svg.setAttribute("aria-label", `${cell.name}: ${found.map(one => textOf(one.state)).join(", then ") || "no evidence"}`);
    cursors(svg, wide, high);
  }
}
const numbersOf = state => { const [low, best, high] = state[NUMBERS] || NONE, n = best ?? low ?? high; return n === undefined || n === null ? null : {n, low: low ?? n, high: high ?? n}; };
function drawSteps(parent, groups) {
  const lines = 13;
  for (const group of groups) {
    const [who, place, what] = group[0].heads, losses = group[0].projection === "losses", texts = [], drawnLines = [];
    const high = group.length > 1 ? 108 : 50, base = high - 5;
    const {svg, wide} = strip(parent, group[0], high, losses ? `${who}: ${place} ${what}` : `${who} in ${place}: ${what}`);
    const runs = group.map(run), top = Math.max(1, ...runs.flat().map(one => numbersOf(one.state)?.high ?? 0));
    const y = n => base - n / top * (high - 26);
    make(svg, "line", {class: "axis-line", x1: 0, x2: wide, y1: base, y2: base});
    group.forEach((cell, g) => {
      const phase = losses ? "deployed" : cell.heads[3];
      let path = "", end = null;
      for (const {from, to, state} of runs[g]) {
        const found = numbersOf(state), x1 = along(from, wide), x2 = along(to, wide);
        if (!found || x2 - x1 < .2) { end = null; continue; }
        if (found.high > found.low) make(svg, "rect", {class: "range", x: x1, y: y(found.high), width: x2 - x1, height: y(found.low) - y(found.high)});
        drawnLines.push({x: x1, right: x2, y: y(found.n)});
        path += `${end === x1 ? "L" : "M"}${x1} ${y(found.n)}H${x2}`;
        end = x2;
        const text = losses ? W[state[VALUE]] : `${W[state[VALUE]]} ${phase}`;
        if (texts.at(-1)?.text !== text) texts.push({x: x1, y: y(found.n), text});
      }
      if (path) make(svg, "path", {class: `step ${phase}`, d: path});
    });
    const taken = [];
    for (const one of texts.sort((a, b) => a.y - b.y)) {
      const w = one.text.length * 6.3, x = Math.max(0, Math.min(one.x + 3, wide - w));
      const meets = other => x < other.right && other.x < x + w;
      let down = Math.max(11, one.y - 4);
      while (taken.some(other => meets(other) && Math.abs(other.down - down) < lines)
        || drawnLines.some(other => meets(other) && other.y > down - 9 && other.y < down + 3)) down += 2;
      if (down > base - 1) continue;
      taken.push({x, right: x + w, down});
      make(svg, "text", {class: "band-text", x, y: down}, one.text);
    }
    svg.setAttribute("aria-label", `${group[0].name}: ${texts.map(one => one.text).join(", then ") || "no numbers known"}`);
    cursors(svg, wide, high);
  }
}
function counted(name, parts) {
  const found = new Map();
  for (const cell of CELLS) {
    if (cell.projection !== name || !cell.states.some(numbersOf)) continue;
    const key = cell.heads.slice(0, parts).join("/");
    found.set(key, [...(found.get(key) || NONE), cell]);
  }
  return [...found.values()];
}
// Where there are many, those that change most come first.
function bands(name) {
  const cells = CELLS.filter(cell => cell.projection === name);
  return cells.length > STRIPS ? cells.sort((a, b) => b.ends.length - a.ends.length) : cells;
}
const CHARTS = {
  control: ["Who held what", () => bands("control"), drawBands],
  forces: ["Forces (solid: deployed, thin: mobilised, dashed: pledged; shaded: from lowest to highest)", () => counted("forces", 3), drawSteps],
  alerts: ["Alert levels, warnings and measures", () => bands("alerts"), drawBands],
  losses: ["Losses", () => counted("losses", 3), drawSteps],
};
const whole = new Set();
let drawn = "";
function drawCharts() {
  const where = $("charts"), key = `${ki}/${known === null}/${where.clientWidth}/${[...whole]}`;
  if (key !== drawn) {
    drawn = key;
    where.replaceChildren();
    for (const name in CHARTS) {
      const [title, list, draw] = CHARTS[name], all = list();
      if (!all.length) continue;
      make(where, "h3", {}, title);
      draw(where, whole.has(name) ? all : all.slice(0, STRIPS));
      if (all.length > STRIPS && !whole.has(name)) button(make(where, "p"), `Show all ${all.length.toLocaleString("en-US")}`, () => { whole.add(name); drawCharts(); });
    }
  }
  moveCursors();
}
const hourly = () => STOPS[D.first + 1] - STOPS[D.first] === HOUR * 1000;
function drawTicks() {
  const svg = $("ticks"), wide = svg.clientWidth, high = 28, at = n => THUMB + n / (LAST + 1) * (wide - 2 * THUMB);
  const reports = new Set(D.reports.map(one => stopOf(TIMES[one[2]]))), wanted = [];
  svg.replaceChildren();
  if (wide <= 2 * THUMB) return;  // not laid out yet; it is drawn again when it is
  svg.setAttribute("viewBox", `0 0 ${wide} ${high}`);
  if (D.first) make(svg, "rect", {class: "broken", x: 0, y: 0, width: at(D.first - .5), height: high});
  if (D.last < LAST) make(svg, "rect", {class: "broken", x: at(D.last + .5), y: 0, width: at(LAST + .5) - at(D.last + .5), height: high});
  for (const n of new Set([...CHANGES, ...reports])) {
    const report = reports.has(n);
    make(svg, "line", {class: report ? "tick report" : "tick", x1: at(n), x2: at(n), y1: 0, y2: report ? 9 : 6});
  }
  // On an axis of hours each stop says its hour, as the clocks do; the end of a day says its date.
  const say = hourly() ? said : dayOf;
  let year = "";
  for (let n = 0; n <= LAST; n++) {
    const here = justBefore(STOPS[n]), text = dayOf(here), inside = n >= D.first && n <= D.last, own = text.slice(-4);
    if (!inside && own === year) continue;
    const first = n === D.first || own !== year, whole = endsDay(here);
    year = own;
    const inYear = first ? say(here) : say(here).replace(` ${own}`, "");
    const worth = first ? 4 : whole && reports.has(n) ? 3 : whole ? 2 : reports.has(n) ? 1 : 0;
    wanted.push({n, text: inside ? inYear : own, worth});
  }
  const taken = [];
  for (const {n, text} of wanted.sort((a, b) => b.worth - a.worth || a.n - b.n)) {
    const w = text.length * 6.3, x = Math.max(0, Math.min(wide - w, at(n) - w / 2));
    if (taken.some(other => x < other[1] + 8 && other[0] < x + w + 8)) continue;
    taken.push([x, x + w]);
    make(svg, "text", {class: "axis-text", x, y: 22}, text);
  }
}

// -- evidence -------------------------------------------------------------------------------------
const ORDER = ["decides", "supports", "possible", "dissents", "not-yet", "superseded", "retracted"];
function role(cell, state, n) {
  if (F.known[n] > ki) return ["not-yet", "not known yet"];
  if (ki >= gone(n)) return ["retracted", "withdrawn or corrected by then"];
  const has = part => state && factsOf(cell, state, part).includes(n);
  if (state?.[RIVALS]?.some(one => summed(one[2]).some(at => cell.facts[at] === n))) return ["dissents", "one side of the dispute"];
  if (has(EVIDENCE)) return cell.facts[state[EVIDENCE][0]] === n ? ["decides", "the newest evidence for it"] : ["supports", "says the same"];
  if (has(DISSENT)) return ["dissents", "says otherwise"];
  if (has(MAY_FACTS)) return ["possible", "may already have taken its place"];
  if (F.begins[n] > ti) return ["not-yet", "about a later time"];
  return ["superseded", "older, or not about what is so"];
}
function tell(list, n, part, why) {
  const one = make(list, "li", {"data-position": F.position[n]}), [source, published, , url, title] = D.reports[F.report[n]];
  if (part) make(one, "span", {class: `role ${part}`}, part);
  make(one, "span", {class: "gist"}, W[F.gist[n]]);
  const where = make(one, "div", {class: "where"}), from = [W[source], W[title] && `"${W[title]}"`, W[published]].filter(Boolean).join(", ");
  if (url) make(where, "a", {href: url, rel: "noreferrer noopener"}, from); else where.append(from);
  const rating = F.rating[n];
  const rest = [`${W[F.kind[n]]} #${F.position[n]}`, `told by: ${W[F.voice[n]]}`, W[F.status[n]], W[F.when[n]], W[F.where[n]], rating && `rated ${W[rating]}`, why];
  where.append(` · ${rest.filter(Boolean).join(" · ")}`);
}
function drawPanel() {
  const title = $("panel-title"), body = $("panel-body");
  body.replaceChildren();
  $("panel").classList.toggle("empty", !chosen);
  if (!chosen) {
    title.textContent = "Evidence";
    make(body, "p", {}, "Choose a mark, a row or a band to see why we say so.");
  } else if (chosen.cell) {
    panelOfCell(title, body, chosen.cell);
  } else if (chosen.spot) {
    title.textContent = chosen.spot.name;
    make(body, "p", {}, "No report says who holds it.");
    elsewhere(body, chosen.spot.key, null);
  } else {
    title.textContent = W[F.kind[chosen.fact]];
    tell(make(body, "ul", {class: "facts"}), chosen.fact, "", shown(chosen.fact) ? "" : "not known, or not yet so, at these clocks");
  }
}
function panelOfCell(title, body, cell) {
  const state = current(cell), disputed = state?.[RIVALS]?.length, since = state ? W[state[SINCE] || 0] : "";
  title.textContent = `${cell.name}, ${cell.projection}${cell.heads.length > 2 ? `: ${cell.heads.slice(-2).join(" ")}` : ""}`;
  let text = state ? W[state[VALUE]] + beside(cell, state) : "no evidence";
  if (since && !disputed) text += ` (${W[state[SUPPORT]]}), ${/^(by|since|from) /.test(since) ? since : `since ${since}`}`;
  make(body, "p", {id: "verdict"}, text);
  make(body, "p", {class: "small"}, `As of ${said(t)}, ${known === null ? "all reports" : `known at ${said(known)}`}.`);
  if (state?.[MAY]) make(body, "p", {}, `${W[state[MAY]]}.`);
  for (const [value, who, facts] of state?.[RIVALS] || NONE) make(body, "p", {}, `${W[value]}: ${W[who]} (${summed(facts).map(n => `#${F.position[cell.facts[n]]}`).join(", ")})`);
  if (state) make(body, "p", {class: "small"}, `Rule: ${W[state[RULE] || 0]}`);
  const later = cell.facts.filter(n => F.known[n] > ki).length, all = later ? stateAt(cell, ti, TIMES.length - 2) : null;
  if (later) make(body, "p", {class: "later"}, `${plural(later, "fact")} came out later; all reports give ${all ? textOf(all) : "no evidence"}.`);
  const list = make(body, "ul", {class: "facts"});
  const trail = cell.facts.map(n => ({n, why: role(cell, state, n)})).sort((a, b) => ORDER.indexOf(a.why[0]) - ORDER.indexOf(b.why[0]) || F.known[b.n] - F.known[a.n] || F.position[b.n] - F.position[a.n]);
  for (const {n, why} of trail.slice(0, TRAIL)) tell(list, n, ...why);
  if (trail.length > TRAIL) make(body, "p", {class: "small"}, `and ${trail.length - TRAIL} more: tracker audit lists all`);
  make(body, "h3", {}, "True when, known when");
  plane(make(body, "div", {id: "plane"}), cell);
  if (cell.projection === "control") elsewhere(body, cell.key, cell);
}
function elsewhere(body, place, own) {
  const there = CELLS.filter(cell => cell !== own && cell.projection === "forces" && cell.key.split("/")[1] === place && current(cell));
  if (!there.length) return;
  make(body, "h3", {}, "Forces there");
  const list = make(body, "ul", {class: "facts"});
  for (const cell of there) {
    const one = make(list, "li");
    button(one, `${cell.heads[0]}, ${cell.heads.slice(2).join(" ")}`, () => choose({cell}));
    one.append(` ${W[current(cell)[VALUE]]}${beside(cell, current(cell))}`);
  }
}
const span = (from, to) => `${from <= -OPEN ? "from the first" : dayOf(from)} to ${to >= OPEN ? "now on" : dayOf(justBefore(to))}`;
// The rectangles of a cell, those that read alike joined: side by side, then on top of each other.
function rectangles(cell) {
  const e = cell.ends, found = [];
  for (let n = 0; n < e.length; n += 5) found.push({state: cell.states[e[n + 4]], ends: [0, 1, 2, 3].map(at => TIMES[e[n + at]])});
  const joined = (list, same, next) => {
    const out = [], [s0, s1, n0, n1] = [same, same + 1, next, next + 1];
    list.sort((a, b) => a.ends[s0] - b.ends[s0] || a.ends[s1] - b.ends[s1] || a.ends[n0] - b.ends[n0]);
    for (const one of list) {
      const last = out.at(-1);
      const alike = last && last.ends[s0] === one.ends[s0] && last.ends[s1] === one.ends[s1] && last.ends[n1] === one.ends[n0] && textOf(last.state) === textOf(one.state) && shade(cell, last.state) === shade(cell, one.state);
      if (alike) last.ends[n1] = one.ends[n1]; else out.push(one);
    }
    return out;
  };
  return joined(joined(found, 2, 0), 0, 2);
}
// The plane of beliefs: valid time across, known time up, on one stretch of the axis.
function plane(parent, cell) {
  const svg = make(parent, "svg", {role: "img", "aria-label": `What was believed of ${cell.name}: true when, across; known when, up`});
  const wide = svg.clientWidth || 340, high = Math.round(Math.min(340, wide * .86)), left = 62, base = high - 40, top = 8, right = wide - 6;
  svg.setAttribute("viewBox", `0 0 ${wide} ${high}`);
  svg.setAttribute("height", high);
  const ends = [...new Set(cell.ends.filter((_, n) => n % 5 < 4))].filter(n => n > 0 && n < TIMES.length - 1).map(n => stopOf(TIMES[n]));
  const a = Math.max(0, Math.min(...ends, LAST) - 1), b = Math.min(LAST, Math.max(...ends, 0) + 1);
  const x = at => left + along(at, right - left, a, b), y = at => base - along(at, base - top, a, b);
  make(svg, "rect", {class: "broken", x: left, y: top, width: right - left, height: base - top});
  const e = cell.ends;
  let lowest = OPEN;
  for (const {state, ends: [v0, v1, k0, k1]} of rectangles(cell)) {
    const w = x(v1) - x(v0), h = y(k0) - y(k1);
    lowest = Math.min(lowest, k0);
    if (w < .3 || h < .3) continue;
    const one = make(svg, "g", {class: shade(cell, state)});
    make(one, "rect", {class: "band", x: x(v0), y: y(k1), width: w, height: h});
    make(one, "title", {}, `${textOf(state)}: true ${span(v0, v1)}; known ${span(k0, k1)}`);
    const text = h > 13 ? fitted(textOf(state), w - 6) : "";
    if (text) plate(svg, x(v0) + 5, y(k1) + 14, text);
  }
  if (base - y(lowest) > 16) make(svg, "text", {class: "axis-text", x: right - 6, y: base - 6, "text-anchor": "end"}, "nothing known yet");
  make(svg, "path", {class: "diagonal", d: `M${left} ${base}L${right} ${top}`});
  const fine = hourly();
  const axis = (list, place, put) => {
    const taken = [];
    for (const at of list) { const p = place(at); if (taken.every(other => Math.abs(other - p) > put.gap)) { taken.push(p); put(p, dayOf(at).slice(0, -5), fine && !startsDay(at) ? hourOf(at) : ""); } }
  };
  const sorted = pick => [...new Set(e.filter((_, n) => n % 5 === pick))].filter(n => n > 0).map(n => TIMES[n]).sort((p, q) => p - q);
  const across = (p, day, hour) => make(svg, "text", {class: "axis-text", x: Math.min(p, right - (hour ? 78 : 34)), y: base + 14}, `${day} ${hour}`.trim());
  const up = (p, day, hour) => make(svg, "text", {class: "axis-text", x: left - 5, y: Math.max(top + 8, p + 4), "text-anchor": "end"}, hour || day);
  across.gap = fine ? 88 : 44; up.gap = 13;
  axis(sorted(0), x, across); axis(sorted(2), y, up);
  make(svg, "text", {class: "axis-name", x: right, y: base + 32, "text-anchor": "end"}, "true when →");
  make(svg, "text", {class: "axis-name", x: 0, y: base + 32}, "↑ known when");
  make(svg, "circle", {class: "here", r: 5, cx: x(t), cy: known === null ? top + 4 : y(known)});
  make(parent, "p", {class: "small"}, "A column is a day in the world, a row what was known by a day. Where the colour of a column changes on the way up, we learned otherwise. On the dashed line one asks about the same day; right of it lies what was still to come. The ring is where the clocks stand; a click sets them.");
  svg.addEventListener("click", event => {
    const r = svg.getBoundingClientRect(), px = (event.clientX - r.left) / r.width * wide, py = (event.clientY - r.top) / r.height * high;
    const stop = share => Math.max(a, Math.min(b, a + Math.floor(share * (b - a + 1))));
    known = justBefore(STOPS[stop((base - py) / (base - top))]);
    t = justBefore(STOPS[stop((px - left) / (right - left))]);
    untie();
    draw();
  });
}

// -- what a reader does ---------------------------------------------------------------------------
function choose(what) {
  chosen = what;
  draw();
  settle();
  $("panel-title").focus({preventScroll: window.innerWidth > 896});
}
function untie() { together = false; $("together").checked = false; }
function draw() {
  ti = Math.min(TIMES.length - 2, upto(TIMES, t) - 1);
  ki = known === null ? TIMES.length - 2 : Math.min(TIMES.length - 2, upto(TIMES, known) - 1);
  now = new Map();
  const asOf = $("as-of"), knownAt = $("known-at");
  asOf.value = stopOf(t); knownAt.value = known === null ? LAST + 1 : stopOf(known);
  $("as-of-said").textContent = said(t); $("known-at-said").textContent = saidKnown();
  asOf.setAttribute("aria-valuetext", said(t)); knownAt.setAttribute("aria-valuetext", saidKnown());
  const parts = [D.title, `state as of ${said(t)}${endsDay(t) ? ` (end of day, ${D.zone})` : ""}`];
  parts.push(known === null ? "all reports" : `known at ${said(known)}`, D.weighed, `log #${D.position}`);
  // A report is the same whenever it is written, so it cannot say what was still to come then: what
  // is so now is the reader's to know, or the server's.
  if (t > (D.now ?? Date.now() * 1000)) parts.push("a time still to come: the last state known");
  $("heading").textContent = parts.join(" · ");
  $("main").dataset.asOf = written(t);
  drawMarks();
  drawPanel();
  for (const part in PARTS) { stale.add(part); if (seen.has(part)) PARTS[part](true); }
  // What is out of sight follows when the clocks have come to rest, and so does the address.
  $("main").setAttribute("aria-busy", "true");
  clearTimeout(resting);
  resting = setTimeout(settle, REST);
}
const PARTS = {state: drawViews, timelines: () => drawCharts()}, stale = new Set(), seen = new Set(), REST = 250;
let resting = 0;
function drawPart(part) { if (stale.delete(part)) PARTS[part](false); }
function settle() {
  clearTimeout(resting);
  Object.keys(PARTS).forEach(drawPart);
  toFragment();
  $("main").setAttribute("aria-busy", "false");
}
function watch() {
  const observer = new IntersectionObserver(entries => {
    for (const {target, isIntersecting} of entries) {
      if (isIntersecting) { seen.add(target.id); drawPart(target.id); } else seen.delete(target.id);
    }
  });
  for (const part in PARTS) observer.observe($(part));
  window.addEventListener("beforeprint", settle);
}
let waiting = 0;
function soon() { if (!waiting) waiting = requestAnimationFrame(() => { waiting = 0; draw(); }); }
function stand(n) { t = justBefore(STOPS[n]); if (together) known = t; soon(); }
function step(by) {
  const here = stopOf(t), next = by > 0 ? CHANGES.find(n => n > here) : CHANGES.findLast(n => n < here);
  if (next !== undefined) stand(next);
}
function play(on) {
  clearInterval(playing);
  playing = on ? setInterval(() => { const n = stopOf(t); if (n < LAST) stand(n + 1); else play(false); }, 700) : 0;
  $("play").textContent = on ? "Pause" : "Play";
}
function wire() {
  const asOf = $("as-of"), knownAt = $("known-at"), themes = ["system", "light", "dark"];
  asOf.oninput = () => stand(+asOf.value);
  knownAt.oninput = () => { untie(); known = +knownAt.value > LAST ? null : justBefore(STOPS[+knownAt.value]); soon(); };
  asOf.onkeydown = event => { const by = {PageUp: 1, PageDown: -1}[event.key]; if (by) { event.preventDefault(); step(by); } };
  $("earlier").onclick = () => step(-1);
  $("later").onclick = () => step(1);
  $("play").onclick = () => play(!playing);
  $("together").onchange = event => { together = event.target.checked; known = together ? t : null; soon(); };
  $("theme").onclick = event => {
    const name = themes[(themes.indexOf(event.target.textContent.slice(7)) + 1) % themes.length];
    if (name === "system") delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = name;
    event.target.textContent = `Theme: ${name}`;
  };
  for (const name in D.headers) button($("views"), $(`title-${name}`).textContent, () => { view = name; draw(); settle(); }).id = `view-${name}`;
  $("look-for").oninput = event => { looking = event.target.value; drawTable(); };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  $("theme").addEventListener("click", repaint);
  window.addEventListener("beforeprint", () => { if (painter) SPOTS.forEach(drawMark); });
  watch();
  window.addEventListener("hashchange", () => { fromFragment(); draw(); settle(); });
  new ResizeObserver(() => { drawTicks(); drawCharts(); }).observe($("charts"));
  document.addEventListener("situation", event => { renew(event.detail); draw(); settle(); drawTicks(); drawBox(); });
}
// Data anew, from a page that follows a log: the clocks stay where they stand, but now is now. With
// it comes the map's markup where that is another than before.
function renew(data) {
  const still = D && t === D.asOf, name = chosen && nameOf(chosen);
  take(data);
  speak(D.zone);
  if (still) t = D.asOf;
  if (data.map) takeMap(data.map);
  document.querySelector("h1").textContent = D.title;
  $("as-of").max = LAST; $("known-at").max = LAST + 1;
  $("as-of").style.setProperty("--share", LAST / (LAST + 1));
  drawn = "";
  for (const spot of SPOTS) { spot.drawn = null; spot.cell = BY_NAME.get(`control/${spot.key}`) || null; }
  chosen = name && named(name);
  painter?.forget();
}
// How moments are said in the situation's zone.
function speak(zone) {
  const format = more => new Intl.DateTimeFormat("en-GB", {timeZone: zone, ...more});
  day = format({day: "numeric", month: "short", year: "numeric"});
  utc = new Intl.DateTimeFormat("en-GB", {timeZone: "UTC", day: "numeric", month: "short", year: "numeric"});
  clock = format({hour: "2-digit", minute: "2-digit", second: "2-digit"});
  iso = new Intl.DateTimeFormat("en-CA", {timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit"});
  wall = format({year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23"});
}
async function start() {
  const data = await unpacked();
  findMap();
  renew(data);
  document.documentElement.classList.add("live");
  fromFragment();
  wire();
  wireMap();
  draw(); settle(); drawTicks(); drawBox();
}
start().catch(error => {
  document.documentElement.classList.remove("live");
  make($("heading"), "strong", {}, ` This browser cannot move the clocks (${error.message}); the state stands as printed.`);
});
})();
