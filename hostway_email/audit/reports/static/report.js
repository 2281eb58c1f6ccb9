"use strict";

(() => {
  const form = document.getElementById("filters");
  const list = document.getElementById("list");
  const count = document.getElementById("count");
  const none = document.getElementById("none");
  const fields = [...form.elements].filter((one) => one.name);
  const elements = [...list.querySelectorAll("details.m")];
  const byName = new Intl.Collator("en", { numeric: true });
  const sorts = {
    "": (a, b) => a.index - b.index,
    name: (a, b) => byName.compare(nameOf(a), nameOf(b)),
    number: (a, b) => b.found.length - a.found.length || a.index - b.index,
    use: (a, b) => b.use - a.use || a.index - b.index,
  };

  // Each finding is "number of its check:weight of its severity".
  const pairs = (text) =>
    text ? text.trim().split(" ").map((one) => one.split(":").map(Number)) : [];

  const mailboxes = elements.map((element, index) => {
    const data = element.dataset;
    return {
      element,
      index,
      found: pairs(data.f),
      accepted: pairs(data.a),
      unknown: pairs(data.u),
      changed: pairs(data.c),
      isNew: "new" in data,
      isUnknown: "u" in data,
      use: "q" in data ? Number(data.q) : -1,
      domain: data.d ?? "",
    };
  });

  // Reading all text is slow, so it is done once per mailbox and only when needed.
  // The name is the first bdi; querySelector() would search the whole page for each mailbox.
  const nameOf = (one) => (one.name ??= one.element.getElementsByTagName("bdi")[0].textContent);
  const textOf = (one) => (one.text ??= one.element.textContent.toLowerCase());

  const wanted = () => {
    const check = form.elements.check.selectedOptions[0];
    const severity = form.elements.severity.selectedOptions[0];
    return {
      words: form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean),
      show: form.elements.show.value,
      weight: Number(severity?.dataset.weight ?? -1),
      checks: check?.value ? new Set(check.dataset.numbers.trim().split(" ").map(Number)) : null,
      domain: form.elements.domain?.value ?? "",
      accepted: form.elements.accepted && !form.elements.accepted.checked,
    };
  };

  const matches = (one, want) => {
    if (want.domain && one.domain !== want.domain) return false;
    let findings = want.accepted ? one.found.concat(one.accepted) : one.found;
    if (want.show === "found") findings = one.found;
    if (want.show === "unknown") findings = one.unknown;
    if (want.show === "changed") findings = one.changed;
    if (want.show === "found" && !findings.length) return false;
    if (want.show === "unknown" && !one.isUnknown) return false;
    if (want.show === "changed" && !findings.length && !one.isNew) return false;
    if (want.checks || want.weight >= 0) {
      const fits = ([check, weight]) =>
        weight >= want.weight && (!want.checks || want.checks.has(check));
      if (!findings.some(fits)) return false;
    }
    const text = want.words.length ? textOf(one) : "";
    return want.words.every((word) => text.includes(word));
  };

  const filter = () => {
    const want = wanted();
    let shown = 0;
    for (const one of mailboxes) {
      const match = matches(one, want);
      shown += match;
      if (one.element.hidden === match) one.element.hidden = !match;
    }
    document.body.classList.toggle("hide-accepted", want.accepted === false);
    const number = (value) => value.toLocaleString("en");
    count.value = `${number(shown)} of ${number(mailboxes.length)} mailboxes`;
    none.hidden = shown > 0;
  };

  let sorted = "";
  const sort = () => {
    const by = form.elements.sort.value;
    if (by === sorted) return;
    sorted = by;
    const order = [...mailboxes].sort(sorts[by]);
    list.append(...order.map((one) => one.element));
  };

  // The filters are kept in the URL, so that a view can be shared: #?check=FWD-01&show=changed
  const remember = () => {
    const view = new URLSearchParams();
    for (const field of fields) {
      const value = field.type === "checkbox" && !field.checked ? "" : field.value;
      if (value) view.set(field.name, value);
    }
    const hash = view.size ? `#?${view}` : location.pathname;
    history.replaceState(null, "", hash);
  };

  const recall = (view) => {
    for (const field of fields) {
      const value = view.get(field.name) ?? "";
      if (field.type === "checkbox") field.checked = value === field.value;
      else field.value = value;
      // A value that is not an option selects the first one.
      if (field.selectedIndex === -1) field.selectedIndex = 0;
    }
  };

  const apply = () => {
    sort();
    filter();
  };

  const follow = () => {
    if (location.hash.startsWith("#?")) {
      recall(new URLSearchParams(location.hash.slice(2)));
      apply();
      document.getElementById("mailboxes").scrollIntoView();
      return;
    }
    const target = document.getElementById(location.hash.slice(1));
    if (!target?.matches("details")) return;
    if (target.hidden) {
      recall(new URLSearchParams());
      apply();
    }
    target.open = true;
    target.scrollIntoView();
  };

  let waiting = 0;
  form.addEventListener("input", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => {
      apply();
      remember();
    });
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    recall(new URLSearchParams());
    apply();
    remember();
  });

  const openAll = (open) => {
    for (const { element } of mailboxes) if (!element.hidden) element.open = open;
  };
  document.getElementById("open-all").addEventListener("click", () => openAll(true));
  document.getElementById("close-all").addEventListener("click", () => openAll(false));

  // On paper nothing can be opened, so everything is printed open.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")].filter((one) => !one.hidden);
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
    opened = [];
  });

  addEventListener("hashchange", follow);
  for (const one of document.querySelectorAll(".scripted")) one.hidden = false;
  if (location.hash) follow();
  performance.mark("filters-ready");
})();
