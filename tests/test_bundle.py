"""Proofs and bundles: an outsider finds each kind of tampering, with nothing but Python."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from commands_for_tests import SHEETS, answer, held, mali, run, said

from tracker import bundling, verify_bundle
from tracker.facts.record import EventWithheld
from tracker.situation import Situation

CHECKER = Path(verify_bundle.__file__)
Lines = list[dict[str, Any]]


@pytest.fixture(scope="module", autouse=True)
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One folder of keys for all of these tests, since they look at one log."""
    folder = tmp_path_factory.mktemp("keys")
    with mock.patch.dict(os.environ, {"TRACKER_KEYS": str(folder)}):
        yield folder


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Path:
    """The Mali situation, with a checkpoint before its last report."""
    assert keys.is_dir()
    folder = tmp_path_factory.mktemp("log")
    log = mali(folder, reports=2)
    said("--log", log, "checkpoint", "-o", folder / "early.txt")
    said("--log", log, "record", SHEETS[2])
    said("--log", log, "bundle", "-o", folder / "whole")
    said("--log", log, "bundle", "--only", "control/diabaly", "-o", folder / "some")
    (folder / "key.txt").write_text(said("--log", log, "checkpoint", "--public-key"))
    return log


@pytest.fixture
def whole(log: Path, tmp_path: Path) -> Path:
    return copied(log.with_name("whole"), tmp_path / "whole")


@pytest.fixture
def some(log: Path, tmp_path: Path) -> Path:
    return copied(log.with_name("some"), tmp_path / "some")


def copied(folder: Path, to: Path) -> Path:
    to.mkdir()
    for file in folder.iterdir():
        (to / file.name).write_bytes(file.read_bytes())
    return to


def outsider(*words: object) -> tuple[int, str]:
    """Run the verifier as it came with a bundle: by itself, with no path to anything of ours."""
    program = [sys.executable, "-I", "-S", str(CHECKER), *map(str, words)]
    ran = subprocess.run(program, capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    return ran.returncode, ran.stdout


NOT_LOOKED_AT = (
    "texts, timestamps, manifest were not looked at here: `tracker bundle --check` does\n"
)
A_PART = "; a selection: what is left out cannot be told"
BY_ITS_MAKER = "; a selection: what its maker left out cannot be told"


def changed(bundle: Path, change: Callable[[Lines], object]) -> Path:
    """Change the events of a bundle, read as JSON."""
    file = bundle / "events.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    change(lines)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return bundle


# -- whole bundles --------------------------------------------------------------------------------


def test_a_bundle_as_it_was_made_is_fine(whole: Path, log: Path) -> None:
    key, early = log.with_name("key.txt"), log.with_name("early.txt")
    for words in ((), (key,), (key, early)):
        fine = f"fine: 190 events are as they were signed for\n{NOT_LOOKED_AT}"
        assert outsider(whole, *words) == (0, fine)
    assert "fine, 190 events" in said("bundle", "--check", whole, "--key", key, "--against", early)


def test_a_bundle_holds_all_that_an_outsider_needs(whole: Path) -> None:
    names = {"README.txt", "checkpoints.jsonl", "events.jsonl", "key.txt", "verify_bundle.py"}
    names |= {"texts.jsonl", "manifest.txt"}
    assert {file.name for file in whole.iterdir()} == names
    assert (whole / "verify_bundle.py").read_bytes() == CHECKER.read_bytes()
    readme = (whole / "README.txt").read_text()
    assert "190 events" in readme
    assert names <= set(readme.replace("\n", " ").split()) | {"README.txt"}


def test_a_zip_is_checked_like_a_folder(log: Path, tmp_path: Path) -> None:
    said("--log", log, "bundle", "-o", tmp_path / "a.zip")
    said("--log", log, "bundle", "-o", tmp_path / "b.zip")
    assert outsider(tmp_path / "a.zip", log.with_name("key.txt"))[0] == 0
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert "is there already" in run("--log", log, "bundle", "-o", tmp_path / "a.zip").stderr
    assert "is not empty" in run("--log", log, "bundle", "-o", log.with_name("whole")).stderr


def test_the_verifier_is_short_and_needs_only_an_old_python() -> None:
    text = CHECKER.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 150
    tree = ast.parse(text, feature_version=(3, 9))
    imported = {
        one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names
    }
    assert imported <= sys.stdlib_module_names
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]


def edit(field: str, value: object) -> Callable[[Lines], object]:
    return lambda lines: lines[57].update({field: value})


