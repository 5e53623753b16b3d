"""How long the review desk takes while people use it at once: `python benchmarks/desk.py SITE`.

SITE has a published night; it is worked on, so give a copy. The server is `fraudmatch review` in a process of its own; each
client is a thread of this one that signs in, then looks at lists and cases, writes notes and decides, with a pause between
two requests or without any. Prints median and 95th percentile of each kind of request, in milliseconds from the first byte
sent to the last received, the largest page, and the memory of the server.
"""

from __future__ import annotations

import argparse
import datetime as dt
import http.client
import json
import random
import re
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlencode

import psutil

from fraudmatch.accounts import Account, Accounts
from fraudmatch.site import load_site

WORDS = "three good words"
PORT = 8799
FILTERS = ("", "?page=3", "?whose=nobody", "?least=1000&order=value", "?state=&order=due", "?rule={rule}")


class Client:
    """A browser of one person."""

    def __init__(self, username: str, seed: int) -> None:
        self.chance = random.Random(seed)
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        self.cookie, self.took, self.largest = "", defaultdict(list), 0
        answer, _ = self.ask("POST", "/sign-in", {"username": username, "password": WORDS})
        assert answer.status == 303, answer.status
        self.cookie = str(answer.headers["Set-Cookie"]).partition(";")[0]
        page = self.ask("GET", "/", None)[1]
        self.cases = re.findall(r"/case/([0-9a-f]{16})", page)
        self.rules = re.findall(r'<option value="(FM-[A-Z]+-\d+)"', page)

    def ask(
        self, method: str, path: str, form: dict[str, object] | None
    ) -> tuple[http.client.HTTPResponse, str]:
        headers = {"Cookie": self.cookie, "Sec-Fetch-Site": "same-origin"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(form, doseq=True) if form is not None else None
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        page = answer.read().decode()
        self.largest = max(self.largest, len(page.encode()))
        return answer, page

    def timed(self, what: str, method: str, path: str, form: dict[str, object] | None = None) -> str:
        begin = time.perf_counter()
        answer, page = self.ask(method, path, form)
        self.took[what].append((time.perf_counter() - begin) * 1_000)
        assert answer.status in (200, 303, 409), (what, answer.status, path)
        return page

    def work(self, pause: float, until: float) -> None:
        while time.monotonic() < until:
            path = "/" + self.chance.choice(FILTERS).format(rule=self.chance.choice(self.rules))
            page = self.timed("list", "GET", path)
            self.cases = re.findall(r"/case/([0-9a-f]{16})", page) or self.cases
            time.sleep(pause * self.chance.uniform(0.5, 1.5))
            for _ in range(2):
                key = self.chance.choice(self.cases)
                page = self.timed("case", "GET", f"/case/{key}")
                time.sleep(pause * self.chance.uniform(0.5, 1.5))
            self.save(key, page)
            time.sleep(pause * self.chance.uniform(0.5, 1.5))

    def save(self, key: str, page: str) -> None:
        hidden = {
            name: re.search(f'name="{name}" value="([^"]*)"', page) for name in ("csrf", "act", "version")
        }
        form: dict[str, object] = {name: found.group(1) for name, found in hidden.items() if found}
        if self.chance.random() < 0.5 or "Save the decision" not in page:
            self.timed("save a note", "POST", f"/case/{key}/note", form | {"words": "Rang, no answer."})
        else:
            flags = re.findall(r'name="flag" type="checkbox" value="([0-9a-f]{32})"', page)
            told = {"flag": flags, "outcome": "cleared", "reason": "moved", "note": "Seen.", "minutes": "12"}
            self.timed("save a decision", "POST", f"/case/{key}/decide", form | told)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("site", type=Path)
    asked.add_argument("--people", type=int, default=20)
    asked.add_argument("--seconds", type=float, default=30)
    asked.add_argument(
        "--pause", type=float, default=1.0, help="Mean seconds between two requests of one person."
    )
    told = asked.parse_args()
    site = load_site(told.site)
    partner, accounts = site.partners[0].id, Accounts(site)
    for number in range(told.people):
        account = Account(f"bench{number}", f"Bench {number}", partner, ("supervisor",))
        if accounts.find(account.username) is None:
            accounts.add(account, WORDS, by="bench", recorded_at=dt.datetime.now(dt.UTC))
    begin = time.monotonic()
    command = [sys.executable, "-m", "fraudmatch", "review", str(told.site), "--port", str(PORT)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        server.stdout.readline()
        opened = time.monotonic() - begin
        time.sleep(1)
        clients = [Client(f"bench{number}", number) for number in range(told.people)]
        until = time.monotonic() + told.seconds
        threads = [threading.Thread(target=client.work, args=(told.pause, until)) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        memory = psutil.Process(server.pid).memory_info().rss
    finally:
        server.terminate()
        server.wait()
    took = defaultdict(list)
    for client in clients:
        for what, times in client.took.items():
            took[what] += times
    print(
        json.dumps(
            {
                "people": told.people,
                "pause_s": told.pause,
                "opened_s": round(opened, 1),
                "server_mb": memory // 2**20,
            }
        )
    )
    for what, times in sorted(took.items()):
        p95 = sorted(times)[int(len(times) * 0.95)]
        print(f"{what:16} {len(times):6,}  median {statistics.median(times):6.1f} ms  p95 {p95:6.1f} ms")
    print(f"largest page {max(client.largest for client in clients):,} bytes")


if __name__ == "__main__":
    main()
