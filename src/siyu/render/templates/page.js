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
      near.addEventListener("focus", () => { if (near.matches(":focus-visible")) open(near); });
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
      card.addEventListener("click", (event) => { if (event.target.closest("a")) close(card); });
    });
    // a card stays where it opened, so it goes once the reader has moved on; docked on a narrow page it may stay
    addEventListener("scroll", () => {
      if (Math.abs(scrollY - openedAt) > 80 && !narrow()) close(document.querySelector(".card:popover-open"));
    }, { passive: true });
    const contents = document.getElementById("contents");
    if (contents) contents.addEventListener("click", (event) => { if (event.target.closest("a")) close(contents); });
  }

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
  addEventListener("beforeprint", () => document.querySelectorAll("details.more, .from details").forEach((d) => { d.open = true; }));
})();