WRONG: dict[str, Callable[[Lines], object]] = {
    "state": lambda lines: lines[57].update(state=lines[57]["state"].replace("diabaly", "konna")),
    "topic": edit("topic", "TownRecaptured"),
    "version": edit("version", 900),
    "stream": edit("stream", "0" * 32),
    "position": edit("position", 59),
    "removed": lambda lines: lines.pop(57),
    "removed and numbered anew": lambda lines: [
        lines.pop(57), *(line.update(position=at) for at, line in enumerate(lines, 1))
    ],
    "slipped in": lambda lines: lines.insert(57, dict(lines[57])),
    "appended": lambda lines: lines.append({**lines[0], "position": 191}),
    "reordered": lambda lines: lines.insert(57, lines.pop(60)),
    "exchanged": lambda lines: [
        lines[57].update(state=lines[58]["state"]), lines[58].update(state="{}")
    ],
    "cut off": lambda lines: lines.__delitem__(slice(155, None)),
    "emptied": lambda lines: lines.clear(),
    "withheld": lambda lines: lines.__setitem__(57, {"position": 58, "leaf": "00" * 32}),
    "made a selection": lambda lines: [line.update(inclusion=[]) for line in lines],
    "made half a selection": edit("inclusion", []),
    "said more of": edit("note", "The army took it."),
}  # fmt: skip


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_each_kind_of_tampering_is_found(
    whole: Path, log: Path, change: Callable[[Lines], object]
) -> None:
    code, text = outsider(changed(whole, change), log.with_name("key.txt"))
    assert (code, "fine" in text) == (1, False)
    assert run("bundle", "--check", whole).exit_code == 1


def notes(bundle: Path, change: Callable[[list[str]], object]) -> Path:
    file = bundle / "checkpoints.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    change(lines)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return bundle


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines.__setitem__(0, lines[0].replace("155", "154")),
        lambda lines: lines.__setitem__(1, lines[1].replace("190", "189")),
        lambda lines: lines.__setitem__(0, lines[0].split("\n\n")[0] + "\n\n"),
        lambda lines: lines.pop(),
        lambda lines: lines.clear(),
        lambda lines: lines.__setitem__(0, ""),
    ],
    ids=["another size", "another newest", "unsigned", "the newest gone", "all gone", "empty"],
)
def test_a_changed_checkpoint_is_found(whole: Path, change: Callable[[list[str]], object]) -> None:
    assert outsider(notes(whole, change))[0] == 1


def test_a_forgers_key_is_found_by_who_has_the_true_one(
    whole: Path, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_KEYS", str(tmp_path / "forger"))
    said("--log", copied_log(log, tmp_path), "bundle", "-o", tmp_path / "forged")
    assert outsider(tmp_path / "forged", log.with_name("key.txt"))[0] == 1
    assert outsider(whole, tmp_path / "forged" / "key.txt")[0] == 1


def copied_log(log: Path, to: Path) -> Path:
    said("--log", to / "situation.db", "init")
    with Situation(str(log)) as from_, Situation(str(to / "situation.db")) as into:
        into.log.append(list(from_.log.read(0, 20)))
    return to / "situation.db"


def test_a_log_cut_back_is_found_by_who_kept_a_later_checkpoint(whole: Path, log: Path) -> None:
    notes(
        changed(whole, lambda lines: lines.__delitem__(slice(155, None))), lambda held: held.pop()
    )
    assert outsider(whole, log.with_name("key.txt"))[0] == 0, "undetectable, see SECURITY.md"
    newest = json.loads((log.with_name("whole") / "checkpoints.jsonl").read_text().splitlines()[1])
    (whole.parent / "late.txt").write_text(newest, encoding="utf-8")
    assert outsider(whole, log.with_name("key.txt"), whole.parent / "late.txt")[0] == 1


# -- selections -----------------------------------------------------------------------------------


def test_one_keys_evidence_goes_alone_and_is_proved(some: Path, log: Path) -> None:
    code, text = outsider(some, log.with_name("key.txt"))
    assert code == 0
    lines = [json.loads(line) for line in (some / "events.jsonl").read_text().splitlines()]
    fine = f"fine: {len(lines)} events are as they were signed for{A_PART}\n"
    assert text == fine + NOT_LOOKED_AT
    checked = said("bundle", "--check", some)
    assert checked == f"{some}: fine, {len(lines)} events{BY_ITS_MAKER}\n"
    assert answer("bundle", "--check", some)["selection"] is True
    positions = {line["position"] for line in lines}
    assert {58, 59, 127, 157, 158, 159, 163, 169, 170} <= positions  # as README's audit shows them
    kinds = {line["topic"] for line in lines}
    assert "ReportRegistered" in kinds
    bodies = [json.loads(line["state"])["body"] for line in lines]
    assert all(body.get("place", "diabaly") == "diabaly" for body in bodies)


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[3].update(state=lines[3]["state"].replace("a", "e")),
        lambda lines: lines[3].update(position=lines[3]["position"] + 1),
        lambda lines: lines[3].update(inclusion=lines[2]["inclusion"]),
        lambda lines: lines[3].update(inclusion=[]),
        lambda lines: lines[3].pop("inclusion"),
        lambda lines: lines.append({**lines[3], "version": 99}),
        lambda lines: lines.append(lines[3]),
        lambda lines: lines.insert(3, lines[3]),
        lambda lines: lines.append(lines.pop(3)),
    ],
)
def test_a_changed_selection_is_found(some: Path, change: Callable[[Lines], object]) -> None:
    assert outsider(changed(some, change))[0] == 1
    result = run("bundle", "--check", some)
    assert (result.exit_code, "TAMPERED" in result.stdout) == (1, True)


