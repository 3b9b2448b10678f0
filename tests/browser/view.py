"""Pages of gctool view in a browser: they show the rows that gctool prints, their parts work by mouse and keyboard, what the program named is
text and never markup, and nothing is asked for but the page."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["SOURCE"], "tests"))
from support.webdriver import Browser  # noqa: E402

GCTOOL, PROGRAMS = os.environ["GCTOOL"], os.environ["PROGRAMS"]
PAGE_BYTES_MAX = 60 * 1024  # without data

# The cells of a table as they stand, and the texts of its column heads.
CELLS = "return [...document.querySelectorAll(arguments[0] + ' tbody tr')].map(tr => [...tr.cells].map(td => td.textContent))"
HEADS = "return [...document.querySelectorAll(arguments[0] + ' thead th')].map(th => th.textContent)"


def gctool(*words):
    return subprocess.run([GCTOOL, *words], check=True, capture_output=True, text=True).stdout


def equal(got, wanted, what):
    assert got == wanted, f"{what}: {got!r}, not {wanted!r}"


def column(browser, name, heading):
    at = browser.run(HEADS, f"#{name}").index(heading)
    return [row[at] for row in browser.run(CELLS, f"#{name}")]


def check_quiet(browser, page):
    equal(browser.messages(), [], "console")
    equal(set(browser.requests()), {page.resolve().as_uri()}, "requests")
    equal(browser.run("return performance.getEntriesByType('resource').length"), 0, "resources")


def check_tables(browser, report):
    """Every row of the report is there, in its order, with its texts."""
    tables = {name: rows for name, rows in report.items() if isinstance(rows, list)}
    for name, rows in tables.items():
        if not rows:
            continue
        equal(len(browser.run(CELLS, f"#{name}")), len(rows), f"rows of {name}")
        for key, heading in (("type", "type"), ("function", "function"), ("location", "location")):
            if key in rows[0]:
                equal(column(browser, name, heading), [row[key] or "-" for row in rows], f"{name}.{key}")
    return tables


def check_sort(browser, name, rows):
    heads = browser.run(HEADS, f"#{name}")
    button = f"#{name} thead th:nth-child({heads.index('objects') + 1}) button"
    counts = [f"{row['objects']:,}" for row in sorted(rows, key=lambda row: row["objects"])]
    browser.click(button)
    equal(column(browser, name, "objects"), counts[::-1], "sorted from the greatest")
    browser.click(button)
    equal(column(browser, name, "objects"), counts, "sorted from the least")
    equal(browser.run(f"return document.querySelector('{button}').parentElement.ariaSort"), "ascending", "aria-sort")


def check_filter(browser, name, rows):
    word = rows[-1]["type"]
    kept = [row for row in rows if any(word.lower() in str(value).lower() for value in row.values())]
    browser.type(f"#{name} input[type=search]", word.upper())
    equal(len(browser.run(CELLS, f"#{name}")), len(kept), f"rows with '{word}'")
    if len(kept) < len(rows):
        assert browser.run(f"return document.querySelector('#{name} [role=status]').textContent").startswith(
            f"{len(kept)} of {len(rows)} "), "the count says what was kept"


CALLED = "return [...document.querySelectorAll('#stacks .called tbody tr')].map(tr => Number(tr.dataset.value))"
PATH = "return [...document.querySelectorAll('#stacks .path button')].map(button => button.textContent)"
SAID = "return document.querySelector('#stacks .said').textContent"
KEY = ("document.querySelector('#stacks canvas').dispatchEvent(new KeyboardEvent('keydown', {key: arguments[0], bubbles: true, "
       "cancelable: true}))")


def check_icicle(browser, all_bytes):
    """What is called from a frame sums up to it, on the way to where most was made and back."""
    wanted, depth = all_bytes, 1
    while True:
        parts = browser.run(CALLED)
        equal(sum(parts), wanted, f"what is in {browser.run(PATH)[-1]}")
        equal(parts[:-1], sorted(parts[:-1], reverse=True), "the greatest first")
        if not browser.run("return document.querySelector('#stacks .called button') !== null"):
            break
        browser.click("#stacks .called button")
        depth += 1
        wanted = parts[0]
        equal(len(browser.run(PATH)), depth, "frames of the path")
    assert depth > 2, "stacks have frames"
    browser.run(KEY, "Escape")
    equal(len(browser.run(PATH)), depth - 1, "frames after Escape")
    browser.click("#stacks .path button")
    equal(browser.run(PATH), ["all"], "the path at the top")


def check_icicle_input(browser):
    """A click on the second row zooms into it; arrows and Enter do the same."""
    first = browser.run("return document.querySelector('#stacks .called button').textContent")
    browser.run("const box = document.querySelector('#stacks canvas').getBoundingClientRect();"
                "const at = {clientX: box.left + 5, clientY: box.top + 30, bubbles: true};"
                "for (const kind of ['pointermove', 'click']) document.querySelector('#stacks canvas').dispatchEvent(new MouseEvent(kind, at))")
    equal(browser.run(PATH), ["all", first], "path after a click")
    browser.run(KEY, "Home")
    browser.run(KEY, "ArrowDown")
    assert browser.run(SAID).startswith(first + ": "), "what the arrow chose is said"
    equal(browser.run(PATH), ["all"], "an arrow alone does not zoom")
    browser.run(KEY, "Enter")
    equal(browser.run(PATH), ["all", first], "path after Enter")
    browser.run(KEY, "Home")
    browser.type("#stacks input[type=search]", first.split()[0])
    assert "100.0 %" in browser.run("return document.querySelector('#stacks .tools [role=status]').textContent"), "found"


def check_drawn(browser):
    """The canvas holds more than one colour."""
    colours = browser.run("const canvas = document.querySelector('#stacks canvas'), seen = new Set();"
                          "const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);"
                          "for (let at = 0; at < data.length; at += 4) seen.add(data.slice(at, at + 4).join());"
                          "return seen.size")
    assert colours > 3, f"{colours} colours"


def check_choice(browser, alive_bytes):
    browser.click("#stacks input[type=radio]:not(:checked)")
    equal(sum(browser.run(CALLED)), alive_bytes, "the second measure")


def trace_page(browser, folder):
    trace, page = folder / "known.gctrace", folder / "known.gctrace.html"
    report, lifetimes = (json.loads(gctool("report", "--json", *more, str(trace))) for more in ([], ["--section", "lifetimes"]))
    shown = json.loads(gctool("view", "--json", str(trace)))["view"]
    equal(shown, {"page": str(page), "page_bytes": page.stat().st_size, "source": str(trace), "subject": "trace"}, "view --json")
    browser.open(page)
    goroutines = json.loads(gctool("report", "--json", "--section", "goroutines", "--stacks", str(trace)))
    tables = check_tables(browser, {**report, **lifetimes, **goroutines})
    equal(browser.run("return document.querySelectorAll('#over_time figure').length"), 2, "plots")
    browser.run("document.querySelector('#over_time svg[tabindex]').dispatchEvent(new KeyboardEvent('keydown', {key: 'End'}))")
    assert browser.run("return document.querySelector('#over_time .said').textContent").startswith("at "), "a plot tells its points"
    check_drawn(browser)
    check_icicle(browser, report["summary"]["allocated_bytes"])
    check_icicle_input(browser)
    check_choice(browser, report["summary"]["alive_bytes"])
    check_sort(browser, "allocated", tables["allocated"])
    check_filter(browser, "allocated", tables["allocated"])
    check_quiet(browser, page)


def heap_page(browser, folder):
    dump, page = folder / "known.gcheap", folder / "heap.html"
    heap = json.loads(gctool("heap", "--json", str(dump)))
    gctool("view", "-o", str(page), str(dump))
    browser.open(page)
    goroutines = json.loads(gctool("goroutines", "--json", "--stacks", str(dump)))
    tables = check_tables(browser, {**heap, **goroutines})
    check_icicle(browser, heap["summary"]["bytes"])
    check_icicle_input(browser)
    check_choice(browser, heap["summary"]["reachable_bytes"])
    check_sort(browser, "types", tables["types"])
    check_filter(browser, "sites", tables["sites"])
    check_quiet(browser, page)


def leak_page(browser, folder):
    dump, page = folder / "leak.gcheap", folder / "leak.html"
    subprocess.run([f"{PROGRAMS}/waits", "range", "0"], check=True, capture_output=True, env={**os.environ, "GCRT_HEAPDUMP": str(dump)})
    gctool("view", "-o", str(page), str(dump))
    leaks = subprocess.run([GCTOOL, "leaks", "--json", "--stacks", str(dump)], capture_output=True, text=True)
    equal(leaks.returncode, 1, "status of leaks")
    browser.open(page)
    leaked = json.loads(leaks.stdout)["leaked"]
    equal(len(browser.run(CELLS, "#leaked")), len(leaked), "leaked rows")
    equal(column(browser, "leaked", "runs"), ["range_over"], "who leaked")
    check_quiet(browser, page)


def made_page(folder, *words):
    page = folder / "made.html"
    with page.open("wb") as out:
        subprocess.run([f"{PROGRAMS}/make_page", *words], check=True, stdout=out)
    return page


HOSTILE = [
    b"</script><script>document.title='broken'</script>",
    b"<!--<script>document.title='broken'",
    b"<img src=x onerror=\"document.title='broken'\">",
    b"\"'`\\u003c\\ </title> \xe2\x80\xa8 ${document.title='broken'} PAGE_DATA @PAGE_js@",
]


def hostile_pages(browser, folder):
    for markup in HOSTILE:
        page = made_page(folder, "hostile", markup)
        browser.open(page)
        text = markup.decode()
        equal(browser.run("return document.title"), text + " \u2013 gctool", "title")
        equal(browser.run(CELLS, "#things")[0][:2], ["7 B", text], "cells")
        equal(browser.run("return document.querySelector('#things pre').textContent"), text, "stack")
        equal(browser.run(PATH), ["all"], "path")
        equal(browser.run("return document.querySelector('#stacks .called button').textContent"), text, "frame")
        equal(browser.run("return document.querySelectorAll('script').length + 10 * document.images.length"), 2, "scripts")
        check_quiet(browser, page)
    page = made_page(folder, "hostile", b"\x01\x1f\xff\xc0\x80 control and no UTF-8")
    browser.open(page)
    equal(browser.run("return document.getElementById('title').textContent"), "\x01\x1f\ufffd\ufffd\ufffd control and no UTF-8", "title")
    check_quiet(browser, page)


def large_page(browser, folder):
    page = made_page(folder, "large")
    browser.open(page)
    notices = browser.run("return [...document.querySelectorAll('.notice')].map(notice => notice.textContent)")
    equal([notice.split(": ")[1].split(".")[0] for notice in notices], ["1", "20,001"], "what was cut")
    equal(len(browser.run(CELLS, "#things")), 200, "rows at first")
    browser.run("[...document.querySelectorAll('#things button')].at(-1).click()")
    equal(len(browser.run(CELLS, "#things")), 400, "rows after 'Show more'")
    browser.click("#things thead button")
    equal(browser.run(CELLS, "#things")[0][1], "type_99999", "the greatest")
    browser.type("#things input[type=search]", "type_7777")
    equal(len(browser.run(CELLS, "#things")), 11, "rows of a filter")
    equal(sum(browser.run(CALLED)), 60000 * 60001 // 2, "all bytes, those of cut frames too")
    check_quiet(browser, page)


def main():
    with tempfile.TemporaryDirectory() as name, Browser() as browser:
        folder = pathlib.Path(name)
        subprocess.run([GCTOOL, "trace", "-o", folder / "known.gctrace", f"{PROGRAMS}/known"], check=True, capture_output=True,
                       env={**os.environ, "GCRT_HEAPDUMP": str(folder / "known.gcheap")})
        for check in (trace_page, heap_page, leak_page, hostile_pages, large_page):
            check(browser, folder)
            print("fine:", check.__name__)
        bare = len(made_page(folder, "hostile", b"x").read_bytes())
        assert bare < PAGE_BYTES_MAX, f"the page without data has {bare} bytes"


main()
