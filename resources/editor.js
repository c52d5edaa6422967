/** What the edit dialogs of all Holdfast nodes share. Loaded by each of them, run once. */
(() => {
  if (window.holdfast) return;

  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = `${RED.settings.apiRootUrl || ""}resources/@holdfast/node-red-shopify-odoo/editor.css`;
  document.head.appendChild(style);

  const environment = /^\$\{[^}]+\}$/;

  /** A setting may name an environment variable; what it holds is known at run time only. */
  const fromEnvironment = (value) => environment.test(String(value ?? "").trim());

  const number = (value, min, max) => {
    if (fromEnvironment(value)) return true;
    const text = String(value ?? "").trim();
    return /^\d+(\.\d+)?$/.test(text) && Number(text) >= min && Number(text) <= max;
  };

  window.holdfast = {
    fromEnvironment,
    number,
    whole: (value, min, max) =>
      fromEnvironment(value) || (/^\s*\d+\s*$/.test(String(value ?? "")) && number(value, min, max)),
    text: (value, pattern) => fromEnvironment(value) || pattern.test(String(value ?? "").trim()),

    /** A field's label for messages about it, while the node is still being registered. */
    label: (type, field) => RED._(`@holdfast/node-red-shopify-odoo/${type}:${type}.label.${field}`),

    /** Calls `show` now and on every change of the fields, given by their selectors. */
    live: (fields, show) => {
      $(fields).on("input change", show);
      show();
    },

    /** "45 s", "10 min", "2.5 h": short enough for a list of waits. */
    duration: (seconds) => {
      const short = (amount) => String(Math.round(amount * 10) / 10);
      if (seconds < 120) return `${short(seconds)} s`;
      return seconds < 7200 ? `${short(seconds / 60)} min` : `${short(seconds / 3600)} h`;
    },
  };
})();
