#!/usr/bin/env python3
"""browser_answers.py FILE [chromium|firefox]: holds our reading of HTTP answers against a browser's.

FILE has the answers and what we read, as AnswerDifferentialTests writes them:

    HALLMARK_ANSWERS=/tmp/answers.json swift test --disable-xctest --filter AnswerDifferentialTests
    Tests/Tools/browser_answers.py /tmp/answers.json

Each answer is fetched by a script for its status and body, and shown in a frame for its title. What differs is printed, and
how many agree. It takes some minutes, and is no part of the tests.
"""
import base64
import json
import pathlib
import queue
import re
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
    await fetch("/found", {method: "POST", body: JSON.stringify(found)})
})()
</script>"""


# What the page says that it found.
FOUND = queue.Queue()


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
        if path == "/found":
            head, body = request.split(b"\r\n\r\n", 1)
            length = int(re.search(rb"(?i)content-length: *([0-9]+)", head)[1])
            while len(body) < length:
                body += peer.recv(1 << 16)
            FOUND.put(json.loads(body))
            peer.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        elif path == "/":
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


def command(browser, folder, url):
    if browser == "firefox":
        pathlib.Path(folder, "user.js").write_text(
            'user_pref("app.update.enabled", false);\nuser_pref("network.proxy.type", 0);\n'
            'user_pref("network.http.max-persistent-connections-per-server", 64);\n'
        )
        return ["firefox", "--headless", "--no-remote", "--profile", folder, url]
    return [
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0",
        "--disable-background-networking", f"--user-data-dir={folder}", url,
    ]


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
    browser = sys.argv[2] if len(sys.argv) > 2 else "chromium"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            command(browser, folder, f"http://127.0.0.1:{listener.getsockname()[1]}/"),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        try:
            found = FOUND.get(timeout=900)
        finally:
            process.kill()
            process.wait()
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
                print(f"{row['name']}, {what}: ours {str(ours)[:120]!r}, {browser}'s {str(theirs)[:120]!r} {seen.get('error', '')}")
    print(", ".join(f"{what}: {same[what]} of {compared[what]} agree" for what in same))


if __name__ == "__main__":
    main()
