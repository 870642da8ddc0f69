// What the page does beside htmx: a key for the search, a word when the stream is cut, and charts.
"use strict";

const COLOURS = ["--accent", "--good", "--warn", "--muted"];

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function draw(place) {
  const told = place.dataset.series;
  if (place.drawn === told && place.childElementCount) {
    return;
  }
  place.drawn = told;
  const series = JSON.parse(told);
  place.replaceChildren();
  const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  const [time, ...names] = series.names;
  const clock = { label: time, value: (_, raw) => (raw == null ? "" : new Date(raw * 1000).toLocaleString()) };
  const lines = names.map((label, number) => ({ label, stroke: colour(COLOURS[number]), width: 2, points: { show: false } }));
  new uPlot(
    {
      width: Math.max(280, place.clientWidth),
      height: 200,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), series.zone),
      cursor: { y: false },
      axes: [{ ...axis, values: "{HH}:{mm}" }, { ...axis, size: 40 }],
      series: [clock, ...lines],
    },
    series.values,
    place,
  );
}

function drawAll() {
  document.querySelectorAll("[data-series]").forEach(draw);
}

document.addEventListener("DOMContentLoaded", drawAll);
document.addEventListener("htmx:afterSettle", drawAll);
document.addEventListener("htmx:sseError", () => document.body.classList.add("cut"));
document.addEventListener("htmx:sseOpen", () => document.body.classList.remove("cut"));
document.addEventListener("keydown", (event) => {
  const search = document.getElementById("search");
  if (event.key === "/" && search && !event.target.closest("input, textarea, select")) {
    event.preventDefault();
    search.focus();
  }
});
