"""Citations: a cited answer comes back from the log's first events, or it is said why not.

What is digested is worked out here a second time, by other means.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from commands_for_tests import SEEDS, SHEETS, answer, mali, run, said, sql
from sheets_for_tests import NOW, SITUATION, fact, new_situation, sheet, tell, ticking

from projections import answers
from projections.store import Row
from projections.weighing import Weighing
from tracker import citations, citing, reports
from tracker.citations import Citation, read_citation
from tracker.errors import InputError, TrackerError
from tracker.instants import DAY, AsOf
from tracker.lines import canonical_lines
from tracker.outcomes import Answer
from tracker.situation import Situation

QUESTIONS = {
    "state": ("state", "--as-of", "2013-01-21"),
    "state of a cell": ("state", "control", "diabaly", "--as-of", "2013-01-21"),
    "state, stale": ("state", "control", "--as-of", "2013-01-21", "--stale-after", "2d"),
    "state, on all clocks": (
        *("state", "--as-of", "2013-01-21", "--known-at", "2013-01-19", "--recorded-at", "#100"),
    ),
    "state, otherwise weighed": ("state", "--policy", "latest", "--without", "voa"),
    "history": ("history", "diabaly"),
    "history, as known": ("history", "diabaly", "--known-at", "2013-01-17"),
    "history, as recorded": ("history", "diabaly", "--recorded-at", "#130"),
    "audit": ("audit", "control", "diabaly", "--as-of", "2013-01-21"),
    "diff": ("diff", "--from", "2013-01-14", "--to", "2013-01-21"),
    "diff of what was known": (
        *("diff", "control", "--known-from", "2013-01-14", "--known-to", "2013-01-17"),
    ),
    "disputes": ("disputes", "--all"),
    "gaps": ("gaps", "--as-of", "2013-01-21"),
    "whatif": ("whatif", "control", "--without", "voa", "--as-of", "2013-01-18"),
}
every_question = pytest.mark.parametrize("words", QUESTIONS.values(), ids=list(QUESTIONS))

TAKEN = fact("TownOccupied", place="mill", by=["rebels"], when="2013-02-01")
RETAKEN = fact("TownRecaptured", place="mill", by=["army"], when="2013-02-03")
FOUGHT = fact("FightingReported", place="mill", when="2013-02-02")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of the Mali situation without the last of its reports."""
    return mali(tmp_path, reports=2)


def verdicts(log: Path, *files: Path) -> list[dict[str, Any]]:
    return list(json.loads(run("--log", log, "cite", "verify", *files, "--json").stdout)["rows"])


def verdict(log: Path, file: Path, code: int) -> dict[str, Any]:
    """Verify one citation, which must end with this exit code; give what was said of it."""
    told = run("--log", log, "cite", "verify", file, "--json")
    assert told.exit_code == code, told.output
    (row,) = json.loads(told.stdout)["rows"]
    return dict(row)


def cell(situation: Situation, projection: str = "control", key: str = "mill") -> Answer:
    return situation.state(situation.clocks("2013-02-05"), projection, key)


# -- asked again -----------------------------------------------------------------------------------


@every_question
def test_a_cited_answer_comes_back_whatever_is_recorded_later(
    words: tuple[str, ...], log: Path, tmp_path: Path
) -> None:
    file = tmp_path / "cited.json"
    first = answer("--log", log, *words, "--cite", file)
    found = verdict(log, file, 0)
    assert (found["verdict"], found["since"], found["changes"]) == ("reproduced", 0, [])
    cited = json.loads(file.read_bytes())
    assert cited["log"]["position"] == first["log"]["position"]

    said("--log", log, "record", SHEETS[2])
    found = verdict(log, file, 0)
    assert (found["verdict"], found["since"]) == ("reproduced", 35)
    now = citing_again(log, file, tmp_path)
    assert bool(found["changes"]) == (now["answer"]["sha256"] != cited["answer"]["sha256"])


def citing_again(log: Path, file: Path, folder: Path) -> dict[str, Any]:
    """Ask the whole log what a citation asks, as of the same moment, and cite that."""
    with Situation(str(log)) as mali:
        query = read_citation(file.read_bytes(), "").query
        (folder / "again.json").write_bytes(mali.cite(query.ask(mali), by="t").as_bytes())
    return dict(json.loads((folder / "again.json").read_bytes()))


