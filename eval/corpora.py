"""One judge a corpus: rows of its manifest against the record of one scan."""
import json
import re

from match import Score, assign, distance, forbids, same_meaning
from record import severity, tokens

NOT_ABOUT_CONTENT = {"no-owner"}


def near_miss(findings, path):
    there = sorted({f.category for f in findings if any(p.path == path for p in f.places)})
    return f"there: {', '.join(there)}" if there else "nothing there"


# --- models: path, format, verdict, why ---------------------------------------------------------
def models(rows, record, root):
    score = Score()
    for r in rows:
        worst, what = -1, None
        for f in record.findings:
            if f.category in NOT_ABOUT_CONTENT or not any(p.path == r["path"] for p in f.places):
                continue
            if f.severity > worst:
                worst, what = f.severity, f.category
        tally, text = score[r["format"]], f"{r['path']} ({r['verdict']}: {r['why']})"
        if r["verdict"] == "benign":
            if worst > severity("low"):
                tally.false.append(f"{r['path']}: {what}")
        elif worst >= severity("high" if r["verdict"] == "malicious" else "medium"):
            tally.hit()
        else:
            tally.miss(text + (f"; only {what}" if what else ""))
    return score


# --- mcp: id, kind, path, locator, category, severity, note ---------------------------------------
MCP_ASSETS = {
    "mcp-server": {"mcp_server"}, "rules-file": {"instruction_file"},
    "skill": {"skill", "instruction_file"}, "tool-list": {"tool", "mcp_server"},
    "a2a-agent": {"agent_card", "agent"}, "hook": {"hook"}, "plugin": {"plugin"},
}


class Locator:
    """Where in a file a row points: a line, steps of a pointer, or the whole file."""

    def __init__(self, text, path, root):
        self.line, self.tokens, self.name = None, (), None
        if m := re.fullmatch(r"line (\d+)", text):
            self.line = int(m[1])
        elif m := re.fullmatch(r"(tool|prompt|resource):(.+)", text):
            self.name, self.tokens = m[2], self._named(m[1] + "s", m[2], root / path)
        elif text not in ("*", "body"):
            self.tokens = tokens(text.removeprefix("frontmatter."))

    @staticmethod
    def _named(list_name, name, file):
        try:
            members = json.loads(file.read_text(encoding="utf-8-sig"))["result"][list_name]
            return ("result", list_name, str([m["name"] for m in members].index(name)))
        except (OSError, ValueError, LookupError, TypeError):
            return ("result", list_name, name)

    def cost(self, place, names=()):
        if self.name and self.name in names:
            return 0
        if self.line:
            return 0 if place.line == self.line else None
        return distance(self.tokens, place.tokens)


def mcp(rows, record, root):
    score = Score()
    for r in rows:
        r["at"] = Locator(r["locator"], r["path"], root)
    _mcp_assets([r for r in rows if r["kind"] == "asset"], record, score)
    _mcp_findings([r for r in rows if r["kind"] == "finding"], record, score)
    for r in rows:
        if r["kind"] in ("clean", "negative"):
            _mcp_clean(r, record, score)
    return score


def _mcp_assets(rows, record, score):
    def fits(r, a):
        if a.place.path != r["path"] or a.kind not in MCP_ASSETS.get(r["category"], ()):
            return None
        cost = r["at"].cost(a.place, a.names)
        # A file has many servers, but a skill, a card or a list of tools is the file.
        return 9 if cost is None and r["category"] != "mcp-server" and not a.place.tokens else cost

    found = assign(rows, record.assets, fits)
    for i, r in enumerate(rows):
        if i in found:
            score["asset " + r["category"]].hit()
        else:
            score["asset " + r["category"]].miss(f"{r['id']} {r['path']} {r['locator']} ({r['note']})")


