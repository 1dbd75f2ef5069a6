"""The explorer in a real browser: its own script, with the Python widget behind it.

The page holds the model that a notebook would give the script: what a slider writes goes to Python over HTTP, and what
Python computes comes back. Sliders are moved by keys, as a reader moves them.
"""

import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

import unjuran as uj

CASES = uj.Series([163, 463, 429, 302, 286, 165, 115, 139], start=2015, name="cases", label="Trafficking cases")

#: A notebook takes arrow keys for itself, so the page does.
PAGE = """<!doctype html><meta charset="utf-8"><body><script type="module">
document.body.addEventListener("keydown", (event) => event.preventDefault());
import widget from "./explorer.js";
let state = await (await fetch("state")).json();
const heard = {};
const model = {
  get: (name) => state[name],
  set: (name, value) => { changed[name] = value; },
  on: (event, follow) => (heard[event] ??= []).push(follow),
  off: (event, follow) => { heard[event] = heard[event].filter((one) => one !== follow); },
  save_changes: async () => {
    const body = JSON.stringify(changed);
    changed = {};
    const answer = await (await fetch("state", { method: "POST", body })).json();
    const before = state;
    state = answer;
    for (const name of Object.keys(state)) {
      const same = JSON.stringify(before[name]) === JSON.stringify(state[name]);
      for (const follow of same ? [] : heard[`change:${name}`] ?? []) follow();
    }
  },
};
let changed = {};
const undo = widget.render({ model, el: document.body });
window.undo = undo;
</script>"""

#: The script as it is installed.
SCRIPT = Path(uj.__file__).parent / "_explorer.js"

SHARED = [
    "yearly_change",
    "factor",
    "start",
    "goal",
    "side",
    "year",
    "limits",
    "words",
    "svg",
    "sentence",
    "probability",
]


@pytest.fixture
def served():
    """An explorer and the address of its page."""
    explorer = uj.explore(CASES, at_most=100, year=2027)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/explorer.js":
                self.answer("text/javascript", SCRIPT.read_text(encoding="utf-8"))
            elif self.path == "/state":
                self.state()
            else:
                self.answer("text/html", PAGE)

        def do_POST(self):
            changed = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            for name, value in changed.items():
                setattr(explorer, name, value)
            self.state()

        def state(self):
            self.answer("application/json", json.dumps({name: getattr(explorer, name) for name in SHARED}))

        def answer(self, kind, text):
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield explorer, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def browser():
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=720,900"):
        options.add_argument(argument)
    options.binary_location = shutil.which("chromium")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    yield driver
    driver.quit()


def test_a_moved_slider_changes_the_fan_and_the_probability(served, browser, tmp_path):
    explorer, address = served
    browser.get(address)
    wait = WebDriverWait(browser, 20)
    sentence = wait.until(lambda page: page.find_element(By.CSS_SELECTOR, ".unjuran-explorer p"))
    before, picture = sentence.text, browser.find_element(By.CSS_SELECTOR, ".picture").get_attribute("innerHTML")
    first = explorer.probability
    assert before == explorer.sentence
    assert "at most 100 in 2027" in before
    assert browser.find_element(By.CSS_SELECTOR, ".picture svg").is_displayed()

    slider = browser.find_element(By.NAME, "yearly_change")
    for _ in range(20):
        slider.send_keys(Keys.ARROW_LEFT)
    wait.until(lambda _: abs(explorer.yearly_change + 0.2) < 1e-9)
    wait.until(lambda _: sentence.text == explorer.sentence != before)
    assert explorer.probability > first + 0.1
    assert browser.find_element(By.CSS_SELECTOR, ".picture").get_attribute("innerHTML") != picture
    assert slider.find_element(By.XPATH, "following-sibling::output").text == "−20%"  # noqa: RUF001 - as it is shown
    same = uj.plan.target(
        uj.plan.Scenario(yearly_change=explorer.yearly_change).apply(explorer.baseline), year=2027, at_most=100
    )
    assert explorer.probability == pytest.approx(same.probability)

    level = browser.find_element(By.NAME, "factor")
    ActionChains(browser).drag_and_drop_by_offset(level, -60, 0).perform()
    wait.until(lambda _: explorer.factor < 1.0)
    wait.until(lambda _: sentence.text == explorer.sentence)
    assert explorer.probability > same.probability

    Select(browser.find_element(By.NAME, "side")).select_by_value("at_least")
    wait.until(lambda _: "at least 100" in sentence.text)
    goal = browser.find_element(By.NAME, "goal")
    goal.send_keys(Keys.ARROW_RIGHT)
    wait.until(lambda _: "at least 101 in 2027" in sentence.text)
    browser.find_element(By.NAME, "reset").click()
    wait.until(lambda _: explorer.yearly_change == 0.0 and slider.get_attribute("value") == "0")
    browser.save_screenshot(str(tmp_path / "explorer.png"))
    assert [entry for entry in browser.get_log("browser") if "favicon" not in entry["message"]] == []


def test_the_page_follows_what_python_sets_and_asks_nobody_else(served, browser):
    explorer, address = served
    explorer.goal, explorer.factor = 60.0, 0.5
    browser.get(address)
    sentence = WebDriverWait(browser, 20).until(lambda page: page.find_element(By.CSS_SELECTOR, ".unjuran-explorer p"))
    assert sentence.text == explorer.sentence
    assert browser.find_element(By.NAME, "factor").get_attribute("value") == "0.5"
    loaded = browser.execute_script("return performance.getEntriesByType('resource').map((one) => one.name)")
    assert loaded
    assert all(name.startswith(address) for name in loaded)