def test_it_tells_what_later_evidence_makes_of_the_answer(log: Path, tmp_path: Path) -> None:
    file = tmp_path / "town.json"
    said("--log", log, "audit", "control", "diabaly", "--as-of", "2013-01-21", "--cite", file)
    said("--log", log, "record", SHEETS[2])
    shown = said("--log", log, "cite", "verify", file).splitlines()
    assert shown[0] == f"{file}: reproduced: 6 rows, of the log's first 155 events"
    assert shown[1] == "  35 events recorded since: the answer differs now"
    told = "  control/diabaly: Islamist fighters (confirmed), now France, Mali (confirmed)"
    assert shown[2] == told
    assert "  evidence #157 TownEntered: new" in shown


def test_more_evidence_for_the_same_is_no_other_answer(situation: Situation) -> None:
    tell(situation, "gazette", "2013-02-01", TAKEN)
    tell(situation, "radio", "2013-02-01", TAKEN)
    citation = situation.cite(cell(situation), by="ana")
    tell(situation, "wire", "2013-02-01", {**TAKEN, "gist": "Taken, too."})
    (change,) = situation.reproduce(citation).changes or ()
    assert (change["row"], change["change"]) == ("control/mill", "evidence")
    tell(situation, "wire", "2013-02-03", RETAKEN)
    (change,) = situation.reproduce(citation).changes or ()
    assert change["change"] == "changed"
    assert (change["then"]["holders"], change["now"]["holders"]) == (["rebels"], ["army"])


def test_what_is_registered_anew_does_not_change_what_was_cited() -> None:
    """The recorded clock would read the past with the names and kinships of today."""
    with new_situation() as situation:
        tell(situation, "gazette", "2013-02-01", TAKEN)
        citation = situation.cite(cell(situation), by="ana")
        renamed = SITUATION.replace(b"Mill,", b"The Old Mill,")
        situation.register(renamed, "situation.yaml", by="ana")
        found = situation.reproduce(citation)
        assert found.verdict == "reproduced"
        (change,) = found.changes or ()
        assert (change["then"]["name"], change["now"]["name"]) == ("Mill", "The Old Mill")


def test_now_enters_an_answer_only_as_its_as_of(tmp_path: Path) -> None:
    path = str(tmp_path / "situation.db")
    with Situation(path, create=True, clock=lambda: NOW) as situation:
        situation.register(SITUATION, "situation.yaml", by="ana")
        tell(situation, "gazette", "2013-02-01", TAKEN, FOUGHT)
        clocks, known = situation.clocks(), situation.clocks(known_at="2013-02-01")
        asked: list[Answer] = [
            situation.state(clocks, stale_after=DAY),
            situation.audit(clocks, "control", "mill"),
            situation.gaps(clocks),
            situation.diff(known, clocks),
            situation.disputes(clocks, closed=True),
        ]
        cited = [situation.cite(one, by="ana") for one in asked]
    with Situation(path, clock=lambda: NOW + 4000 * DAY) as situation:
        assert [situation.reproduce(one).verdict for one in cited] == ["reproduced"] * 5


def test_a_long_log_is_read_into_a_file(
    situation: Situation, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(situation, "gazette", "2013-02-01", TAKEN, FOUGHT)
    citation = situation.cite(situation.state(situation.clocks()), by="ana")
    monkeypatch.setattr(citing, "IN_MEMORY", 0)
    reached: list[tuple[int, int]] = []
    found = situation.reproduce(citation, lambda at, of: reached.append((at, of)))
    assert found.verdict == "reproduced"
    assert reached[-1] == (situation.position, situation.position)


def test_an_answer_is_of_one_position_whoever_records_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "situation.db")
    with Situation(path, create=True) as situation, Situation(path) as other:
        situation.register(SITUATION, "situation.yaml", by="ana")
        tell(situation, "gazette", "2013-02-01", TAKEN)
        before = situation.position
        (told,) = other.read_sheets([(sheet("radio", "2013-02-03", RETAKEN), "radio.yaml")])
        look = answers.state

        def look_and_record(*args: Any, **kwargs: Any) -> Sequence[Row]:  # noqa: ANN401 - as they come
            rows = look(*args, **kwargs)
            other.log.append(reports.record([], told[1].report, at=NOW, by="bo").events)
            return rows

        monkeypatch.setattr(answers, "state", look_and_record)
        found = cell(situation)
        assert other.position > before
        assert (found.position, found.dicts[0]["holders"]) == (before, ["rebels"])
        monkeypatch.undo()
        assert situation.reproduce(situation.cite(found, by="ana")).verdict == "reproduced"
        assert cell(situation).dicts[0]["holders"] == ["army"]