def _mcp_findings(rows, record, score):
    def at(r, f):
        costs = [c for p in f.places if p.path == r["path"] and (c := r["at"].cost(p)) is not None]
        return min(costs, default=None)

    def fits(r, f):
        if not same_meaning(r["category"], f.category):
            return None
        if abs(severity(r["severity"]) - f.severity) > 1:
            return None
        return at(r, f)

    found = assign(rows, record.findings, fits)
    for i, r in enumerate(rows):
        if i in found:
            score[r["category"]].hit()
        else:
            score[r["category"]].miss(f"{r['id']} {r['path']} {r['locator']} ({r['note']}; "
                                      f"{near_miss(record.findings, r['path'])})")


def _mcp_clean(r, record, score):
    """A clean row has no count of its own: what it forbids is false in the class that spoke."""
    for f in record.findings:
        if f.severity < 1 or not forbids(r["category"], f.category):
            continue
        if any(p.path == r["path"] and r["at"].cost(p) is not None for p in f.places):
            score[f.category].false.append(f"{r['id']} {r['path']} {r['locator']}: {f.category}")
    if r["category"] == "vendored":
        for a in record.assets:
            if a.place.path == r["path"] and r["at"].cost(a.place, a.names) is not None:
                score["asset mcp-server"].false.append(f"{r['id']} {r['path']}: {a.kind} listed")


# --- data: file, line, where, expect, class, kind, value, note ------------------------------------
def data(rows, record, root):
    score = Score()
    rows = [dict(r, at=_data_place(r["where"])) for r in rows]
    wanted = [r for r in rows if r["expect"] != "no"]

    def fits(r, v):
        if v.place.path != r["file"] or v.cls != r["class"]:
            return None
        if r["line"] != "*" and v.place.line != int(r["line"]):
            return None
        if v.kind != r["kind"] and re.fullmatch(r"[a-z0-9-]+", r["kind"]):
            return None
        cost = distance(r["at"], v.place.tokens) if v.place.tokens else 1
        return cost

    # Rows of one line first: a row about a whole column must not take their values.
    wanted.sort(key=lambda r: (r["expect"] != "yes", r["line"] == "*"))
    found = assign(wanted, record.values, fits)
    for i, r in enumerate(wanted):
        if r["expect"] != "yes":
            continue
        name = f"{r['class']} {r['kind'] if ' ' not in r['kind'] else 'any'}"
        if i in found:
            score[name].hit()
        else:
            score[name].miss(f"{r['file']}:{r['line']} {r['where']} ({r['note']})")
    explained = set(found.values())
    whole = [r for r in wanted if r["line"] == "*"]
    for j, v in enumerate(record.values):
        if j in explained or any(fits(r, v) is not None for r in whole):
            continue
        score[f"{v.cls} {v.kind}"].false.append(repr(v))
    _shown(rows, record, score)
    return score


def _data_place(where):
    """"$.text" and "cells[0].source" are steps; "column mrn" and "line" are not."""
    return tokens(where.removeprefix("$.")) if re.match(r"\$\.|\w+\[", where) else ()


def _shown(rows, record, score):
    text = json.dumps(record.doc, ensure_ascii=False)
    for r in rows:
        if r["expect"] == "yes" and len(r["value"]) >= 9 and " rows" not in r["value"]:
            if r["value"] in text:
                score["value shown in full"].false.append(f"{r['file']}:{r['line']} {r['kind']}")


# --- iac: file, line, address, row, expect, kind, severity, words ---------------------------------
IAC_ASSETS = {
    "ai-platform": {"cloud_resource", "service", "deployment"},
    "ai-project": {"cloud_resource"}, "connection": {"cloud_resource", "service"},
    "model-deployment": {"deployment", "model"}, "model": {"model", "model_file"},
    "vector-store": {"vector_store"}, "vector-store-endpoint": {"vector_store", "cloud_resource"},
    "search-index": {"vector_store", "retriever", "cloud_resource"},
    "inference-server": {"inference_server"}, "inference-endpoint": {"inference_server", "deployment",
                                                                     "cloud_resource"},
    "ai-app": {"application", "deployment"}, "workflow-agent": {"workflow", "agent", "deployment"},
    "llm-gateway": {"gateway"}, "mcp-server": {"mcp_server"}, "ai-agent": {"agent"},
    "dataset": {"dataset"}, "notebook": {"notebook", "cloud_resource"},
}


