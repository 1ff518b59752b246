#!/usr/bin/env python3
"""The console in a real browser: Chromium, driven by Selenium (Debian's chromium and chromium-driver, PyPI's selenium).

Serves a corpus and goes through what people do there: from the overview to a decided lead with keys alone, from a search to an endpoint,
its certificate and the graph, the drift of two sweeps. On every page it asks whether the browser has met an error or a breach of the
page's policy, whether the page is wider than its window, whether every field and button has a name, and whether text
stands out enough from what it stands on (WCAG 2: 4.5 to 1); and axe-core says what else it finds, where PyPI's axe-playwright-python is installed,
which brings it. Each page is written as a picture: light, dark, narrow.

Without a corpus it makes one of its own, of addresses that are nobody's: a few hundred endpoints with leads over two sweeps, and
families of certificates with one key each, whose graph has 500 nodes and more: names may not lie over each other, a node expands, and the
files that are saved are what they say. One endpoint says hostile things in every field: scripts, words of 2,000 letters, signs that nobody sees; no script
runs, no page is wider for it, and the signs are written out. The corpus's report is printed as PDF, and each page of it looked at (PyPI's pypdf, where it is installed).
--docs writes the few pictures that Docs/console.md shows.

    Benchmarks/console.py [CORPUS] [--hallmark PATH] [--pictures FOLDER] [--docs Docs/pictures]
"""
import argparse
import base64
import hashlib
import importlib.util
import io
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as tree

from selenium import webdriver
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

ROOT = pathlib.Path(__file__).resolve().parent.parent
WIDE, SMALL, NARROW = (1280, 900), (900, 560), (360, 740)

# What a page may not have; each is told in a line.
CHECK = r"""
const faults = [];
const wide = document.documentElement.scrollWidth - window.innerWidth;
if (wide > 1) faults.push(`the page is ${wide} px wider than its window`);
for (const field of document.querySelectorAll("input:not([type=hidden]), select, button, a[href]")) {
  const name = field.labels?.length || field.getAttribute("aria-label") || field.textContent.trim();
  if (!name) faults.push(`no name: ${field.outerHTML.slice(0, 120)}`);
}
if (document.querySelectorAll("h1").length !== 1 && document.querySelector("main#main")) faults.push("not one h1");
if (!document.documentElement.lang) faults.push("no language");
const graph = document.querySelector("svg#graph");
if (graph && graph.getBoundingClientRect().width < 200) faults.push("there is no room for the graph");
const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
if (new Set(ids).size !== ids.length) faults.push("an id stands twice");
const parse = text => text.match(/[\d.]+/g).map(Number);
const light = rgb => rgb.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const ground = element => {
  for (let e = element; e; e = e.parentElement) {
    const color = parse(getComputedStyle(e).backgroundColor);
    if (color.length < 4 || color[3] > 0) return color;
  }
  return matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18] : [255, 255, 255];
};
const told = new Set();
for (const element of document.querySelectorAll("main *, header *, footer")) {
  const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
  if (!own || !element.getClientRects().length) continue;
  const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05), key = element.tagName + element.className;
  if (ratio < 4.5 && !told.has(key)) { told.add(key); faults.push(`contrast ${ratio.toFixed(1)}: ${key}`); }
}
return faults;
"""


# What axe-core finds in the page; of long tables and large graphs in their first rows and nodes, since it takes minutes for thousands.
AXE = """
const done = arguments[arguments.length - 1];
axe.run({exclude: ["tbody tr:nth-child(n+30)", "svg .node:nth-child(n+30)"]}, {resultTypes: ["violations"]}).then(found => done(found.violations.map(
  fault => `axe ${fault.impact} ${fault.id}: ${fault.nodes.length} of them, as ${fault.nodes[0].html.slice(0, 120)}`)));
"""


def axe_script():
    """The text of axe-core, nothing where it is not installed."""
    found = importlib.util.find_spec("axe_playwright_python")
    return (pathlib.Path(found.origin).parent / "axe.min.js").read_text() if found else ""


# Names in the graph that can be seen, and how many of them lie over another.
OVERLAPS = r"""
const boxes = [...document.querySelectorAll(".node:not(.gone):not(.quiet) text")].map(e => e.getBoundingClientRect());
let over = 0;
boxes.forEach((a, i) => boxes.slice(i + 1).forEach(b => {
  if (a.left + 2 < b.right && b.left + 2 < a.right && a.top + 3 < b.bottom && b.top + 3 < a.bottom) over += 1;
}));
return [boxes.length, over, Math.min(...boxes.map(box => box.height))];
"""


