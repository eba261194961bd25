"""Check a bundle or a proof of a situation tracker's log, without trusting whoever made it.

    python3 verify_bundle.py PATH [KEY.txt [OLD-CHECKPOINT.txt ...]]

PATH is a bundle's folder or zip, or a proof (.json). KEY.txt is the public key as you got it some
other way: without it, a forger's bundle passes for a true one. Checkpoints kept from earlier must
be extended by a whole bundle. Needs Python 3.9, no library and no network, and writes nothing.
Exit 0: all is as it was signed. 1: it is not, or is not explained. 2: it cannot be read.
"""

import base64
import functools
import hashlib
import json
import os
import sys
import zipfile

# Ed25519 signatures (RFC 8032, 5.1), over points (x, y) of the curve.
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
BASE = (4 * pow(5, -1, P) % P).to_bytes(32, "little")


def add(a, b):
    both = D * a[0] * b[0] * a[1] * b[1]
    x, y = a[0] * b[1] + b[0] * a[1], a[1] * b[1] + a[0] * b[0]
    return x * pow(1 + both, -1, P) % P, y * pow(1 - both, -1, P) % P


def times(number, packed):
    """Multiply a point, given as its 32 bytes; no number at all gives it as it is."""
    y, odd = int.from_bytes(packed, "little") & (2**255 - 1), packed[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (not x and odd) or len(packed) != 32:
        raise ValueError("a key or signature that is none")
    point, total = (x if x & 1 == odd else P - x, y), (0, 1)
    while number:
        total = add(total, point) if number & 1 else total
        point, number = add(point, point), number >> 1
    return total


def opened(note, key):
    """Give size and root of a checkpoint (C2SP tlog-checkpoint), if this key signed it."""
    (name, _, public), (text, _, lines) = key.strip().split("+", 2), note.rpartition("\n\n")
    signed, raw = f"{text}\n".encode(), base64.b64decode(public, validate=True)[1:]
    for line in lines.splitlines():
        if line.startswith(f"\u2014 {name} "):
            signature = base64.b64decode(line.split(" ")[2])[4:]
            r, s = signature[:32], int.from_bytes(signature[32:], "little")
            digest = int.from_bytes(hashlib.sha512(r + raw + signed).digest(), "little") % ORDER
            if s < ORDER and times(s, BASE) == add(times(1, r), times(digest, raw)):
                return int(text.split("\n")[1]), base64.b64decode(text.split("\n")[2])
    raise ValueError("it is not signed by this log's key, or was changed since")


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf(event):
    """Hash an event as the ledger does (RFC 9162, 2.1.1): its place, topic and exact bytes."""
    topic, stream = event["topic"].encode(), int(event["stream"], 16).to_bytes(16, "big")
    place = event["position"].to_bytes(8, "big") + event["version"].to_bytes(8, "big")
    bound = place + stream + len(topic).to_bytes(2, "big") + topic
    return hashlib.sha256(b"\x00" + bound + event["state"].encode()).digest()


def proves(found, at, last, path, wanted):
    """Check an inclusion proof, the nearest neighbour first (RFC 9162, 2.1.3.2)."""
    for other in map(bytes.fromhex, path):
        left = at & 1 or at == last
        found = node(other, found) if left else node(found, other)
        while left and at and not at & 1:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    return last == 0 and found == wanted


def read(path):
    """Give the key, the checkpoints, the events' lines; refuse links and names that lead out."""
    if path.endswith(".json"):
        with open(path, encoding="utf-8") as file:
            proof = json.load(file)
        return proof["public_key"], [proof["checkpoint"]], [json.dumps(proof["event"])]
    packed = None if os.path.isdir(path) else zipfile.ZipFile(path)
    for one in packed.infolist() if packed else list(os.scandir(path)):
        name = one.filename if packed else one.name
        link = one.external_attr >> 28 == 0o12 if packed else one.is_symlink()
        if link or "/" in name or "\\" in name:
            raise ValueError(f"{name!r} is a link, or leads out of the bundle: refused")

    def lines(name):
        with packed.open(name) if packed else open(os.path.join(path, name), "rb") as file:
            yield from file

    notes = [json.loads(line) for line in lines("checkpoints.jsonl")]
    return b"".join(lines("key.txt")).decode(), notes, lines("events.jsonl")


def check(path: str, key: str = "", *kept: str) -> tuple[int, list[str]]:
    """Give how many events there are, and what is not as it was signed."""
    own, notes, lines = read(path)
    found = [] if key.strip() in ("", own.strip()) else ["its key is not the one that you named"]
    heads, tree, proved, withheld, at = [], [], 0, {}, 0
    for number, note in enumerate([*notes, *kept], 1):
        try:
            heads.append((*opened(note, key or own), number))
        except (ValueError, IndexError) as error:
            found.append(f"checkpoint {number}: {error}")
    due, newest = sorted(heads), max((h for h in heads if h[2] <= len(notes)), default=(0, b""))
    for at, event in enumerate(map(json.loads, lines), 1):
        position, size = event["position"], 1
        entry = bytes.fromhex(event["leaf"]) if "leaf" in event else leaf(event)
        if "leaf" in event:
            withheld.setdefault(position, f"UNEXPLAINED: event #{position} is withheld")
        elif event["topic"] == "EventWithheld":
            withheld[json.loads(event["state"])["body"]["position"]] = ""
        if "inclusion" in event:
            proved += 1
            if not proves(entry, position - 1, newest[0] - 1, event["inclusion"], newest[1]):
                found.append(f"event #{position} is not one that was signed for")
        elif position != at:
            found.append(f"event #{at} is missing, or #{position} is not in its place")
        while tree and tree[-1][0] == size:
            entry, size = node(tree.pop()[1], entry), size * 2
        tree.append((size, entry))
        while due and due[0][0] == at and not proved:
            root = functools.reduce(lambda right, left: node(left[1], right), tree[-2::-1], entry)
            if due.pop(0)[1] != root:
                found.append(f"a checkpoint of #{at} was signed for other events than these")
    if proved not in (0, at) or (not proved and (due or at > newest[0])):
        found.append(f"of {at} events, not all and no others were signed for")
    return at, found + [why for why in withheld.values() if why]


if __name__ == "__main__":
    try:
        events, wrong = check(
            sys.argv[1], *(open(one, "rb").read().decode() for one in sys.argv[2:])
        )
    except Exception as error:
        print(f"cannot be read: {error!r}")
        sys.exit(2)
    print("\n".join(wrong) or f"fine: {events} events are as they were signed for")
    sys.exit(1 if wrong else 0)
