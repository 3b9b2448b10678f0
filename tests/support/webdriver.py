"""webdriver.py: a page in headless Chromium, driven through chromedriver by the W3C WebDriver protocol, with the standard library alone.

    with Browser() as browser:
        browser.open("/path/page.html")
        browser.run("return document.title")
        browser.messages()          what the console said, errors of scripts and of the security policy among it
        browser.requests()          addresses that were asked for, the page's own too
"""

import base64
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--window-size=1300,1000"]
SKIPPED = 77  # the exit status by which ctest knows that a test was not run


class Browser:
    def __init__(self, *flags):
        chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
        if not chromium or not driver:
            print("no chromium and chromedriver on PATH (Debian: apt-get install chromium chromium-driver)")
            sys.exit(SKIPPED)
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.driver = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.session = None
        try:
            port = next(line.split("port ")[1].strip().rstrip(".") for line in self.driver.stdout if "started successfully on port" in line)
            self.base = f"http://127.0.0.1:{port}"
            options = {"binary": chromium, "args": [*FLAGS, *flags, f"--user-data-dir={self.folder.name}"]}
            answer = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": {
                "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})
            self.session = answer["sessionId"]
            self.command("/url", {"url": "about:blank"})  # away from the start page, which asks for much
            self.messages(), self.requests()
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            if self.session:
                self.ask("DELETE", f"/session/{self.session}")
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.driver.stdout.close()
            self.folder.cleanup()

    def ask(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.read().decode()[:2000]}") from None

    def command(self, path, body):
        return self.ask("POST", f"/session/{self.session}{path}", body)

    def open(self, path):
        self.command("/url", {"url": pathlib.Path(path).resolve().as_uri()})

    def run(self, script, *arguments):
        return self.command("/execute/sync", {"script": script, "args": list(arguments)})

    def element(self, selector):
        return next(iter(self.command("/element", {"using": "css selector", "value": selector}).values()))

    def click(self, selector):
        self.command(f"/element/{self.element(selector)}/click", {})

    def type(self, selector, text):
        self.command(f"/element/{self.element(selector)}/value", {"text": text})

    def wait_until(self, script, seconds=20):
        end = time.monotonic() + seconds
        while not self.run(script):
            assert time.monotonic() < end, f"never true: {script}"
            time.sleep(0.05)

    def messages(self):
        return [entry["message"] for entry in self.command("/se/log", {"type": "browser"})]

    def requests(self):
        events = [json.loads(entry["message"])["message"] for entry in self.command("/se/log", {"type": "performance"})]
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]

    def screenshot(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self.ask("GET", f"/session/{self.session}/screenshot")))
