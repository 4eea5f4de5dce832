#!/usr/bin/env python3
"""The page of `joulet report` in headless Chromium, as a user has it.

    test_page.py JOULET PICTURES [unittest arguments]

Screenshots are left in the folder PICTURES, to be looked at. Exit status 77 if
there is no Chromium; in CI (environment variable CI) that is a failure.
"""

import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import chromium  # noqa: E402
import store  # noqa: E402

JOULET = os.path.abspath(sys.argv.pop(1))
PICTURES = os.path.abspath(sys.argv.pop(1))

# Texts of a picture that cover each other by more than a pixel.
OVERLAPS = """
[...document.querySelectorAll('svg')].flatMap(svg => {
    const box = [...svg.querySelectorAll('text')].map(t => {
        const r = t.getBoundingClientRect();
        return [r.left + 1, r.top + 3, r.right - 1, r.bottom - 3, t.textContent];
    });
    const bad = [];
    box.forEach((a, i) => box.slice(0, i).forEach(b => {
        if (a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3])
            bad.push(svg.getAttribute('aria-label') + ': ' + a[4] + ' | ' + b[4]);
    }));
    return bad;
})"""

# Texts outside of their picture.
OUTSIDE = """
[...document.querySelectorAll('svg')].flatMap(svg => {
    const s = svg.getBoundingClientRect();
    return [...svg.querySelectorAll('text')].filter(t => {
        const r = t.getBoundingClientRect();
        return r.left < s.left - 1 || r.right > s.right + 1 ||
            r.top < s.top - 1 || r.bottom > s.bottom + 1;
    }).map(t => svg.getAttribute('aria-label') + ': ' + t.textContent);
})"""

# The least contrast of a text with the page, WCAG 2's formula.
CONTRAST = """
(() => {
    const light = c => {
        const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map(v => v / 255)
            .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const paper = light(getComputedStyle(document.body).backgroundColor);
    const of = (e, p) => {
        const l = light(getComputedStyle(e)[p]);
        return (Math.max(l, paper) + 0.05) / (Math.min(l, paper) + 0.05);
    };
    return Math.min(...[...document.querySelectorAll('p, th, td, a, dt, dd, h2, li')]
        .map(e => of(e, 'color')),
        ...[...document.querySelectorAll('svg text')].map(e => of(e, 'fill')));
})()"""

DOTS = """[...document.querySelectorAll('#plane-svg [data-points]')]
    .reduce((sum, e) => sum + Number(e.dataset.points), 0)"""
