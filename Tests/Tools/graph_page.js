// Uses a pivot's page as a person would: filters, weighs, clicks, zooms, drags. The document is as much of one as the page's
// script asks for, made of the page's own text.
//
//   node graph_page.js PAGE.html
//   node graph_page.js PAGE.html '?q=START&q=NODE': only whether it begins at the node that was expanded
"use strict";
const fs = require("fs");
const assert = require("assert");
const vm = require("vm");

const html = fs.readFileSync(process.argv[2], "utf8");
const made = [];

class Element {
  constructor(name) {
    Object.assign(this, { name, attributes: {}, children: [], listeners: {}, classes: new Set(), textContent: "", value: "" });
    this.classList = { toggle: (one, on) => (on ? this.classes.add(one) : this.classes.delete(one)) };
  }
  setAttribute(name, value) { this.attributes[name] = value; }
  append(...more) { this.children.push(...more); }
  replaceChildren(...more) { this.children = more; }
  focus() {
    Element.focused = this;
    this.fire("focus");
  }
  addEventListener(kind, act) { (this.listeners[kind] ??= []).push(act); }
  fire(kind, event = {}) { for (const act of this.listeners[kind] ?? []) act({ preventDefault() {}, ...event }); }
  getScreenCTM() { return { a: 1, inverse: () => ({}) }; }
  get text() { return this.textContent + this.children.map(child => child.text).join(" "); }
  all(name) { return (this.name === name ? [this] : []).concat(...this.children.map(child => child.all(name))); }
}

const ids = {};
for (const [, name, id] of html.matchAll(/<(\w+)[^>]* id="(\w+)"/g)) ids[id] = new Element(name);
ids.data.textContent = html.match(/<script type="application\/json" id="data">(.*?)<\/script>/s)[1];
ids.weight.value = "0";
const many = { ".node": [], ".edge": [] };
for (const [, kind] of html.matchAll(/ class="(node|edge)"/g)) many["." + kind].push(new Element("g"));
const window = new Element("window");
window.location = { search: process.argv[3] ?? "" };
const document = {
  getElementById: id => ids[id],
  querySelectorAll: selector => many[selector],
  createElement: name => { made.push(name); return new Element(name); },
};
class DOMPoint {
  constructor(x, y) { Object.assign(this, { x, y }); }
  matrixTransform() { return this; }
}
const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)];
assert.strictEqual(scripts.length, 1);
vm.runInNewContext(scripts[0][1], { document, window, DOMPoint, URLSearchParams });

const data = JSON.parse(ids.data.textContent);
const nodes = many[".node"];
if (process.argv[3]) {
  const query = new URLSearchParams(process.argv[3]).getAll("q").at(-1);
  const expanded = nodes[data.nodes.findIndex(node => node.query === query)];
  assert(expanded && Element.focused === expanded && expanded.attributes.tabindex === "0");
  assert.strictEqual(nodes.filter(node => node.attributes.tabindex === "0").length, 1);
  assert(ids.details.text.includes("Expand"));
  console.log("focused");
  process.exit(0);
}
assert.strictEqual(Element.focused, undefined);
assert.strictEqual(nodes.length, data.nodes.length);
assert.strictEqual(many[".edge"].length, data.edges.length);
const shown = () => nodes.filter(node => !node.classes.has("gone")).length;
assert.strictEqual(shown(), nodes.length);

// Filter: what holds the text and what is tied to it stays.
const results = data.nodes.flatMap((node, index) => (node.kind === "certificate" ? [index] : []));
const wanted = results[0];
ids.filter.value = data.nodes[wanted].details.find(detail => detail[0] === "Certificate")[1].toLowerCase();
ids.filter.fire("input");
assert(shown() > 1 && shown() < nodes.length && !nodes[wanted].classes.has("gone"));
assert.strictEqual(ids.count.textContent, `${shown()} of ${nodes.length}`);
ids.filter.value = "nothing has this";
ids.filter.fire("input");
assert.strictEqual(shown(), 0);
ids.filter.value = "";
// Weight: the seeds stay, whatever it is.
ids.weight.value = "1000";
ids.weight.fire("input");
assert.strictEqual(shown(), data.nodes.filter(node => node.kind === "seed").length);
ids.weight.value = "0";
ids.weight.fire("input");
assert.strictEqual(shown(), nodes.length);

// Click: details as text; what is not tied to it fades.
nodes[wanted].fire("click");
for (const [name, value] of data.nodes[wanted].details) {
  assert(ids.details.text.includes(name) && ids.details.text.includes(value), name);
}
assert(!nodes[wanted].classes.has("faint") && nodes.some(node => node.classes.has("faint")));
// A mark's links are followed on a click and lead to search engines alone.
const mark = data.nodes.findIndex(node => node.links.length > 0);
nodes[mark].fire("click");
const links = ids.details.all("a");
assert(links.length > 0);
for (const link of links) {
  assert(/^https:\/\/(www\.shodan\.io|platform\.censys\.io|en\.fofa\.info|crt\.sh)\//.test(link.attributes.href), link.attributes.href);
  assert(link.attributes.rel.includes("noreferrer"));
}
window.fire("keydown", { key: "Escape" });
assert.strictEqual(ids.details.text, "");
assert(!nodes.some(node => node.classes.has("faint")));

// Names that are shown lie over no other; all can be read once there is room.
const quiet = () => nodes.filter(node => node.classes.has("quiet")).length;
const before = quiet();
for (let step = 0; step < 6; step++) ids.graph.fire("wheel", { clientX: 0, clientY: 0, deltaY: -200 });
assert(quiet() <= before && nodes.length - quiet() > 0);
for (let step = 0; step < 6; step++) ids.graph.fire("wheel", { clientX: 0, clientY: 0, deltaY: 200 });
assert.strictEqual(quiet(), before);

// Zoom: the point under the wheel stays where it is.
ids.graph.fire("wheel", { clientX: 100, clientY: 50, deltaY: -500 });
const place = () => ids.view.attributes.transform.match(/translate\((\S+) (\S+)\) scale\((\S+)\)/).slice(1).map(Number);
let [x, y, scale] = place();
assert(Math.abs(scale - Math.E) < 1e-9);
assert(Math.abs(x + 100 * scale - 100) < 1e-6 && Math.abs(y + 50 * scale - 50) < 1e-6);
// Drag: the picture follows, and letting go is no click.
ids.graph.fire("pointerdown", { clientX: 0, clientY: 0 });
window.fire("pointermove", { clientX: 30, clientY: 20 });
window.fire("pointerup");
assert.deepStrictEqual(place().slice(0, 2).map(Math.round), [Math.round(x + 30), Math.round(y + 20)]);
nodes[wanted].fire("click");
assert.strictEqual(ids.details.text, "");

assert.deepStrictEqual([...new Set(made)].filter(name => !["h2", "dl", "dt", "dd", "a"].includes(name)), []);
console.log("usable");
