// Draws each figure[data-chart] with Observable Plot. The numbers stand beside it as a
// table, so a page without scripts loses nothing but the picture. The two libraries are
// fetched only when there is a chart to draw.
"use strict";

(() => {
  const self = document.currentScript;
  const dashes = ["none", "6 4", "2 3"];
  let libraries = null;

  function load(address) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.async = false;
      script.addEventListener("load", resolve);
      script.addEventListener("error", reject);
      document.head.append(script);
    });
  }

  function ready() {
    libraries ??= Promise.all([load(self.dataset.d3), load(self.dataset.plot)]);
    return libraries;
  }

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function legend(lines, colours) {
    const list = document.createElement("ul");
    list.className = "legend";
    lines.forEach((line, at) => {
      const item = document.createElement("li");
      const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const stroke = document.createElementNS("http://www.w3.org/2000/svg", "line");
      picture.setAttribute("viewBox", "0 0 24 10");
      for (const [key, value] of Object.entries({
        x1: 0, x2: 24, y1: 5, y2: 5, stroke: colours[at], "stroke-width": 2.5,
        "stroke-dasharray": dashes[at % dashes.length],
      })) stroke.setAttribute(key, value);
      picture.append(stroke);
      item.append(picture, line.name);
      list.append(item);
    });
    return list;
  }

  function draw(figure) {
    const place = figure.querySelector(".plot");
    const data = JSON.parse(figure.querySelector("script").textContent);
    // The student's line is drawn last and whole, the reference below it and broken.
    const lines = [...data.lines].sort((a, b) =>
      Number(b.name === "your code") - Number(a.name === "your code"));
    const colours = lines.map((_, at) => colour(at === 0 ? "--accent" : at === 1 ? "--errored" : "--passed"));
    const values = lines.flatMap((line) => line.points.map((point) => point[1]));
    const band = window.Plot.areaY(data.band, {
      x: (point) => point[0], y1: (point) => point[1], y2: (point) => point[2],
      fill: colour("--errored"), fillOpacity: 0.18,
    });
    const positive = values.every((value) => value > 0);
    const wide = positive && Math.max(...values) > 50 * Math.min(...values);
    const plot = window.Plot.plot({
      width: Math.max(280, Math.min(680, place.clientWidth || 680)),
      height: 264,
      marginLeft: 52,
      marginBottom: 42,
      style: { background: "transparent", color: colour("--ink-soft"), fontSize: "12px" },
      x: { type: data.logarithmic ? "log" : "linear", label: data.axis, labelOffset: 38, nice: !data.logarithmic,
           ...(data.logarithmic ? { tickFormat: "~e", ticks: 7 } : {}) },
      y: { type: wide ? "log" : "linear", label: data.measure, grid: true, nice: true, ticks: 5, ...(wide ? { tickFormat: data.logarithmic ? "~e" : "~g" } : {}) },
      marks: [band, ...lines.map((line, at) => window.Plot.line(
        line.points.filter((point) => !data.logarithmic || point[0] > 0),
        {
          stroke: colours[at], strokeWidth: at === 0 ? 2 : 2.5,
          strokeDasharray: dashes[at % dashes.length],
        })).reverse()],
    });
    // The policy of this site allows no style element; ours are in the sheet.
    plot.querySelectorAll("style").forEach((element) => element.remove());
    place.replaceChildren(legend(lines, colours), plot);
  }

  function drawAll() {
    const figures = [...document.querySelectorAll("figure[data-chart]")];
    if (figures.length === 0) return;
    ready().then(() => figures.forEach(draw)).catch(() => {
      // Without the libraries the table still says everything.
      figures.forEach((figure) => figure.querySelector(".plot").remove());
    });
  }

  drawAll();
  document.addEventListener("htmx:afterSettle", drawAll);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
})();
