/* Shows the document in #data: facts, plots, trees of frames and tables. All of it is text from a program that nobody vouches for: it
 * becomes text nodes and attributes by name, never markup. Nothing is fetched or kept. */
"use strict";
(() => {
  const ROWS_STEP = 200; // rows that a table draws at once
  const CELL_HEIGHT = 20, CELL_WIDTH_MIN = 1; // of an icicle, in CSS pixels
  const CHILDREN_SHOWN = 12;

  /* ---- elements ---- */

  // make("td", {class: "number"}, "17", element ...)
  function make(tag, attributes, ...children) {
    const svg = ["svg", "path", "line", "text", "circle", "rect"].includes(tag);
    const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {}))
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value !== undefined) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  function section(name, title) {
    const heading = make("h2", {id: name + "-title"}, title);
    const made = make("section", {id: name, "aria-labelledby": name + "-title"}, heading);
    document.getElementById("main").append(made);
    document.getElementById("contents").append(make("a", {href: "#" + name}, name.replaceAll("_", " ")));
    return made;
  }

  /* ---- quantities, as gctool prints them ---- */

  function scaled(value, step, units) {
    let unit = 0;
    while (value >= step && unit + 1 < units.length) {
      value /= step;
      unit++;
    }
    return (unit && value < 10 ? value.toFixed(1) : Math.round(value).toString()) + " " + units[unit];
  }

  function show(value, unit) {
    if (value === null) return "-";
    switch (unit) {
      case "count": return value.toLocaleString("en");
      case "bytes": return scaled(value, 1024, ["B", "KiB", "MiB", "GiB", "TiB"]);
      case "ns": return scaled(value, 1000, ["ns", "us", "ms", "s"]);
      case "permille": return (value / 10).toFixed(1) + " %";
      case "flag": return value ? "yes" : "no";
      default: return value;
    }
  }

  function share(part, whole) {
    return whole ? (part * 100 / whole).toFixed(1) + " %" : "0.0 %";
  }

  /* ---- one row: facts ---- */

  function showFacts(table) {
    const list = make("dl", {class: "facts"});
    table.columns.forEach((column, at) =>
      list.append(make("div", {}, make("dt", {}, column.heading), make("dd", {}, show(table.rows[0][at], column.unit)))));
    section(table.name, table.title).append(list);
  }

  /* ---- tables ---- */

  function tableCell(value, column) {
    if (column.unit === "text") {
      const cell = make("td", {}, show(value, column.unit));
      cell.style.minWidth = Math.min((value || "").length + 3, 26) + "ch"; // a name breaks only when it is long
      return cell;
    }
    if (column.unit === "stack") {
      if (value === null) return make("td", {}, "-");
      return make("td", {class: "stack"}, make("details", {}, make("summary", {}, value.split("\n").length + " frames"), make("pre", {}, value)));
    }
    const cell = make("td", {class: "number"}, show(value, column.unit));
    if (column.unit === "permille") {
      cell.classList.add("share");
      cell.style.setProperty("--share", (value || 0) / 10 + "%");
    }
    return cell;
  }

  function compareCells(a, b, descending) {
    if (a === null || b === null) return (a === null) - (b === null); // not known comes last
    return (a < b ? -1 : a > b ? 1 : 0) * (descending ? -1 : 1);
  }

  class Table {
    constructor(table) {
      this.table = table;
      this.order = table.rows.map((_, row) => row);
      this.kept = this.order;
      this.shown = ROWS_STEP;
      this.isText = (column) => column.unit === "text" || column.unit === "stack";
      const parent = section(table.name, table.title);
      if (table.left_out)
        parent.append(make("p", {class: "notice"}, "Rows left out of this page: " + show(table.left_out, "count") + "."));
      if (!table.rows.length) {
        parent.append(make("p", {class: "quiet"}, "None."));
        return;
      }
      this.filter = make("input", {type: "search", placeholder: "a type, a function, a file", oninput: () => this.choose()});
      this.count = make("span", {class: "quiet", role: "status"});
      this.body = make("tbody");
      this.heads = table.columns.map((column, at) =>
        make("th", {scope: "col", class: this.isText(column) ? undefined : "number"},
          make("button", {type: "button", onclick: () => this.sort(at)}, column.heading)));
      this.more = make("button", {type: "button", onclick: () => this.showMore()}, "Show more rows");
      parent.append(
        make("div", {class: "tools"}, make("label", {}, "Filter ", this.filter), this.count),
        make("div", {class: "wide", role: "region", tabindex: 0, "aria-label": table.title}, make("table", {"aria-labelledby": table.name + "-title"},
          make("thead", {}, make("tr", {}, ...this.heads)), this.body)),
        make("p", {}, this.more));
      this.choose();
    }

    // Numbers begin with the greatest, texts with the first; the second click turns round.
    sort(column) {
      const head = this.heads[column], was = head.getAttribute("aria-sort");
      const descending = was ? was === "ascending" : !this.isText(this.table.columns[column]);
      this.heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const rows = this.table.rows;
      this.order.sort((a, b) => compareCells(rows[a][column], rows[b][column], descending) || a - b);
      this.choose();
    }

    choose() {
      const wanted = this.filter.value.toLowerCase();
      this.texts ||= wanted && this.table.rows.map((row) =>
        row.map((value, at) => show(value, this.table.columns[at].unit)).join("\n").toLowerCase());
      this.kept = wanted ? this.order.filter((row) => this.texts[row].includes(wanted)) : this.order;
      this.shown = ROWS_STEP;
      this.body.replaceChildren();
      this.draw(0);
    }

    showMore() {
      const from = this.shown;
      this.shown += ROWS_STEP;
      this.draw(from);
    }

    draw(from) {
      const shown = Math.min(this.shown, this.kept.length);
      for (const row of this.kept.slice(from, shown))
        this.body.append(make("tr", {}, ...this.table.rows[row].map((value, at) => tableCell(value, this.table.columns[at]))));
      this.more.hidden = shown === this.kept.length;
      const of = this.kept.length < this.order.length ? " of " + show(this.order.length, "count") : "";
      this.count.textContent = show(this.kept.length, "count") + of + (this.order.length === 1 ? " row" : " rows") +
        (this.more.hidden ? "" : ", the first " + show(shown, "count") + " shown");
    }
  }

  /* ---- plots ---- */

  const PLOT = {width: 1200, height: 180, left: 76, right: 14, top: 10, bottom: 24};

  class Plot {
    constructor(plot, table) {
      const at = (key) => table.columns.findIndex((column) => column.key === key);
      const xs = at(plot.x);
      this.xColumn = table.columns[xs];
      this.columns = plot.series.map((key) => table.columns[at(key)]);
      this.points = table.rows.map((row) => ({x: row[xs], ys: plot.series.map((key) => row[at(key)])}));
      this.right = this.points.reduce((most, point) => Math.max(most, point.x), 1);
      this.top = this.points.reduce((most, point) => Math.max(most, ...point.ys.map((y) => y || 0)), 1);
      this.unit = this.columns[0].unit;
      this.title = plot.title;
    }

    placeX(x) {
      return PLOT.left + x / this.right * (PLOT.width - PLOT.left - PLOT.right);
    }

    placeY(y) {
      return PLOT.height - PLOT.bottom - y / this.top * (PLOT.height - PLOT.top - PLOT.bottom);
    }

    axes() {
      const made = [];
      for (let part = 0; part <= 2; part++) {
        const y = this.placeY(this.top * part / 2);
        made.push(make("line", {class: "grid", x1: PLOT.left, x2: PLOT.width - PLOT.right, y1: y, y2: y}),
          make("text", {x: PLOT.left - 8, y: y + 4, "text-anchor": "end"}, show(this.top * part / 2, this.unit)));
      }
      for (let part = 0; part <= 4; part++)
        made.push(make("text", {x: this.placeX(this.right * part / 4), y: PLOT.height - 6,
          "text-anchor": part === 4 ? "end" : "middle"}, show(this.right * part / 4, this.xColumn.unit)));
      return made;
    }

    // A line through what is known; each point also a dot while there are few.
    line(series) {
      let path = "", open = false;
      for (const point of this.points) {
        if (point.ys[series] === null) {
          open = false;
          continue;
        }
        path += (open ? "L" : "M") + this.placeX(point.x).toFixed(1) + " " + this.placeY(point.ys[series]).toFixed(1);
        path += open ? "" : "h0.01"; // so that a lone point is a dot
        open = true;
      }
      return make("path", {class: `series series-${series + 1}`, d: path, "stroke-linecap": "round"});
    }

    say(index) {
      this.index = Math.max(0, Math.min(index, this.points.length - 1));
      const point = this.points[this.index], x = this.placeX(point.x);
      this.pointer.setAttribute("x1", x);
      this.pointer.setAttribute("x2", x);
      this.said.textContent = "at " + show(point.x, this.xColumn.unit) + ": " +
        this.columns.map((column, at) => column.heading + " " + show(point.ys[at], column.unit)).join(", ");
    }

    nearest(event) {
      const box = this.svg.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width * PLOT.width;
      let best = 0;
      this.points.forEach((point, at) => {
        if (Math.abs(this.placeX(point.x) - x) < Math.abs(this.placeX(this.points[best].x) - x)) best = at;
      });
      this.say(best);
    }

    key(event) {
      const step = {ArrowLeft: -1, ArrowRight: 1, Home: -this.points.length, End: this.points.length}[event.key];
      if (step === undefined) return;
      event.preventDefault();
      this.say((this.index === undefined ? -1 : this.index) + step);
    }

    show(parent) {
      this.said = make("p", {class: "said quiet", role: "status"}, "Point at the plot, or focus it and use the arrow keys.");
      this.pointer = make("line", {class: "pointer", y1: PLOT.top, y2: PLOT.height - PLOT.bottom, x1: -9, x2: -9});
      this.svg = make("svg", {viewBox: `0 0 ${PLOT.width} ${PLOT.height}`, role: "application", tabindex: 0,
        "aria-label": this.title + ": " + this.points.length + " points, up to " + show(this.top, this.unit) + "; arrow keys move",
        onpointermove: (event) => this.nearest(event), onkeydown: (event) => this.key(event)},
        ...this.axes(), ...this.columns.map((_, at) => this.line(at)), this.pointer);
      const legend = make("div", {class: "legend"}, ...this.columns.map((column, at) =>
        make("span", {}, make("svg", {viewBox: "0 0 30 8", "aria-hidden": "true"},
          make("path", {class: `series series-${at + 1}`, d: "M0 4H30"})), column.heading)));
      parent.append(make("figure", {}, make("figcaption", {}, make("strong", {}, this.title), legend), make("div", {}, this.svg), this.said));
    }
  }

  function showPlots(data) {
    const plots = data.plots.map((plot) => [plot, data.tables.find((table) => table.name === plot.table)])
      .filter(([, table]) => table && table.rows.length);
    if (!plots.length) return;
    const parent = section("over_time", "over time");
    for (const [plot, table] of plots) new Plot(plot, table).show(parent);
  }

  /* ---- trees of frames ---- */

  function hueOf(name) {
    let hash = 0;
    for (let at = 0; at < name.length && name[at] !== " "; at++) hash = (hash * 31 + name.charCodeAt(at)) & 0xffff;
    return 12 + hash % 46; // from red to yellow
  }

  // Nodes are [parent, kind, name, value of each measure], parents first; kinds are those of frame_tree.h.
  const FRAME_RUNTIME = 1, FRAME_OBJECT = 2;

  class Icicle {
    constructor(tree) {
      this.tree = tree;
      this.nodes = tree.nodes;
      this.measure = 0;
      this.zoomed = this.selected = 0;
      this.children = this.nodes.map(() => []);
      for (let node = 1; node < this.nodes.length; node++) this.children[this.nodes[node][0]].push(node);
      this.sumUp();
    }

    parent(node) {
      return this.nodes[node][0];
    }

    name(node) {
      return this.nodes[node][2];
    }

    self(node) {
      return this.nodes[node][3 + this.measure];
    }

    value(node) {
      return show(this.totals[node], this.tree.measures[this.measure].unit);
    }

    sumUp() {
      this.totals = this.nodes.map((_, node) => this.self(node));
      for (let node = this.nodes.length - 1; node > 0; node--) this.totals[this.parent(node)] += this.totals[node];
      for (const children of this.children) children.sort((a, b) => this.totals[b] - this.totals[a] || a - b);
    }

    pathTo(node) {
      const path = [node];
      while (path[0] !== 0) path.unshift(this.parent(path[0]));
      return path;
    }

    // Cells of what is wide enough to be seen: [{node, row, x, width}], row by row within a branch.
    layOut(width) {
      const path = this.pathTo(this.zoomed);
      const cells = path.map((node, row) => ({node, row, x: 0, width}));
      const pending = [cells[cells.length - 1]];
      while (pending.length) {
        const cell = pending.pop();
        let x = cell.x;
        for (const child of this.children[cell.node]) {
          const wide = cell.width * this.totals[child] / (this.totals[cell.node] || 1);
          if (wide < CELL_WIDTH_MIN) break; // the rest is smaller still
          const made = {node: child, row: cell.row + 1, x, width: wide};
          cells.push(made);
          pending.push(made);
          x += wide;
        }
      }
      return cells;
    }

    colour(node, style) {
      if (this.nodes[node][1] === FRAME_RUNTIME || node === 0) return style.getPropertyValue("--cell-runtime");
      const hue = this.nodes[node][1] === FRAME_OBJECT ? 208 : hueOf(this.name(node));
      return `hsl(${hue} ${style.getPropertyValue("--cell-saturation")} ${style.getPropertyValue("--cell-lightness")})`;
    }

    fit(context, text, width) {
      if (context.measureText(text).width <= width) return text;
      let low = 0, high = text.length;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (context.measureText(text.slice(0, middle) + "\u2026").width <= width) low = middle;
        else high = middle - 1;
      }
      return low > 1 ? text.slice(0, low) + "\u2026" : "";
    }

    drawCell(context, cell, style) {
      const y = cell.row * CELL_HEIGHT, inner = Math.max(cell.width - 1, 0.5);
      context.globalAlpha = this.matches && !this.matches.has(cell.node) ? 0.45 : 1;
      context.fillStyle = this.colour(cell.node, style);
      context.fillRect(cell.x, y, inner, CELL_HEIGHT - 1);
      if (cell.width > 24) {
        context.fillStyle = style.getPropertyValue("--cell-text");
        context.fillText(this.fit(context, this.name(cell.node), inner - 8), cell.x + 4, y + 14);
      }
      context.globalAlpha = 1;
      const matched = this.matches && this.matches.has(cell.node);
      if (cell.node !== this.selected && !matched) return;
      context.strokeStyle = style.getPropertyValue(cell.node === this.selected ? "--text" : "--match");
      context.lineWidth = 2;
      context.strokeRect(cell.x + 1, y + 1, Math.max(inner - 2, 0.5), CELL_HEIGHT - 3);
    }

    draw() {
      const width = this.canvas.clientWidth;
      if (!width) return;
      this.cells = this.layOut(width);
      const rows = this.cells.reduce((most, cell) => Math.max(most, cell.row + 1), 1);
      const ratio = window.devicePixelRatio || 1;
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(rows * CELL_HEIGHT * ratio);
      this.canvas.style.height = rows * CELL_HEIGHT + "px";
      const context = this.canvas.getContext("2d"), style = getComputedStyle(document.documentElement);
      context.scale(ratio, ratio);
      context.font = "12px " + getComputedStyle(document.body).fontFamily;
      for (const cell of this.cells) this.drawCell(context, cell, style);
    }

    cellAt(event) {
      const box = this.canvas.getBoundingClientRect();
      const x = event.clientX - box.left, row = Math.floor((event.clientY - box.top) / CELL_HEIGHT);
      return this.cells.find((cell) => cell.row === row && x >= cell.x && x < cell.x + cell.width);
    }

    select(node) {
      if (node === undefined || node === this.selected) return;
      this.selected = node;
      this.say();
      this.draw();
    }

    say() {
      const itself = this.self(this.selected), measure = this.tree.measures[this.measure];
      this.said.textContent = `${this.name(this.selected)}: ${this.value(this.selected)} ${measure.heading}, ` +
        share(this.totals[this.selected], this.totals[0]) + " of all" +
        (itself && this.children[this.selected].length ? "; by itself " + show(itself, measure.unit) : "");
    }

    zoom(node) {
      this.zoomed = this.selected = node;
      this.say();
      this.showPath();
      this.showCalled();
      this.draw();
    }

    key(event) {
      const siblings = this.children[this.parent(this.selected)], at = siblings.indexOf(this.selected);
      const moves = {
        ArrowUp: () => this.select(this.parent(this.selected)),
        ArrowDown: () => this.select(this.children[this.selected][0]),
        ArrowLeft: () => this.select(siblings[at - 1]),
        ArrowRight: () => this.select(siblings[at + 1]),
        Enter: () => this.zoom(this.selected),
        Escape: () => this.zoom(this.parent(this.zoomed)),
        Home: () => this.zoom(0),
      };
      if (!moves[event.key]) return;
      event.preventDefault();
      moves[event.key]();
    }

    showPath() {
      const path = this.pathTo(this.zoomed);
      this.path.replaceChildren(...path.map((node) => make("li", {}, make("button",
        {type: "button", title: this.name(node), "aria-current": node === this.zoomed ? "true" : undefined, onclick: () => this.zoom(node)},
        this.name(node)))));
    }

    calledRow(value, what) {
      const measure = this.tree.measures[this.measure];
      return make("tr", {"data-value": value}, make("td", {class: "number"}, show(value, measure.unit)),
        make("td", {class: "number"}, share(value, this.totals[0])), make("td", {}, what));
    }

    // The cells below the zoomed one again, as a table: its rows sum up to it.
    showCalled() {
      const children = this.children[this.zoomed].filter((child) => this.totals[child]);
      const rows = children.slice(0, CHILDREN_SHOWN).map((child) =>
        this.calledRow(this.totals[child], make("button", {type: "button", onclick: () => this.zoom(child)}, this.name(child))));
      const rest = children.slice(CHILDREN_SHOWN);
      if (rest.length)
        rows.push(this.calledRow(rest.reduce((sum, child) => sum + this.totals[child], 0), `${show(rest.length, "count")} more`));
      if (this.self(this.zoomed)) rows.push(this.calledRow(this.self(this.zoomed), "by itself"));
      this.called.replaceChildren(...rows);
      this.caption.textContent = `${this.value(this.zoomed)} in ${this.name(this.zoomed)}, of which:`;
    }

    search() {
      const wanted = this.filter.value.toLowerCase();
      this.matches = wanted ? new Set() : null;
      let sum = 0;
      const within = new Set(); // below a match: counted with it
      for (let node = 0; wanted && node < this.nodes.length; node++) {
        if (node && within.has(this.parent(node))) within.add(node);
        if (!this.name(node).toLowerCase().includes(wanted)) continue;
        this.matches.add(node);
        if (!within.has(node)) sum += this.totals[node];
        within.add(node);
      }
      this.found.textContent = wanted ? `${show(this.matches.size, "count")} frames match: ` +
        `${show(sum, this.tree.measures[this.measure].unit)}, ${share(sum, this.totals[0])}` : "";
      this.draw();
    }

    choose(measure) {
      this.measure = measure;
      this.sumUp();
      this.search();
      this.zoom(this.totals[this.zoomed] ? this.zoomed : 0);
    }

    measures() {
      if (this.tree.measures.length < 2) return "";
      return make("span", {role: "radiogroup", "aria-label": "What is drawn"}, ...this.tree.measures.map((measure, at) =>
        make("label", {}, make("input", {type: "radio", name: this.tree.name + "-measure", value: measure.key,
          ...(at === 0 ? {checked: ""} : {}), onchange: () => this.choose(at)}), " " + measure.heading + "  ")));
    }

    show() {
      const parent = section(this.tree.name, this.tree.title);
      this.canvas = make("canvas", {tabindex: 0, role: "application", "aria-label": this.tree.title + ": arrow keys move, Enter zooms, " +
        "Escape zooms out; the table below says the same", "aria-describedby": this.tree.name + "-said",
        onpointermove: (event) => this.select(this.cellAt(event)?.node), onkeydown: (event) => this.key(event),
        onclick: (event) => this.zoom(this.cellAt(event)?.node ?? this.zoomed)});
      this.said = make("p", {class: "said", id: this.tree.name + "-said", role: "status"});
      this.path = make("ul", {class: "path", "aria-label": "From the outermost frame"});
      this.filter = make("input", {type: "search", placeholder: "a type, a function, a file", oninput: () => this.search()});
      this.found = make("span", {class: "quiet", role: "status"});
      this.called = make("tbody");
      this.caption = make("caption", {class: "quiet"});
      parent.append(
        make("p", {class: "quiet"}, "The outermost frame is on top; below a frame is what it called, as wide as what it accounts for. " +
          "Blue is what was made, grey the runtime. Click a cell to zoom, the path to go back."));
      if (this.tree.left_out)
        parent.append(make("p", {class: "notice"}, "Small frames left out of this page: " +
          show(this.tree.left_out, "count") + ". What they made counts with the frame that called them."));
      parent.append(make("div", {class: "tools"}, this.measures(), make("label", {}, "Find ", this.filter), this.found),
        this.path, make("div", {class: "canvas"}, this.canvas), this.said,
        make("table", {class: "called"}, this.caption, make("thead", {}, make("tr", {}, make("th", {scope: "col", class: "number"},
          "amount"), make("th", {scope: "col", class: "number"}, "of all"), make("th", {scope: "col"}, "frame"))), this.called));
      this.zoom(0);
      new ResizeObserver(() => this.draw()).observe(this.canvas.parentElement);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    }
  }

  /* ---- the page ---- */

  const data = JSON.parse(document.getElementById("data").textContent);
  document.title = data.title + " \u2013 gctool";
  document.getElementById("title").textContent = data.title;
  document.getElementById("subtitle").textContent = data.subject + " from " + data.source;
  document.getElementById("footer").append(make("p", {}, "Made by " + data.producer + ". This page holds all its data and loads nothing."));
  const [first, ...others] = data.tables;
  const showTable = (table) => table.single ? showFacts(table) : new Table(table);
  if (first) showTable(first);
  showPlots(data);
  for (const tree of data.trees) new Icicle(tree).show();
  others.forEach(showTable);
})();