def digest(*words):
    return hashlib.sha256(" ".join(map(str, words)).encode()).hexdigest()


# Families of certificates with one key each.
FAMILIES = 8


def record(number, day, family=False):
    """A sighting as a scan writes it; what it shows follows from its number."""
    address = f"198.18.{number >> 8}.{number & 255}"
    who = number % 40
    key = digest("key", f"family {number % FAMILIES}" if family else number)
    name = f"host{number}.example" if not family else f"node{number}.relay.example"
    software = {1: ("Sliver", 90, "high"), 2: ("Cobalt Strike", 65, "medium"), 3: ("Mythic", 30, "low")}.get(number) if day == 2 else None
    software = software or ({4: ("Havoc", 80, "high")}.get(number))
    moved = day == 2 and number % 50 == 7
    return {
        "@timestamp": f"2026-11-{8 + 7 * day}T08:{number // 60 % 60:02}:{number % 60:02}.000Z",
        "event": {"kind": "event", "dataset": "hallmark.observation", "outcome": "success"},
        "server": {"address": address, "ip": address, "port": 443},
        "tls": {"version": "1.2" if number % 6 == 0 else "1.3", "curve": "x25519mlkem768" if number % 6 % 3 == 1 else "x25519", "server": {
            "hash": {"sha256": digest("certificate", number, moved).upper()}, "jarm": digest("jarm", who)[:62],
            "x509": {
                "serial_number": digest("serial", number, moved)[:32].upper(),
                "subject": {"distinguished_name": f"CN={name}", "common_name": [name]},
                "issuer": {"distinguished_name": f"C=US, O=Example Trust, CN=Example CA {who % 5}", "common_name": [f"Example CA {who % 5}"],
                           "organization": ["Example Trust"]},
                "not_before": "2026-10-01T00:00:00Z", "not_after": f"202{7 if number % 3 else 6}-12-{1 + number % 28:02}T00:00:00Z",
                "signature_algorithm": "ecdsa-with-SHA256", "public_key_algorithm": "ECDSA" if number % 2 else "RSA",
                "public_key_size": 256 if number % 2 else 2048,
                "alternative_names": [name]}}},
        "http": {"response": {"status_code": 200, "title": ["Sign in", "Welcome", "Index of /"][number % 3],
                              "header": {"server": [["nginx", "Apache", "Caddy"][number % 3]]}}},
        "hallmark": {
            "scan": {"id": f"week-{46 + day}"}, "stack": "13_" + digest("stack", who)[:16],
            "certificate": {"spki_sha256": key.upper(), "tbs_no_ct_sha256": digest("tbs", number, moved).upper(), "validity_days": 90,
                            "validity_seconds": 7_776_000},
            **({"leads": [{"software": {"name": software[0]}, "confidence": software[1], "label": software[2]}]} if software else {})},
    }


# What nobody sees, how pages write it, and what else may break one.
HIDDEN, SHOWN = "a\u001b[2Jb\u202ec\u0007d\u0085e\r\nf", r"a\u{1b}[2Jb\u{202e}c\u{7}d\u{85}e\u{d}\u{a}f"
SCRIPT = "</title></script><script>window.hurt=1</script><img src=x onerror=window.hurt=1>\" onload=\"window.hurt=1' style='x"
HOSTILE = 20_000


def hostile(day):
    """A sighting with hostile text in every field that holds any."""
    found = record(HOSTILE, day)
    address = "198.19.255.1"
    found["server"] = {"address": address, "ip": address, "port": 443, "domain": "x" * 250}
    server = found["tls"]["server"]["x509"]
    name = f"CN={HIDDEN}{SCRIPT}, O=" + "W" * 2000
    server["subject"] = {"distinguished_name": name, "common_name": [HIDDEN + SCRIPT], "organization": ["W" * 2000]}
    server["issuer"] = {"distinguished_name": "O=" + "I" * 2000 + SCRIPT, "organization": ["I" * 2000]}
    server["alternative_names"] = [HIDDEN, SCRIPT, "n" * 2000]
    found["http"]["response"] = {"status_code": 200, "title": f"{HIDDEN}{SCRIPT}{day}", "header": {"server": ["S" * 2000 + SCRIPT]}}
    found["hallmark"]["leads"] = [{"software": {"name": "L" * 100 + SCRIPT[:120] + HIDDEN}, "confidence": 65, "label": "medium",
                                   "against": ["A" * 2000 + HIDDEN]}]
    return found


