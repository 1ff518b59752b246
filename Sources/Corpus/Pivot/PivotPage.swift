/// The script and the style of a pivot's page; neither holds anything of what was found.
enum PivotPage {
    static let style = """
        :root { color-scheme: light dark; }
        body { margin: 0; font: 14px sans-serif; color: #1f2933; background: #fff; display: flex; flex-direction: column;
          height: 100vh; }
        header { padding: 8px 12px; border-bottom: 1px solid #cbd2d9; display: flex; gap: 14px;
          align-items: center; flex-wrap: wrap; }
        h1 { font-size: 1em; margin: 0; }
        header p { margin: 0; overflow-wrap: anywhere; min-width: 0; }
        a { color: inherit; }
        main { flex: 1; display: flex; min-height: 0; }
        svg { flex: 1; min-width: 0; cursor: grab; touch-action: none; }
        aside { width: 340px; overflow: auto; overflow-wrap: anywhere; border-left: 1px solid #cbd2d9; padding: 12px; }
        svg text { fill: currentColor; }
        aside dt { font-weight: bold; margin-top: 8px; }
        aside dd { margin: 0; }
        .node { cursor: pointer; }
        .faint { opacity: 0.12; }
        .gone, .quiet text { display: none; }
        .node:hover text, .node:focus text { display: inline; }
        .node:focus-visible { outline: 3px solid currentColor; outline-offset: 2px; }
        .key::before { content: ""; display: inline-block; width: 10px; height: 10px; margin-right: 4px; }
        .key.seed::before { background: #d64545; }
        .key.certificate::before { background: #3182ce; }
        .key.endpoint::before { background: #2f9e6e; }
        .key.client::before { background: #c27803; }
        .key.name::before { background: #805ad5; }
        .key.address::before { background: #2c7a7b; }
        .key.mark::before { background: #c9d3de; border-radius: 5px; }
        @media (prefers-color-scheme: dark) { body { color: #e4e8eb; background: #14181b; } }
        @media (max-width: 640px) {
          main { flex-direction: column; }
          svg { min-height: 0; }
          aside { width: auto; flex: 0 1 auto; max-height: 40%; border-left: 0; border-top: 1px solid #cbd2d9; }
        }
        """

