"""The report as a file: what is in it, what is let in, and that its data is what was asked."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from hashlib import sha256
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any
from zlib import decompress

import pytest
from commands_for_tests import mali, run, said
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets_for_tests import fact, tell

from tracker import putting
from tracker.cli import words
from tracker.instants import DAY, FUTURE_OPEN, PAST_OPEN, AsOf
from tracker.situation import Situation
from tracker.web import page
from tracker.web.axis import axis_of, end_of
from tracker.web.basemap import clipped_line, clipped_ring
from tracker.web.encoding import Encoder, steps
from tracker.web.frame import WIDTH, Frame, frame_of
from tracker.web.labels import SCALES, Wanted, placed
from tracker.web.mapsvg import _said as said_path
from tracker.web.mapsvg import ground
from tracker.web.markup import Markup, element, link, safe_url, text

LARGEST = 400_000  # bytes, of the report of Mali
MALI = (-9.3, 11.8, 2.7, 19.2)
VALUE, SUPPORT, SINCE, POSSIBLY = 0, 1, 2, 7  # of a state, as tracker.web.encoding lays it out


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[Situation]:
    with Situation(str(mali(tmp_path))) as situation:
        yield situation


def data_of(html: str) -> dict[str, Any]:
    """Read the data back out of a page."""
    found = re.search(r'<script type="application/(\S+)" id="data">(.*?)</script>', html, re.DOTALL)
    assert found
    body = found[2] if found[1] == "json" else decompress(b64decode(found[2])).decode()
    return dict(json.loads(body))


def looked_up(data: dict[str, Any], clocks: AsOf) -> dict[tuple[str, str], list[Any]]:
    """What stands in the data at two clocks, by cell: the look-up of the page, written anew."""
    times = [PAST_OPEN, *accumulate(data["times"]), FUTURE_OPEN]
    found = {}
    for projection, key, _, _, _, local, packed, states, *_ in data["cells"]:
        ends = [times[n] for n in accumulate(local)]
        right = known = state = 0
        for step, wide, up, high, number in zip(*packed, strict=True):
            left, right = right + step, right + step + wide
            known, state = known + up, state + number
            across = ends[left] <= clocks.as_of < ends[right]
            if across and ends[known] <= min(clocks.known, FUTURE_OPEN - 1) < ends[known + high]:
                assert (projection, key) not in found, "two rectangles hold one moment"
                found[projection, key] = states[state]
    return found


# -- the file ------------------------------------------------------------------------------------


def test_the_report_of_mali_is_one_small_file(tmp_path: Path) -> None:
    log, out = mali(tmp_path), tmp_path / "situation.html"
    result = run("--log", log, "report", "--as-of", "2013-01-21", "-o", out)
    assert result.exit_code == 0
    size = out.stat().st_size
    assert f"{out}: {size:,} bytes" in result.stderr
    assert size <= LARGEST


def test_the_same_log_gives_the_same_report(recorded: Situation) -> None:
    overview = recorded.overview(recorded.clocks("2013-01-21"))
    assert page.report(overview) == page.report(overview)


def test_it_names_no_address_and_lets_in_its_own_style_and_script_alone(
    recorded: Situation,
) -> None:
    html = page.report(recorded.overview(recorded.clocks("2013-01-21")))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    assert policy[1].startswith("default-src 'none'; img-src data:;")
    assert "unsafe" not in policy[1]
    for kind, inside in (("style", r"<style>(.*?)</style>"), ("script", r"<script>(.*?)</script>")):
        (body,) = re.findall(inside, html, re.DOTALL)
        digest = b64decode(re.findall(rf"{kind}-src 'sha256-([^']*)'", policy[1])[0])
        assert digest == sha256(body.encode()).digest()
    addresses = set(re.findall(r"https?://[^\s\"'<]*", html))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\son\w+=|\sstyle=|<link rel=\"stylesheet|<iframe|<object|@import", html)


def test_a_report_cannot_be_written_where_there_is_no_folder(tmp_path: Path) -> None:
    result = run("--log", mali(tmp_path), "report", "-o", tmp_path / "none" / "out.html")
    assert result.exit_code == 2
    assert "No such file or directory" in result.stderr


def test_of_a_log_that_no_browser_holds_whole_that_is_said_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "MOST_EVENTS", 10)
    told = run("--log", mali(tmp_path), "report", "-o", tmp_path / "mali.html")
    assert told.stderr.startswith("a log of 190 events: all of it in one page takes minutes")
    assert told.exit_code == 0


def test_a_report_that_cannot_be_written_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    log, out = mali(tmp_path), tmp_path / "situation.html"
    out.write_text("<!doctype html> an earlier, good report")
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr(putting, "reach_disk", full)
    result = run("--log", log, "report", "-o", out)
    assert result.exit_code == 2
    assert f"{out} was not written: No space left on device" in result.stderr
    assert out.read_text() == "<!doctype html> an earlier, good report"
    assert sorted(tmp_path.iterdir()) == before


def test_a_report_keeps_a_link_and_writes_to_what_is_no_plain_file(tmp_path: Path) -> None:
    log, out, link = mali(tmp_path), tmp_path / "situation.html", tmp_path / "newest.html"
    link.symlink_to(out)
    assert run("--log", log, "report", "-o", link).exit_code == 0
    assert link.is_symlink()
    assert out.stat().st_size
    assert run("--log", log, "report", "-o", "/dev/null").exit_code == 0


def test_large_data_is_packed_and_says_the_same(
    recorded: Situation, monkeypatch: pytest.MonkeyPatch
) -> None:
    overview = recorded.overview(recorded.clocks("2013-01-21"))
    plain = page.report(overview)
    monkeypatch.setattr(page, "PLAIN", 0)
    packed = page.report(overview)
    assert len(packed) < len(plain)
    assert data_of(packed) == data_of(plain)


# -- the data ------------------------------------------------------------------------------------


def test_the_data_says_at_every_moment_what_the_situation_answers(recorded: Situation) -> None:
    data = data_of(page.report(recorded.overview(recorded.clocks("2013-01-21"))))
    said_by = data["words"]
    instants = sorted({*accumulate(data["times"]), *accumulate(data["stops"])})
    known = [None, *sorted({one - 1 for one in instants[-60::7]}), *instants[-1:]]
    for t in (*instants[::3], *(one - 1 for one in instants[::5])):
        for k in known:
            clocks = AsOf(t, k)
            answer = recorded.state(clocks)
            expected = {
                (row["projection"], row["key"]): (
                    words.value(row["projection"], {**row, "remainder": None}, answer.names),
                    words.support(row),
                    words.since(row, answer.zone),
                    words.possibly(row, answer.names, answer.zone),
                )
                for row in answer.dicts
                if row["projection"] in {"control", "forces", "alerts", "losses"}
            }
            found = {
                cell: tuple(
                    said_by[state[n] if n < len(state) else 0]
                    for n in (VALUE, SUPPORT, SINCE, POSSIBLY)
                )
                for cell, state in looked_up(data, clocks).items()
            }
            assert found == expected


def test_a_policy_and_a_clock_of_the_log_are_kept_to(recorded: Situation) -> None:
    clocks = recorded.clocks("2013-01-21", recorded_at="#155")
    weighing = recorded.weighing("latest", without=["voa"])
    overview = recorded.overview(clocks, weighing=weighing)
    data = Encoder(overview).data()
    rows = recorded.state(clocks, weighing=weighing).dicts
    assert {(row["projection"], row["key"]) for row in rows if "support" in row} == set(
        looked_up(data, clocks)
    )
    assert overview.query["policy"] == "latest/1"
    assert {one["position"] for one in overview.facts.values()} <= set(range(155))
    assert not any(one["source"] == "voa" for one in overview.facts.values())


def test_a_retracted_fact_leaves_the_lists_when_its_retraction_is_known(
    situation: Situation,
) -> None:
    (told,) = tell(
        situation,
        "gazette",
        "2013-01-14",
        fact("FightingReported", place="mill", when={"edtf": "2013-01-13"}),
    )
    situation.retract([told], reason="a misreading", published="2013-01-20", by="tests")
    overview = situation.overview(situation.clocks("2013-02-01"))
    (row,) = (one for one in overview.facts.values() if one["fact"] == told)
    known = situation.clocks("2013-02-01", "2013-01-20")
    assert row["known_from"] < row["known_to"] == known.known
    assert overview.chronicles["incidents"] == [told]


def test_a_chronology_lies_in_the_page_in_the_order_of_the_command_line(
    recorded: Situation,
) -> None:
    """Also where several facts begin at one moment, as most of one day's do."""
    clocks = recorded.clocks("2013-01-17")
    encoder = Encoder(recorded.overview(clocks))
    ids = list(encoder.facts)
    for name, listed in encoder.data()["lists"].items():
        shown = [row["key"] for row in recorded.state(clocks, name).dicts]
        assert [ids[n] for n in listed if ids[n] in shown] == shown, name


