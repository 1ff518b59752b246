#!/usr/bin/env python3
"""browser_answers.py FILE: holds our reading of HTTP answers against Firefox's.

FILE has the answers and what we read, as AnswerDifferentialTests writes them:

    HALLMARK_ANSWERS=/tmp/answers.json swift test --disable-xctest --filter AnswerDifferentialTests
    Tests/Tools/browser_answers.py /tmp/answers.json

Each answer is fetched by a script for its status and body, and shown in a frame for its title. What differs is printed, and
how many agree. It takes a minute, and is no part of the tests.
"""
import base64
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading

PAGE = """<!DOCTYPE html><body><script>
const count = COUNT
function late(promise) {
    return Promise.race([promise, new Promise(resolve => setTimeout(() => resolve(null), 8000))])
}
async function look(index) {
    const found = {status: 0, body: null, title: null}
    try {
        const answer = await late(fetch("/folder/" + index, {redirect: "manual", cache: "no-store"}))
        if (answer && answer.type != "opaqueredirect") {
            found.status = answer.status
            const bytes = await late(answer.arrayBuffer())
            if (bytes) found.body = btoa(Array.from(new Uint8Array(bytes), byte => String.fromCharCode(byte)).join(""))
        } else if (answer) found.status = -1
    } catch (error) { found.error = String(error) }
    const frame = document.createElement("iframe")
    await late(new Promise(resolve => {
        frame.onload = resolve
        frame.src = "/folder/" + index
        document.body.append(frame)
    }))
    try {
        const page = frame.contentDocument
        if (page && page.location.pathname == "/folder/" + index) found.title = page.title
    } catch (error) {}
    frame.remove()
    return found
}
(async () => {
    const found = []
    for (let first = 0; first < count; first += 16)
        found.push(...await Promise.all(Array.from({length: Math.min(16, count - first)}, (_, at) => look(first + at))))
    const out = document.createElement("pre")
    out.id = "found"
    out.textContent = JSON.stringify(found)
    document.body.append(out)
})()
</script>"""


def serve(peer, answers):
    try:
        request = b""
        while b"\r\n\r\n" not in request:
            part = peer.recv(4096)
            if not part:
                return
            request += part
        path = request.split(b" ")[1].decode()
        place = path.removeprefix("/folder/")
        if path == "/":
            page = PAGE.replace("COUNT", str(len(answers))).encode()
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(page) + page)
        elif place.isdigit() and int(place) < len(answers):
            peer.sendall(answers[int(place)])
        else:
            peer.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        peer.shutdown(socket.SHUT_WR)
        while peer.recv(4096):
            pass
    except OSError:
        pass
    finally:
        peer.close()


class Browser:
    """Firefox by its remote protocol: a length, a colon and JSON."""

    def __init__(self, folder):
        port = socket.create_server(("127.0.0.1", 0))
        number = port.getsockname()[1]
        port.close()
        (folder / "user.js").write_text(
            f'user_pref("marionette.port", {number});\nuser_pref("app.update.enabled", false);\n'
            'user_pref("network.proxy.type", 0);\nuser_pref("network.http.max-persistent-connections-per-server", 64);\n'
        )
        self.process = subprocess.Popen(
            ["firefox", "--headless", "--no-remote", "--marionette", "--profile", folder],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for _ in range(600):
            try:
                self.socket = socket.create_connection(("127.0.0.1", number), 0.5)
                break
            except OSError:
                threading.Event().wait(0.1)
        self.socket.settimeout(900)
        self.file = self.socket.makefile("rwb")
        self.receive()
        self.number = 0

    def receive(self):
        length = b""
        while not length.endswith(b":"):
            length += self.file.read(1)
        return json.loads(self.file.read(int(length[:-1])))

    def call(self, name, parameters):
        self.number += 1
        text = json.dumps([0, self.number, name, parameters]).encode()
        self.file.write(b"%d:" % len(text) + text)
        self.file.flush()
        _, _, error, result = self.receive()
        if error:
            raise RuntimeError(error)
        return result


def main():
    rows = json.loads(pathlib.Path(sys.argv[1]).read_text())
    answers = [base64.b64decode(row["bytes"]) for row in rows]
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)

    def accept():
        while True:
            peer, _ = listener.accept()
            peer.settimeout(30)
            threading.Thread(target=serve, args=(peer, answers), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        browser = Browser(pathlib.Path(folder))
        try:
            browser.call("WebDriver:NewSession", {})
            browser.call("WebDriver:Navigate", {"url": f"http://127.0.0.1:{listener.getsockname()[1]}/"})
            text = None
            while not text:
                threading.Event().wait(1)
                script = "const out = document.getElementById('found'); return out && out.textContent"
                text = browser.call("WebDriver:ExecuteScript", {"script": script, "args": []})["value"]
            found = json.loads(text)
        finally:
            browser.process.kill()
            browser.process.wait()
    same = {"status": 0, "body": 0, "title": 0}
    compared = dict(same)
    for row, seen in zip(rows, found):
        body = base64.b64decode(row["body"])
        pairs = {"title": (row["title"], seen["title"])}
        if seen["status"] >= 0:
            pairs["status"] = (int(row["status"]), seen["status"])
            pairs["body"] = (body, None if seen["body"] is None else base64.b64decode(seen["body"]))
        for what, (ours, theirs) in pairs.items():
            if what == "title" and theirs is None:
                continue
            compared[what] += 1
            if ours == theirs:
                same[what] += 1
            else:
                print(f"{row['name']}, {what}: ours {str(ours)[:120]!r}, Firefox's {str(theirs)[:120]!r} {seen.get('error', '')}")
    print(", ".join(f"{what}: {same[what]} of {compared[what]} agree" for what in same))


if __name__ == "__main__":
    main()
