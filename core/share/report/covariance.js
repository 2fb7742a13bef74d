// SPDX-License-Identifier: Apache-2.0
// Heat maps of the latent covariance, drawn square by square: crisp at any size, and 128 x 128 squares cost nothing.

/** The full matrix of a fit, decoded once. */
function matrixOf(covariance) {
  if (covariance.matrix) return covariance.matrix;
  const { size } = covariance, upper = new Float32Array(bytesOf(covariance.upper));
  const matrix = new Float32Array(size * size);
  let at = 0;
  for (let i = 0; i < size; ++i)
    for (let j = i; j < size; ++j) matrix[i * size + j] = matrix[j * size + i] = upper[at++];
  return covariance.matrix = matrix;
}

function largestOf(covariance) {
  let most = 0;
  for (const value of matrixOf(covariance)) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  return most;
}

// Blue, white, red (ColorBrewer RdBu), straight between the stops.
const heatStops = [[5, 48, 97], [33, 102, 172], [67, 147, 195], [146, 197, 222], [209, 229, 240], [255, 255, 255],
  [253, 219, 199], [244, 165, 130], [214, 96, 77], [178, 24, 43], [103, 0, 31]];
function heatColour(share) {
  const at = (Math.max(-1, Math.min(1, share)) + 1) / 2 * (heatStops.length - 1);
  const low = Math.min(Math.floor(at), heatStops.length - 2);
  return heatStops[low].map((value, i) => value + (at - low) * (heatStops[low + 1][i] - value));
}
const heatGradient = `linear-gradient(to top, ${heatStops.map((stop) => `rgb(${stop})`).join(",")})`;

function unitOrder(covariance, byVariance) {
  const { size } = covariance, matrix = matrixOf(covariance);
  const order = Array.from({ length: size }, (_, i) => i);
  return byVariance ? order.sort((a, b) => matrix[b * size + b] - matrix[a * size + a]) : order;
}

// Below this variance a unit counts as unused (as the active units do), and its correlations are noise.
const usedVariance = 0.01;

/** The value of units i and j as it is shown; NaN = blank. */
function shownValue(covariance, i, j) {
  const { size } = covariance, matrix = matrixOf(covariance);
  if (!covarianceView.correlation) return matrix[i * size + j];
  const a = matrix[i * size + i], b = matrix[j * size + j];
  return a > usedVariance && b > usedVariance ? matrix[i * size + j] / Math.sqrt(a * b) : NaN;
}

function paintHeat(canvas, covariance, order, most) {
  const { size } = covariance;
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d"), image = context.createImageData(size, size);
  for (let i = 0; i < size; ++i) {
    for (let j = 0; j < size; ++j) {
      const value = shownValue(covariance, order[i], order[j]), at = 4 * (i * size + j);
      const colour = heatColour(Number.isFinite(value) && most > 0 ? value / most : 0);
      colour.forEach((part, k) => { image.data[at + k] = part; });
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}

function scaleBar(most) {
  const bar = element("i");
  bar.style.background = heatGradient;
  const marks = [[most, 0], [most / 2, 25], [0, 50], [-most / 2, 75], [-most, 100]].map(([value, top]) => {
    const mark = element("span", "", shortNumber(value));
    mark.style.top = top === 0 ? "6px" : top === 100 ? "calc(100% - 6px)" : `${top}%`;
    return mark;
  });
  return element("div", "scale", "", bar, ...marks);
}

function heatTile(fit, most, byVariance) {
  const { covariance } = fit, { size } = covariance;
  const order = unitOrder(covariance, byVariance);
  const canvas = element("canvas"), readout = element("p", "readout screen");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `Latent covariance of ${fit.model}`);
  paintHeat(canvas, covariance, order, most);
  canvas.onmousemove = (event) => {
    const box = canvas.getBoundingClientRect();
    const unit = (offset, length) => order[Math.max(0, Math.min(size - 1, Math.floor(offset / length * size)))];
    const i = unit(event.clientY - box.top, box.height), j = unit(event.clientX - box.left, box.width);
    const value = shortNumber(shownValue(covariance, i, j));
    readout.textContent = i === j && !covarianceView.correlation ? `variance of unit ${i + 1}: ${value}`
      : `units ${i + 1} and ${j + 1}: ${value}`;
  };
  canvas.onmouseleave = () => { readout.textContent = ""; };
  return element("div", "tile", "", ...tileHead(fit, `${size} units`),
    element("div", "heat", "", canvas, scaleBar(most)), readout);
}

function heatMost(fit, common) {
  if (covarianceView.correlation) return 1;
  return covarianceView.shared ? common : largestOf(fit.covariance);
}

function covarianceCaption() {
  const order = covarianceView.byVariance ? "Units are ordered by variance." : "Units are in the model's order.";
  if (covarianceView.correlation)
    return "Correlation of the embedding's units, from −1 to 1; units with a variance below " +
      `${usedVariance} are blank. ${order}`;
  const scale = covarianceView.shared ? "All models share one colour scale."
    : "Every model has its own colour scale, given beside it: compare patterns, not shades.";
  return `Covariance of the embedding; the diagonal holds the variance of each unit. ${scale} ${order}`;
}

const covarianceView = { correlation: false, shared: false, byVariance: false };

function showCovariance(fits) {
  const present = fits.filter((fit) => fit.covariance);
  document.getElementById("covariance").hidden = present.length === 0;
  if (present.length === 0) return;
  const drawn = present.filter((fit) => !fit.covariance.omitted);
  const draw = () => {
    const common = Math.max(0, ...drawn.map((fit) => largestOf(fit.covariance)));
    document.getElementById("covariance-tiles").replaceChildren(...present.map((fit) => fit.covariance.omitted
      ? element("div", "tile", "", ...tileHead(fit), element("div", "map none", fit.covariance.omitted))
      : heatTile(fit, heatMost(fit, common), covarianceView.byVariance)));
    document.getElementById("covariance-scale").hidden = covarianceView.correlation;
    document.getElementById("covariance-caption").textContent = covarianceCaption();
  };
  fillChoice(document.getElementById("covariance-values"), "Values",
    [[false, "covariance"], [true, "correlation"]], covarianceView.correlation,
    (value) => { covarianceView.correlation = value; draw(); });
  fillChoice(document.getElementById("covariance-scale"), "Colour scale", [[false, "own"], [true, "shared"]],
    covarianceView.shared, (value) => { covarianceView.shared = value; draw(); });
  fillChoice(document.getElementById("covariance-order"), "Order of units", [[false, "model"], [true, "variance"]],
    covarianceView.byVariance, (value) => { covarianceView.byVariance = value; draw(); });
  draw();
}