def test_an_event_and_its_text_taken_out_of_a_selection_show_by_its_manifest_alone(
    some: Path,
) -> None:
    """SECURITY.md says so: each event is proved by itself, and that it is a selection is told."""
    changed(some, lambda lines: lines.pop(3))
    file = some / "texts.jsonl"
    told = [json.loads(line) for line in file.read_text().splitlines()]
    lines = (some / "events.jsonl").read_text().splitlines()
    kept = {json.loads(line)["position"] for line in lines}
    file.write_text("".join(f"{json.dumps(one)}\n" for one in told if one["position"] in kept))
    assert A_PART in outsider(some)[1]
    result = run("bundle", "--check", some)
    assert (result.exit_code, BY_ITS_MAKER in result.stdout) == (1, True)
    assert "events.jsonl is not as it went in" in result.stderr


def test_a_selection_is_not_what_a_kept_checkpoint_is_extended_by(
    some: Path, log: Path, tmp_path: Path
) -> None:
    early = log.with_name("early.txt")
    code, text = outsider(some, log.with_name("key.txt"), early)
    assert (code, text) == (1, "CANNOT TELL whether this extends the kept checkpoint of #155\n")
    result = run("bundle", "--check", some, "--against", early)
    assert (result.exit_code, "cannot decide" in result.stdout) == (2, True)
    assert "proves of each event that it was signed for, and nothing of the rest" in result.stderr
    newest = json.loads((some / "checkpoints.jsonl").read_text().splitlines()[-1])
    (tmp_path / "same.txt").write_text(newest, encoding="utf-8")
    assert outsider(some, log.with_name("key.txt"), tmp_path / "same.txt")[0] == 0


def test_what_a_selection_is_of_must_be_there(log: Path, tmp_path: Path) -> None:
    for key in ("control/nowhere", "nothing", "control/"):
        result = run("--log", log, "bundle", "--only", key, "-o", tmp_path / "none")
        assert result.exit_code == 2
    assert not (tmp_path / "none").exists()


# -- what is withheld -----------------------------------------------------------------------------


def test_what_is_withheld_without_a_word_of_the_log_is_unexplained(
    log: Path, tmp_path: Path
) -> None:
    with Situation(str(log)) as situation:
        bundling.bundle(
            situation.log, tmp_path / "b", title="Mali", public_key=situation.public_key(),
            checkpoints=situation.log.checkpoints(), withhold={58}, sign=str,
        )  # fmt: skip
    code, text = outsider(tmp_path / "b")
    assert (code, text) == (1, "UNEXPLAINED: event #58 is withheld\n")
    left = (tmp_path / "b" / "events.jsonl").read_bytes()
    assert b"1cba800f-ce8d-5d8d-8456-279407921f2e" not in left