    static let script = """
        "use strict";
        (() => {
          const data = JSON.parse(document.getElementById("data").textContent);
          const svg = document.getElementById("graph"), view = document.getElementById("view");
          const details = document.getElementById("details"), filter = document.getElementById("filter");
          const weight = document.getElementById("weight"), count = document.getElementById("count");
          const nodes = [...document.querySelectorAll(".node")], lines = [...document.querySelectorAll(".edge")];
          const near = data.nodes.map(() => new Set());
          for (const [a, b] of data.edges) { near[a].add(b); near[b].add(a); }
          const texts = data.nodes.map(n => (n.label + " " + n.details.map(d => d[1]).join(" ")).toLowerCase());
          let x = 0, y = 0, scale = 1, chosen = -1;
          // Names keep their size on the screen whatever the zoom; those that would lie over weightier ones,
          // are left out until there is room.
          const letters = 12;
          const spread = () => {
            const matrix = svg.getScreenCTM(), size = Math.abs(matrix.a || 1) * scale;
            view.setAttribute("font-size", letters / size);
            const taken = new Map();
            const order = data.nodes.map((_, i) => i).filter(i => !hidden.has(i));
            const rank = i => (i === chosen ? 1e9 : data.nodes[i].kind === "seed" ? 1e6 : data.nodes[i].kind === "mark" ? 1e3 : 0) + data.nodes[i].weight;
            order.sort((a, b) => rank(b) - rank(a));
            for (const i of order) {
              const n = data.nodes[i];
              const left = n.x * size, top = n.y * size, wide = 16 + 7 * n.width;
              const cells = [];
              for (let a = Math.floor(left / 40); a <= Math.floor((left + wide) / 40); a++) {
                for (let b = Math.floor((top - 8) / 16); b <= Math.floor((top + 8) / 16); b++) cells.push(`${a} ${b}`);
              }
              const isFree = cells.every(cell => !taken.has(cell));
              nodes[i].classList.toggle("quiet", !isFree);
              if (isFree) for (const cell of cells) taken.set(cell, i);
            }
          };
          const hidden = new Set();
          const place = () => {
            view.setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
            spread();
          };
          const point = event => {
            const p = new DOMPoint(event.clientX, event.clientY);
            return p.matrixTransform(svg.getScreenCTM().inverse());
          };
          svg.addEventListener("wheel", event => {
            event.preventDefault();
            const p = point(event), factor = Math.exp(-event.deltaY / 500);
            const next = Math.min(20, Math.max(0.05, scale * factor));
            x = p.x - (p.x - x) * next / scale;
            y = p.y - (p.y - y) * next / scale;
            scale = next;
            place();
          }, { passive: false });
          let held = null, begin = null, moved = false;
          svg.addEventListener("pointerdown", event => { begin = held = point(event); moved = false; });
          window.addEventListener("pointermove", event => {
            if (!held) return;
            const p = point(event);
            if (Math.hypot(p.x - begin.x, p.y - begin.y) > 3) moved = true;
            x += p.x - held.x;
            y += p.y - held.y;
            held = p;
            place();
          });
          window.addEventListener("pointerup", () => { held = null; });
          const show = index => {
            details.replaceChildren();
            if (index < 0) return;
            const node = data.nodes[index], head = document.createElement("h2"), list = document.createElement("dl");
            head.textContent = node.label;
            for (const [name, value] of node.details) {
              const term = document.createElement("dt"), text = document.createElement("dd");
              term.textContent = name;
              text.textContent = value;
              list.append(term, text);
            }
            if (data.base && node.query) {
              const item = document.createElement("dd"), link = document.createElement("a");
              link.textContent = "Expand";
              link.setAttribute("href", data.base + encodeURIComponent(node.query));
              item.append(link);
              list.append(item);
            }
            for (const [name, url] of node.links) {
              if (!url.startsWith("https://")) continue;
              const item = document.createElement("dd"), link = document.createElement("a");
              link.textContent = "Search " + name;
              link.setAttribute("href", url);
              link.setAttribute("rel", "noreferrer noopener");
              link.setAttribute("target", "_blank");
              item.append(link);
              list.append(item);
            }
            details.append(head, list);
          };
          const draw = () => {
            const wanted = filter.value.trim().toLowerCase(), least = Number(weight.value);
            const heavy = data.nodes.map(n => n.kind === "seed" || ["client", "name", "address"].includes(n.kind) || n.weight >= least);
            const hit = texts.map((text, i) => heavy[i] && text.includes(wanted));
            const seen = hit.map((h, i) => h || wanted !== "" && heavy[i] && [...near[i]].some(j => hit[j]));
            let left = 0;
            nodes.forEach((element, i) => {
              element.classList.toggle("gone", !seen[i]);
              element.classList.toggle("faint", chosen >= 0 && i !== chosen && !near[chosen].has(i));
              if (seen[i]) { left += 1; hidden.delete(i); } else hidden.add(i);
            });
            lines.forEach((element, i) => {
              const [a, b] = data.edges[i];
              element.classList.toggle("gone", !seen[a] || !seen[b]);
              element.classList.toggle("faint", chosen >= 0 && a !== chosen && b !== chosen);
            });
            count.textContent = `${left} of ${nodes.length}`;
            // The stop of the tabulator is a node that is seen.
            if (stop >= 0 && hidden.has(stop)) reach(walk(stop, 1));
            spread();
          };
          const choose = index => { chosen = index; show(index); draw(); };
          nodes.forEach((element, i) => element.addEventListener("click", () => { if (!moved) choose(i); }));
          // One stop of the tabulator for all nodes; arrows go on to the next that is seen, in view or not.
          let stop = -1;
          const reach = index => {
            if (stop >= 0) nodes[stop].setAttribute("tabindex", "-1");
            stop = index;
            if (stop >= 0) nodes[stop].setAttribute("tabindex", "0");
          };
          const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
          const walk = (from, step) => {
            for (let n = 1; n <= nodes.length; n += 1) {
              const i = (from + step * n % nodes.length + nodes.length) % nodes.length;
              if (!hidden.has(i)) return i;
            }
            return from;
          };
          nodes.forEach((element, i) => {
            element.setAttribute("tabindex", "-1");
            element.setAttribute("role", "button");
            const node = data.nodes[i];
            element.setAttribute("aria-label", `${node.kind} ${node.label}`);
            element.addEventListener("focus", () => reach(i));
            element.addEventListener("keydown", event => {
              if (event.key === "Enter" || event.key === " ") choose(i);
              else if (event.key in steps) {
                const next = walk(i, steps[event.key]), n = data.nodes[next], box = svg.viewBox.baseVal;
                reach(next);
                nodes[next].focus({ preventScroll: true });
                if (n.x * scale + x < 0 || n.x * scale + x > box.width || n.y * scale + y < 0 || n.y * scale + y > box.height) {
                  x = box.width / 2 - n.x * scale;
                  y = box.height / 2 - n.y * scale;
                  place();
                }
              } else return;
              event.preventDefault();
            });
          });
          if (nodes.length > 0) reach(0);
          // Whoever expanded a node goes on from it.
          const starts = data.base ? new URLSearchParams(window.location.search).getAll("q") : [];
          const last = starts.length > 1 ? data.nodes.findIndex(n => n.query === starts.at(-1)) : -1;
          if (last >= 0) {
            choose(last);
            nodes[last].focus({ preventScroll: true });
          }
          if (data.base) nodes.forEach((element, i) => element.addEventListener("dblclick", () => {
            if (data.nodes[i].query) window.location.assign(data.base + encodeURIComponent(data.nodes[i].query));
          }));
          document.getElementById("png").addEventListener("click", () => {
            // What is seen, on the page's own ground: text and shapes alone, so that it may be read back.
            const box = svg.getBoundingClientRect(), copy = svg.cloneNode(true), colors = getComputedStyle(document.body);
            for (const element of copy.querySelectorAll(".gone, .quiet text")) element.remove();
            copy.setAttribute("width", box.width * 2);
            copy.setAttribute("height", box.height * 2);
            copy.setAttribute("color", colors.color);
            for (const text of copy.querySelectorAll("text")) text.setAttribute("fill", colors.color);
            for (const faint of copy.querySelectorAll(".faint")) faint.setAttribute("opacity", "0.12");
            const picture = new Image();
            picture.addEventListener("load", () => {
              const canvas = document.createElement("canvas");
              canvas.width = box.width * 2;
              canvas.height = box.height * 2;
              const context = canvas.getContext("2d");
              context.fillStyle = colors.backgroundColor;
              context.fillRect(0, 0, canvas.width, canvas.height);
              context.drawImage(picture, 0, 0);
              const link = document.createElement("a");
              link.download = "pivot.png";
              link.href = canvas.toDataURL("image/png");
              link.click();
            });
            picture.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(copy));
          });
          window.addEventListener("resize", spread);
          filter.addEventListener("input", draw);
          weight.addEventListener("input", draw);
          window.addEventListener("keydown", event => { if (event.key === "Escape") choose(-1); });
          draw();
        })();
        """
}
