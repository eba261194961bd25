"""Check a bundle or a proof of a situation tracker's log, without trusting whoever made it.

    python3 verify_bundle.py PATH [KEY.txt [OLD-CHECKPOINT.txt ...]]

PATH is a bundle's folder or zip, or an event's proof (.json). KEY.txt is the public key as you got
it some other way: without it, a forger's bundle passes for a true one. A whole bundle must extend
kept checkpoints. Needs Python 3.9, no library or network; opens no text, timestamp or manifest, and
writes nothing. Exit 0: as signed. 1: it is not, or cannot be told. 2: unreadable.
"""

import base64
import functools
import hashlib
import json
import os
import sys
import zipfile

MOST, LONGEST, LARGEST = 10**5, 2**26, 2**38  # faults told; bytes of a line, of a file
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # RFC 8032, 5.1: Ed25519
D, BASE = -121665 * pow(121666, -1, P) % P, (4 * pow(5, -1, P) % P).to_bytes(32, "little")


def add(a, b):  # points (x, y) of the curve
    both, x, y = D * a[0] * b[0] * a[1] * b[1], a[0] * b[1] + b[0] * a[1], a[1] * b[1] + a[0] * b[0]
    return x * pow(1 + both, -1, P) % P, y * pow(1 - both, -1, P) % P


def times(number, packed):  # ... of which one is given as its 32 bytes
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


def opened(note, key):  # size and root of a checkpoint (C2SP tlog-checkpoint), if so signed
    (name, _, public), (text, _, lines) = key.strip().split("+", 2), note.rpartition("\n\n")
    signed, raw = f"{text}\n".encode(), base64.b64decode(public, validate=True)[1:]
    for line in f"\n{lines}".split(f"\n\u2014 {name} ")[1:]:
        signature = base64.b64decode(line.split("\n")[0])[4:]
        r, s = signature[:32], int.from_bytes(signature[32:], "little")
        digest = int.from_bytes(hashlib.sha512(r + raw + signed).digest(), "little") % ORDER
        if s < ORDER and times(s, BASE) == add(times(1, r), times(digest, raw)):
            return int(text.split("\n")[1][:20]), base64.b64decode(text.split("\n")[2])
    raise ValueError("it is not signed by this log's key, or was changed since")


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf(event):  # hashed as in the ledger (RFC 9162, 2.1.1): its place, topic and exact bytes
    topic, stream = event["topic"].encode(), int(event["stream"], 16).to_bytes(16, "big")
    at = event["position"].to_bytes(8, "big") + event["version"].to_bytes(8, "big")
    return sha256(b"\0", at, stream, len(topic).to_bytes(2, "big"), topic, event["state"].encode())


def proves(found, at, last, path, wanted):  # the nearest neighbour first (RFC 9162, 2.1.3.2)
    for other in map(bytes.fromhex, path):
        found = sha256(b"\1", *((other, found) if at & 1 or at == last else (found, other)))
        done = (at & -at).bit_length() if at and at == last else 1
        at, last = at >> done, last >> done
    return at == last == 0 and found == wanted


def read(path):  # its key, checkpoints, lines of events; what leads out, waits or is long: refused
    if path.endswith(".json") and os.path.isfile(path):
        with open(path, "rb") as file:
            proof = json.loads(file.read(LONGEST))
        return proof["public_key"], [proof["checkpoint"]], [json.dumps(proof["event"])]
    packed = zipfile.ZipFile(path) if os.path.isfile(path) else None
    for f in packed.infolist() if packed else [*os.scandir(path)]:
        name = f.filename if packed else f.name
        plain = f.external_attr >> 28 in (0, 8) if packed else f.is_file(follow_symlinks=False)
        if not plain or {*name} & {*"/\\"} or (packed and f.compress_type not in (0, 8)):
            raise OSError(f"{name!r} is a link, no plain file, or leads out of the bundle: refused")

    def lines(name, most=LARGEST):
        with packed.open(name) if packed else open(os.path.join(path, name), "rb") as file:
            while line := file.readline(LONGEST + 1):
                if len(line) > LONGEST or file.tell() > most:
                    raise OSError(f"{name}, or a line of it, is longer than in a bundle: refused")
                yield line

    notes = [json.loads(line) for line in lines("checkpoints.jsonl", LONGEST)]
    return b"".join(lines("key.txt", LONGEST)).decode(), notes, lines("events.jsonl")


def check(path: str, key: str = "", *kept: str) -> tuple[int, list[str]]:
    """Give how many events there are, and what is not as it was signed."""
    own, notes, lines = read(path)
    found = [] if key.strip() in ("", own.strip()) else ["its key is not the one that you named"]
    heads, tree, proved, withheld, at, position = [], [], 0, {}, 0, 0
    for number, note in enumerate([*notes, *kept], 1):
        try:
            heads.append((*opened(note, key or own), number))
        except (ValueError, IndexError) as error:
            found += [f"checkpoint {number}: {error}"][: MOST - len(found)]
    due, newest = sorted(heads), max((h for h in heads if h[2] <= len(notes)), default=(-1, b""))
    for at, event in enumerate((json.loads(line) for line in lines if len(found) < MOST), 1):
        last, position, size = position, event["position"], 1
        entry = bytes.fromhex(event["leaf"]) if "leaf" in event else leaf(event)
        own = ["leaf"] if "leaf" in event else ["stream", "version", "topic", "state", "texts"]
        more = sorted({*event} - {"position", "inclusion", *own})
        found += [f"event #{position}: nobody signed for its {name}" for name in more]
        if "leaf" in event:
            withheld.setdefault(position, f"UNEXPLAINED: event #{position} is withheld")
        elif event["topic"] == "EventWithheld":
            withheld[json.loads(event["state"])["body"]["position"]] = ""
        if "inclusion" in event:
            proved += 1
            held = proves(entry, position - 1, newest[0] - 1, event["inclusion"], newest[1])
            if not held or position <= last:
                found.append(f"event #{position} stands twice, or is not one that was signed for")
        elif position != at:
            found.append(f"event #{at} is missing, or #{position} is not in its place")
        while tree and tree[-1][0] == size:
            entry, size = sha256(b"\1", tree.pop()[1], entry), size * 2
        tree.append((size, entry))
        while due and due[0][0] == at and not proved:
            root = functools.reduce(lambda x, left: sha256(b"\1", left[1], x), tree[-2::-1], entry)
            if due.pop(0)[1] != root:
                found.append(f"a checkpoint of #{at} was signed for other events than these")
    late = [h[0] for h in due if h[2] > len(notes) and h[:2] != newest[:2]]
    found += [f"CANNOT TELL whether this extends the kept checkpoint of #{size}" for size in late]
    if proved not in (0, at) or not (proved or (at == newest[0] and all(h[0] > at for h in due))):
        found.append(f"of {at} events, not all and no others were signed for")
    return at, found + [why for why in withheld.values() if why]


if __name__ == "__main__":
    try:
        events, wrong = check(sys.argv[1], *(open(f, "rb").read().decode() for f in sys.argv[2:]))
        alone = "inclusion" in json.loads(next(iter(read(sys.argv[1])[2]), "[]"))
    except Exception as error:
        plain = isinstance(error, (OSError, zipfile.BadZipFile))
        print("cannot be read:", error if plain else "it is neither a bundle nor an event's proof")
        sys.exit(2)
    part = "; a selection: what is left out cannot be told" if alone else ""
    part += "\ntexts, timestamps, manifest were not looked at here: `tracker bundle --check` does"
    print("\n".join(wrong) or f"fine: {events} events are as they were signed for{part}")
    sys.exit(1 if wrong else 0)
