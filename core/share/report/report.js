// SPDX-License-Identifier: Apache-2.0
// Puts the figures on the page and keeps them to what the reader chose.

const view = { data: dataNames[0], seed: undefined, colourBy: "label", hiddenModels: new Set() };

function shownFits() {
  return fitsOf(view.data, view.seed).filter((fit) => !view.hiddenModels.has(fit.model));
}

function showLines() {
  showUnits(shownFits());
  showTraining(shownFits());
}

function showModelLegends(fits) {
  for (const parent of document.querySelectorAll(".legend.models")) {
    const shown = new Set(fits.keys());
    fits.forEach((fit, i) => { if (view.hiddenModels.has(fit.model)) shown.delete(i); });
    fillLegend(parent, fits.map((fit) => ({ colour: fit.colour, text: fit.model })), shown, () => {
      view.hiddenModels = new Set(fits.filter((_, i) => !shown.has(i)).map((fit) => fit.model));
      showModelLegends(fits);
      showLines();
    });
  }
}

/** Columns that cells can be coloured by: [["label", "cell type"], ...]. */
function colourings(fits) {
  const umap = fits.map((fit) => fit.umap).find((u) => u && !u.omitted);
  if (!umap) return [];
  const given = ["label", "batch"].filter((key) => umap[key] >= 0);
  return given.map((key) => [key, figures.columns[umap[key]].column]);
}

function showAll() {
  const seeds = seedsOf(view.data);
  if (!seeds.includes(view.seed)) view.seed = seeds[0];
  const fits = fitsOf(view.data, view.seed);
  const colours = colourings(fits);
  if (colours.length > 0 && !colours.some(([key]) => key === view.colourBy)) view.colourBy = colours[0][0];
  fillSelect(document.querySelector("#choose-data select"), dataNames, view.data,
    (data) => { view.data = data; showAll(); });
  fillSelect(document.querySelector("#choose-seed select"), seeds, view.seed,
    (seed) => { view.seed = seed; showAll(); });
  fillChoice(document.getElementById("choose-colour"), "Colour cells by", colours, view.colourBy,
    (key) => { view.colourBy = key; showCells(fits, key); });
  document.getElementById("controls").hidden = dataNames.length < 2 && seeds.length < 2 && colours.length < 2;
  showCells(fits, view.colourBy);
  showCovariance(fits);
  showModelLegends(fits);
  showLines();
}

if (dataNames.length > 0) showAll();

let resizing = 0;
window.addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => { resizeCharts(); redrawMaps(); }, 150);
});

// On paper a chart is a picture that takes the width there is.
window.addEventListener("beforeprint", () => {
  for (const [div, chart] of charts) {
    const picture = element("img", "print");
    picture.src = chart.getDataURL({ pixelRatio: 2, backgroundColor: "#fff" });
    div.append(picture);
  }
});
window.addEventListener("afterprint", () => {
  for (const picture of document.querySelectorAll("img.print")) picture.remove();
});
