"""Timestamps: asked of an authority of our own on loopback, verified, kept with the checkpoint."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from commands_for_tests import mali, run, said
from server_for_tests import tampered

from tracker.situation import Situation

CONFIGURATION = """\
[tsa]
default_tsa = ours
[ours]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[stamping]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
"""


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds all of a timestamp authority: keys, certificates, configuration."""
    if shutil.which("openssl") is None:
        if os.environ.get("TRACKER_CI") == "1":
            pytest.fail("openssl is not there: apt install openssl")
        pytest.skip("needs the program openssl (Debian: openssl)")
    folder = tmp_path_factory.mktemp("authority")
    (folder / "tsa.cnf").write_text(CONFIGURATION)
    (folder / "serial").write_text("01\n")
    ca = ("-subj", "/CN=Root of tests", "-days", "30", "-extensions", "ca", "-config", "req.cnf")
    (folder / "req.cnf").write_text(f"[req]\ndistinguished_name = dn\n[dn]\n{CONFIGURATION}")
    new = ("req", "-newkey", "rsa:2048", "-nodes")
    openssl(folder, *new, "-x509", "-keyout", "ca.key", "-out", "ca.pem", *ca)
    openssl(
        folder, *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Stamps of tests",
        "-config", "req.cnf",
    )  # fmt: skip
    openssl(
        folder, "x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
        "-CAcreateserial", "-days", "30", "-extfile", "tsa.cnf", "-extensions", "stamping",
        "-out", "tsa.pem",
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def another(authority: Path) -> Path:
    """The certificate of an authority that signed nothing."""
    openssl(
        authority, "req", "-newkey", "rsa:2048", "-nodes", "-x509", "-keyout", "x.key", "-out",
        "x.pem", "-subj", "/CN=Another", "-days", "30", "-extensions", "ca", "-config", "req.cnf",
    )  # fmt: skip
    return authority / "x.pem"


def answer(authority: Path, query: bytes, *words: str) -> bytes:
    (authority / "query").write_bytes(query)
    openssl(
        authority, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply",
        *words,
    )  # fmt: skip
    return (authority / "reply").read_bytes()


@pytest.fixture
def url(authority: Path) -> Iterator[str]:
    """The authority as a server on loopback, stopped after the test."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            reply = b"sorry" if self.path == "/broken" else answer(authority, query)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_a_checkpoint_is_timestamped_and_its_stamp_goes_with_a_bundle(
    url: str, authority: Path, tmp_path: Path
) -> None:
    log = mali(tmp_path)
    root = authority / "ca.pem"
    result = run("--log", log, "checkpoint", "--timestamp", url, "--authority", root)
    assert (result.exit_code, "there by 20" in result.stderr) == (0, True), result.stderr
    said("--log", log, "bundle", "-o", tmp_path / "bundle")
    assert "fine" in said("bundle", "--check", tmp_path / "bundle")
    with Situation(str(log)) as situation:
        ((number, token),) = situation.log.timestamps()
        note = situation.log.checkpoints()[0].note
    assert number == 1
    assert (tmp_path / "bundle" / "timestamp-1.tsr").read_bytes() == token
    (authority / "note.txt").write_text(note, encoding="utf-8")
    (authority / "kept.tsr").write_bytes(token)
    openssl(authority, "ts", "-verify", "-in", "kept.tsr", "-data", "note.txt", "-CAfile", "ca.pem")


def test_who_signed_a_timestamp_that_is_kept_is_checked_by_the_authoritys_certificates(
    url: str, authority: Path, another: Path, tmp_path: Path
) -> None:
    log, root, bundle = mali(tmp_path), authority / "ca.pem", tmp_path / "bundle"
    said("--log", log, "checkpoint", "--timestamp", url, "--authority", root)
    said("--log", log, "bundle", "-o", bundle)
    for words in (("--log", log, "verify"), ("bundle", "--check", bundle)):
        good = run(*words, "--timestamp-authority", another, "--timestamp-authority", root)
        assert (good.exit_code, "signed by an authority that was named" in good.stderr) == (0, True)
        assert "checkpoint 1 was there by 20" in good.stderr
        doubtful = run(*words, "--timestamp-authority", another)
        assert (doubtful.exit_code, "cannot decide" in doubtful.stdout) == (2, True)
        assert "is not signed by an authority that was named" in doubtful.stderr


def test_a_timestamp_is_remembered_as_it_is_made(url: str, authority: Path, tmp_path: Path) -> None:
    log = mali(tmp_path)
    said("--log", log, "checkpoint", "--timestamp", url, "--authority", authority / "ca.pem")
    tampered(log, "DELETE FROM timestamps")
    result = run("--log", log, "verify")
    assert (result.exit_code, "timestamps are never deleted" in result.stderr) == (1, True)


def test_an_answer_got_otherwise_is_kept_if_it_is_of_this_checkpoint(
    authority: Path, tmp_path: Path
) -> None:
    log = mali(tmp_path)
    note = tmp_path / "note.txt"
    said("--log", log, "checkpoint", "-o", note)
    openssl(
        authority, "ts", "-query", "-data", str(note), "-sha256", "-cert", "-out", "asked",
    )  # fmt: skip
    reply = tmp_path / "reply.tsr"
    reply.write_bytes(answer(authority, (authority / "asked").read_bytes()))
    ask = ("checkpoint", "--timestamp-file", reply, "--authority", authority / "ca.pem")
    said("--log", log, *ask)
    (tmp_path / "other").mkdir()
    other = mali(tmp_path / "other", reports=0)
    refused = run("--log", other, *ask)
    assert (refused.exit_code, "no valid timestamp" in refused.stderr) == (2, True)
    with Situation(str(other)) as situation:
        assert situation.log.timestamps() == []


def test_an_answer_that_brings_its_certificates_in_any_order_is_taken(
    authority: Path, tmp_path: Path
) -> None:
    """OpenSSL writes the signer's first and its chain after it, which is no order of DER."""
    from rfc3161_client import decode_timestamp_response

    log = mali(tmp_path)
    note = tmp_path / "note.txt"
    said("--log", log, "checkpoint", "-o", note)
    openssl(
        authority, "ts", "-query", "-data", str(note), "-sha256", "-cert", "-out", "asked",
    )  # fmt: skip
    reply = answer(authority, (authority / "asked").read_bytes(), "-chain", "ca.pem")
    with pytest.raises(ValueError, match="InvalidSetOrdering"):
        decode_timestamp_response(reply)
    (tmp_path / "reply.tsr").write_bytes(reply)
    ask = ("checkpoint", "--timestamp-file", tmp_path / "reply.tsr", "--authority")
    said("--log", log, *ask, authority / "ca.pem")
    with Situation(str(log)) as situation:
        assert situation.log.timestamps() == [(1, reply)], "it is kept as it came"
    changed = bytearray(reply)
    changed[-1] ^= 1
    (tmp_path / "reply.tsr").write_bytes(changed)
    result = run("--log", log, *ask, authority / "ca.pem")
    assert (result.exit_code, "no valid timestamp" in result.stderr) == (2, True)


def test_an_authority_may_be_named_with_one_certificate_twice(
    url: str, authority: Path, tmp_path: Path
) -> None:
    (tmp_path / "twice.pem").write_bytes((authority / "ca.pem").read_bytes() * 2)
    words = ("--timestamp", url, "--authority", tmp_path / "twice.pem")
    said("--log", mali(tmp_path), "checkpoint", *words)


@pytest.mark.parametrize("data", [b"", b"0", b"0\x80", b"0\x81", b"0\x840000", b"0\x030\x010"])
def test_what_is_no_answer_is_refused_in_words(
    authority: Path, tmp_path: Path, data: bytes
) -> None:
    (tmp_path / "reply.tsr").write_bytes(data)
    ask = ("--timestamp-file", tmp_path / "reply.tsr", "--authority", authority / "ca.pem")
    result = run("--log", mali(tmp_path), "checkpoint", *ask)
    assert (result.exit_code, "cannot be read as an answer" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("where", "said_of"),
    [
        ("broken", "no valid timestamp"),
        ("", "no valid timestamp"),
        ("file:///etc/passwd", "no address of a timestamp authority"),
        ("http://127.0.0.1:1/", "gave no answer"),
    ],
)
def test_what_is_no_timestamp_is_not_kept(
    url: str, another: Path, tmp_path: Path, where: str, said_of: str
) -> None:
    """The second: an answer whose signature leads to another root than the one that is named."""
    log = mali(tmp_path)
    asked = where if ":" in where else url + where
    words = ("--timestamp", asked, "--authority", another)
    result = run("--log", log, "checkpoint", *words)
    assert (result.exit_code, said_of in result.stderr) == (2, True), result.stderr
    with Situation(str(log)) as situation:
        assert situation.log.timestamps() == []


def test_an_authority_is_named_with_its_certificates(tmp_path: Path) -> None:
    log = mali(tmp_path)
    result = run("--log", log, "checkpoint", "--timestamp", "http://127.0.0.1:1/")
    assert (result.exit_code, "go together" in result.stderr) == (2, True)