SEGMENTS = """[...document.querySelectorAll('#plane-svg .dots')]
    .reduce((sum, e) => sum + (e.getAttribute('d').match(/M/g) || []).length, 0)
    + document.querySelectorAll('#plane-svg .best').length"""


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="joulet-page-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.store = store.sweep(JOULET, cls.folder.name)
        cls.html = os.path.join(cls.folder.name, "r.html")
        subprocess.run([JOULET, "report", cls.store, "-o", cls.html],
                       check=True)
        os.makedirs(PICTURES, exist_ok=True)
        cls.page = chromium.Page(cls.html)
        cls.addClassCleanup(cls.page.close)

    def setUp(self):
        """Every test begins with the page as it opens."""
        self.page.errors.clear()
        self.page.requests.clear()
        self.page.look()
        self.page._open()

    def tearDown(self):
        self.assertEqual(self.page.errors, [])
        self.assertEqual(set(self.page.requests), {self.page.url})

    def ask(self, sql):
        db = sqlite3.connect(self.store)
        rows = db.execute(sql).fetchall()
        db.close()
        return rows

    def text(self, selector):
        return self.page.run("document.querySelector(%r).textContent"
                             % selector)

    def column(self, name):
        """What the table shows of a column."""
        return self.page.run("""(() => {
            const head = [...document.querySelectorAll('#rows th')];
            const k = head.findIndex(h => h.querySelector('button')
                .dataset.column === %r);
            return [...document.querySelectorAll('#rows tbody tr')]
                .map(r => r.children[k].textContent);
        })()""" % name)

    def choose(self, select, value):
        self.page.run("""(() => {
            const e = document.getElementById(%r);
            e.value = %r;
            e.dispatchEvent(new Event('change'));
        })()""" % (select, value))

    # ---- pictures

    def test_every_finished_point_is_a_dot(self):
        done = dict(self.ask("SELECT network, count(*) FROM points WHERE "
                             "state = 'done' GROUP BY network"))
        for i, net in enumerate(("digits_mlp", "digits_cnn")):
            self.choose("net", str(i))
            self.assertEqual(self.page.run(DOTS), done[net])
            self.assertEqual(self.page.run(SEGMENTS), done[net])
            for x in ("cycles", "utilization", "array.rows", "spad_bytes"):
                self.choose("x", x)
                self.assertEqual(self.page.run(SEGMENTS), done[net])
            self.choose("x", "latency_us")

    def test_no_text_covers_another(self):
        for width in (1280, 820):
            self.page.send("Emulation.setDeviceMetricsOverride", width=width,
                           height=900, deviceScaleFactor=1, mobile=False)
            self.page._open()
            for _ in range(2):
                self.assertEqual(self.page.run(OVERLAPS), [])
                self.assertEqual(self.page.run(OUTSIDE), [])
                self.choose("net", "1")
                self.page.click("#front-bars .bar")
        self.page.send("Emulation.setDeviceMetricsOverride", width=1280,
                       height=900, deviceScaleFactor=1, mobile=False)

    def test_text_is_readable_in_light_and_dark(self):
        for dark in (False, True):
            self.page.look(dark=dark)
            self.assertGreater(self.page.run(CONTRAST), 4.5)
            self.page.screenshot(os.path.join(
                PICTURES, "dark.png" if dark else "light.png"))
        self.assertGreaterEqual(self.page.run(
            "Math.min(...[...document.querySelectorAll('svg text')].map(t =>"
            " parseFloat(getComputedStyle(t).fontSize)))"), 12)

    def test_every_cause_and_unit_has_a_colour_of_its_own(self):
        self.assertEqual(self.page.run("""[D.causes, D.shares].filter(list => {
            const svg = picture(10, 10, 'colours');
            document.body.append(svg);
            const used = list.map((name, i) => {
                const r = shape('rect', {class: 'f' + i});
                svg.append(r);
                return getComputedStyle(r).fill;
            });
            svg.remove();
            return used.includes('rgb(0, 0, 0)') ||
                new Set(used).size < list.length;
        })"""), [])

    def test_paper_has_no_controls_and_is_wide_enough(self):
        self.page.send("Emulation.setDeviceMetricsOverride", width=720,
                       height=1000, deviceScaleFactor=1, mobile=False)
        self.page.look(media="print")
        self.page.run("window.dispatchEvent(new Event('beforeprint'))")
        self.assertEqual(self.page.run(
            "getComputedStyle(document.querySelector('nav')).display"), "none")
        self.assertLessEqual(self.page.run(
            "document.documentElement.scrollWidth"), 720)
        self.assertEqual(self.page.run(OVERLAPS), [])
        best = self.page.run("P.best.reduce((a, b) => a + b, 0)")
        self.assertEqual(len(self.column("point")), best)
        self.page.screenshot(os.path.join(PICTURES, "print.png"))
        self.page.pdf(os.path.join(PICTURES, "print.pdf"))
        self.page.send("Emulation.setDeviceMetricsOverride", width=1280,
                       height=900, deviceScaleFactor=1, mobile=False)

    def test_lines_are_points_and_columns_keep_ranges(self):
        lines = """['out', 'plain', 'best'].map(n => Number(
            document.getElementById('lines-' + n).dataset.points))"""
        for i, net in enumerate(("digits_mlp", "digits_cnn")):
            self.choose("net", str(i))
            done = self.ask("SELECT count(*) FROM points WHERE state = 'done' "
                            "AND network = '%s'" % net)[0][0]
            self.assertEqual(sum(self.page.run(lines)), done)
            self.assertEqual(self.page.run(lines)[0], 0)
        # By keys: the upper end of the rows down by one value, from 16 to 8.
        self.page.run("document.querySelector('[data-column=\"array.rows\"]"
                      ".column').focus()")
        self.page.press("ArrowDown")
        kept = self.ask("SELECT count(*) FROM points WHERE state = 'done' AND "
                        "network = 'digits_cnn' AND design NOT LIKE "
                        "'%array.rows: 16%'")[0][0]
        self.assertEqual(sum(self.page.run(lines)[1:]), kept)
        self.assertIn("array.rows 4 to 8: %d points" % kept,
                      self.text("#parallel-says"))
        self.assertNotIn("16", self.column("array.rows"))
        self.assertEqual(self.page.run(
            "document.activeElement.getAttribute('aria-valuetext')"), "4 to 8")
        self.page.press("Escape")
        self.assertEqual(self.page.run(lines)[0], 0)
        # By mouse: the lower half of the latencies; a click lets go.
        x, y0, y1, value = self.page.run("""(() => {
            const c = shownColumns.find(c => c.name === 'latency_us');
            document.querySelector('#parallel-svg').scrollIntoView(
                {block: 'center'});
            const r = document.querySelector('#parallel-svg')
                .getBoundingClientRect();
            const v = c.values[c.values.length >> 1];
            return [r.left + c.x, r.top + c.y(c.low) + 1, r.top + c.y(v), v];
        })()""")
        self.page.mouse("mousePressed", x, y0)
        self.page.mouse("mouseMoved", x, (y0 + y1) / 2)
        self.page.mouse("mouseMoved", x, y1)
        self.page.mouse("mouseReleased", x, y1)
        low, high = self.page.run("brush.get('latency_us')")
        self.assertEqual(self.page.run("shownColumns.find(c => c.name === "
                                       "'latency_us').low"), low)
        self.assertGreaterEqual(high, value)
        kept = self.ask("SELECT count(*) FROM points WHERE state = 'done' AND "
                        "network = 'digits_cnn' AND latency_us <= %.17g"
                        % high)[0][0]
        self.assertEqual(sum(self.page.run(lines)[1:]), kept)
        self.page.screenshot(os.path.join(PICTURES, "parallel.png"))
        self.page.mouse("mousePressed", x, y0)
        self.page.mouse("mouseReleased", x, y0)
        self.assertEqual(self.page.run(lines)[0], 0)

    def test_click_on_a_line_selects_its_point(self):
        x, y, number = self.page.run("""(() => {
            const svg = document.querySelector('#parallel-svg');
            svg.scrollIntoView({block: 'center'});
            const r = svg.getBoundingClientRect();
            const [a, b] = shownColumns.slice(-2);
            const i = shownLines().reduce((p, q) => columnValue(q, a.name) >
                columnValue(p, a.name) ? q : p);
            const y = (a.y(columnValue(i, a.name)) +
                b.y(columnValue(i, b.name))) / 2;
            return [r.left + (a.x + b.x) / 2, r.top + y, P.number[i]];
        })()""")
        self.page.mouse("mousePressed", x, y)
        self.page.mouse("mouseReleased", x, y)
        self.assertIn("Point %d of" % number, self.text("#point-h"))
        self.assertNotEqual(self.page.run(
            "document.getElementById('lines-selected').getAttribute('d')"), "")

    def test_details_have_all_their_pictures(self):
        titles = self.page.run("[...document.querySelectorAll('#detail h3')]"
                               ".map(h => h.textContent)")
        self.assertEqual(titles, [
            "To reproduce it", "Cycles of each layer, by cause",
            "Energy of each layer, by unit", "Roofline", "Timeline",
            "Data memory: tensors over time",
            "Scratchpad: what it holds over time"])
        tensors = self.page.run("document.querySelectorAll('#detail .tensor')"
                                ".length")
        self.assertEqual(tensors, self.page.run(
            "DETAIL.get(state.point).tensors.length"))

    # ---- mouse and keyboard

    def test_mouse_shows_and_selects_a_point(self):
        at = self.page.run("""(() => {
            const e = document.querySelector('#plane-svg');
            e.scrollIntoView({block: 'center'});
            const r = e.getBoundingClientRect(), s = shownPoints;
            const k = s.order[s.order.length - 1];
            return [r.left + s.px[k], r.top + s.py[k], P.number[s.list[k]]];
        })()""")
        self.page.mouse("mouseMoved", at[0], at[1])
        self.assertFalse(self.page.run("document.querySelector('.tip').hidden"))
        self.assertIn("Point %d" % at[2], self.text(".tip"))
        self.page.mouse("mousePressed", at[0], at[1])
        self.page.mouse("mouseReleased", at[0], at[1])
        self.assertIn("Point %d of digits_mlp" % at[2], self.text("#point-h"))
        self.assertEqual(self.page.run("document.querySelector('.ring')"
                                       ".getAttribute('visibility')"),
                         "visible")
        self.page.mouse("mouseMoved", 2, 2)
        self.assertTrue(self.page.run("document.querySelector('.tip').hidden"))

    def test_keys_go_through_the_plane(self):
        self.page.run("document.querySelector('#plane-svg').focus()")
        self.page.press("Home")
        first = self.text("#plot-says")
        self.page.press("ArrowRight")
        self.assertNotEqual(self.text("#plot-says"), first)
        self.page.press("ArrowLeft")
        self.assertEqual(self.text("#plot-says"), first)
        self.page.press("ArrowDown")
        self.page.press("Enter")
        number = re.match(r"Point (\d+):", self.text("#plot-says")).group(1)
        self.assertIn("Point %s of digits_mlp, Pareto-optimal" % number,
                      self.text("#point-h"))
        self.page.run("document.querySelector('#plane-svg').focus()")
        self.page.press("Escape")
        self.assertTrue(self.page.run("document.querySelector('.tip').hidden"))

    def test_tab_reaches_every_part_and_shows_where_it_is(self):
        seen = set()
        for _ in range(200):
            self.page.press("Tab")
            seen.add(self.page.run(
                "document.activeElement.closest('section')?.id"))
            self.assertNotEqual(self.page.run(
                "document.activeElement === document.body ? '3px' : "
                "getComputedStyle(document.activeElement).outlineWidth"), "0px")
            if seen >= {"answer", "plane", "front", "parallel", "table",
                        "point"}:
                return
        self.fail("not reached, only %s" % seen)

    def test_headings_and_labels(self):
        levels = self.page.run("[...document.querySelectorAll('h1,h2,h3')]"
                               ".map(h => Number(h.tagName[1]))")
        self.assertEqual(levels[0], 1)
        self.assertTrue(all(b <= a + 1 for a, b in zip(levels, levels[1:])))
        self.assertEqual(self.page.run(
            "[...document.querySelectorAll('input, select')].filter(e => "
            "!e.labels.length).length"), 0)
        self.assertEqual(self.page.run(
            "[...document.querySelectorAll('svg:not([aria-hidden])')]"
            ".filter(e => !e.getAttribute('aria-label')).length"), 0)

    # ---- table

    def sorted_points(self, order):
        return [str(r[0]) for r in self.ask(
            "SELECT point FROM members JOIN points USING(key) WHERE "
            "state = 'done' ORDER BY %s, point LIMIT 50" % order)]

    def test_click_on_a_heading_sorts(self):
        self.page.click("[data-column='cycles']")
        self.assertEqual(self.column("point"), self.sorted_points("cycles"))
        self.page.click("[data-column='cycles']")
        self.assertEqual(self.column("point"),
                         self.sorted_points("cycles DESC"))
        self.assertEqual(self.page.run(
            "document.querySelector('[data-column=cycles]').parentNode"
            ".getAttribute('aria-sort')"), "descending")

    def test_keys_sort_and_go_through_rows(self):
        self.page.run("document.querySelector('[data-column=cycles]').focus()")
        self.page.press("Enter")
        points = self.column("point")
        self.assertEqual(points, self.sorted_points("cycles"))
        self.page.run("document.querySelector('#rows tbody button').focus()")
        self.page.press("ArrowDown", 2)
        self.page.press("Enter")
        self.assertIn("Point %s of" % points[2], self.text("#point-h"))

    def test_filter_shows_what_it_says(self):
        self.page.click("#filter")
        self.page.type("cnn, array.rows >= 8, latency_us < 40")
        want = self.ask("SELECT count(*) FROM points WHERE network = "
                        "'digits_cnn' AND latency_us < 40 AND CAST(substr("
                        "design, instr(design, 'array.rows: ') + 12, 2) AS "
                        "INTEGER) >= 8")[0][0]
        self.assertGreater(want, 0)
        self.assertEqual(len(self.column("point")), min(50, want))
        self.assertIn("%d of 72 points" % want, self.text("#filter-says"))
        self.page.type(", array.row > 1")
        self.assertEqual(self.text("#filter-says"),
                         "array.row: no such metric or parameter")

    def test_only_pareto_optimal_points(self):
        self.page.click("#only-best")
        best = self.page.run("P.number.filter((n, i) => P.best[i])")
        self.assertEqual(self.column("point"), [str(n) for n in best])
        self.assertTrue(all(m.startswith("*") for m in self.column("marks")))

    def test_pages_of_the_table(self):
        first = self.column("point")
        self.page.click("[data-page='1']")
        self.assertEqual(first + self.column("point"),
                         [str(n) for n in range(72)])

    # ---- answer

    def test_limits_change_the_answer(self):
        rows = self.ask("SELECT point, latency_us, (SELECT energy_uj FROM "
                        "costs c WHERE c.key = p.key) AS e FROM members JOIN "
                        "points p USING(key) WHERE network = 'digits_cnn' AND "
                        "state = 'done' ORDER BY latency_us, point")
        limit = sorted(r[2] for r in rows)[len(rows) // 3]
        best = next(r[0] for r in rows if r[2] <= limit)
        self.assertNotEqual(best, rows[0][0])
        self.page.click("#limit")
        self.page.type("energy_uj <= %.17g" % limit)
        self.page.press("Enter")
        answer = self.page.run("[...document.querySelectorAll("
                               "'#answer-table tbody tr')].map(r => "
                               "[...r.children].map(c => c.textContent))")
        self.assertEqual(answer[2][0], "digits_cnn")
        self.assertEqual(answer[2][2], str(best))
        self.choose("net", "1")
        self.assertGreater(self.page.run("Number(document.querySelector("
                                         "'.dots.out').dataset.points)"), 0)

    def test_impossible_limits_are_said(self):
        self.page.click("#limit")
        self.page.type("peak_bytes < 1 B")
        self.page.press("Enter")
        self.assertEqual(self.text("#answer-table").count(
            "no design is within the limits"), 2)
        self.assertEqual(self.text("#answer-table").count(
            "the nearest misses peak_bytes < 1 B"), 2)
        self.page.type(" nonsense")
        self.page.press("Enter")
        self.assertEqual(self.text("#limit-says"),
                         "1 B nonsense: not a number with a known unit")

    def answer(self):
        """Cells of the answer's rows."""
        return self.page.run("[...document.querySelectorAll('#answer-table "
                             "tbody tr')].map(r => [...r.children]"
                             ".map(c => c.textContent))")

    def nearest_by(self, metric, bound):
        """Of digits_cnn the point that misses `metric <= bound` by least."""
        return self.ask("SELECT point FROM members JOIN points p USING(key) "
                        "JOIN costs c ON c.key = p.key WHERE network = "
                        "'digits_cnn' AND state = 'done' AND %s > %g ORDER BY "
                        "%s, point" % (metric, bound, metric))[0][0]

    def test_what_comes_nearest_to_the_limits(self):
        self.page.click("#limit")
        self.page.type("energy_uj <= 1 nJ, latency_us > 0")
        self.page.press("Enter")
        said, near = self.answer()[2:]
        self.assertEqual(said, ["digits_cnn", "no design is within the "
                         "limits; the nearest misses energy_uj <= 1 nJ"])
        point = str(self.nearest_by("energy_uj", 0.001))
        self.assertEqual(near[1:3], ["nearest", point])
        # Its number selects it.
        self.page.run("[...document.querySelectorAll('#answer-table "
                      "button')].pop().click()")
        self.assertIn("Point %s of" % point, self.text("#point-h"))

    def test_page_and_text_agree_on_what_is_nearest(self):
        html = os.path.join(self.folder.name, "near.html")
        limit = "energy_uj <= 0.01 or latency_us < 1"
        text = subprocess.run([JOULET, "report", self.store, "-o", html,
                               "--text", "--limit", limit],
                              capture_output=True, text=True, check=True,
                              env=dict(os.environ, COLUMNS="200")).stdout
        subprocess.run([JOULET, "report", self.store, "-o", html, "--limit",
                        limit], check=True, capture_output=True)
        page, self.page = self.page, chromium.Page(html)
        self.addCleanup(setattr, self, "page", page)
        self.addCleanup(self.page.close)
        rows = self.answer()
        self.assertEqual(
            [r[2] for r in rows[1::2]],
            re.findall(r"nearest to the limits: point (\d+):", text))
        self.assertTrue(all(r[1].endswith("the nearest misses " + limit)
                            for r in rows[::2]), rows)
        self.assertIn("Point %s of" % rows[1][2], self.text("#point-h"))
        self.assertEqual(self.page.errors, [])
        self.page.screenshot(os.path.join(PICTURES, "nearest.png"))

    def test_empty_table_names_the_nearest(self):
        self.page.click("#filter")
        self.page.type("digits_cnn, energy_uj <= 0.001")
        point = self.nearest_by("energy_uj", 0.001)
        self.assertIn("Nothing meets the filter; the nearest is point %d: it "
                      "misses energy_uj <= 0.001" % point,
                      self.text("#filter-says"))
        self.page.run("document.querySelector('#filter-says button').click()")
        self.assertIn("Point %d of" % point, self.text("#point-h"))

    # ---- commands

    def test_compare_with_the_point_selected_before(self):
        self.assertNotIn("joulet compare", self.text("#detail"))
        a, b = [p for p, in self.ask(
            "SELECT point FROM members JOIN points USING(key) WHERE network "
            "= 'digits_cnn' AND state = 'done' ORDER BY point LIMIT 2")]
        self.page.run("[%d, %d].forEach(n => select(P.number.indexOf(n)))"
                      % (a, b))
        command = next(c for c in self.page.run(
            "[...document.querySelectorAll('#detail pre')].map(p => "
            "p.textContent)") if "compare" in c)
        self.assertIn("joulet compare %d %d " % (a, b), command)
        done = subprocess.run(command.replace("joulet", JOULET, 1),
                              shell=True, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("digits_cnn", done.stdout)
        # Not with one of another network.
        self.page.run("select(P.net.findIndex((n, i) => P.ok[i] && n !== "
                      "P.net[state.point]))")
        self.assertNotIn("joulet compare", self.text("#detail"))

    def test_the_command_gives_the_point_again(self):
        command = self.text("#detail pre").split(" --trace")[0].replace(
            "joulet", JOULET, 1) + "--json"
        got = subprocess.run(command.replace("\\\n", " ").replace(
            "\\--json", "--json"), shell=True, capture_output=True, text=True,
            check=True).stdout
        cycles = self.page.run("value(state.point, 'cycles')")
        self.assertRegex(got, r'"cycles": %d,' % cycles)

    def test_a_failed_point_says_why(self):
        failed = self.page.run("P.number[P.errors[0].point]")
        self.page.run("select(P.errors[0].point)")
        self.assertIn("Point %d" % failed, self.text("#point-h"))
        self.assertIn("Failed: requant.lanes: 8 is more than array.cols (4)",
                      self.text("#detail .bad"))


class Alternatives(unittest.TestCase):
    """Two networks for one task, and how often each is right."""

    def test_networks_share_answer_plane_and_lines(self):
        with tempfile.TemporaryDirectory(prefix="joulet-page-") as folder:
            path = os.path.join(folder, "a.yaml")
            with open(path, "w") as f:
                f.write(("networks: [%s/digits_mlp.tflite, "
                         "%s/digits_cnn.tflite]\n"
                         "data: %s/digits_test.yaml\nalternatives: true\n"
                         % ((os.path.join(store.ROOT, "models"),) * 3)) +
                        "axes: {network.weight_bits: [2, 8], "
                        "array.rows: [4, 8]}\n"
                        "objectives: {minimize: [energy_uj], "
                        "maximize: [accuracy]}\n")
            subprocess.run([JOULET, "sweep", path], check=True,
                           stdout=subprocess.DEVNULL)
            html = os.path.join(folder, "a.html")
            subprocess.run([JOULET, "report", path, "-o", html], check=True)
            with chromium.Page(html) as page:
                self.assertEqual(page.run(DOTS), 8)
                self.assertEqual(page.run("shownLines().length"), 8)
                rows = page.run("[...document.querySelectorAll("
                                "'#answer-table tbody tr')].map(r => "
                                "[...r.children].map(c => c.textContent))")
                self.assertEqual([r[0] for r in rows],
                                 ["digits_mlp", "digits_cnn"])
                self.assertEqual(rows[1][6], "98.6 %")
                page.run("select(7)")
                self.assertEqual(page.run("state.net"), -1)
                self.assertEqual(page.run(OVERLAPS), [])
                self.assertEqual(page.run(OUTSIDE), [])
                self.assertEqual(page.errors, [])


if __name__ == "__main__":
    if not chromium.find():
        print("no Chromium here: the page is not tested"
              " (Debian package chromium)")
        sys.exit(1 if os.environ.get("CI") else 77)
    unittest.main()
