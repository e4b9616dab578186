"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const make = (tag, text, attributes = {}) => {
  const node = document.createElement(tag);
  if (text !== undefined && text !== null) node.textContent = text;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
};
const floats = (text) => {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return new Float32Array(bytes.buffer);
};
const told = (value) => (Math.round(value * 1000) / 1000).toString();

/* light and dark */
const theme = byId("theme");
theme.addEventListener("click", () => {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.theme || (dark ? "dark" : "light");
  document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
  plan.restyle();
});

/* the layout as groups: one cell's shapes at many places, all with one turn */
function groupsOf() {
  const groups = [];
  const walk = (index, points, m) => {
    const cell = data.cells[index];
    if (Object.keys(cell.shapes).length) groups.push({ index, points, m });
    for (const use of cell.uses) {
      const own = floats(use.points);
      const all = new Float32Array(points.length * own.length / 2);
      let k = 0;
      for (let i = 0; i < points.length; i += 2) {
        for (let j = 0; j < own.length; j += 2) {
          all[k++] = points[i] + m[0] * own[j] + m[2] * own[j + 1];
          all[k++] = points[i + 1] + m[1] * own[j] + m[3] * own[j + 1];
        }
      }
      const u = use.turn;
      walk(use.cell, all, [
        m[0] * u[0] + m[2] * u[1], m[1] * u[0] + m[3] * u[1], m[0] * u[2] + m[2] * u[3], m[1] * u[2] + m[3] * u[3],
      ]);
    }
  };
  walk(data.top, new Float32Array([0, 0]), [1, 0, 0, 1]);
  return groups;
}

function shapesOf(cell) {
  const found = {};
  for (const [layer, shapes] of Object.entries(cell.shapes)) {
    const path = new Path2D();
    let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
    const grow = (x, y) => { x0 = Math.min(x0, x); y0 = Math.min(y0, y); x1 = Math.max(x1, x); y1 = Math.max(y1, y); };
    for (const shape of shapes) {
      if (typeof shape === "string") {
        const p = floats(shape);
        path.moveTo(p[0], p[1]);
        for (let i = 0; i < p.length; i += 2) { path.lineTo(p[i], p[i + 1]); grow(p[i], p[i + 1]); }
        path.closePath();
      } else {
        const [x, y, r] = shape;
        path.moveTo(x + r, y);
        path.arc(x, y, r, 0, 2 * Math.PI);
        grow(x - r, y - r); grow(x + r, y + r);
      }
    }
    found[layer] = { path, box: [x0, y0, x1, y1], count: shapes.length };
  }
  return found;
}