def _named_packages(words):
    """"torch 2.3.0, vllm; spread over lines" names torch and vllm."""
    return [w.split()[0].lower() for w in words.split(";")[0].split(",") if w.strip()]


def _iac_asset(r, record):
    at = [a for a in record.assets if a.place.path == r["file"]]
    if r["kind"] == "ai-packages":
        there = {n.lower() for a in at if a.kind == "package" for n in a.names}
        return all(n in there for n in _named_packages(r["words"]))
    return any(a.kind in IAC_ASSETS.get(r["kind"], ()) and a.place.line == int(r["line"]) for a in at)


def iac(rows, record, root):
    score = Score()
    issues = []
    for r in rows:
        name = ("asset " if r["row"] == "asset" else "") + r["kind"]
        text = f"{r['file']}:{r['line']} {r['address']} ({r['words']})"
        if r["row"] == "issue":
            issues.append(r)
        elif r["row"] == "clean":
            _iac_clean(r, record, score)
        elif _iac_asset(r, record) if r["row"] == "asset" else _iac_relation(r, record):
            score[name].hit()
        elif r["expect"] == "yes":
            score[name].miss(text)

    def fits(r, f):
        if not same_meaning(r["kind"], f.category) or abs(severity(r["severity"]) - f.severity) > 1:
            return None
        return 0 if any(p.path == r["file"] and p.line == int(r["line"]) for p in f.places) else None

    found = assign(issues, record.findings, fits)
    for i, r in enumerate(issues):
        if i in found:
            score[r["kind"]].hit()
        elif r["expect"] == "yes":
            score[r["kind"]].miss(f"{r['file']}:{r['line']} {r['address']} ({r['words']}; "
                                  f"{near_miss(record.findings, r['file'])})")
    return score


def _iac_relation(r, record):
    return any(e.get("path") == r["file"] and e.get("line") == int(r["line"])
               for rel in record.relations for e in rel["evidence"])


def _iac_clean(r, record, score):
    line = int(r["line"])
    for f in record.findings:
        if f.severity and f.category not in NOT_ABOUT_CONTENT and \
                any(p.path == r["file"] and p.line == line for p in f.places):
            score[f.category].false.append(f"{r['file']}:{line} {r['address']}: {f.category}")
    if r["kind"] == "other":
        for a in record.assets:
            if a.place.path == r["file"] and a.place.line == line:
                score["asset " + a.kind].false.append(f"{r['file']}:{line}: {a.kind} listed")


# --- shadow: file, source, expect, subject, expected, note ----------------------------------------
GAPS = {"partial", "denied", "unsupported", "failed"}


def _words(text):
    return {w for w in re.findall(r"[a-z0-9][a-z0-9.@-]{3,}", text.lower())}


def _names_of(a):
    return [n for n in a.names if len(n) >= 3]


def shadow(rows, record, root):
    score = Score()
    for r in rows:
        at = [a for a in record.assets if a.place.path == r["file"]]
        name = f"{r['source']} {r['expect']}"
        text = f"{r['file']} {r['subject']}: {r['expected']}"
        if r["expect"] == "negative":
            for word in r["subject"].split(";"):
                _shadow_negative(word.split("(")[0].strip().strip('"'), r, at, score)
        elif r["expect"] == "privacy":
            score.notes.append(f"not judged: {text}")
        elif {"asset": _shadow_asset, "flow": _shadow_flow}.get(r["expect"], _shadow_gap)(r, at, record):
            score[name].hit()
        else:
            score[name].miss(text)
    return score


def _shadow_asset(r, at, record):
    """A named AI asset seen in this file, and whose it is or where it runs."""
    for a in at:
        if not any(n.lower() in r["expected"].lower() for n in _names_of(a)):
            continue
        told = json.dumps([a.asset, *_related(a.asset["id"], record)], ensure_ascii=False).lower()
        if any(w in told for w in _words(r["subject"])):
            return True
    return False