@given(st.lists(st.integers(0, 10**6)))
def test_steps_add_up_to_what_they_were_made_of(numbers: list[int]) -> None:
    assert list(accumulate(steps(numbers))) == numbers


# -- the axis ------------------------------------------------------------------------------------

INSTANTS = st.integers(0, 2_000_000_000_000_000)


@settings(deadline=None)  # a time of decades has thousands of stops
@given(st.sets(INSTANTS), st.sets(INSTANTS, max_size=30), INSTANTS)
def test_the_axis_rises_and_has_the_days_of_the_reports_to_scale(
    changes: set[int], published: set[int], now: int
) -> None:
    axis = axis_of(changes, published, now, "UTC")
    assert list(axis.stops) == sorted(set(axis.stops))
    scaled = axis.stops[axis.first : axis.last + 1]
    assert len({b - a for a, b in pairwise(scaled)}) <= 1
    for one in published or {now}:
        assert axis.first <= axis.nearest(one) <= axis.last
    here = axis.stops[axis.nearest(now)]
    assert now < here
    places = [axis.along(one, 0, len(axis.stops) - 1) for one in sorted(changes)]
    assert places == sorted(places)


def test_what_was_told_within_hours_is_stepped_through_by_hours() -> None:
    noon = 1_358_424_000_000_000
    axis = axis_of({noon}, {noon, noon + DAY // 24}, noon, "UTC")
    assert axis.stops[1] - axis.stops[0] == DAY // 24


def test_a_day_ends_where_its_zone_says() -> None:
    from datetime import date

    assert (
        end_of(date(2013, 1, 13), "Africa/Nairobi") == end_of(date(2013, 1, 13), "UTC") - DAY // 8
    )


# -- the map -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("box", "countries", "regions"),
    [
        (MALI, {"Mali", "Burkina Faso", "Niger"}, {"Gao", "Mopti", "Koulikoro"}),
        ((24, 44, 39, 51), {"Ukraine", "Moldova"}, {"Crimea", "Kharkiv", "Kherson"}),
        ((177, -20, 182, -16), {"Fiji"}, set()),
    ],
)
def test_the_ground_has_what_lies_in_its_frame(
    box: tuple[float, float, float, float], countries: set[str], regions: set[str]
) -> None:
    frame = Frame(*box)
    land = ground(frame)
    assert countries <= {name for name, _, _ in land.countries}
    named = {name for name, _, _ in land.region_names}
    assert regions <= named
    for ring in land.land:
        for x, y in ring:
            assert -WIDTH <= x <= 2 * WIDTH
            assert -frame.height <= y <= 2 * frame.height


def test_mali_has_the_regions_of_2013_and_its_river() -> None:
    land = ground(Frame(-12.5, 10, 4.5, 25))
    named = {name for name, _, _ in land.region_names}
    assert {"Bamako", "Gao", "Kayes", "Kidal", "Koulikoro", "Mopti", "Sikasso", "Timbuktu"} <= named
    assert not {"Ménaka", "Taoudénit", "Taoudéni"} & named
    assert land.rivers


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-80, 80)), min_size=1, max_size=20))
def test_a_frame_holds_what_it_was_made_for(points: list[tuple[float, float]]) -> None:
    frame = frame_of(points)
    assert frame is not None
    for lon, lat in points:
        assert frame.holds(lon, lat)
        x, y = frame.point(lon, lat)
        assert 0 <= x <= WIDTH
        assert 0 <= y <= frame.height