const plan = (() => {
  const stage = byId("stage"), canvas = byId("canvas"), tip = byId("tip"), where = byId("where"), scale = byId("scale");
  const context = canvas.getContext("2d");
  const groups = groupsOf(), cells = data.cells.map(shapesOf);
  const hidden = new Set(data.layers.map((l, i) => (l.shown ? -1 : i)).filter((i) => i >= 0));
  const names = data.sites.names, places = floats(data.sites.points);
  let view = { x: 0, y: 0, k: 1 }, flip = false, ring = null, ratio = 1;
  let picture = null, job = 0, frames = 0;

  const size = () => [canvas.width, canvas.height];
  const toPage = (x, y) => [(flip ? -1 : 1) * (x - view.x) * view.k + canvas.width / 2, canvas.height / 2 - (y - view.y) * view.k];
  const toDie = (px, py) => [(flip ? -1 : 1) * (px - canvas.width / 2) / view.k + view.x, view.y - (py - canvas.height / 2) / view.k];

  function fit() {
    const [x0, y0, x1, y1] = data.outline;
    view = { x: (x0 + x1) / 2, y: (y0 + y1) / 2, k: 0.94 * Math.min(canvas.width / (x1 - x0), canvas.height / (y1 - y0)) };
    changed();
  }
  function resize() {
    ratio = window.devicePixelRatio || 1;
    const [w, h] = [Math.max(1, Math.round(stage.clientWidth * ratio)), Math.max(1, Math.round(stage.clientHeight * ratio))];
    if (w === canvas.width && h === canvas.height) return;
    canvas.width = w; canvas.height = h;
    fit();
  }

  /* painting goes in slices; meanwhile, and while dragging, the last picture is moved */
  function* paint(into, at) {
    const c = into.getContext("2d"), [w, h] = [into.width, into.height];
    const sign = flip ? -1 : 1;
    const [x0, x1] = [at.x - w / 2 / at.k, at.x + w / 2 / at.k];
    const [y0, y1] = [at.y - h / 2 / at.k, at.y + h / 2 / at.k];
    let work = 0;
    for (let layer = 0; layer < data.layers.length; layer++) {
      if (hidden.has(layer)) continue;
      const style = data.layers[layer];
      c.fillStyle = style.fill || "transparent"; c.strokeStyle = style.line;
      for (const { index, points, m } of groups) {
        const shape = cells[index][layer];
        if (!shape) continue;
        const [a0, b0, a1, b1] = shape.box, reach = Math.max(Math.hypot(a0, b0), Math.hypot(a1, b1), Math.hypot(a0, b1), Math.hypot(a1, b0));
        const wide = Math.max(a1 - a0, b1 - b0) * at.k;
        const small = wide < 2.5, line = !style.fill || wide > 8;
        const sprite = !small && points.length > 400 && wide < 160 ? spriteOf(shape, style, m, sign, at.k, line) : null;
        for (let i = 0; i < points.length; i += 2) {
          const [x, y] = [points[i], points[i + 1]];
          if (x + reach < x0 || x - reach > x1 || y + reach < y0 || y - reach > y1) continue;
          const [px, py] = [sign * (x - at.x) * at.k + w / 2, h / 2 - (y - at.y) * at.k];
          if (small) {
            c.setTransform(1, 0, 0, 1, 0, 0);
            const side = Math.max(wide, 1);
            c.fillStyle = style.fill || style.line; c.globalAlpha = style.fill ? 0.85 : 0.5;
            c.fillRect(px - side / 2, py - side / 2, side, side);
            c.globalAlpha = 1;
          } else if (sprite) {
            c.setTransform(1, 0, 0, 1, 0, 0);
            c.drawImage(sprite.image, px - sprite.x, py - sprite.y);
          } else {
            c.setTransform(sign * m[0] * at.k, -m[1] * at.k, sign * m[2] * at.k, -m[3] * at.k, px, py);
            if (style.fill) c.fill(shape.path);
            c.lineWidth = ratio / at.k;
            if (line) c.stroke(shape.path);
          }
          if (++work % 2000 === 0) yield;
        }
      }
    }
    c.setTransform(1, 0, 0, 1, 0, 0);
  }
  function spriteOf(shape, style, m, sign, k, line) {
    const [a0, b0, a1, b1] = shape.box;
    const half = Math.ceil(Math.max(Math.abs(a0), Math.abs(a1), Math.abs(b0), Math.abs(b1)) * k) + 2;
    if (half > 200) return null;
    const image = document.createElement("canvas");
    image.width = image.height = 2 * half;
    const c = image.getContext("2d");
    c.setTransform(sign * m[0] * k, -m[1] * k, sign * m[2] * k, -m[3] * k, half, half);
    c.fillStyle = style.fill || "transparent"; c.strokeStyle = style.line; c.lineWidth = ratio / k;
    if (style.fill) c.fill(shape.path);
    if (line) c.stroke(shape.path);
    return { image, x: half, y: half };
  }
  function changed() {
    const number = ++job, at = { ...view };
    const into = document.createElement("canvas");
    into.width = Math.round(canvas.width * 1.5); into.height = Math.round(canvas.height * 1.5);
    const steps = paint(into, at);
    const slice = () => {
      if (number !== job) return;
      const until = performance.now() + 10;
      let done = false;
      while (!done && performance.now() < until) done = steps.next().done;
      if (done) { picture = { image: into, at, flip }; stage.dataset.painted = String(number); }
      show();
      if (!done) setTimeout(slice, 0);
    };
    slice();
  }
  let shown = false;
  function show() {
    if (shown) return;
    shown = true;
    requestAnimationFrame(() => { shown = false; draw(); });
  }
  function draw() {
    frames++;
    const [w, h] = size();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, w, h);
    if (picture && picture.flip === flip) {
      const s = view.k / picture.at.k, [cx, cy] = toPage(picture.at.x, picture.at.y);
      const [pw, ph] = [picture.image.width * s, picture.image.height * s];
      context.imageSmoothingEnabled = s < 1;
      context.drawImage(picture.image, cx - pw / 2, cy - ph / 2, pw, ph);
    }
    const [ax, ay] = toPage(data.outline[0], data.outline[1]), [bx, by] = toPage(data.outline[2], data.outline[3]);
    context.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--soft");
    context.lineWidth = ratio;
    context.strokeRect(Math.min(ax, bx), Math.min(ay, by), Math.abs(bx - ax), Math.abs(by - ay));
    if (ring) {
      const [x, y] = toPage(ring.x, ring.y), r = Math.max(ring.r * view.k * 1.25, 9 * ratio);
      context.strokeStyle = "#e0287d"; context.lineWidth = 3 * ratio;
      context.beginPath(); context.arc(x, y, r, 0, 2 * Math.PI); context.stroke();
    }
    const wanted = 130 * ratio / view.k, power = 10 ** Math.floor(Math.log10(wanted));
    const length = [5, 2, 1].map((n) => n * power).find((n) => n <= wanted);
    scale.firstElementChild.style.width = `${length * view.k / ratio}px`;
    scale.lastElementChild.textContent = length >= 1000 ? `${length / 1000} mm` : `${told(length)} µm`;
  }

  /* sites: a grid to find the nearest in */
  const side = Math.max(data.sites.reach, Math.hypot(data.outline[2] - data.outline[0], data.outline[3] - data.outline[1]) / 400);
  const bins = new Map();
  for (let i = 0; i < names.length; i++) {
    const key = `${Math.floor(places[2 * i] / side)},${Math.floor(places[2 * i + 1] / side)}`;
    (bins.get(key) || bins.set(key, []).get(key)).push(i);
  }
  function nearest(x, y) {
    let best = -1, least = Math.max(data.sites.reach, 6 * ratio / view.k);
    const [bx, by] = [Math.floor(x / side), Math.floor(y / side)];
    for (let i = bx - 1; i <= bx + 1; i++) for (let j = by - 1; j <= by + 1; j++) {
      for (const n of bins.get(`${i},${j}`) || []) {
        const far = Math.hypot(places[2 * n] - x, places[2 * n + 1] - y);
        if (far < least) { least = far; best = n; }
      }
    }
    return best;
  }
  function jump(x, y, r, near = true) {
    ring = { x, y, r };
    view = { x, y, k: near ? Math.max(view.k, Math.min(canvas.width, canvas.height) / (r * 14)) : view.k };
    changed();
    stage.scrollIntoView({ block: "nearest", behavior: "auto" });
  }
  const jumpTo = (n) => jump(places[2 * n], places[2 * n + 1], data.sites.reach);

  /* pointer, wheel, keys */
  const held = new Map();
  let moved = null;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * ratio, (event.clientY - box.top) * ratio];
  };
  function zoom(factor, px, py) {
    const [x, y] = toDie(px, py);
    const least = 0.05 * Math.min(canvas.width, canvas.height) / (data.outline[2] - data.outline[0]);
    const k = Math.min(Math.max(view.k * factor, least), 2000);
    view = { x: x - (flip ? -1 : 1) * (px - canvas.width / 2) / k, y: y + (py - canvas.height / 2) / k, k };
    show();
    later();
  }
  let timer = 0;
  const later = () => { clearTimeout(timer); timer = setTimeout(changed, 120); };
  canvas.addEventListener("pointerdown", (event) => { held.set(event.pointerId, at(event)); moved = at(event); canvas.setPointerCapture(event.pointerId); canvas.classList.add("drag"); });
  canvas.addEventListener("pointermove", (event) => {
    const [px, py] = at(event), [x, y] = toDie(px, py);
    where.textContent = `${x.toFixed(1)}, ${y.toFixed(1)} µm`;
    if (held.size === 2) {
      const [one, two] = [...held.values()], before = Math.hypot(one[0] - two[0], one[1] - two[1]);
      held.set(event.pointerId, [px, py]);
      const [a, b] = [...held.values()];
      zoom(Math.hypot(a[0] - b[0], a[1] - b[1]) / Math.max(before, 1), (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
    } else if (held.size === 1 && moved) {
      view.x -= (flip ? -1 : 1) * (px - moved[0]) / view.k; view.y += (py - moved[1]) / view.k;
      moved = [px, py]; held.set(event.pointerId, moved);
      show(); later();
    } else {
      const n = nearest(x, y);
      tip.hidden = n < 0;
      if (n >= 0) {
        const [sx, sy] = toPage(places[2 * n], places[2 * n + 1]);
        tip.textContent = `${names[n]} at (${told(places[2 * n])}, ${told(places[2 * n + 1])})`;
        tip.style.left = `${sx / ratio}px`; tip.style.top = `${sy / ratio}px`;
      }
    }
  });
  const up = (event) => { held.delete(event.pointerId); moved = held.size ? [...held.values()][0] : null; if (!held.size) canvas.classList.remove("drag"); };
  for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, up);
  canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
  canvas.addEventListener("wheel", (event) => { event.preventDefault(); zoom(Math.exp(-event.deltaY * 0.0015), ...at(event)); }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const step = 60 * ratio / view.k, sign = flip ? -1 : 1, [w, h] = size();
    const moves = { ArrowLeft: [-sign, 0], ArrowRight: [sign, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (moves[event.key]) { view.x += moves[event.key][0] * step; view.y += moves[event.key][1] * step; show(); later(); }
    else if (event.key === "+" || event.key === "=") zoom(1.25, w / 2, h / 2);
    else if (event.key === "-") zoom(0.8, w / 2, h / 2);
    else if (event.key === "0") fit();
    else return;
    event.preventDefault();
  });
  byId("fit").addEventListener("click", fit);
  byId("in").addEventListener("click", () => zoom(1.4, canvas.width / 2, canvas.height / 2));
  byId("out").addEventListener("click", () => zoom(1 / 1.4, canvas.width / 2, canvas.height / 2));
  byId("side").addEventListener("click", (event) => {
    flip = !flip;
    event.currentTarget.textContent = flip ? "Bumps down" : "Bumps up";
    event.currentTarget.setAttribute("aria-pressed", String(flip));
    changed();
  });

  /* layers */
  data.layers.forEach((layer, i) => {
    const item = make("li"), label = make("label"), box = make("input", null, { type: "checkbox", "data-layer": layer.name });
    box.checked = !hidden.has(i);
    box.addEventListener("change", () => { if (box.checked) hidden.delete(i); else hidden.add(i); changed(); });
    const swatch = make("i");
    swatch.style.background = layer.fill || "transparent"; swatch.style.borderColor = layer.line;
    label.append(box, swatch, make("span", layer.name, { title: layer.description }));
    item.append(label); byId("layers").append(item);
  });

  /* search */
  const search = byId("search"), hits = byId("hits");
  const lower = names.map((name) => name.toLowerCase());
  search.addEventListener("input", () => {
    hits.textContent = "";
    const text = search.value.trim().toLowerCase();
    if (!text) return;
    const ranks = [[], []];
    for (let i = 0; i < lower.length && ranks[0].length < 12; i++) {
      const words = lower[i].split(" ");
      if (words.some((word) => word === text)) ranks[0].push(i);
      else if (ranks[1].length < 12 && lower[i].includes(text)) ranks[1].push(i);
    }
    for (const i of [...ranks[0], ...ranks[1]].slice(0, 12)) {
      const item = make("li"), button = make("button", names[i], { type: "button" });
      button.addEventListener("click", () => { hits.textContent = ""; search.value = names[i]; jumpTo(i); });
      item.append(button); hits.append(item);
    }
    if (!hits.firstChild) hits.append(make("li", "nothing has that name", { class: "soft" }));
  });
  search.addEventListener("keydown", (event) => {
    const first = hits.querySelector("button");
    if (event.key === "Enter" && first) first.click();
    if (event.key === "ArrowDown" && first) { first.focus(); event.preventDefault(); }
    if (event.key === "Escape") hits.textContent = "";
  });
  hits.addEventListener("keydown", (event) => {
    const buttons = [...hits.querySelectorAll("button")], i = buttons.indexOf(document.activeElement);
    const next = { ArrowDown: buttons[i + 1], ArrowUp: buttons[i - 1] || search, Escape: search }[event.key];
    if (next) { next.focus(); event.preventDefault(); }
    if (event.key === "Escape") hits.textContent = "";
  });
  new ResizeObserver(resize).observe(stage);
  resize();
  return { jump, jumpTo, names, places, restyle: show, frames: () => frames, view: () => ({ ...view, flip, ring, width: canvas.width, height: canvas.height }) };
})();
window.plan = plan;

