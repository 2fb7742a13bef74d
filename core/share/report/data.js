// SPDX-License-Identifier: Apache-2.0
// The figures' data, as core/src/report/figure_data.cpp writes them.

const figures = JSON.parse(document.getElementById("figure-data").textContent);

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
  return bytes.buffer;
}

/** Coordinates of one axis as floats; NaN where a cell has none. */
function coordinates(axis) {
  const steps = new Uint16Array(bytesOf(axis.steps));
  const width = (axis.high - axis.low) / 65534;
  return Float32Array.from(steps, (step) => step === 65535 ? NaN : axis.low + step * width);
}

/** Codes of a column of cells, decoded once. */
function codesOf(column) {
  if (!column.decoded) column.decoded = new Int32Array(bytesOf(column.codes));
  return column.decoded;
}

const dataNames = [...new Set(figures.fits.map((fit) => fit.data))];

function seedsOf(data) {
  return [...new Set(figures.fits.filter((fit) => fit.data === data).map((fit) => fit.seed))];
}

/** The fits to show, one for each model that has one, in the models' order. */
function fitsOf(data, seed) {
  return figures.models.map((model, index) => {
    const fit = figures.fits.find((f) => f.data === data && f.model === model.name && f.seed === seed);
    return fit ? { ...fit, info: model, colour: modelColour(index) } : null;
  }).filter(Boolean);
}

// Models: colours that differ in lightness too (after Okabe and Ito); the autoencoder is the grey one.
const modelColours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#a6761d", "#56b4e9", "#7b3294", "#1b1b1b", "#e6ab02"];
function modelColour(index) {
  if (figures.models[index].autoencoder) return "#777777";
  const rank = figures.models.slice(0, index).filter((model) => !model.autoencoder).length;
  return modelColours[rank % modelColours.length];
}

// Kinds of cells: twenty colours (a Tableau-like ordering of hues, dark ones first), then paler and darker rounds.
const cellColours = [
  "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#17becf", "#bcbd22", "#393b79",
  "#98df8a", "#aec7e8", "#ffbb78", "#ad494a", "#637939", "#c5b0d5", "#e7ba52", "#7b4173", "#9edae5", "#5f5f5f",
];
function cellColour(code) {
  const base = cellColours[code % cellColours.length];
  const round = Math.floor(code / cellColours.length) % 3;
  if (round === 0) return base;
  const towards = round === 1 ? 255 : 0;
  const parts = [1, 3, 5].map((at) => Math.round(0.6 * parseInt(base.slice(at, at + 2), 16) + 0.4 * towards));
  return `rgb(${parts.join(",")})`;
}

function shortNumber(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e5 || size < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
  return text.replace("-", "−");
}

/** An element with a class, text and children; text is never read as HTML. */
function element(tag, className, text, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

function escaped(text) {
  return element("i", "", String(text)).innerHTML;
}