def test_what_the_log_says_is_withheld_is_explained() -> None:
    """The verifier asked alone; what writes such events is tested with redaction."""
    known: dict[str, Any] = {"position": 1, "leaf": "aa" * 32}
    said_so = {
        "position": 2, "stream": "0" * 32, "version": 1, "topic": EventWithheld.TOPIC,
        "state": json.dumps({"body": {"position": 1}}),
    }  # fmt: skip
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from tracker.ledger import node_hash
    from tracker.notes import Checkpoint, Verifier, sign_note

    key = Ed25519PrivateKey.generate()
    root = node_hash(bytes.fromhex(known["leaf"]), verify_bundle.leaf(said_so))
    note = sign_note(str(Checkpoint("log", 2, root)), "log", key)
    public = str(Verifier("log", key.public_key().public_bytes_raw()))
    assert verify_bundle.opened(note, public) == (2, root)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            verify_bundle, "read", lambda _: (public, [note], map(json.dumps, (known, said_so)))
        )
        assert verify_bundle.check("") == (2, [])
        known["state"] = "The army took it."
        patched.setattr(
            verify_bundle, "read", lambda _: (public, [note], map(json.dumps, (known, said_so)))
        )
        assert verify_bundle.check("") == (2, ["event #1: nobody signed for its state"])