/* checks: a row a rule, its places below it */
for (const button of document.querySelectorAll("button[data-place]")) {
  button.addEventListener("click", () => {
    const [x, y, r] = button.dataset.place.split(",").map(Number);
    plan.jump(x, y, r);
  });
}

/* nets: sorted and searched, the first two hundred shown */
(() => {
  const body = byId("nets"), filter = byId("netfilter"), note = byId("netnote");
  if (!body) return;
  let by = 0, down = false;
  const value = (v) => (v === null ? "" : typeof v === "number" ? Number(v.toPrecision(5)).toString() : v);
  function list() {
    const text = filter.value.trim().toLowerCase();
    const rows = data.nets.filter((row) => !text || row.slice(0, 3).some((v) => String(v).toLowerCase().includes(text)));
    const order = (v) => (v === null ? -Infinity : v);
    rows.sort((a, b) => (typeof a[by] === "string" ? a[by].localeCompare(b[by], undefined, { numeric: true }) : order(a[by]) - order(b[by])) * (down ? -1 : 1));
    body.textContent = "";
    for (const row of rows.slice(0, 200)) {
      const line = make("tr");
      row.forEach((v, i) => {
        const cell = make("td", i ? value(v) : null, i > 2 ? { class: "n" } : {});
        if (!i) {
          const button = make("button", v, { type: "button" });
          button.addEventListener("click", () => {
            const wanted = ` ${v}`, n = plan.names.findIndex((name) => name.endsWith(wanted));
            if (n >= 0) plan.jumpTo(n);
          });
          cell.append(button);
        }
        line.append(cell);
      });
      body.append(line);
    }
    note.textContent = rows.length > 200 ? `200 of ${rows.length} nets shown` : `${rows.length} nets`;
  }
  document.querySelectorAll("#nettable th button").forEach((button, i) => button.addEventListener("click", () => {
    down = by === i ? !down : false; by = i;
    document.querySelectorAll("#nettable th").forEach((th, j) => th.setAttribute("aria-sort", j === by ? (down ? "descending" : "ascending") : "none"));
    list();
  }));
  filter.addEventListener("input", list);
  list();
})();

/* the process as a film */
(() => {
  const step = byId("step");
  if (!step) return;
  const film = byId("film"), title = byId("steptitle"), notes = byId("stepnotes"), play = byId("play");
  let timer = 0;
  function show(n) {
    const frame = data.frames[n];
    step.value = n;
    film.innerHTML = frame.svg;
    title.textContent = frame.title;
    notes.textContent = frame.notes.join(" ");
  }
  const stop = () => { clearInterval(timer); timer = 0; play.textContent = "Play"; };
  step.addEventListener("input", () => { stop(); show(Number(step.value)); });
  play.addEventListener("click", () => {
    if (timer) { stop(); return; }
    play.textContent = "Stop";
    timer = setInterval(() => show((Number(step.value) + 1) % data.frames.length), 1200);
  });
  show(data.frames.length - 1);
})();