def test_no_place_no_frame() -> None:
    assert frame_of([]) is None


COORDINATES = st.tuples(st.integers(-50, 150), st.integers(-50, 150))
BOX = (0.0, 0.0, 100.0, 100.0)


@given(st.lists(COORDINATES, min_size=3, max_size=12))
def test_what_is_cut_lies_in_the_box(points: list[tuple[int, int]]) -> None:
    line = [(float(x), float(y)) for x, y in points]
    cut = [*clipped_ring(line, BOX), *(one for part in clipped_line(line, BOX) for one in part)]
    assert all(-1e-6 <= side <= 100 + 1e-6 for point in cut for side in point)
    if all(0 <= side <= 100 for point in points for side in point):
        assert sorted(clipped_ring(line, BOX)) == sorted(line)


NAMES = st.lists(
    st.builds(
        Wanted,
        st.text("abcdefg ", min_size=1, max_size=12),
        st.floats(0, 960),
        st.floats(0, 600),
        st.booleans(),
    ),
    max_size=25,
)


@given(NAMES)
def test_names_keep_clear_of_each_other_where_they_first_appear(wanted: list[Wanted]) -> None:
    from tracker.web.labels import _box

    where = placed(wanted, 960, 600)
    for scale in SCALES:
        shown = [n for n, at in enumerate(where) if at.scale <= scale]
        new = [n for n in shown if where[n].scale == round(scale, 3)]
        boxes = {n: _box(wanted[n], where[n], scale) for n in shown}
        for n in new:
            left, top, right, bottom = boxes[n]
            for other in shown:
                if other == n:
                    continue
                left2, top2, right2, bottom2 = boxes[other]
                over = left < right2 and left2 < right and top < bottom2 and top2 < bottom
                assert not over