def test_a_place_that_is_taken_is_refused_before_anything_is_recorded(tmp_path: Path) -> None:
    log = mali(tmp_path, reports=1)
    for name in ("folder/file", "file", "file.zip"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    before = held(log)
    for name in ("folder", "file", "file.zip"):
        ordered = ("--withhold", "#58", "--authority", "a court", "--reason", "sealed")
        result = run("--log", log, "bundle", "-o", tmp_path / name, *ordered)
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert held(log) == before
    with Situation(log) as situation:
        assert not situation.log.checkpoints()


@pytest.mark.parametrize("name", ["new", "new.zip"])
def test_a_bundle_is_there_whole_or_not_at_all(log: Path, tmp_path: Path, name: str) -> None:
    full = OSError(28, "No space left on device")
    with mock.patch.object(bundling, "texts_of", side_effect=full):
        assert run("--log", log, "bundle", "-o", tmp_path / name).exit_code == 2
    assert not any(tmp_path.iterdir())
    said("--log", log, "bundle", "-o", tmp_path / name)
    assert [one.name for one in tmp_path.iterdir()] == [name]


# -- bundles from strangers -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../evil.txt", "/evil.txt", "a/b", "..\\evil.txt"])
def test_input_53_a_path_that_leads_out_of_a_bundle(whole: Path, tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        for file in whole.iterdir():
            packed.write(file, file.name)
        packed.writestr(name, "x")
    code, text = outsider(tmp_path / "b.zip")
    assert (code, "leads out of the bundle: refused" in text) == (2, True)
    result = run("bundle", "--check", tmp_path / "b.zip")
    assert (result.exit_code, "refused" in result.stderr) == (2, True)


def test_input_53_a_link_in_a_bundle(whole: Path, tmp_path: Path) -> None:
    (whole / "events.jsonl").rename(tmp_path / "elsewhere")
    (whole / "events.jsonl").symlink_to(tmp_path / "elsewhere")
    code, text = outsider(whole)
    assert (code, "is a link" in text) == (2, True)
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        link = zipfile.ZipInfo("events.jsonl")
        link.external_attr = 0o120777 << 16
        packed.writestr(link, "/dev/zero")
    assert outsider(tmp_path / "b.zip")[0] == 2


@pytest.mark.parametrize("name", ["events.jsonl", "key.txt", "texts.jsonl", "of-theirs"])
def test_what_is_no_plain_file_is_refused_and_never_waited_for(whole: Path, name: str) -> None:
    (whole / name).unlink(missing_ok=True)
    os.mkfifo(whole / name)
    code, text = outsider(whole)
    assert (code, f"'{name}' is a link, no plain file, or leads out" in text) == (2, True)
    result = run("bundle", "--check", whole)
    assert (result.exit_code, "no plain file" in result.stderr) == (2, True)


def test_a_pipe_in_the_place_of_a_bundle_is_never_waited_for(tmp_path: Path) -> None:
    for name in ("b.zip", "b.json", "b"):
        os.mkfifo(tmp_path / name)
        assert outsider(tmp_path / name)[0] == 2
        assert run("bundle", "--check", tmp_path / name).exit_code == 2


@pytest.mark.parametrize("name", ["events.jsonl", "key.txt", "checkpoints.jsonl"])
def test_of_a_file_without_an_end_no_more_is_read_than_is_needed(whole: Path, name: str) -> None:
    os.truncate(whole / name, 2**40)  # sparse
    code, text = outsider(whole)
    assert (code, f"{name}, or a line of it, is longer" in text) == (2, True)
    result = run("bundle", "--check", whole)
    assert (result.exit_code, "is longer than in a bundle" in result.stderr) == (2, True)


def test_a_line_that_unpacks_to_much_is_refused(whole: Path, tmp_path: Path) -> None:
    for name in ("events.jsonl", "texts.jsonl"):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in whole.iterdir():
                if file.name != name:
                    packed.write(file, file.name)
            packed.writestr(name, b'"' + b"a" * (verify_bundle.LONGEST + 1))
        result = run("bundle", "--check", tmp_path / name)
        assert (result.exit_code, "is longer than in a bundle" in result.stderr) == (2, True)
    assert outsider(tmp_path / "events.jsonl")[0] == 2


def test_a_zip_of_more_files_than_a_bundle_has_is_refused(whole: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        for file in whole.iterdir():
            packed.write(file, file.name)
        for number in range(50_000):
            packed.writestr(f"f{number}", b"")
    result = run("bundle", "--check", tmp_path / "b.zip")
    assert (result.exit_code, "over 50,000 files" in result.stderr) == (2, True)


def test_a_number_of_thousands_of_digits_is_refused_in_words_of_ours(whole: Path) -> None:
    (whole / "events.jsonl").write_text('{"position": ' + "9" * 5000 + "}\n")
    code, text = outsider(whole)
    assert (code, text) == (2, "cannot be read: it is neither a bundle nor an event's proof\n")
    result = run("bundle", "--check", whole)
    assert (result.exit_code, "thousands of digits" in result.stderr) == (2, True)


@pytest.mark.parametrize("path", ["nowhere", "nowhere.json", CHECKER])
def test_what_is_no_bundle_is_said_in_a_line(path: object) -> None:
    code, text = outsider(path)
    assert (code, text.count("\n")) == (2, 1)
    assert run("bundle", "--check", path).exit_code == 2


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("events.jsonl", None),
        ("events.jsonl", b"[]\n"),
        ("events.jsonl", b"{}\n"),
        ("events.jsonl", b"garbage\n"),
        ("checkpoints.jsonl", None),
        ("checkpoints.jsonl", b"3\n"),
        ("key.txt", b"\xff"),
    ],
)
def test_what_cannot_be_read_is_said_without_a_word_of_python(
    whole: Path, name: str, data: bytes | None
) -> None:
    if data is None:
        (whole / name).unlink()
    else:
        (whole / name).write_bytes(data)
    code, text = outsider(whole)
    result = run("bundle", "--check", whole)
    assert (code, result.exit_code) == (2, 2)
    for line in (text, result.stderr):
        assert line.count("\n") == 1
        assert "Error" not in line
        assert "object" not in line


def test_a_bundle_of_nothing_is_not_fine(whole: Path) -> None:
    for name in ("events.jsonl", "checkpoints.jsonl"):
        (whole / name).write_bytes(b"")
    assert outsider(whole)[0] == 1


def test_a_zip_that_holds_a_file_twice_is_found(log: Path, tmp_path: Path) -> None:
    """Other programs may show the first, and the last is checked."""
    out = tmp_path / "b.zip"
    said("--log", log, "bundle", "-o", out)
    with zipfile.ZipFile(out, "a") as packed, pytest.warns(UserWarning, match="Duplicate"):
        packed.writestr("texts.jsonl", packed.read("texts.jsonl"))
    result = run("bundle", "--check", out)
    assert (result.exit_code, "texts.jsonl stands there twice" in result.stderr) == (1, True)


# -- proofs ---------------------------------------------------------------------------------------


@pytest.fixture
def proof(log: Path, tmp_path: Path) -> Path:
    said("--log", log, "prove", "#58", "-o", tmp_path / "proof.json")
    return tmp_path / "proof.json"


def test_an_event_is_proved(log: Path, proof: Path) -> None:
    key = log.with_name("key.txt")
    assert "event #58 is one of the 155 signed for" in said("prove", "--check", proof, "--key", key)
    assert "compare that" in said("prove", "--check", proof)
    fine = f"fine: 1 events are as they were signed for{A_PART}\n{NOT_LOOKED_AT}"
    assert outsider(proof, key) == (0, fine)
    event = json.loads(proof.read_text())["event"]
    with Situation(str(log)) as situation:
        ((_, stream, version, topic, state),) = situation.log.raw_rows(57, 58)
    assert event["state"].encode() == state
    assert (event["stream"], event["version"], event["topic"]) == (stream, version, topic)


@pytest.mark.parametrize("field", ["state", "topic", "version", "stream", "position", "inclusion"])
def test_a_changed_proof_proves_nothing(proof: Path, field: str) -> None:
    held = json.loads(proof.read_text())
    value = held["event"][field]
    other = value[1:] if isinstance(value, str | list) else value + 1
    proof.write_text(json.dumps({**held, "event": {**held["event"], field: other}}))
    assert outsider(proof)[0] in {1, 2}
    result = run("prove", "--check", proof)
    assert result.exit_code == 2
    assert "PROVES NOTHING" in result.stderr or "no proof" in result.stderr


def test_an_event_that_no_checkpoint_covers_yet_is_signed_for(tmp_path: Path) -> None:
    log = mali(tmp_path)
    said("--log", log, "prove", "#3", "-o", tmp_path / "p.json")
    assert outsider(tmp_path / "p.json")[0] == 0


def test_one_checkpoint_extends_another(log: Path, tmp_path: Path) -> None:
    early, late = log.with_name("early.txt"), tmp_path / "late.txt"
    said("--log", log, "checkpoint", "-o", late)
    said("--log", log, "prove", "--consistency", early, late, "-o", tmp_path / "c.json")
    assert "of #190 extends that of #155" in said("prove", "--check", tmp_path / "c.json")
    held = json.loads((tmp_path / "c.json").read_text())
    code, text = outsider(tmp_path / "c.json")
    assert (code, text) == (2, "cannot be read: it is neither a bundle nor an event's proof\n")
    not_so = run("bundle", "--check", tmp_path / "c.json")
    assert (not_so.exit_code, "`tracker prove --check`" in not_so.stderr) == (2, True)
    (tmp_path / "c.json").write_text(json.dumps({**held, "consistency": held["consistency"][1:]}))
    assert "PROVES NOTHING" in run("prove", "--check", tmp_path / "c.json").stderr
    backwards = run("--log", log, "prove", "--consistency", late, early)
    assert (backwards.exit_code, "the older checkpoint comes first" in backwards.stderr) == (
        2,
        True,
    )


@pytest.mark.parametrize("words", [(), ("#1", "--check", "x"), ("--consistency", "a")])
def test_prove_one_thing_at_a_time(log: Path, words: tuple[str, ...]) -> None:
    assert run("--log", log, "prove", *words).exit_code == 2


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"public_key": 3}', b"[" * 100_000])
def test_what_is_no_proof(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "p.json").write_bytes(data)
    result = run("prove", "--check", tmp_path / "p.json")
    assert (result.exit_code, "no proof" in result.stderr) == (2, True)
    assert outsider(tmp_path / "p.json")[0] == 2


