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

    /** A setting that names a product by its Internal Reference, or none; `invalid` is the text for what is neither. */
    sku: (value, invalid) => ({
      value,
      validate: function (v, _opt) {
        return !v || window.holdfast.text(v, /^\S(.{0,62}\S)?$/) || this._def._(invalid);
      },
    }),

    /**
     * First in a dialog with choices and boxes: one that is set by an environment variable shows its name, and keeps it.
     */
    choices: (node) => {
      for (const [name, value] of Object.entries(node)) {
        if (!fromEnvironment(value)) continue;
        const field = $(`#node-input-${name}, #node-config-input-${name}`);
        if (field.is("select")) field.append($("<option>").val(value).text(value)).val(value);
        else if (field.is(":checkbox"))
          field.replaceWith(
            $("<input>", { type: "text", id: field.attr("id"), css: { width: "12em" } }).val(value),
          );
      }
    },

    /** A field's label for messages about it, while the node is still being registered. */
    label: (type, field) => RED._(`@holdfast/node-red-shopify-odoo/${type}:${type}.label.${field}`),

    /** Calls `show` now and on every change of the fields, given by their selectors. */
    live: (fields, show) => {
      $(fields).on("input change", show);
      show();
    },

    /** A list of rows of text inputs; `columns` gives each field's example, `check` runs on every change. */
    table: (list, { head, add, label, columns, rows, check }) => {
      list.editableList({
        header: head,
        addButton: add,
        height: "auto",
        sortable: true,
        removable: true,
        addItem: (container, _index, row) => {
          const line = $("<div>", { class: "holdfast-row" }).appendTo(container);
          for (const [field, example] of Object.entries(columns))
            $("<input>", { type: "text", class: `holdfast-${field}`, placeholder: example })
              .attr("aria-label", label(field))
              .val(row[field] ?? "")
              .on("input change", check)
              .appendTo(line);
          check();
        },
        removeItem: check,
      });
      for (const row of rows) list.editableList("addItem", row);
      check();
    },

    /** The rows of such a list; those without any text only when `all` are wanted. */
    tableRows: (list, columns, all = false) => {
      const rows = list
        .editableList("items")
        .toArray()
        .map((item) =>
          Object.fromEntries(
            Object.keys(columns).map((field) => [
              field,
              String(item.find(`.holdfast-${field}`).val() ?? "").trim(),
            ]),
          ),
        );
      return all ? rows : window.holdfast.filledRows(rows, columns);
    },

    filledRows: (rows, columns) =>
      (rows || []).filter((row) =>
        Object.keys(columns).some((field) => String(row[field] ?? "").trim() !== ""),
      ),

    /** What `judge` says of each filled row: `{ index, field, text }`. A row knows its number, from 1. */
    tableProblems: (rows, columns, judge) => {
      const found = [];
      (rows || []).forEach((row, index) => {
        if (window.holdfast.filledRows([row], columns).length === 0) return;
        judge({ ...row, number: index + 1 }, (field, text) => found.push({ index, field, text }));
      });
      return found;
    },

    /** Marks the inputs that are wrong and lists why, while somebody types. */
    showTableProblems: (list, below, found) => {
      list.find("input").removeClass("input-error");
      const items = list.editableList("items").toArray();
      for (const { index, field } of found) items[index]?.find(`.holdfast-${field}`).addClass("input-error");
      below.empty().append(found.map(({ text }) => $("<li>").text(text)));
    },

    /**
     * A button that asks the runtime something of the editor's own, and says what came of it, a sentence a line.
     * `path` is below "holdfast/", or null when nothing can be asked; `answered` makes lines of a good report;
     * `refusal` of the HTTP status.
     */
    ask: (button, result, { running, path, body, answered, refusal }) => {
      const say = (lines) => {
        result
          .empty()
          .append([lines].flat().map((line) => $("<div>", { class: "holdfast-line" }).text(line)));
        // The button may be the last thing in sight.
        result[0]?.scrollIntoView({ block: "nearest" });
      };
      button.on("click", () => {
        const to = path();
        if (to === null) return say(refusal(null));
        button.prop("disabled", true);
        say(running);
        // A relative address: only those get the editor's own token.
        $.ajax({
          url: `holdfast/${to}`,
          method: "POST",
          ...(body && { contentType: "application/json", data: JSON.stringify(body()) }),
        })
          .done((report) => say(report.ok ? answered(report) : [report.message, report.hint].filter(Boolean)))
          .fail((request) => say(refusal(request.status)))
          .always(() => button.prop("disabled", false));
      });
    },

    /** "45 s", "10 min", "2.5 h": short enough for a list of waits. */
    duration: (seconds) => {
      const short = (amount) => String(Math.round(amount * 10) / 10);
      if (seconds < 120) return `${short(seconds)} s`;
      return seconds < 7200 ? `${short(seconds / 60)} min` : `${short(seconds / 3600)} h`;
    },
  };
})();
