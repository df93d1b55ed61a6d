"use strict";
(() => {
  // a source's card is named after the entry that its link leads to
  const cards = (element) => document.getElementById(
    element.dataset.card || element.getAttribute("popovertarget") || "card-" + element.hash.slice(1));
  const supported = typeof HTMLElement.prototype.showPopover === "function";
  const narrow = () => matchMedia("(max-width: 900px)").matches;
  let timer = 0;
  let openedAt = 0;

  // A card opens under what it explains, or above it when there is no room; on a narrow page CSS docks it below.
  const place = (card, near) => {
    openedAt = scrollY;
    if (narrow()) { card.removeAttribute("style"); return; }
    const box = near.getBoundingClientRect();
    const below = box.bottom + card.offsetHeight + 12 < innerHeight || box.top < card.offsetHeight + 12;
    card.style.margin = "0";
    card.style.inset = "auto";
    card.style.left = Math.max(8, Math.min(box.left, innerWidth - card.offsetWidth - 16)) + "px";
    card.style.top = (below ? box.bottom + 6 : box.top - card.offsetHeight - 6) + "px";
  };
  const open = (near) => {
    const card = cards(near);
    if (!card || !supported) return false;
    if (!card.matches(":popover-open")) card.showPopover({ source: near });
    place(card, near);
    return true;
  };
  const close = (card) => { if (card && card.matches(":popover-open")) card.hidePopover(); };

  // on a phone each cell of a table names its column; the heads say it once
  document.querySelectorAll("table.cards").forEach((table) => {
    const heads = Array.from(table.tHead.rows[0].cells, (cell) => cell.textContent);
    table.querySelectorAll("tbody td").forEach((cell) => {
      const content = document.createElement("div");
      content.append(...cell.childNodes);
      cell.append(content);
      cell.dataset.label = heads[cell.cellIndex] ?? "";
    });
  });

  // the card of a term is its definition once more
  new Set(Array.from(document.querySelectorAll("a.term"), (link) => link.hash.slice(1))).forEach((id) => {
    const definition = document.getElementById(id), card = document.createElement("div"), title = document.createElement("p");
    Object.assign(card, { id: `card-${id}`, className: "card", popover: "auto" });
    Object.assign(title, { className: "card-title", textContent: definition.querySelector("summary").textContent });
    card.append(title, definition.querySelector("dl").cloneNode(true));
    document.querySelector(".popovers").append(card);
  });

  if (supported) {
    document.querySelectorAll("[data-card], .cite a, .term").forEach((near) => {
      near.addEventListener("pointerenter", (event) => {
        if (event.pointerType !== "mouse") return;
        clearTimeout(timer);
        timer = setTimeout(() => open(near), 160);
      });
      near.addEventListener("pointerleave", (event) => {
        if (event.pointerType !== "mouse") return;
        clearTimeout(timer);
        const card = cards(near);
        timer = setTimeout(() => { if (card && !card.matches(":hover")) close(card); }, 260);
      });
      // a card that comes with the keyboard is read, not entered: the link beside it leads to the same entry
      near.addEventListener("focus", () => {
        if (!near.matches(":focus-visible") || !open(near)) return;
        cards(near).querySelectorAll("a").forEach((link) => { link.tabIndex = -1; });
      });
      near.addEventListener("blur", (event) => {
        const card = cards(near);
        if (card && !card.contains(event.relatedTarget) && !card.matches(":hover")) close(card);
      });
      // a finger has no hover: the first tap shows the card, which holds the link
      near.addEventListener("click", (event) => {
        if (matchMedia("(hover: none)").matches && near.tagName === "A" && open(near)) event.preventDefault();
      });
    });
    document.querySelectorAll("[popovertarget]").forEach((button) => {
      const card = document.getElementById(button.getAttribute("popovertarget"));
      if (!card || !card.classList.contains("card")) return;
      button.addEventListener("click", () => requestAnimationFrame(() => {
        if (card.matches(":popover-open")) place(card, button);
      }));
    });
    document.querySelectorAll(".card").forEach((card) => {
      card.addEventListener("pointerleave", (event) => {
        if (event.pointerType === "mouse") timer = setTimeout(() => close(card), 260);
      });
      card.addEventListener("pointerenter", () => clearTimeout(timer));
      // where it opened counts from before the next frame, as a scroll that led here may still be reported in it
      card.addEventListener("beforetoggle", () => { openedAt = scrollY; });
      card.addEventListener("click", (event) => { if (event.target.closest("a")) close(card); });
    });
    // a card stays where it opened, so it goes once the reader has moved on; docked on a narrow page it may stay
    addEventListener("scroll", () => {
      if (Math.abs(scrollY - openedAt) > 80 && !narrow()) close(document.querySelector(".card:popover-open"));
    }, { passive: true });
    const contents = document.getElementById("contents");
    if (contents) contents.addEventListener("click", (event) => { if (event.target.closest("a")) close(contents); });
  }

  // these numbers stand once more in the finding itself, where they are stops of the keyboard
  document.querySelectorAll(".reason .num, .turns .num, .answer-number .num").forEach((near) => { near.tabIndex = -1; });

  // The section being read is marked in the contents.
  const links = new Map([...document.querySelectorAll("#contents > ol > li > a")].map((a) => [a.hash.slice(1), a]));
  const mark = () => {
    let current = null;
    for (const [id, link] of links) {
      const section = document.getElementById(id);
      if (section && section.getBoundingClientRect().top < innerHeight * 0.35) current = link;
    }
    const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 4;
    if (atEnd) current = [...links.values()].pop();
    links.forEach((link) => { if (link === current) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current"); });
  };
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; mark(); });
  }, { passive: true });
  mark();

  // A link to a folded finding unfolds it; printing unfolds all of them.
  const unfold = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  unfold();
  addEventListener("beforeprint", () => document.querySelectorAll("details.more").forEach((d) => { d.open = true; }));

  // What stands together is one stop of the keyboard, with arrows within.
  const together = (place, items, forth = "ArrowRight", back = "ArrowLeft") => {
    items.forEach((one, at) => { one.tabIndex = at ? -1 : 0; });
    if (items.length < 2) return;
    place.addEventListener("keydown", (event) => {
      const step = { [forth]: 1, [back]: -1 }[event.key];
      const next = step && items[items.indexOf(document.activeElement) + step];
      if (!next || !items.includes(document.activeElement)) return;
      event.preventDefault();
      items.forEach((one) => { one.tabIndex = one === next ? 0 : -1; });
      next.focus();
    });
  };
  document.querySelectorAll("#contents > ol").forEach((list) => {
    together(list, [...list.querySelectorAll(":scope > li > a")], "ArrowDown", "ArrowUp");
  });
  document.querySelectorAll("article table.cards").forEach((place) => together(place, [...place.querySelectorAll("a")]));
  // the numbers of a title and the sources below it
  document.querySelectorAll("article").forEach((place) => {
    together(place, [...place.querySelectorAll(":scope > h3 a, :scope > .from > p a, :scope > .from > details > summary")]);
  });

  // What a reader takes away from a finding.
  const words = document.getElementById("main").dataset;
  const save = (name, address) => {
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
  };
  // a text that starts like a formula stays a text in a spreadsheet
  const plain = (text) => (/^[=+\-@]/.test(text) ? `'${text}` : text);
  const cells = (row) => [...row.cells].map((cell) => `"${plain(cell.textContent.trim().replace(/\s+/g, " ")).replace(/"/g, '""')}"`).join(",");
  const sheet = (place) => [...place.querySelectorAll("table")].map((table) => [...table.rows].map(cells).join("\r\n")).join("\r\n\r\n");
  const say = (text) => {
    const toast = document.getElementById("toast");
    toast.textContent = text;
    toast.hidden = false;
    setTimeout(() => { toast.hidden = true; }, 2500);
  };
  const copy = (text) => {
    const held = document.createElement("textarea");
    held.value = text;
    document.body.append(held);
    held.select();
    document.execCommand("copy");  // works on a page that was opened as a file, too
    held.remove();
    say(`${words.copied}: ${text.slice(0, 80)}`);
  };
  // a drawing outside the page has no typeface but the one it brings along
  const picture = (drawing, name) => {
    const copy = drawing.cloneNode(true), style = document.createElementNS(drawing.namespaceURI, "style");
    const faces = [...document.styleSheets[0].cssRules].filter((rule) => rule instanceof CSSFontFaceRule);
    style.textContent = `${faces.map((rule) => rule.cssText).join("")} text { font-family: "Siyu Sans", sans-serif; }`;
    copy.prepend(style);
    const image = new Image(), canvas = document.createElement("canvas"), paint = canvas.getContext("2d");
    image.onload = () => {
      [canvas.width, canvas.height] = [2 * image.width, 2 * image.height];
      paint.fillStyle = "white";
      paint.fillRect(0, 0, canvas.width, canvas.height);
      paint.drawImage(image, 0, 0, canvas.width, canvas.height);
      save(`${name}.png`, canvas.toDataURL("image/png"));
    };
    image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  };
  const kinds = {
    copy: (place) => {
      const title = place.closest("details.more")?.querySelector("summary h3") ?? place.querySelector("h3, h1");
      const sources = [...place.querySelectorAll(".from .cite")].slice(0, 4).map((cite) => cite.textContent.trim().replace(/\s+/g, " "));
      copy([title.textContent.trim(), place.querySelector(".sub")?.textContent.trim(), sources.join("; "), words.about].filter(Boolean).join(" — "));
    },
    link: (place) => copy(`${location.href.split("#")[0]}#${place.id || place.closest("[id]").id}`),
    png: (place) => picture(place.querySelector("figure svg"), place.id || "chart"),
    csv: (place) => save(`${place.id || "data"}.csv`, "data:text/csv;charset=utf-8,%EF%BB%BF" + encodeURIComponent(sheet(place))),
  };
  document.querySelectorAll("article[id^=finding-], details.more > article").forEach((place) => {
    const bar = document.createElement("p");
    bar.className = "tools";
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", words.tools);
    Object.entries(kinds).forEach(([kind, act]) => {
      if (kind === "png" && !place.querySelector("figure svg")) return;
      if (kind === "csv" && !place.querySelector("table")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = words[kind];
      button.addEventListener("click", () => act(place));
      bar.append(button);
    });
    together(bar, [...bar.children]);
    (place.querySelector(".from") ?? place.lastElementChild).after(bar);
  });

  // Long tables can be searched.
  document.querySelectorAll("main table.cards").forEach((table) => {
    const rows = [...table.tBodies[0].rows];
    if (rows.length < 12) return;
    const field = document.createElement("input");
    field.type = "search";
    field.className = "table-search";
    field.placeholder = words.filter;
    field.setAttribute("aria-label", `${words.filter}: ${table.caption ? table.caption.textContent : ""}`);
    field.addEventListener("input", () => {
      const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      rows.forEach((row) => { row.hidden = !wanted.every((word) => row.textContent.toLowerCase().includes(word)); });
    });
    table.before(field);
  });
})();