# -- what is digested ------------------------------------------------------------------------------


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Say what an answer says without texts that may be erased, by the description alone."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    gone = {"gist", "note", "quote", "speaker", "origins", "withheld"}
    if value.get("projection") in {"incidents", "humanitarian", "posture"}:
        gone = gone | {"name"}
    return {name: plain(one) for name, one in value.items() if name not in gone}


@every_question
def test_the_digest_is_that_of_the_canonical_rows(
    words: tuple[str, ...], log: Path, tmp_path: Path
) -> None:
    file = tmp_path / "cited.json"
    found = answer("--log", log, *words, "--cite", file)
    lines = [{"rows": row} for row in found["rows"]]
    for part in sorted(found.keys() - {"query", "log", "rows", "notes"}):
        value = found[part]
        lines += [{part: one} for one in value] if isinstance(value, list) else [{part: value}]
    spelled = [
        json.dumps(plain(line), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        for line in lines
    ]
    cited = json.loads(file.read_bytes())
    whole = "".join(f"{line}\n" for line in spelled)
    assert cited["answer"]["sha256"] == sha256(whole.encode()).hexdigest()
    assert cited["answer"]["count"] == len(lines)
    digests = [sha256(line.encode()).hexdigest()[:16] for line in spelled]
    assert sorted(cited["answer"]["each"].values()) == sorted(digests)


def test_a_citation_says_the_whole_question() -> None:
    with new_situation(ticking()) as situation:
        tell(situation, "gazette", "2013-02-01", TAKEN)
        found = situation.state(situation.clocks(recorded_at="#20"), "control")
        cited = situation.cite(found, by="ana").as_json()
    assert cited["query"] == {
        "verb": "state",
        "projection": "control",
        "key": None,
        "as_of": found.query["as_of"],
        "known_at": None,
        "recorded_at": "#20",
        "policy": "origin-weighted/1",
        "only": [],
        "without": [],
        "stale_after": None,
    }
    assert (cited["cited_by"], cited["log"]["position"]) == ("ana", found.position)
    assert cited["cited_at"].startswith("2013-03-01T00:")


def test_a_text_that_may_be_erased_is_not_digested(situation: Situation) -> None:
    quoted = {**FOUGHT, "voice": "attributed", "speaker": "a nurse", "note": "Said in tears."}
    ids = tell(situation, "gazette", "2013-02-02", quoted)
    found = [
        cell(situation, "incidents", ids[0]),
        situation.audit(situation.clocks(), "incidents", ids[0]),
    ]
    for one in found:
        lines = canonical_lines(one)
        text = b"".join(line.data for line in lines).decode()
        assert ids[0] in text
        for erasable in ("FightingReported: ", "nurse", "tears", "gist", "speaker", '"name"'):
            assert erasable not in text


def test_only_so_many_rows_are_digested_one_by_one(
    situation: Situation, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(situation, "gazette", "2013-02-01", TAKEN, FOUGHT)
    monkeypatch.setattr(citations, "MOST_NAMED", 1)
    cited = situation.cite(situation.state(situation.clocks()), by="ana")
    assert (cited.answer.count, cited.answer.each) == (2, None)
    assert situation.reproduce(cited).verdict == "reproduced"


# -- text that was erased since --------------------------------------------------------------------

NURSE = {"voice": "attributed", "speaker": "a nurse", "note": "Said in tears."}
HELD = fact("ControlReported", place="mill", by=["army"], when="2013-02-01")


def erase(situation: Situation, *names: str) -> int:
    """Erase all the text of these events; give where the log ends then."""
    targets = situation.to_erase(names)
    warrant = {"authority": "The officer", "reason": "asked for", "published": "2013-02-20"}
    return situation.redact(targets, by="ana", **warrant).position


def everything(situation: Situation, *more: Answer) -> list[Citation]:
    """Cite whatever can be asked."""
    clocks = situation.clocks("2013-02-05")
    asked: list[Answer] = [
        situation.state(clocks),
        situation.audit(clocks, "control", "mill"),
        situation.audit(clocks, "control", "mill", weighing=Weighing("official-only/1")),
        situation.history("mill"),
        situation.diff(situation.clocks("2013-01-01"), clocks),
        situation.disputes(clocks, closed=True),
        situation.gaps(clocks),
        situation.whatif(clocks, Weighing(without=("gazette",))),
    ]
    return [situation.cite(one, by="ana") for one in (*asked, *more)]


def test_what_was_erased_by_authority_does_not_make_an_honest_citation_fail(
    situation: Situation,
) -> None:
    ids = tell(situation, "gazette", "2013-02-02", {**TAKEN, **NURSE}, {**FOUGHT, **NURSE})
    tell(situation, "radio", "2013-02-02", {**HELD, "when": "2013-02-01"})
    entry = situation.audit(situation.clocks(), "incidents", ids[1])
    cited = everything(situation, entry)
    end = erase(situation, *ids)
    (row,) = cell(situation, "incidents", ids[1]).dicts
    assert row["name"] == "[withheld]"
    found = [situation.reproduce(one) for one in cited]
    assert [one.verdict for one in found] == ["reproduced"] * len(cited)
    for citation, one in zip(cited, found, strict=True):
        now = [change["now"]["withheld"] for change in one.changes or ()]
        assert len(now) == int(citation.query.verb == "audit")  # which tells that it was erased
        assert all(now)
    fields = ["gist", "note", "speaker"]
    places = situation.log.positions(ids)
    assert found[1].withheld == (
        {
            "position": end - 1,
            "of": places[ids[0]],
            "fields": fields,
            "authority": "The officer",
        },
    )
    assert [(row["position"], row["of"]) for row in found[-1].withheld] == [(end, places[ids[1]])]


def test_who_spoke_was_erased_and_the_rows_rest_on_that(situation: Situation) -> None:
    """Rebels who admit what is against their own side confirm it alone; the nameless do not."""
    admitted = {**HELD, "voice": "attributed", "speaker": "rebels"}
    (told,) = tell(situation, "gazette", "2013-02-02", admitted)
    cited = everything(situation)
    assert cell(situation).dicts[0]["support"] == "confirmed"
    end = erase(situation, told)
    found = situation.reproduce(cited[0])
    assert (found.verdict, found.differing) == ("undecided", ("control/mill",))
    assert found.why == (
        f"the log is the same, but who spoke was erased since (#{end}), and rows rest on that"
    )


def test_without_its_keys_a_log_still_reproduces_what_does_not_rest_on_a_name(
    log: Path, tmp_path: Path
) -> None:
    files = [tmp_path / "forces.json", tmp_path / "incidents.json"]
    for file in files:
        said("--log", log, "state", file.stem, "--as-of", "2013-01-19", "--cite", file)
    log.with_name("situation.keys.db").unlink()
    assert [row["verdict"] for row in verdicts(log, files[1])] == ["reproduced"]
    for row in verdicts(log, files[0]):
        assert row["verdict"] in {"reproduced", "undecided"}


# -- not reproduced, or undecided ------------------------------------------------------------------


def tampered(log: Path, *statements: str) -> None:
    """Change a log behind the tracker's back, and put its triggers back after it."""
    found = sqlite3.connect(log)
    triggers = found.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    kept = triggers.fetchall()
    found.close()
    sql(log, *(f"DROP TRIGGER {name}" for name, _ in kept), *statements, *(one for _, one in kept))


EDIT = (
    "UPDATE stored_events SET state = CAST(replace(CAST(state AS TEXT), '{}', '{}') AS BLOB)"
    " WHERE {}"
)


@pytest.mark.parametrize(
    ("statement", "why", "differing"),
    [
        (
            EDIT.format("2013-01-14", "2013-01-15", "topic = 'TownOccupied'"),
            "the rows are others",
            True,
        ),
        (
            EDIT.format('"gist":"', '"gist":"AAAA', "seq = 58"),
            "the rows are the same",
            False,
        ),
        ("DELETE FROM stored_events WHERE seq = 127", "the rows are others", True),
        ("UPDATE stored_events SET state = x'7b' WHERE seq = 60", "cannot be read", False),
        ("UPDATE stored_events SET originator_id = 'q' WHERE seq = 60", "is none", False),
        ("UPDATE stored_events SET topic = 'TownTaken' WHERE seq = 60", "TownTaken", False),
    ],
    ids=["a date", "a text", "deleted", "unreadable", "no stream", "unknown"],
)
def test_a_log_that_was_changed_does_not_reproduce_it(
    statement: str, why: str, log: Path, tmp_path: Path, *, differing: bool
) -> None:
    """Even where its ledger and its read model are as they were."""
    file = tmp_path / "cited.json"
    said("--log", log, "state", "control", "--as-of", "2013-01-21", "--cite", file)
    tampered(log, statement)
    found = verdict(log, file, 1)
    assert found["verdict"] == "not reproduced"
    assert "first 155 events are not those that were cited" in found["why"]
    assert why in found["why"]
    assert bool(found["differing"]) == differing


def edited(file: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    value = json.loads(file.read_bytes())
    change(value)
    other = file.with_name("edited.json")
    other.write_text(json.dumps(value))
    return other


def renamed(citation: dict[str, Any], old: str, new: str) -> None:
    """Have a citation name another row in the place of one."""
    each = citation["answer"]["each"]
    each[new] = each.pop(old)


@pytest.mark.parametrize(
    ("change", "code", "why"),
    [
        (
            lambda one: one["query"].update(key="gao"),
            1,
            "the same; rows answered now: 1; cited: 5",
        ),
        (lambda one: one["answer"].update(sha256="0" * 64), 1, "but the rows are not those that"),
        (lambda one: one["log"].update(head="0" * 64), 1, "head is another; the rows are the same"),
        (lambda one: one["log"].update(head="0"), 2, "64 hexadecimal digits"),
        (lambda one: one["log"].update(position=157), 2, "event #157, and this copy ends at #155"),
        (lambda one: one["log"].update(id="another"), 2, "cites another log"),
        (lambda one: one.update(citation=2), 2, "a citation of version 2: this tracker reads 1"),
        (lambda one: one.pop("citation"), 2, "no citation: `tracker state --cite FILE` writes one"),
        (lambda one: one["log"].pop("position"), 2, "log.position: this field is needed"),
        (lambda one: one["log"].update(position=True), 2, "log.position: "),
        (lambda one: one["query"].pop("as_of"), 2, "as_of: this field is needed"),
        (lambda one: one["query"].update(as_of="2013"), 2, "a time to the instant in UTC"),
        (lambda one: one["query"].update(recorded_at="#" + "9" * 30), 2, "recorded_at: "),
        (lambda one: one["query"].update(verb="guess"), 2, "query: "),
        (lambda one: one["query"].update(policy="latest/9"), 2, "no policy 'latest/9' in this"),
        (lambda one: one["answer"].update(sha256="0"), 2, "64 hexadecimal digits"),
        (lambda one: one["answer"].update(count=7), 2, "damaged: it counts 7 rows and names 5"),
        (lambda one: one["answer"].update(each=None), 2, "damaged: it counts 5 rows and names 0"),
        (lambda one: one.update(citation=1.0), 2, "damaged: a value is not as tracker writes it"),
        (lambda one: renamed(one, "control/gao", "control/niono"), 2, "and it names others"),
        (lambda one: one["answer"]["each"].update({"control/gao": "0" * 16}), 2, "names others"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_changed_citation_comes_to(
    change: Callable[[dict[str, Any]], object], code: int, why: str, log: Path, tmp_path: Path
) -> None:
    file = tmp_path / "cited.json"
    said("--log", log, "state", "control", "--as-of", "2013-01-19", "--cite", file)
    found = verdict(log, edited(file, change), code)
    assert found["verdict"] == {1: "not reproduced", 2: "undecided"}[code]
    assert why in found["why"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'{"citation": NaN}',
        b'{"citation": 1, "citation": 1}',
        b"[" * 100_000,
        b'{"citation": ' + b"9" * 5_000 + b"}",
        b" " * (2**20 + 1),
    ],
    ids=lambda data: str(data[:20]),
)
def test_a_damaged_file_decides_nothing(data: bytes, log: Path, tmp_path: Path) -> None:
    file = tmp_path / "damaged.json"
    file.write_bytes(data)
    assert verdict(log, file, 2)["verdict"] == "undecided"
    with pytest.raises(InputError):
        read_citation(data, "damaged.json")


def test_other_rules_of_another_version_decide_nothing(situation: Situation) -> None:
    tell(situation, "gazette", "2013-02-01", TAKEN)
    made = situation.cite(cell(situation), by="ana")
    older = made.model_copy(update={"tracker": "0.0.1"})
    assert situation.reproduce(older).verdict == "reproduced"
    differs = made.answer.model_copy(update={"sha256": "0" * 64})
    found = situation.reproduce(older.model_copy(update={"answer": differs}))
    assert found.verdict == "undecided"
    assert "made by tracker 0.0.1" in found.why


def test_a_question_that_finds_nothing_any_more_is_not_reproduced(situation: Situation) -> None:
    tell(situation, "gazette", "2013-02-01", TAKEN)
    made = situation.cite(situation.audit(situation.clocks(), "control", "mill"), by="ana")
    place = {"position": 5, "head": situation.head(5)}
    early = made.model_copy(update={"log": made.log.model_copy(update=place)})
    found = situation.reproduce(early)
    assert found.verdict == "not reproduced"
    assert "no evidence was ever recorded for 'mill'" in found.why


def test_of_several_the_worst_verdict_counts(log: Path, tmp_path: Path) -> None:
    good = tmp_path / "good.json"
    said("--log", log, "state", "control", "--cite", good)
    wrong = edited(good, lambda one: one["answer"].update(sha256="0" * 64))
    files = (good, wrong, tmp_path / "missing.json")
    found = run("--log", log, "cite", "verify", *files)
    assert found.exit_code == 1
    shown = [line for line in found.stdout.splitlines() if not line.startswith(" ")]
    assert [line.split(": ")[1] for line in shown] == ["reproduced", "not reproduced", "undecided"]
    assert run("--log", log, "cite", "verify", good, files[2]).exit_code == 2


# -- the file --------------------------------------------------------------------------------------


def test_what_was_cited_before_is_kept(log: Path, tmp_path: Path) -> None:
    file = tmp_path / "cited.json"
    said("--log", log, "state", "control", "--cite", file)
    kept = file.read_bytes()
    again = run("--log", log, "state", "forces", "--cite", file)
    assert (again.exit_code, again.stdout) == (2, "")
    assert again.stderr == f"{file} is there already: write to another file\n"
    assert file.read_bytes() == kept


def test_a_file_that_cannot_be_written_is_said_plainly(log: Path, tmp_path: Path) -> None:
    found = run("--log", log, "state", "control", "--cite", tmp_path / "nowhere" / "cited.json")
    assert (found.exit_code, found.stdout) == (2, "")
    assert "No such file" in found.stderr


def test_the_file_is_canonical_and_keeps_to_its_schema(log: Path, tmp_path: Path) -> None:
    file = tmp_path / "cited.json"
    said("--log", log, "gaps", "--cite", file)
    data = file.read_bytes()
    value = json.loads(data)
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert data == f"{text}\n".encode()
    assert read_citation(data, "cited.json").as_bytes() == data
    schema = json.loads(said("schema", "citation"))
    assert set(schema["required"]) == value.keys()
    assert set(schema["$defs"]["GapsQuery"]["required"]) == value["query"].keys()
    assert set(schema["$defs"]["DiffQuery"]["required"]) >= {"from", "known_from", "as_of"}


def test_gaps_in_documents_are_not_cited(log: Path, tmp_path: Path) -> None:
    file = tmp_path / "cited.json"
    found = run("--log", log, "gaps", "--documents", SEEDS, "--cite", file)
    assert found.exit_code == 2
    assert "lie outside the log" in found.stderr
    assert not file.exists()


def test_an_audit_is_cited_without_the_quotes_beside_it(log: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    words = ("--log", log, "audit", "control", "diabaly", "--as-of", "2013-01-21", "--cite")
    said(*words, one)
    said(*words, two, "--documents", SEEDS)
    digests = [json.loads(file.read_bytes())["answer"] for file in (one, two)]
    assert digests[0] == digests[1]


def test_an_empty_log_has_nothing_to_cite() -> None:
    with (
        Situation(":memory:", create=True) as situation,
        pytest.raises(TrackerError, match="an empty log has nothing to cite"),
    ):
        situation.cite(situation.state(AsOf(NOW)), by="ana")


def test_show_tells_a_citation_without_its_log(log: Path, tmp_path: Path) -> None:
    file = tmp_path / "cited.json"
    said("--log", log, "state", "control", "--as-of", "2013-01-19", "--cite", file)
    log.unlink()
    shown = said("cite", "show", file)
    for line in ("query.verb         state", "log.position       155"):
        assert line in shown
    (row,) = json.loads(said("cite", "show", file, "--json"))["rows"]
    assert {name: row[name] for name in row if name != "file"} == json.loads(file.read_bytes())
    assert isinstance(Citation.model_validate(json.loads(file.read_bytes())), Citation)
