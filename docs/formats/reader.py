#!/usr/bin/env python3
"""Opens sealed messages without Send Secure. Written from the pages beside it; needs only Python's `cryptography`.

    reader.py CASE.json ...

A case is a JSON object: organizationId, messageId, recipientId, holder {kind, id}, privateKey (P-256 scalar, hex),
sealKeys {kid: base64url}, signedManifest, wrap, object (base64url), and optionally replacement with accountAuthority
(base64url), and listEntry (base64url). For each case one line of JSON is printed: what was in it, or {"refused": true}.
"""
import base64, hashlib, hmac, json, struct, sys

from cryptography.hazmat.primitives.asymmetric.ec import ECDH, SECP256R1, EllipticCurvePublicKey, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CHUNK, TAG, HEADER, SUITE = 16384, 16, 56, "1"


def require(condition):
    if not condition:
        raise ValueError("refused")


def unbase64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# README.md, "Contexts"
def context(*ids):
    fields = [text.encode() for text in ("sendsecure", "1") + ids]
    return b"".join(struct.pack(">H", len(field)) + field for field in fields)


def canonical(value):
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    require(isinstance(value, str) or type(value) is int and abs(value) < 2 ** 53)
    return json.dumps(value, ensure_ascii=False)


def hkdf_expand(key, info, length):
    require(len(key) == 32)
    return HKDFExpand(algorithm=SHA512(), length=length, info=info).derive(key)


# sealed-object.md, "Stream"
def open_stream(input_key, stream, ctx, commitment=None):
    full, last = divmod(len(stream) - HEADER, CHUNK + TAG)
    require(full >= 0 and last >= TAG)
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + stream[:24] + ctx
    derived = hkdf_expand(input_key, info, 76)
    key, base_nonce = derived[:32], int.from_bytes(derived[32:44], "big")
    require(derived[44:] == stream[24:HEADER] and commitment in (None, stream[24:HEADER]))
    plaintext = []
    for number in range(full + 1):
        start = HEADER + number * (CHUNK + TAG)
        nonce = (base_nonce ^ number).to_bytes(12, "big")
        plaintext.append(AESGCM(key).decrypt(nonce, stream[start:start + CHUNK + TAG], b""))
    return b"".join(plaintext)


# page-release.md, "What the page does to open it": HPKE of RFC 9180, the same for a wrap
def hpke_open(private_key, enc, info, ciphertext):
    def mac(key, *parts):
        return hmac.new(key, b"HPKE-v1" + b"".join(parts), hashlib.sha256).digest()

    def expand(key, suite, label, info, length):
        head = struct.pack(">H", length) + b"HPKE-v1" + suite + label
        return hmac.new(key, head + info + b"\1", hashlib.sha256).digest()[:length]

    require(len(enc) == 65 and enc[0] == 4)
    own_point = private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    secret = private_key.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), enc))
    kem, suite = b"KEM\0\x10", b"HPKE\0\x10\0\1\0\2"
    shared = expand(mac(bytes(32), kem, b"eae_prk", secret), kem, b"shared_secret", enc + own_point, 32)
    schedule = b"\0" + mac(bytes(32), suite, b"psk_id_hash") + mac(bytes(32), suite, b"info_hash", info)
    secret = mac(shared, suite, b"secret")
    key, nonce = expand(secret, suite, b"key", schedule, 32), expand(secret, suite, b"base_nonce", schedule, 12)
    return AESGCM(key).decrypt(nonce, ciphertext, b"")


# manifest.md, "Verifying"
def verify_manifest(case, ids):
    signed = case["signedManifest"]
    manifest = signed["manifest"]
    require(signed["kid"] in case["sealKeys"])
    seal_key = Ed25519PublicKey.from_public_bytes(unbase64(case["sealKeys"][signed["kid"]]))
    seal_key.verify(unbase64(signed["signature"]), context("manifest") + canonical(manifest).encode())
    require(manifest["version"] == 1 and (manifest["organizationId"], manifest["messageId"]) == ids)
    offset = 0
    for name in ("content", "derived", "index"):
        require(manifest["streams"][name]["offset"] == offset)
        offset += manifest["streams"][name]["length"]
    return manifest


# wraps.md, "Opening" and "Replacement at registration"
def unwrap(case, ids, manifest):
    wrap, holder, recipient = unbase64(case["wrap"]), case["holder"], case["recipientId"]
    named = [unbase64(r["wrapHash"]) for r in manifest["recipients"] if r["recipientId"] == recipient]
    wrap_hash = hashlib.sha256(wrap).digest()
    if wrap_hash not in named:
        record = case.get("replacement")
        require(record is not None and unbase64(record["replacedHash"]) in named)
        require(unbase64(record["replacementHash"]) == wrap_hash)
        hashes = unbase64(record["replacedHash"]).hex(), wrap_hash.hex()
        signed = context("wrap-replacement", *ids, recipient, holder["id"], *hashes)
        authority = Ed25519PublicKey.from_public_bytes(unbase64(case["accountAuthority"]))
        authority.verify(unbase64(record["signature"]), signed)
    private_key = derive_private_key(int(case["privateKey"], 16), SECP256R1())
    point = private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    kid = hashlib.sha256(point).hexdigest()[:16]
    require(len(wrap) == 124 and wrap[:11] == b"\1\0\1" + bytes.fromhex(kid))
    info = context("wrap-" + holder["kind"], *ids, holder["id"], kid, SUITE)
    return hpke_open(private_key, wrap[11:76], info, wrap[76:])


def open_case(case):
    ids = case["organizationId"], case["messageId"]
    manifest = verify_manifest(case, ids)
    content_key, sealed, opened = unwrap(case, ids, manifest), unbase64(case["object"]), {}
    for name, place in manifest["streams"].items():
        stream, ctx = sealed[place["offset"]:][:place["length"]], context("stream-" + name, *ids)
        require(len(stream) == place["length"])
        opened[name] = open_stream(content_key, stream, ctx, unbase64(place["commitment"]))
        require(len(opened[name]) == place["plaintextLength"])
    index = json.loads(opened["index"])
    require(index["version"] == 1 and index["contentLength"] == len(opened["content"]))
    require(index["derivedLength"] == len(opened["derived"]))
    result = {name: base64.b64encode(opened[name]).decode() for name in ("content", "derived")}
    if "listEntry" in case:
        list_key, entry = hkdf_expand(content_key, context("list-key", *ids), 32), unbase64(case["listEntry"])
        result["listEntry"] = json.loads(open_stream(list_key, entry, context("list-entry", *ids)))
    return {**result, "index": index}


for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        case = json.load(file)
    try:
        print(json.dumps(open_case(case)))
    except Exception:  # Whatever did not fit: to the outside it is one thing.
        print(json.dumps({"refused": True}))
