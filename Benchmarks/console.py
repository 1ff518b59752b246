#!/usr/bin/env python3
"""The console in a real browser: Chromium, driven by Selenium (Debian's chromium and chromium-driver, PyPI's selenium).

Serves a corpus and goes through what people do there: from the overview to a decided lead with keys alone, from a search to an endpoint,
its certificate and the graph, the drift of two sweeps. On every page it asks whether the browser has met an error or a breach of the
page's policy, whether the page is wider than its window, whether every field and button has a name, and whether text
stands out enough from what it stands on (WCAG 2: 4.5 to 1). Each page is written as a picture: light, dark, narrow.

    Benchmarks/console.py CORPUS [--hallmark PATH] [--pictures FOLDER]
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

ROOT = pathlib.Path(__file__).resolve().parent.parent
WIDE, NARROW = (1280, 900), (360, 740)

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


class Tour:
    def __init__(self, address, folder):
        self.address, self.folder, self.faults, self.scheme = address, folder, [], "light"
        options = webdriver.ChromeOptions()
        for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-extensions"]:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
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
        if links := self.browser.find_elements(By.CSS_SELECTOR, "tbody a"):
            links[0].click()
            self.check("drift")
            drift = self.place()
        else:
            self.faults.append("the corpus has less than two sweeps: no drift was looked at")
        self.page("/search?q=(", "search-wrong")
        pages = [("/", "overview"), ("/triage?all=1", "triage"), ("/search?q=*", "search"), ("/sweeps", "sweeps"), ("/decisions", "decisions"),
                 (endpoint, "endpoint"), (certificate, "certificate"), (graph, "graph"), (drift, "drift")]
        for scheme, size, kind in [("dark", WIDE, "dark"), ("light", NARROW, "narrow"), ("dark", NARROW, "narrow-dark")]:
            self.look(scheme, size)
            for path, name in pages:
                self.page(path, f"{name}-{kind}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("--hallmark", default=str(ROOT / ".build/debug/hallmark"))
    parser.add_argument("--pictures", type=pathlib.Path)
    options = parser.parse_args()
    folder = options.pictures or pathlib.Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    server = subprocess.Popen([options.hallmark, "serve", "--corpus", options.corpus, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().strip()
        tour = Tour(url.split("/?")[0], folder)
        try:
            tour.browser.get(url)
            tour.stories()
        finally:
            tour.browser.quit()
    finally:
        server.terminate()
        server.wait()
    for fault in tour.faults:
        print(fault)
    print(f"{len(tour.faults)} faults; pictures in {folder}")
    return 1 if tour.faults else 0


if __name__ == "__main__":
    sys.exit(main())