# -- markup --------------------------------------------------------------------------------------


@given(st.text())
def test_no_text_becomes_markup(said: str) -> None:
    made = element("p", said, title=said, data_x=said)
    assert made.count("<") == 2
    assert made.count(">") == 2
    assert made.count('"') == 4


def test_markup_is_not_escaped_twice() -> None:
    assert text(text("a & b")) == "a &amp; b"
    assert element("p", element("b", "<"), class_="x") == '<p class="x"><b>&lt;</b></p>'


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "data:text/html,x",
     "file:///etc/passwd", "//example.org", "https:", "http://[", "vbscript:x", ""],
)  # fmt: skip
def test_only_addresses_of_the_web_become_links(url: str) -> None:
    assert not safe_url(url)
    assert "<a" not in link(url, "a report")


def test_an_address_of_the_web_becomes_a_link() -> None:
    made = link("https://example.org/?a=1&b='2'", "a <report>")
    assert made == Markup(
        '<a href="https://example.org/?a=1&amp;b=&#x27;2&#x27;" rel="noreferrer noopener">'
        "a &lt;report&gt;</a>"
    )


def test_the_command_says_what_it_makes() -> None:
    assert "one file that opens in any browser" in said("report", "--help")


def test_a_line_too_small_to_see_is_no_path() -> None:
    assert said_path([(1.0, 2.0), (1.01, 2.01)], closed=True) == ""
    assert said_path([(1.0, 2.0), (2.0, 2.0)], closed=False) == "M1 2l1 0"