def made(hallmark, folder):
    """A corpus of two sweeps."""
    corpus = folder / "console.sqlite"
    for day in (1, 2):
        sweep = folder / f"sweep-{day}.ndjson"
        with open(sweep, "w") as out:
            for number in range(9500):
                # Some are seen in one of the two sweeps alone.
                if number % 90 != 30 * day:
                    out.write(json.dumps(record(number, day, family=number >= 8900)) + "\n")
            out.write(json.dumps(hostile(day)) + "\n")
        subprocess.run([hallmark, "corpus", "add", "--corpus", corpus, sweep], check=True, capture_output=True)
    return corpus


class Tour:
    def __init__(self, address, folder):
        self.address, self.folder, self.faults, self.scheme = address, folder, [], "light"
        self.axe, self.looked_at = axe_script(), 0
        options = webdriver.ChromeOptions()
        for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-extensions"]:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.downloads = pathlib.Path(tempfile.mkdtemp())
        options.add_experimental_option("prefs", {"download.default_directory": str(self.downloads)})
        self.browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))

    def look(self, scheme, size):
        self.scheme = scheme
        width, height = size
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                     {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def page(self, path, name):
        self.browser.get(self.address + path)
        self.check(name)

    def check(self, name):
        for fault in self.browser.execute_script(CHECK):
            self.faults.append(f"{name}, {self.scheme}: {fault}")
        if self.axe:
            # It comes in through the driver, as no script of a page could under the page's policy.
            self.browser.execute_script(self.axe)
            for fault in self.browser.execute_async_script(AXE):
                self.faults.append(f"{name}, {self.scheme}: {fault}")
            self.looked_at += 1
        for entry in self.browser.get_log("browser"):
            # A wrong query is answered with 400, and the browser says so.
            if name != "search-wrong" or "400" not in entry["message"]:
                self.faults.append(f"{name}: {entry['message']}")
        if self.browser.execute_script("return window.hurt"):
            self.faults.append(f"{name}: a script of the corpus ran")
        self.browser.save_screenshot(str(self.folder / f"{name}.png"))

    def find(self, css):
        return self.browser.find_element(By.CSS_SELECTOR, css)

    def place(self):
        return self.browser.current_url.removeprefix(self.address)

    def keys(self, *keys):
        self.browser.switch_to.active_element.send_keys(*keys)

    def expect(self, holds, text):
        if not holds:
            self.faults.append(text)

    def saved(self, element, name):
        """What a click saves."""
        path = self.downloads / name
        path.unlink(missing_ok=True)
        element.click()
        for _ in range(200):
            if path.exists() and path.stat().st_size and not list(self.downloads.glob("*.crdownload")):
                return path.read_bytes()
            time.sleep(0.1)
        self.faults.append(f"{name} was not saved")
        return b""

    def large_graph(self, path):
        """Hundreds of nodes: what can be read, what expands, what is saved."""
        self.look("light", WIDE)
        self.page(path, "graph-large")
        nodes = len(self.browser.find_elements(By.CSS_SELECTOR, "svg .node"))
        names, over, height = self.browser.execute_script(OVERLAPS)
        print(f"the large graph: {nodes} nodes, {names} names can be read at first, {over} lie over another, {height:.0f} px high")
        self.expect(nodes >= 500, f"the large graph has {nodes} nodes")
        self.expect(names >= 15 and over == 0 and height >= 9, "the names of the large graph can't be read")
        for _ in range(6):
            self.browser.execute_script("""document.getElementById("graph").dispatchEvent(
                new WheelEvent("wheel", {deltaY: -200, clientX: 500, clientY: 450, bubbles: true, cancelable: true}))""")
        self.check("graph-zoomed")
        closer, over, _ = self.browser.execute_script(OVERLAPS)
        self.expect(over == 0 and closer > names, f"{closer} names when closer, {over} over another")
        for name, space in [("SVG", "{http://www.w3.org/2000/svg}g"), ("GraphML", "{http://graphml.graphdrawing.org/xmlns}node")]:
            text = self.saved(self.browser.find_element(By.LINK_TEXT, name), f"pivot.{name.lower()}")
            found = len(list(tree.fromstring(text).iter(space))) if text else 0
            self.expect(found >= nodes, f"{name} has {found} of {nodes} nodes")
        picture = self.saved(self.find("#png"), "pivot.png")
        self.expect(picture.startswith(b"\x89PNG") and len(picture) > 10_000, f"the PNG is none: {len(picture)} bytes")
        # By keys alone: the tabulator reaches the nodes, arrows go on, Enter tells.
        self.browser.execute_script("document.getElementById('png').focus()")
        labels = []
        for keys in [Keys.TAB, Keys.ARROW_RIGHT * 3, Keys.ARROW_LEFT]:
            ActionChains(self.browser).send_keys(keys).perform()
            labels.append(self.browser.switch_to.active_element.get_attribute("aria-label") or "")
        ActionChains(self.browser).send_keys(Keys.ENTER).perform()
        told = self.find("#details").text
        self.expect(all(labels) and len(set(labels)) == 3 and labels[2].split(" ", 1)[1][:20] in told, f"by keys: {labels}, {told[:60]!r}")
        ActionChains(self.browser).send_keys(Keys.ESCAPE).perform()
        # A mark of the seed leads to others with it.
        self.browser.execute_script("""const n = [...document.querySelectorAll(".node")];
            n[n.length - 1].dispatchEvent(new MouseEvent("click", {bubbles: true}));""")
        self.browser.find_element(By.LINK_TEXT, "Expand").click()
        self.check("graph-expanded")
        self.expect(self.place().count("q=") == FAMILIES + 1, f"expanding led to {self.place()}")

    def hostile(self):
        """Pages of an endpoint that says hostile things."""
        certificate = hostile(1)["tls"]["server"]["hash"]["sha256"]
        endpoint = "198.19.255.1:443"
        pages = [("/", "overview"), ("/triage", "triage"), ("/search?q=server.ip%3A%20198.19.255.1", "search"),
                 ("/endpoint?ip=198.19.255.1&port=443", "endpoint"), ("/certificate?sha256=" + certificate, "certificate"),
                 ("/graph?q=" + endpoint, "graph"), ("/sweeps", "sweeps")]
        for scheme, size, kind in [("light", WIDE, "wide"), ("light", NARROW, "narrow"), ("dark", NARROW, "narrow-dark")]:
            self.look(scheme, size)
            for path, name in pages:
                name = f"hostile-{name}-{kind}"
                self.page(path, name)
                text = self.browser.execute_script("return document.documentElement.outerHTML")
                raw = [sign for sign in "\u001b\u202e\u0007\u0085\ufffd" if sign in text]
                self.expect(not raw, f"{name}: {raw} stand there raw")
                self.expect(SHOWN in text or name.startswith(("hostile-sweeps", "hostile-overview")), f"{name}: what nobody sees is not written out")
        self.look("light", WIDE)

    def print(self, hallmark, corpus):
        """The corpus's report as PDF: no page is empty, and no heading ends one."""
        path = self.folder / "report.html"
        subprocess.run([hallmark, "report", "--corpus", corpus, "--rows", "300", "-o", path], check=True, capture_output=True)
        for scheme, size, kind in [("light", WIDE, "wide"), ("dark", NARROW, "narrow")]:
            self.look(scheme, size)
            self.browser.get(path.resolve().as_uri())
            wide = self.browser.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
            self.expect(wide <= 1, f"the report, {kind}, is {wide} px wider than its window")
            self.browser.save_screenshot(str(self.folder / f"report-{kind}.png"))
        self.look("light", WIDE)
        self.browser.get(path.resolve().as_uri())
        headings = [element.text for element in self.browser.find_elements(By.CSS_SELECTOR, "h2, h3")]
        pdf = base64.b64decode(self.browser.print_page())
        (self.folder / "report.pdf").write_bytes(pdf)
        try:
            import pypdf
        except ImportError:
            print("no pypdf: the printed report was not read")
            return
        pages = [page.extract_text().strip() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
        print(f"the report: {len(pages)} pages")
        # A long word is broken over lines, which reading makes blanks of.
        flat = ["".join(page.split()) for page in pages]
        headings = ["".join(heading.split()) for heading in headings]
        for number, page in enumerate(flat, 1):
            self.expect(len(page) > 20, f"page {number} of the report is empty")
            for heading in headings:
                self.expect(not (heading and page.endswith(heading)), f"'{heading}' ends page {number} of the report")
        for heading in headings:
            self.expect(any(heading in page for page in flat), f"'{heading}' is not printed")

    def docs(self, folder, pages):
        """The pictures of the documentation."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, path, scheme, size in pages:
            self.look(scheme, size)
            self.browser.get(self.address + path)
            file = folder / f"console-{name}.png"
            self.browser.save_screenshot(str(file))
            self.expect(file.stat().st_size < 150_000, f"{file} has {file.stat().st_size} bytes")

    def stories(self):
        self.look("light", WIDE)
        self.page("/", "overview")
        # With keys alone: to the triage, to the second lead, a reason, the decision.
        self.find("a[href='/triage']").send_keys(Keys.ENTER)
        self.check("triage")
        waiting = len(self.browser.find_elements(By.CSS_SELECTOR, "article.triage"))
        body = self.find("body")
        body.send_keys("j")
        self.keys("j")
        self.keys("m")
        self.keys("looked at by the tour")
        self.keys(Keys.ESCAPE)
        self.keys("m")
        self.expect(self.browser.current_url.endswith("/triage"), f"the decision led to {self.browser.current_url}")
        left = len(self.browser.find_elements(By.CSS_SELECTOR, "article.triage"))
        self.expect(left < waiting, f"{waiting} leads waited, and {left} after a decision")
        self.page("/decisions", "decisions")
        self.expect("looked at by the tour" in self.find("main").text, "the decision is not listed")
        self.page("/search", "search-empty")
        self.find("input[name=q]").send_keys("server.port: 443", Keys.ENTER)
        self.check("search")
        self.find("tbody a").click()
        self.check("endpoint")
        endpoint = self.place()
        self.find("tbody a[href^='/certificate']").click()
        self.check("certificate")
        certificate = self.place()
        self.find("a[href^='/graph']").click()
        self.check("graph")
        graph = self.place()
        self.expect(len(self.browser.find_elements(By.CSS_SELECTOR, "svg .node")) > 1, "the graph is empty")
        self.page("/sweeps", "sweeps")
        drift = "/sweeps"
        if self.browser.find_elements(By.CSS_SELECTOR, "select[name=from]"):
            self.find("form.search button").click()
            self.check("drift")
            heads = [head.text.split(":")[0] for head in self.browser.find_elements(By.CSS_SELECTOR, "section h2")]
            self.expect(heads == ["New", "Changed", "Not seen again"], f"the drift shows {heads}")
            drift = self.place()
        else:
            self.faults.append("the corpus has less than two sweeps: no drift was looked at")
        self.page("/search?q=(", "search-wrong")
        self.page("/signatures", "signatures")
        self.find("tbody a").click()
        self.check("signature")
        signature = self.place()
        pages = [("/", "overview"), ("/triage?all=1", "triage"), ("/search?q=*", "search"), ("/sweeps", "sweeps"), ("/decisions", "decisions"),
                 ("/signatures?q=sliver", "signatures"), (signature, "signature"), (endpoint, "endpoint"), (certificate, "certificate"), (graph, "graph"), (drift, "drift")]
        for scheme, size, kind in [("dark", WIDE, "dark"), ("light", NARROW, "narrow"), ("dark", NARROW, "narrow-dark")]:
            self.look(scheme, size)
            for path, name in pages:
                self.page(path, f"{name}-{kind}")
        return {"endpoint": endpoint, "certificate": certificate, "graph": graph, "drift": drift}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="?")
    parser.add_argument("--hallmark", default=str(ROOT / ".build/debug/hallmark"))
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("--docs", type=pathlib.Path)
    options = parser.parse_args()
    folder = options.pictures or pathlib.Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    scratch = pathlib.Path(tempfile.mkdtemp())
    corpus = options.corpus or made(options.hallmark, scratch)
    server = subprocess.Popen([options.hallmark, "serve", "--corpus", corpus, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().strip()
        tour = Tour(url.split("/?")[0], folder)
        try:
            tour.browser.get(url)
            pages = tour.stories()
            if not options.corpus:
                tour.hostile()
                families = "/graph?" + "&".join(
                    "q=" + record(9400 + number, 1, family=True)["tls"]["server"]["hash"]["sha256"] for number in range(FAMILIES))
                tour.large_graph(families)
                if options.docs:
                    tour.docs(options.docs, [
                        ("overview", "/", "light", WIDE), ("triage", "/triage", "light", WIDE), ("overview-dark", "/", "dark", WIDE),
                        ("drift", pages["drift"], "light", SMALL), ("graph-dark", "&".join(families.split("&")[:2]), "dark", SMALL),
                        ("triage-narrow", "/triage", "light", NARROW), ("search-narrow", "/search?q=server.port%3A%20443", "dark", NARROW),
                    ])
            tour.print(options.hallmark, corpus)
        finally:
            tour.browser.quit()
            shutil.rmtree(tour.downloads, ignore_errors=True)
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(scratch, ignore_errors=True)
    for fault in tour.faults:
        print(fault)
    print(f"{len(tour.faults)} faults; pictures in {folder}")
    return 1 if tour.faults else 0


if __name__ == "__main__":
    sys.exit(main())
