// What-if: the formulas of this page stand in `formulas`, by finding; draws are restored from whole steps.
const whatif = (() => {
  const restore = (packed) => {
    const bytes = Uint8Array.from(atob(packed.codes), (char) => char.charCodeAt(0));
    const codes = new Uint16Array(bytes.buffer);
    return Float64Array.from(codes, (code) => packed.start + packed.step * code);
  };
  // "#" of a pattern is where the number stands beside its unit
  const shown = (value, unit, pattern = "#") => unit === "ratio"
    ? new Intl.NumberFormat(document.documentElement.lang, { style: "percent", maximumFractionDigits: 1 }).format(value)
    : pattern.replace("#", new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 3 }).format(value));

  const model = (place) => {
    const given = JSON.parse(place.dataset.whatif);
    const formula = formulas[place.dataset.finding];
    const draws = Object.fromEntries(Object.entries(given.draws).map(([name, packed]) => [name, restore(packed)]));
    const count = Math.min(...Object.values(draws).map((values) => values.length));
    // how many draws make the formula positive; what a slider sets is not drawn
    const wins = (settings) => {
      const columns = given.names.map((name) => (name in settings ? settings[name] : name in draws ? draws[name] : given.fixed[name]));
      let positive = 0;
      for (let at = 0; at < count; at += 1) {
        if (formula(...columns.map((column) => (typeof column === "number" ? column : column[at]))) > 0) positive += 1;
      }
      return positive;
    };
    return { given, count, wins };
  };

  const start = (place) => {
    const { given, count, wins } = model(place);
    const svg = place.querySelector("svg");
    const inputs = given.sliders.map((slider) => place.querySelector(`input[name="${slider.name}"]`));
    const [axis] = given.sliders;
    const steps = 40;
    const element = (name, attributes) => {
      const node = document.createElementNS("http://www.w3.org/2000/svg", name);
      Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
      svg.append(node);
      return node;
    };
    const x = (value) => 62 + 552 * (value - axis.low) / (axis.high - axis.low);
    const y = (share) => 172 - 156 * share;
    const draw = () => {
      const settings = Object.fromEntries(given.sliders.map((slider, at) => [slider.name, Number(inputs[at].value)]));
      inputs.forEach((input, at) => { input.nextElementSibling.textContent = shown(Number(input.value), given.sliders[at].unit, input.nextElementSibling.dataset.pattern); });
      const positive = wins(settings);
      place.dataset.wins = positive;
      place.querySelector(".share").textContent = shown(positive / count, "ratio");
      const curve = Array.from({ length: steps + 1 }, (_, at) => {
        const value = axis.low + (axis.high - axis.low) * at / steps;
        return [value, wins({ ...settings, [axis.name]: value }) / count];
      });
      const cross = curve.findIndex(([, share], at) => at > 0 && (share - 0.5) * (curve[at - 1][1] - 0.5) <= 0 && share !== curve[at - 1][1]);
      let even = NaN;
      if (cross > 0) {
        const [[a, p], [b, q]] = [curve[cross - 1], curve[cross]];
        even = a + (b - a) * (0.5 - p) / (q - p);
      }
      place.querySelector(".breakeven").textContent = Number.isFinite(even) ? shown(even, axis.unit) : "–";
      svg.replaceChildren();
      [0, 0.5, 1].forEach((share) => {
        element("line", { class: "grid", x1: 62, x2: 614, y1: y(share), y2: y(share) });
        element("text", { class: "tick", x: 54, y: y(share) + 5, "text-anchor": "end" }).textContent = shown(share, "ratio");
      });
      [axis.low, (axis.low + axis.high) / 2, axis.high].forEach((value) => {
        element("text", { class: "tick", x: x(value), y: 192, "text-anchor": "middle" }).textContent = shown(value, axis.unit);
      });
      element("polyline", { class: "line", points: curve.map(([value, share]) => `${x(value)},${y(share)}`).join(" ") });
      if (Number.isFinite(even)) element("line", { class: "even", x1: x(even), x2: x(even), y1: y(0), y2: y(1) });
      element("circle", { class: "here", cx: x(settings[axis.name]), cy: y(positive / count), r: 6 });
    };
    inputs.forEach((input) => input.addEventListener("input", draw));
    draw();
  };
  document.querySelectorAll(".whatif").forEach(start);
  return { start };
})();