# -- the verifier's own mathematics ----------------------------------------------------------------


def test_inclusion_is_proved_as_the_ledger_does() -> None:
    """RFC 9162, 2.1.3.2: every leaf of every tree of up to 40, and each in the place of another."""
    from tracker.ledger import Tree

    leaves = [bytes([number]) * 32 for number in range(40)]
    for size in range(1, 41):
        tree = Tree(leaves[:size])
        root = tree.root(0, size)
        for at in range(size):
            path = [one.hex() for one in tree.inclusion(at)]
            assert verify_bundle.proves(leaves[at], at, size - 1, path, root)
            for other in {(at + 1) % size, at ^ 1, size - 1} - {at}:
                assert not verify_bundle.proves(leaves[at], other, size - 1, path, root)
            assert not verify_bundle.proves(leaves[at], at, size - 1, [*path, "00" * 32], root)


def test_signatures_are_verified_as_the_library_does() -> None:
    """RFC 8032 says which are valid; here random ones, and each with a bit changed."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from tracker.notes import Checkpoint, Verifier, sign_note

    for seed in range(6):
        key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        public = str(Verifier("log", key.public_key().public_bytes_raw()))
        note = sign_note(str(Checkpoint("log", seed, bytes(32))), "log", key)
        assert verify_bundle.opened(note, public) == (seed, bytes(32))
        text, signature = note.split("\n\n")
        for at in (20, 40, 60, 80):
            other = signature[:at] + ("A" if signature[at] != "A" else "B") + signature[at + 1 :]
            with pytest.raises(ValueError, match=r"signed|none"):
                verify_bundle.opened(f"{text}\n\n{other}", public)
        with pytest.raises(ValueError, match="signed"):
            verify_bundle.opened(note.replace("\nAAAA", "\nBAAA"), public)
    assert CHECKER.stat().st_size < 10_000
