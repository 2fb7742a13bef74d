// SPDX-License-Identifier: Apache-2.0
// What the reader can choose.

/** Fills a select element; hides its label where there is nothing to choose. */
function fillSelect(select, values, chosen, onChange) {
  select.replaceChildren(...values.map((value) => {
    const option = element("option", "", String(value));
    option.selected = value === chosen;
    return option;
  }));
  select.onchange = () => onChange(values[select.selectedIndex]);
  if (select.parentElement.tagName === "LABEL") select.parentElement.hidden = values.length < 2;
}

/** A row of buttons of which one is pressed. choices: [[value, text], ...]. */
function fillChoice(parent, title, choices, chosen, onChange) {
  parent.replaceChildren(element("span", "", title));
  const buttons = choices.map(([value, text]) => {
    const button = element("button", "", text);
    button.type = "button";
    button.setAttribute("aria-pressed", value === chosen);
    button.onclick = () => {
      for (const other of buttons) other.setAttribute("aria-pressed", other === button);
      onChange(value);
    };
    return button;
  });
  parent.append(...buttons);
  parent.hidden = choices.length < 2;
}

/**
 * A legend whose entries are hidden and shown by clicks, shown alone by double clicks.
 * entries: [{colour, text, count}]; shown: the set of shown indices, changed in place.
 */
function fillLegend(parent, entries, shown, onChange) {
  const update = () => {
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", shown.has(i)));
    onChange();
  };
  const buttons = entries.map((entry, i) => {
    const dot = element("i");
    dot.style.background = entry.colour;
    const button = element("button", "", "", dot, entry.text);
    if (entry.count) button.append(element("span", "count", entry.count));
    button.type = "button";
    button.setAttribute("aria-pressed", shown.has(i));
    button.onclick = (event) => {
      if (event.detail > 1) return;
      shown.has(i) ? shown.delete(i) : shown.add(i);
      update();
    };
    button.ondblclick = () => {
      const alone = shown.size === 1 && shown.has(i);
      shown.clear();
      alone ? entries.forEach((_, j) => shown.add(j)) : shown.add(i);
      update();
    };
    return button;
  });
  parent.replaceChildren(...buttons);
}

/** What sets a model apart: its description without the parts at the end that all models share. */
function distinction(description) {
  const all = figures.models.map((model) => model.description.split(", "));
  const parts = description.split(", ");
  let shared = 0;
  while (shared + 1 < Math.min(...all.map((a) => a.length)) &&
    all.every((a) => a[a.length - 1 - shared] === parts[parts.length - 1 - shared])) ++shared;
  return parts.slice(0, parts.length - shared).join(", ");
}

/** Head of a figure of one model. */
function tileHead(fit, right) {
  const head = element("h3", "", fit.model);
  if (right) head.append(element("small", "", right));
  const what = element("p", "what", distinction(fit.info.description) || "\u00a0");
  what.title = fit.info.description;
  return [head, what];
}

// Charts that were made, so that they follow the window and can be thrown away.
const charts = new Map();
function chartOn(div) {
  if (charts.has(div)) charts.get(div).dispose();
  const chart = echarts.init(div, null, { renderer: "canvas" });
  charts.set(div, chart);
  return chart;
}
function forgetCharts(parent) {
  for (const [div, chart] of charts) {
    if (!parent.contains(div)) continue;
    chart.dispose();
    charts.delete(div);
  }
}
function resizeCharts() {
  for (const chart of charts.values()) chart.resize();
}
