// SPDX-License-Identifier: Apache-2.0
// Maps of the cells of every model, coloured by a column that all of them share.

/**
 * Points as flat x, y pairs, in layers of one category each: [{category, data}, ...]. Every category is spread over
 * several layers that take turns, as it would otherwise hide those drawn before it where they mix. Cells without a
 * category have the last one and lie below.
 */
function layersOf(umap, column) {
  const x = coordinates(umap.x), y = coordinates(umap.y);
  const codes = column ? codesOf(column) : null;
  const n = column ? column.names.length : 0;
  const rounds = n < 2 ? 1 : n <= 30 ? 6 : 2;
  const slot = (i) => codes && codes[i] >= 0 ? (Math.imul(i, 2654435761) >>> 16) % rounds * n + codes[i] : rounds * n;
  const sizes = new Array(rounds * n + 1).fill(0);
  for (let i = 0; i < x.length; ++i) ++sizes[slot(i)];
  const layers = sizes.map((size, s) => ({ category: s === rounds * n ? n : s % n, data: new Float32Array(2 * size) }));
  const filled = new Array(sizes.length).fill(0);
  for (let i = 0; i < x.length; ++i) {
    const s = slot(i);
    layers[s].data[filled[s]++] = x[i];
    layers[s].data[filled[s]++] = y[i];
  }
  return [layers.pop(), ...layers].filter((layer) => layer.data.length > 0);
}

/** Ranges of both axes with the same length of one unit, and a margin. */
function equalRanges(umap, width, height) {
  const middle = (axis) => (axis.low + axis.high) / 2;
  const unit = 1.06 * Math.max((umap.x.high - umap.x.low) / width, (umap.y.high - umap.y.low) / height, 1e-6);
  const range = (axis, pixels) => [middle(axis) - unit * pixels / 2, middle(axis) + unit * pixels / 2];
  return { x: range(umap.x, width), y: range(umap.y, height) };
}

function mapSeries(layers, categories, shown, total) {
  const size = total > 20000 ? 1.6 : total > 8000 ? 2 : total > 3000 ? 2.6 : 3.6;
  return layers.filter((layer) => shown.has(layer.category)).map(({ category, data }) => ({
    type: "scatter",
    name: categories[category].text,
    data,
    dimensions: ["x", "y"],
    symbolSize: size,
    large: total > 4000,
    largeThreshold: 0,
    itemStyle: { color: categories[category].colour, opacity: 0.75 },
    emphasis: { disabled: true },
  }));
}

function drawMap(div, umap, column, categories, shown) {
  const chart = charts.get(div) || chartOn(div);
  const { x, y } = equalRanges(umap, div.clientWidth, div.clientHeight);
  const axis = { type: "value", show: false, scale: true };
  chart.setOption({
    animation: false,
    grid: { left: 0, right: 0, top: 0, bottom: 0 },
    xAxis: { ...axis, min: x[0], max: x[1] },
    yAxis: { ...axis, min: y[0], max: y[1] },
    dataZoom: [0, 1].map((i) => ({
      type: "inside", [i ? "yAxisIndex" : "xAxisIndex"]: 0, filterMode: "none", zoomOnMouseWheel: "ctrl",
      moveOnMouseMove: true, moveOnMouseWheel: false, preventDefaultMouseMove: false,
    })),
    tooltip: { trigger: "item", formatter: (item) => escaped(item.seriesName), confine: true },
    series: mapSeries(layersOf(umap, column), categories, shown, umap.drawn),
  }, { replaceMerge: ["series"] });
  chart.getZr().off("dblclick");
  chart.getZr().on("dblclick", () => chart.dispatchAction({ type: "dataZoom", batch: [
    { dataZoomIndex: 0, start: 0, end: 100 }, { dataZoomIndex: 1, start: 0, end: 100 }] }));
}

/** 20125 as "20 125", with a space that does not break. */
function counted(number) {
  return number.toLocaleString("en").replaceAll(",", "\u202f");
}

function categoriesOf(column) {
  const known = column ? column.names.map((name, code) =>
    ({ text: name, colour: cellColour(code), count: counted(column.counts[code]) })) : [];
  return [...known, { text: column ? "not given" : "cells", colour: column ? "#c4c4c4" : "#45617d" }];
}

/** Draws the maps again, as after a change of the window's width. */
let redrawMaps = () => {};

function showCells(fits, colourBy) {
  const mapped = fits.filter((fit) => fit.umap);
  document.getElementById("latent").hidden = mapped.length === 0;
  if (mapped.length === 0) return;
  const drawn = mapped.filter((fit) => !fit.umap.omitted);
  const columnOf = (fit) => figures.columns[fit.umap[colourBy]];
  const column = drawn.length ? columnOf(drawn[0]) : undefined;
  const categories = categoriesOf(column);
  const shown = new Set(categories.keys());

  const tiles = document.getElementById("umap-tiles");
  forgetCharts(tiles);
  tiles.replaceChildren();
  const maps = mapped.map((fit) => {
    const asw = fit.metrics.silhouette;
    const right = colourBy === "label" && Number.isFinite(asw) ? `ASW ${asw.toFixed(3).replace("-", "−")}` : "";
    const map = element("div", fit.umap.omitted ? "map none" : "map", fit.umap.omitted);
    tiles.append(element("div", "tile", "", ...tileHead(fit, right), map));
    return map;
  });
  const draw = () => mapped.forEach((fit, i) => {
    if (!fit.umap.omitted) drawMap(maps[i], fit.umap, columnOf(fit), categories, shown);
  });
  const hasMissing = !column || codesOf(column).some((code) => code < 0);
  fillLegend(document.getElementById("cell-legend"), hasMissing ? categories : categories.slice(0, -1), shown, draw);
  document.getElementById("umap-caption").textContent = mapCaption(drawn, column);
  redrawMaps = draw;
  draw();
}

function mapCaption(drawn, column) {
  if (drawn.length === 0) return "";
  const { drawn: n, cells } = drawn[0].umap;
  const how = n < cells ? `${counted(n)} of ${counted(cells)} cells are drawn, the same in every map.`
    : `All ${counted(cells)} cells are drawn.`;
  return column ? `Coloured by “${column.column}”. ${how}` : how;
}
