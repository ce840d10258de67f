"""Reads the record `stance scan --format json` prints: what was said, and of which place."""
import re

SEVERITIES = ["info", "low", "medium", "high", "critical"]


def severity(word):
    return SEVERITIES.index(word)


def tokens(text):
    """Steps of an RFC 6901 pointer or of a manifest locator: "/a/b.c/0" and "a.b.c[0]" alike."""
    if text.startswith("/"):
        text = text[1:].replace("/", ".").replace("~1", "/").replace("~0", "~")
    return tuple(t for t in re.split(r"[.\[\]]+", text) if t)


class Place:
    def __init__(self, evidence):
        self.path = evidence.get("path", "")
        self.member = evidence.get("member", "")
        self.line = evidence.get("line")
        self.column = evidence.get("column")
        self.pointer = evidence.get("pointer")
        self.tokens = tokens(self.pointer or "")

    def key(self):
        return (self.path, self.member, self.line, self.column, self.pointer)

    def __repr__(self):
        text = self.path + (f":{self.line}" if self.line else "")
        return text + (f" {self.pointer}" if self.pointer else "")


class Asset:
    """One place of one asset."""

    def __init__(self, asset, where):
        self.asset = asset
        self.kind = asset["kind"]
        self.names = [n for n in [where.get("name"), asset["name"], *asset.get("aliases", [])] if n]
        self.place = Place(where["evidence"])


class Finding:
    def __init__(self, finding):
        self.finding = finding
        self.category = finding["category"]
        self.severity = severity(finding["severity"])
        self.places = [Place(e) for e in finding["evidence"]]


class Value:
    def __init__(self, cls, kind, place):
        self.cls, self.kind, self.place = cls, kind, place

    def __repr__(self):
        return f"{self.cls} {self.kind} at {self.place}"


class Record:
    def __init__(self, doc):
        self.doc = doc
        self.assets = [Asset(a, w) for a in doc["assets"] for w in a["where"]]
        self.findings = [Finding(f) for f in doc["findings"] if f["verdict"] in ("fail", "excepted")]
        self.coverage = doc["coverage"]
        self.relations = doc["relations"]
        self.values = self._values(doc)

    @staticmethod
    def _values(doc):
        """Classified values; the same value told by an asset and by a finding counts once."""
        seen = {}
        for a in doc["assets"]:
            for item in a["data"]["items"]:
                for e in item.get("evidence", []):
                    v = Value(item["class"], item["kind"], Place(e))
                    seen[(v.cls, v.kind, v.place.path, v.place.line, v.place.column)] = v
        lines = {k[:4] for k in seen}
        for f in doc["findings"]:
            if f["verdict"] == "fail" and f.get("kind") and f["evidence"]:
                v = Value(f["class"], f["kind"], Place(f["evidence"][0]))
                if (v.cls, v.kind, v.place.path, v.place.line) not in lines:
                    seen[(v.cls, v.kind, v.place.path, v.place.line, v.place.column)] = v
        return list(seen.values())