def _related(asset_id, record):
    ends = {e for rel in record.relations if asset_id in (rel["from"], rel["to"])
            for e in (rel["from"], rel["to"])}
    return [a for a in record.doc["assets"] if a["id"] in ends]


def _shadow_flow(r, at, record):
    sends = [rel for rel in record.relations
             if rel["verb"] == "sends_to" and any(e.get("path") == r["file"] for e in rel["evidence"])]
    kinds = [v for v in record.values if v.place.path == r["file"]]
    return bool(sends) and any(v.kind.split("-")[-1] in r["expected"].lower() for v in kinds)


def _shadow_gap(r, at, record):
    """A coverage row about this file whose reason speaks of the same thing."""
    return any(c.get("path") == r["file"] and c["state"] in GAPS
               and _words(c.get("reason", "")) & _words(r["expected"] + " " + r["note"])
               for c in record.coverage)


def _shadow_negative(word, r, at, score):
    for a in at:
        if len(word) >= 3 and word.lower() in json.dumps(a.asset["what"]).lower() + " ".join(a.names).lower():
            score[f"{r['source']} asset"].false.append(f"{r['file']} {word}: {a.kind} {a.asset['name']}")


# --- advisories: one folder a row that names the package -------------------------------------------
ADVISORY = re.compile(r"\b(?:GHSA(?:-[0-9a-z]{4}){3}|PYSEC-\d+-\d+|GO-\d+-\d+|RUSTSEC-\d+-\d+|"
                      r"CVE-\d+-\d+|MAL-\d+-\d+|OSV-\d+-\d+)\b")


def advisories_write(rows, root):
    """A project that asks for exactly one version of one package; False where none can be written."""
    for i, r in enumerate(rows):
        r["folder"] = f"p{i:04}"
        files = _project(r["ecosystem"], r["package"], r["version"])
        for name, text in files.items():
            (root / r["folder"]).mkdir(exist_ok=True)
            (root / r["folder"] / name).write_text(text)


def _project(ecosystem, package, version):
    if ecosystem == "PyPI":
        return {"requirements.txt": f"{package}=={version}\n"}
    if ecosystem == "npm":
        lock = {"name": "app", "lockfileVersion": 3, "packages": {
            "": {"name": "app", "dependencies": {package: version}},
            f"node_modules/{package}": {"version": version}}}
        return {"package.json": json.dumps({"name": "app", "dependencies": {package: version}}),
                "package-lock.json": json.dumps(lock)}
    if ecosystem == "Go":
        return {"go.mod": f"module app\n\ngo 1.22\n\nrequire {package} v{version}\n"}
    if ecosystem == "crates.io":
        return {"Cargo.lock": f'version = 3\n\n[[package]]\nname = "{package}"\nversion = "{version}"\n'}
    return {}


def advisories(rows, record, root):
    score = Score()
    told = {}
    families = {i.split("-")[0] for r in rows for i in r["expected_ids"].split(",")}
    for f in record.findings:
        ids = {i for i in ADVISORY.findall(json.dumps(f.finding)) if i.split("-")[0] in families}
        for p in f.places:
            told.setdefault(p.path.split("/")[0], set()).update(ids)
    for r in rows:
        expected = {i for i in r["expected_ids"].split(",") if i and i != "-"}
        reported = told.get(r["folder"], set())
        text = f"{r['ecosystem']} {r['package']} {r['version']}"
        tally = score[f"{r['ecosystem']} versions"]
        if reported - expected:
            tally.false.append(f"{text}: {', '.join(sorted(reported - expected))}")
        if not expected:
            continue
        if expected <= reported:
            tally.hit()
        else:
            tally.miss(f"{text}: {', '.join(sorted(expected - reported))}")
    return score


JUDGES = {"models": models, "mcp": mcp, "data": data, "shadow": shadow, "iac": iac}
