// What-if: the formulas of this page stand in `formulas`, by finding; draws are restored from whole steps.
const whatif = (() => {
  const restore = (packed) => {
    const bytes = Uint8Array.from(atob(packed.codes), (char) => char.charCodeAt(0));
    const codes = new Uint16Array(bytes.buffer);
    return Float64Array.from(codes, (code) => packed.start + packed.step * code);
  };
  const lang = document.documentElement.lang;
  // "#" of a pattern is where the number stands beside its unit
  const shown = (value, unit, pattern = "#") => unit === "ratio"
    ? new Intl.NumberFormat(lang, { style: "percent", maximumSignificantDigits: value < 0.1 ? 2 : 3 }).format(value)
    : pattern.replace("#", new Intl.NumberFormat(lang, { maximumSignificantDigits: 3 }).format(value));
  // whole points, neither of them never nor always: as `Language` says a probability
  const points = (share) => {
    const whole = (one, places = 0) => new Intl.NumberFormat(lang, { style: "percent", maximumFractionDigits: places }).format(one);
    if (share > 0 && share <= 0.005) return `<${whole(0.01)}`;
    if (share < 1 && share >= 0.995) return `>${whole(0.99)}`;
    let places = 0;  // what falls short of decided does not read as it
    while (share < 0.9 && places < 15 && whole(share, places) === whole(0.9)) places += 1;
    return whole(share, places);
  };

  const model = (place) => {
    const given = JSON.parse(place.dataset.whatif);
    const formula = formulas[place.dataset.finding];
    const restored = (packed) => Object.fromEntries(Object.entries(packed).map(([name, one]) => [name, restore(one)]));
    const base = restored(given.draws);
    let draws = base;
    const count = () => Math.min(...Object.values(draws).map((values) => values.length));
    // another category replaces the draws that differ; a slider's own draws give its ends and its start
    const choose = (at) => {
      const theirs = restored(given.goods?.[at] ?? {});
      draws = { ...base, ...theirs };
      return given.sliders.map((slider) => {
        if (!theirs[slider.name]) return slider;
        delete draws[slider.name];
        const [low, value, high] = quantiles(theirs[slider.name]);
        return { ...slider, low: Math.min(slider.low, low), value, high: Math.max(slider.high, high) };
      });
    };
    // values of the formula; what the sliders set is not drawn
    const gains = (settings) => {
      const columns = given.names.map((name) => (name in settings ? settings[name] : name in draws ? draws[name] : given.fixed[name]));
      return Float64Array.from({ length: count() }, (_, at) => formula(...columns.map((column) => (typeof column === "number" ? column : column[at]))));
    };
    const wins = (settings) => gains(settings).reduce((positive, gain) => positive + (gain > 0), 0);
    // by draw: the formula is linear in the loss (first slider) and in the fee (second)
    const roots = (settings) => {
      const [loss, fee] = given.sliders.map((slider) => slider.name);
      const [kept, none, free, whole] = [[loss, 0], [loss, 1], [fee, 0], [fee, 1]].map(([name, value]) => gains({ ...settings, [name]: value }));
      return {
        loss: kept.map((gain, at) => Math.max(0, Math.min(1, 1 + none[at] / Math.max(gain - none[at], 0.01)))),
        fee: free.map((gain, at) => gain / (gain - whole[at])),
      };
    };
    return { given, count, wins, roots, choose };
  };
  const quantiles = (values) => {
    const sorted = Float64Array.from(values).sort();
    return [0.05, 0.5, 0.95].map((share) => {
      const at = share * (sorted.length - 1), low = Math.floor(at);
      return sorted[low] + (at - low) * (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]);
    });
  };

  const start = (place) => {
    const { given, count, wins, roots, choose } = model(place);
    const goods = place.querySelector("select");
    let sliders = given.sliders;
    const svg = place.querySelector("svg");
    const reset = place.querySelector(".reset");
    const ranges = given.sliders.map((slider) => place.querySelector(`input[name="${slider.name}"]`));
    const typed = ranges.map((range) => range.parentElement.querySelector("input[type=number]"));
    const [axis] = given.sliders;
    const scale = (slider) => (slider.unit === "ratio" ? 100 : 1);
    const name = (slider) => `${place.dataset.finding}.${slider.name}`;
    const settings = {};
    let moved = false;
    const steps = 40;
    const element = (tag, attributes) => {
      const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
      Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
      svg.append(node);
      return node;
    };
    const x = (value) => 62 + 552 * (value - axis.low) / (axis.high - axis.low);
    const y = (share) => 172 - 156 * share;
    const put = (at, value) => {
      const slider = sliders[at];
      ranges[at].min = slider.low;
      ranges[at].max = slider.high;
      settings[slider.name] = Math.min(slider.high, Math.max(slider.low, value));
      ranges[at].value = settings[slider.name];
    };
    // what was set is in the address, so that a link shows it again
    const remember = () => {
      const query = new URLSearchParams(location.search);
      given.sliders.forEach((slider) => (moved ? query.set(name(slider), String(+settings[slider.name].toPrecision(6))) : query.delete(name(slider))));
      if (goods) { if (moved && goods.value !== "0") query.set(`${place.dataset.finding}.goods`, goods.value); else query.delete(`${place.dataset.finding}.goods`); }
      history.replaceState(null, "", `${location.pathname}${query.size ? "?" + query : ""}${location.hash}`);
    };
    const draw = () => {
      given.sliders.forEach((slider, at) => {
        const said = shown(settings[slider.name], slider.unit, ranges[at].dataset.pattern);
        ranges[at].setAttribute("aria-valuetext", moved ? said : `${said}, ${place.querySelector("[data-drawn]").textContent}`);
        if (document.activeElement !== typed[at]) typed[at].value = +(settings[slider.name] * scale(slider)).toPrecision(3);
      });
      reset.hidden = !moved;
      place.querySelector("[data-drawn]").hidden = moved;
      const positive = wins(settings);
      place.dataset.wins = positive;
      place.dataset.settings = JSON.stringify(settings);
      const found = moved || !given.published.better ? { better: [0, positive / count(), 0], ...Object.fromEntries(Object.entries(roots(settings)).map(([key, values]) => [key, quantiles(values)])) } : given.published;
      place.dataset.found = JSON.stringify(found);
      place.querySelector(".share").textContent = points(found.better[1]);
      if (moved) ["fee", "loss"].forEach((key) => {
        const [low, middle, high] = found[key].map((value) => shown(value, "ratio"));
        place.querySelector(`.${key}`).textContent = low === high ? middle : `${middle} (${lang.startsWith("zh") ? low : low.replace(/%$/, "")}–${high})`;
      });
      const curve = Array.from({ length: steps + 1 }, (_, at) => {
        const value = axis.low + (axis.high - axis.low) * at / steps;
        return [value, wins({ ...settings, [axis.name]: value }) / count()];
      });
      const even = given.published.loss && found.loss[1] > axis.low && found.loss[1] < axis.high ? found.loss[1] : NaN;
      svg.replaceChildren();
      [0, 0.5, 1].forEach((share) => {
        element("line", { class: "grid", x1: 62, x2: 614, y1: y(share), y2: y(share) });
        element("text", { class: "tick", x: 54, y: y(share) + 5, "text-anchor": "end" }).textContent = points(share);
      });
      [axis.low, (axis.low + axis.high) / 2, axis.high].forEach((value) => {
        element("text", { class: "tick", x: x(value), y: 192, "text-anchor": "middle" }).textContent = shown(value, axis.unit);
      });
      element("polyline", { class: "line", points: curve.map(([value, share]) => `${x(value)},${y(share)}`).join(" ") });
      if (Number.isFinite(even)) element("line", { class: "even", x1: x(even), x2: x(even), y1: y(0), y2: y(1) });
      if (moved) element("circle", { class: "here", cx: x(settings[axis.name]), cy: y(positive / count()), r: 6 });
    };
    const change = (at, value) => {
      if (!Number.isFinite(value)) return;
      moved = true;
      put(at, value);
      draw();
      remember();
    };
    const published = place.querySelector(".fee").textContent, borne = place.querySelector(".loss").textContent;
    given.sliders.forEach((slider, at) => {
      put(at, slider.value);
      ranges[at].addEventListener("input", () => change(at, Number(ranges[at].value)));
      typed[at].addEventListener("change", () => change(at, typed[at].value === "" ? NaN : Number(typed[at].value) / scale(slider)));
    });
    goods?.addEventListener("change", () => {
      moved = true;
      sliders = choose(Number(goods.value));
      sliders.forEach((slider, at) => { if (given.goods[goods.value][slider.name] || goods.value === "0") put(at, slider.value); });
      draw();
      remember();
    });
    reset.addEventListener("click", () => {
      moved = false;
      if (goods) goods.value = "0";
      sliders = choose(0);
      sliders.forEach((slider, at) => put(at, slider.value));
      place.querySelector(".fee").textContent = published;
      place.querySelector(".loss").textContent = borne;
      draw();
      remember();
      ranges[0].focus();
    });
    const query = new URLSearchParams(location.search);
    const chosen = query.get(`${place.dataset.finding}.goods`);
    if (goods && goods.querySelector(`option[value="${Number(chosen)}"]`) && chosen) {
      moved = true;
      goods.value = String(Number(chosen));
      sliders = choose(Number(chosen));
      sliders.forEach((slider, at) => put(at, slider.value));
    }
    given.sliders.forEach((slider, at) => {
      if (!query.has(name(slider)) || !Number.isFinite(Number(query.get(name(slider))))) return;
      moved = true;
      put(at, Number(query.get(name(slider))));
    });
    place.querySelectorAll(".live").forEach((node) => { node.removeAttribute("hidden"); });
    draw();
  };
  document.querySelectorAll(".whatif").forEach(start);
  return { start };
})();
