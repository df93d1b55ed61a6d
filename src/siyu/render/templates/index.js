"use strict";
(() => {
  const subjects = [...document.querySelectorAll(".subject")];
  const STALE_DAYS = 92; // a quarter: the report was made for the next one
  const day = 86400000;

  const tongue = document.getElementById("tongue-en");
  if (tongue && !/^zh/i.test(navigator.language || "zh")) tongue.checked = true;
  const follow = () => { document.documentElement.lang = document.querySelector("[name=tongue]:checked").value; };
  document.querySelectorAll("[name=tongue]").forEach((choice) => choice.addEventListener("change", follow));
  follow();

  // How old the data is depends on when the page is looked at, so it is worked out here.
  subjects.forEach((subject) => {
    const days = Math.floor((Date.now() - Date.parse(subject.dataset.asOf)) / day);
    if (!(days > STALE_DAYS)) return;
    subject.dataset.stale = "yes";
    const [number, unit] = days >= 731 ? [Math.floor(days / 365.25), "years"] : days >= 120 ? [Math.floor(days / 30.44), "months"] : [days, "days"];
    const age = subject.querySelector(".age");
    age.querySelectorAll("[data-years]").forEach((place) => { place.textContent = place.dataset[unit].replace("{number}", number); });
    age.hidden = false;
  });

  const find = document.getElementById("find");
  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const show = document.querySelector("[name=show]:checked").value;
    let count = 0;
    subjects.forEach((subject) => {
      const text = subject.textContent.toLowerCase();
      const wanted = show === "" || (show === "stale" ? subject.dataset.stale === "yes" : subject.dataset.status === show);
      subject.hidden = !(wanted && words.every((word) => text.includes(word)));
      count += subject.hidden ? 0 : 1;
    });
    document.getElementById("number").textContent = count;
    document.getElementById("nothing").hidden = count > 0;
  };
  find.addEventListener("input", filter);
  document.querySelectorAll("[name=show]").forEach((choice) => choice.addEventListener("change", filter));
  document.querySelector(".find").addEventListener("submit", (event) => event.preventDefault());
})();
