// SPDX-License-Identifier: Apache-2.0
// Lines: training, variance of the units, cumulative variance. A colour is a model throughout.

const lineText = { color: "#59636e", fontSize: 12 };

function lineAxis(name, more) {
  return { type: "value", name, nameLocation: "middle", nameTextStyle: lineText, axisLabel: lineText,
    axisLine: { show: true, lineStyle: { color: "#8a939c" } }, axisTick: { show: true },
    splitLine: { lineStyle: { color: "#eceff2" } }, ...more };
}

/** series: [{name, colour, points, dashed, mark}]; mark: x of a point to emphasise. */
function drawLines(id, series, xAxis, yAxis, dashedAt) {
  const chart = chartOn(document.getElementById(id));
  const lines = series.map((line) => ({
    type: "line", name: line.name, data: line.points, symbol: "circle", symbolSize: 9, showSymbol: true,
    showAllSymbol: true, clip: true,
    lineStyle: { color: line.colour, width: line.dashed ? 1.2 : 1.8, type: line.dashed ? [4, 3] : "solid" },
    itemStyle: { color: line.colour },
    emphasis: { disabled: true },
  }));
  for (const [i, line] of lines.entries()) {
    const mark = series[i].mark;
    line.symbol = (value) => value[0] === mark ? "circle" : "none";
  }
  if (dashedAt !== undefined)
    lines.push({ type: "line", data: [], markLine: { silent: true, symbol: "none", data: [{ yAxis: dashedAt }],
      label: { show: false }, lineStyle: { color: "#1d2329", type: "dashed", width: 1 } } });
  chart.setOption({
    animation: false,
    grid: { left: 62, right: 14, top: 10, bottom: 44 },
    tooltip: { trigger: "axis", confine: true, axisPointer: { type: "line" }, textStyle: { fontSize: 12 },
      formatter: (items) => lineTooltip(items, xAxis.name) },
    xAxis, yAxis, series: lines,
  });
}

function lineTooltip(items, xName) {
  const given = items.filter((item) => item.seriesName && Array.isArray(item.value) && Number.isFinite(item.value[1]));
  const rows = given.map((item) =>
    `<tr><td><span style="color:${item.color}">●</span> ${escaped(item.seriesName)}</td>` +
    `<td style="text-align:right;padding-left:14px">${detailed(item.value[1])}</td></tr>`);
  return rows.length ? `${escaped(xName)} ${given[0].value[0]}<table>${rows.join("")}</table>` : "";
}

function detailed(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential(2);
  return value.toFixed(size >= 100 ? 1 : size >= 1 ? 2 : 4);
}

const curveView = { quantity: "loss", closeUp: true };
const quantities = [
  ["loss", "Loss", "Loss", "nats per cell"],
  ["reconstruction", "Reconstruction loss", "Reconstruction loss", "nats per cell"],
  ["penalty", "Penalty on the weights", "Penalty on the weights", "nats per cell"],
  ["rate", "Learning rate", "Learning rate", ""],
];
const curveCaptions = {
  loss: "Training loss (dashed) and validation loss (solid) after each epoch; lower is better. The dot is the epoch " +
    "whose weights were kept. A validation loss that rises while the training loss still falls means overfitting.",
  reconstruction: "How badly the counts of training cells are predicted; lower is better. " +
    "The dot is the epoch whose weights were kept.",
  penalty: "What the L1 and L2 penalties on the weights add to the loss. The dot is the epoch whose weights were kept.",
  rate: "The learning rate of each epoch: it is lowered where the validation loss stops improving.",
};

function pointsOf(fit, name) {
  return fit.history.epoch.map((epoch, i) => [epoch, fit.history[name][i]]);
}

function curvesOf(fits, quantity) {
  const line = (fit, name, more) => ({ name: fit.model, colour: fit.colour, points: pointsOf(fit, name), ...more });
  if (quantity !== "loss")
    return fits.map((fit) => line(fit, quantity, { mark: quantity === "rate" ? undefined : fit.bestEpoch }));
  return fits.flatMap((fit) => [
    line(fit, "train", { name: `${fit.model}, training`, dashed: true }),
    line(fit, "validation", { name: `${fit.model}, validation`, mark: fit.bestEpoch }),
  ]);
}

