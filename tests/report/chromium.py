"""A page in headless Chromium, driven through DevTools over a pipe.

    with Page("report.html") as page:
        page.run("document.title")
        page.press("Enter")
    page.errors, page.requests      # what the console and the network saw

Nothing but the standard library: --remote-debugging-pipe takes commands on
file descriptor 3 and answers on 4, as JSON, each ended by a zero byte.
"""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome")
KEYS = {"Enter": (13, "\r"), "Tab": (9, ""), "Escape": (27, ""),
        "ArrowLeft": (37, ""), "ArrowUp": (38, ""), "ArrowRight": (39, ""),
        "ArrowDown": (40, ""), "Home": (36, ""), "End": (35, ""),
        " ": (32, " ")}
PATIENCE = 120  # seconds; the machine may be busy


def find():
    """The program, or None."""
    return next((p for p in map(shutil.which, NAMES) if p), None)


class Page:
    def __init__(self, path, width=1280, height=900, dark=False):
        self.errors, self.requests = [], []
        self._number, self._events = 0, []
        self._data = b""
        self._profile = tempfile.mkdtemp(prefix="joulet-chromium-")
        self._start(width, height)
        try:
            self._attach(width, height, dark)
            self.url = "file://" + os.path.abspath(path)
            self.open_seconds = self._open()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.close()

    def close(self):
        self._program.kill()
        self._program.wait()
        os.close(self._to)
        os.close(self._from)
        shutil.rmtree(self._profile, ignore_errors=True)

    # ---- the protocol

    def _start(self, width, height):
        to_read, self._to = os.pipe()
        self._from, from_write = os.pipe()
        # The two ends must be 3 and 4 there.
        command = [find(), "--headless=new", "--no-sandbox", "--disable-gpu",
                   "--disable-dev-shm-usage", "--hide-scrollbars",
                   "--no-first-run", "--disable-background-networking",
                   "--disable-component-update", "--force-device-scale-factor=1",
                   "--window-size=%d,%d" % (width, height),
                   "--user-data-dir=" + self._profile,
                   "--remote-debugging-pipe", "about:blank"]
        shell = 'exec "$@" 3<&%d 4>&%d' % (to_read, from_write)
        self._program = subprocess.Popen(
            ["/bin/bash", "-c", shell, "chromium"] + command,
            pass_fds=(to_read, from_write), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=dict(os.environ, HOME=self._profile))
        os.close(to_read)
        os.close(from_write)

    def _message(self):
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._data:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._from], [], [], left)[0]:
                raise TimeoutError("Chromium does not answer")
            part = os.read(self._from, 1 << 16)
            if not part:
                raise EOFError("Chromium ended")
            self._data += part
        text, self._data = self._data.split(b"\0", 1)
        return json.loads(text)

    def _note(self, message):
        method, p = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            d = p["exceptionDetails"]
            self.errors.append(d.get("exception", {}).get("description")
                               or d.get("text"))
        elif method == "Runtime.consoleAPICalled" and p["type"] in (
                "error", "warning", "assert"):
            self.errors.append(str(p["args"]))
        elif method == "Log.entryAdded" and p["entry"]["level"] in (
                "error", "warning"):
            self.errors.append(p["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(p["request"]["url"])
        self._events.append(message)

    def send(self, method, session=True, **params):
        self._number += 1
        command = {"id": self._number, "method": method, "params": params}
        if session:
            command["sessionId"] = self._session
        os.write(self._to, json.dumps(command).encode() + b"\0")
        while True:
            message = self._message()
            if message.get("id") != self._number:
                self._note(message)
            elif "error" in message:
                raise RuntimeError("%s: %s" % (method, message["error"]))
            else:
                return message["result"]

    def _attach(self, width, height, dark):
        targets = self.send("Target.getTargets", False)["targetInfos"]
        page = next(t for t in targets if t["type"] == "page")
        self._session = self.send("Target.attachToTarget", False, flatten=True,
                                  targetId=page["targetId"])["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(domain + ".enable")
        self.send("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=1, mobile=False)
        self.look(dark=dark)

    def _open(self):
        self.send("Page.navigate", url=self.url)
        end = time.monotonic() + PATIENCE
        while self.run("document.documentElement?.dataset.ready") != "yes":
            if self.errors or time.monotonic() > end:
                break
            time.sleep(0.01)
        # From the first byte to the last drawing, as the page's clock has it.
        return self.run("performance.now() - performance.timing.navigationStart"
                        " * 0") / 1000

    # ---- what a user does

    def run(self, script):
        """The value of an expression on the page."""
        r = self.send("Runtime.evaluate", expression=script,
                      returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in r:
            raise RuntimeError(r["exceptionDetails"]["exception"].get(
                "description", "exception") + "\nin " + script)
        return r["result"].get("value")

    def look(self, dark=False, media="screen"):
        self.send("Emulation.setEmulatedMedia", media=media, features=[
            {"name": "prefers-color-scheme",
             "value": "dark" if dark else "light"}])

    def press(self, key, times=1):
        code, text = KEYS[key]
        for _ in range(times):
            for kind in ("keyDown", "keyUp"):
                self.send("Input.dispatchKeyEvent", type=kind, key=key,
                          code="Space" if key == " " else key,
                          windowsVirtualKeyCode=code,
                          text=text if kind == "keyDown" else "")

    def type(self, text):
        self.send("Input.insertText", text=text)

    def mouse(self, kind, x, y):
        self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y,
                  button="none" if kind == "mouseMoved" else "left",
                  clickCount=0 if kind == "mouseMoved" else 1)

    def click(self, selector):
        """In the middle of the first element that matches."""
        box = self.run("(() => { const e = document.querySelector(%s);"
                       " e.scrollIntoView({block: 'center'});"
                       " const r = e.getBoundingClientRect();"
                       " return [r.x + r.width / 2, r.y + r.height / 2]; })()"
                       % json.dumps(selector))
        self.mouse("mouseMoved", *box)
        self.mouse("mousePressed", *box)
        self.mouse("mouseReleased", *box)

    def screenshot(self, path, whole=True, clip=None):
        p = {"captureBeyondViewport": whole, "format": "png"}
        if clip:
            p["clip"] = clip
        elif whole:
            size = self.send("Page.getLayoutMetrics")["cssContentSize"]
            p["clip"] = {"x": 0, "y": 0, "width": size["width"],
                         "height": min(size["height"], 16000), "scale": 1}
        data = self.send("Page.captureScreenshot", **p)["data"]
        with open(path, "wb") as f:
            f.write(base64.b64decode(data))

    def pdf(self, path):
        data = self.send("Page.printToPDF", printBackground=True,
                         preferCSSPageSize=True)["data"]
        with open(path, "wb") as f:
            f.write(base64.b64decode(data))
