// Follows the log. On the first page it fetches the map and the data, starts the report's script
// over them, and hands it new data when something was recorded; elsewhere it says that the log moved.
"use strict";
(() => {
const $ = id => document.getElementById(id);
const live = document.body.dataset.page === "live", place = $("log-position");
const PICTURE = "/part/picture";
let shown = Number(place.dataset.position), fetching = false, wanted = 0, last = 0, drawn = "";

// The picture is of all times, the page of now: that of its tables, later that of the server's clock.
async function picture(now) {
  const begun = performance.now(), reply = await fetch(PICTURE);
  if (!reply.ok) throw new Error((await reply.json()).error);
  const found = await reply.json();
  found.data.asOf = found.data.now = now || Date.parse(reply.headers.get("date")) * 1000;
  last = performance.now() - begun;
  return found;
}
function say(position, moved) {
  place.textContent = moved ? `log #${Math.max(position, wanted)}, this page #${shown}` : `log #${position}`;
  place.classList.toggle("moved", moved);
}
async function start() {
  $("map-coming").textContent = "The map is being drawn ...";
  const {map, data} = await picture(Number($("data").dataset.now));
  $("map").outerHTML = drawn = map;
  $("data").textContent = JSON.stringify(data);
  // Who follows the log before the report's script listens would tell nobody what came.
  for (const name of ["painter.js", "report.js"]) await new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = `/static/${name}`;
    script.onload = done;
    script.onerror = () => failed(new Error(`${name} does not come`));
    document.body.append(script);
  });
  shown = data.position;
  say(shown, false);
}
// Asks for the picture again, never twice at once, and leaves the server five times as long to
// itself as the last one took.
async function renew() {
  if (fetching) return;
  fetching = true;
  try {
    do {
      const {map, data} = await picture();
      if (map !== drawn) data.map = drawn = map;
      document.dispatchEvent(new CustomEvent("situation", {detail: data}));
      document.title = data.title;
      shown = data.position;
      say(shown, shown < wanted);
      if (shown < wanted) await new Promise(done => setTimeout(done, Math.min(60_000, Math.max(250, 5 * last))));
    } while (shown < wanted);
  } finally { fetching = false; }
}
function follow() {
  const events = new EventSource(`/api/events?after=${shown}`);
  events.addEventListener("shorter", () => location.reload());  // another log lies there by now
  events.addEventListener("recorded", event => {
    const position = Number(event.lastEventId);
    if (position <= shown) return;
    wanted = position;
    say(position, true);
    if (live) renew().catch(() => say(position, true));
  });
}
// A fact's place in the log becomes a link to its own page; a cell gets one to its audit.
function link() {
  for (const one of document.querySelectorAll("#panel-body li[data-position]:not(.linked)")) {
    one.classList.add("linked");
    const made = document.createElement("a");
    made.href = `/event/${one.dataset.position}`;
    made.textContent = `event #${one.dataset.position}`;
    one.querySelector(".where").append(" · ", made);
  }
  const asked = new URLSearchParams(location.hash.slice(1)), key = asked.get("key") || "", cut = key.indexOf("/");
  if (!$("verdict") || $("to-audit") || cut < 0) return;
  const there = new URLSearchParams({projection: key.slice(0, cut), key: key.slice(cut + 1)});
  there.set("as_of", $("main").dataset.asOf);
  if (asked.has("known-at")) there.set("known_at", asked.get("known-at"));
  const made = document.createElement("a");
  made.id = "to-audit";
  made.href = `/audit?${there}`;
  made.textContent = "Audit on its own page";
  $("verdict").after(made);
}
if (live) {
  new MutationObserver(() => requestAnimationFrame(link)).observe($("panel-body"), {childList: true});
  start().then(follow).catch(error => {
    const said = `The map cannot be drawn (${error.message}); the tables stand as printed.`, coming = $("map-coming");
    if (coming) coming.textContent = said; else $("heading").append(` ${said}`);
  });
} else if (place.dataset.position) follow();
})();