/** Bounds of the axis: with the first fifth of every curve left out, the end can be told apart. */
function rangeOf(lines, closeUp) {
  let low = Infinity, high = -Infinity;
  for (const line of lines) {
    const from = closeUp ? Math.min(Math.ceil(line.points.length / 5), line.points.length - 1) : 0;
    for (const [, value] of line.points.slice(Math.max(from, 0))) {
      if (value === null || value === undefined) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  const margin = 0.04 * (high - low) || 0.01 * Math.abs(high) || 1;
  return low > high ? {} : { min: low - margin, max: high + margin };
}

function showTraining(fits) {
  const trained = fits.filter((fit) => fit.history.epoch.length > 0);
  const xAxis = lineAxis("epoch", { nameGap: 28, min: 0, minInterval: 1, max: "dataMax" });
  const draw = () => {
    const [quantity, , title, unit] = quantities.find(([key]) => key === curveView.quantity);
    const lines = curvesOf(trained, quantity);
    const range = quantity === "rate" ? { type: "log" } : rangeOf(lines, curveView.closeUp && quantity !== "penalty");
    document.getElementById("loss-title").textContent = title;
    document.getElementById("loss-caption").textContent = curveCaptions[quantity];
    document.getElementById("curve-range").hidden = quantity === "rate" || quantity === "penalty";
    const label = { ...lineText, formatter: shortNumber5, showMinLabel: false, showMaxLabel: false };
    drawLines("loss-chart", lines, xAxis, lineAxis(unit, { nameGap: 48, axisLabel: label, ...range }));
    const generative = trained.filter((fit) => !fit.info.autoencoder);
    document.getElementById("kl-figure").hidden = generative.length === 0;
    if (generative.length > 0)
      drawLines("kl-chart", curvesOf(generative, "kl"), xAxis,
        lineAxis("nats per cell", { nameGap: 48, axisLabel: { ...lineText, formatter: shortNumber5 } }));
  };
  fillSelect(document.getElementById("curve-quantity"), quantities.map(([, text]) => text),
    quantities.find(([key]) => key === curveView.quantity)[1],
    (text) => { curveView.quantity = quantities.find((entry) => entry[1] === text)[0]; draw(); });
  fillChoice(document.getElementById("curve-range"), "Range", [[true, "without the first 20 %"], [false, "all epochs"]],
    curveView.closeUp, (value) => { curveView.closeUp = value; draw(); });
  document.querySelector("#training .needs-script").hidden = trained.length === 0;
  if (trained.length > 0) draw();
}

function shortNumber5(value) {
  const size = Math.abs(value);
  const extreme = size !== 0 && (size >= 1e6 || size < 1e-3);
  const text = extreme ? value.toExponential(0) : String(Number(value.toPrecision(5)));
  return text.replace("-", "−");
}

function showUnits(fits) {
  const spectra = fits.filter((fit) => fit.variance), sums = fits.filter((fit) => fit.cumulative);
  document.getElementById("units").hidden = spectra.length + sums.length === 0;
  document.getElementById("variance-chart").parentElement.hidden = spectra.length === 0;
  document.getElementById("cumulative-chart").parentElement.hidden = sums.length === 0;
  if (spectra.length > 0) {
    // A logarithmic axis has no zero: a unit without variance lies on the floor.
    const least = Math.min(...spectra.flatMap((fit) => fit.variance.filter((value) => value > 0)));
    const floor = Math.max(1e-6, Math.min(1e-3, 10 ** Math.floor(Math.log10(least))));
    const lines = spectra.map((fit) => ({ name: fit.model, colour: fit.colour,
      points: [...fit.variance].sort((a, b) => b - a).map((value, i) => [i + 1, Math.max(value, floor)]) }));
    drawLines("variance-chart", lines, lineAxis("unit, by variance", { nameGap: 28, min: 1, max: "dataMax" }),
      lineAxis("variance over cells",
        { type: "log", nameGap: 48, min: floor, axisLabel: { ...lineText, formatter: powerOfTen } }), 0.01);
  }
  if (sums.length > 0) {
    const lines = sums.map((fit) => ({ name: fit.model, colour: fit.colour,
      points: fit.cumulative.map((value, i) => [i + 1, 100 * value]) }));
    drawLines("cumulative-chart", lines, lineAxis("principal components", { nameGap: 28, min: 1, max: "dataMax" }),
      lineAxis("share of variance, %", { nameGap: 40, min: 0, max: 100 }), 95);
  }
}

function powerOfTen(value) {
  const exponent = Math.round(Math.log10(value));
  if (exponent >= -2 && exponent <= 3) return String(value);
  return "10" + String(exponent).replace(/./g, (c) => c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]);
}
