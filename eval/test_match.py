"""Tests of the judge itself: python3 eval/test_match.py"""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True
import corpora  # noqa: E402
from match import assign, distance, forbids, same_meaning, wilson  # noqa: E402
from record import Record, tokens  # noqa: E402

HERE = pathlib.Path(".")


def evidence(path, **more):
    return dict(target=0, collector="c", path=path, **more)


def asset(kind, name, path, items=(), **more):
    return {"id": name, "kind": kind, "name": name, "what": {}, "data": {"items": list(items)},
            "where": [{"evidence": evidence(path, **more)}]}


def finding(category, severity, path, verdict="fail", **more):
    extra = {k: more.pop(k) for k in ("class_", "kind") if k in more}
    f = {"category": category, "severity": severity, "verdict": verdict,
         "evidence": [evidence(path, **more)]}
    if "kind" in extra:
        f["class"], f["kind"] = extra["class_"], extra["kind"]
    return f


def record(assets=(), findings=(), coverage=(), relations=()):
    return Record({"assets": list(assets), "findings": list(findings),
                   "coverage": list(coverage), "relations": list(relations)})


def counts(score, name):
    t = score[name]
    return (t.expected, t.found, len(t.missed), len(t.false))


class Primitives(unittest.TestCase):
    def test_tokens_of_pointers_and_locators_are_alike(self):
        self.assertEqual(tokens("/mcpServers/web/args/1"), tokens("mcpServers.web.args[1]"))
        self.assertEqual(tokens("/chat.tools.global.autoApprove"),
                         tokens("chat.tools.global.autoApprove"))
        self.assertEqual(tokens("/a~1b"), ("a/b",))
        self.assertEqual(tokens(""), ())

    def test_distance(self):
        self.assertEqual(distance(("a", "b"), ("a", "b")), 0)
        self.assertEqual(distance(("a", "b", "c"), ("a", "b")), 1)
        self.assertIsNone(distance(("a", "b", "c"), ("a",)))
        self.assertIsNone(distance(("a", "b"), ("a", "x")))
        self.assertIsNone(distance(("a", "b"), ()))
        self.assertEqual(distance((), ("a",)), 0)

    def test_wilson(self):
        self.assertIsNone(wilson(0, 0))
        low, high = wilson(8, 10)
        self.assertAlmostEqual(low, 0.490, 3)
        self.assertAlmostEqual(high, 0.943, 3)
        self.assertEqual(wilson(5, 5)[1], 1.0)

    def test_assign_uses_each_candidate_once_and_finds_the_most(self):
        fits = lambda r, c: {("a", "x"): 0, ("a", "y"): 1, ("b", "x"): 0}.get((r, c))
        self.assertEqual(assign(["a", "b"], ["x", "y"], fits), {0: 1, 1: 0})
        self.assertEqual(assign(["b", "b"], ["x"], fits), {0: 0})

    def test_words(self):
        self.assertTrue(same_meaning("secret-in-args", "secret-in-config"))
        self.assertFalse(same_meaning("hidden-unicode", "hidden-instruction"))
        self.assertTrue(forbids("rules-file", "hidden-unicode"))
        self.assertFalse(forbids("rules-file", "no-owner"))
        self.assertTrue(forbids("disabled-server", "unpinned-package"))


def mcp_row(kind, category, locator, severity="-", path="a/.mcp.json"):
    return {"id": "1", "kind": kind, "path": path, "locator": locator, "category": category,
            "severity": severity, "note": ""}


class Mcp(unittest.TestCase):
    def test_asset_at_its_pointer(self):
        seen = record([asset("mcp_server", "web", "a/.mcp.json", pointer="/mcpServers/web")])
        rows = [mcp_row("asset", "mcp-server", "mcpServers.web"),
                mcp_row("asset", "mcp-server", "mcpServers.db")]
        self.assertEqual(counts(corpora.mcp(rows, seen, HERE), "asset mcp-server"), (2, 1, 1, 0))

    def test_asset_of_another_file_or_kind_does_not_count(self):
        seen = record([asset("mcp_server", "web", "b/.mcp.json", pointer="/mcpServers/web"),
                       asset("agent_host", "web", "a/.mcp.json", pointer="/mcpServers/web")])
        rows = [mcp_row("asset", "mcp-server", "mcpServers.web")]
        self.assertEqual(counts(corpora.mcp(rows, seen, HERE), "asset mcp-server"), (1, 0, 1, 0))

    def test_a_skill_is_its_file(self):
        seen = record([asset("instruction_file", "deploy", "s/SKILL.md")])
        rows = [mcp_row("asset", "skill", "frontmatter.name", path="s/SKILL.md"),
                mcp_row("asset", "skill", "frontmatter.name", path="t/SKILL.md")]
        self.assertEqual(counts(corpora.mcp(rows, seen, HERE), "asset skill"), (2, 1, 1, 0))

    def test_severity_within_one_step(self):
        rows = [mcp_row("finding", "authority-scope", "mcpServers.web.args", "critical")]
        for word, found in (("high", 1), ("medium", 0)):
            seen = record(findings=[finding("authority-scope", word, "a/.mcp.json",
                                            pointer="/mcpServers/web")])
            score = corpora.mcp([dict(r) for r in rows], seen, HERE)
            self.assertEqual(counts(score, "authority-scope")[1], found, word)

    def test_one_finding_answers_one_row(self):
        seen = record(findings=[finding("repo-auto-approve", "high", "s", pointer="/permissions/allow")])
        rows = [mcp_row("finding", "repo-auto-approve", f"permissions.allow[{i}]", "high", "s")
                for i in (0, 1)]
        self.assertEqual(counts(corpora.mcp(rows, seen, HERE), "repo-auto-approve"), (2, 1, 1, 0))

    def test_line_and_unknown_verdict(self):
        rows = [mcp_row("finding", "hidden-unicode", "line 3", "critical", "A.md")]
        right = finding("hidden-unicode", "critical", "A.md", line=3)
        wrong = finding("hidden-unicode", "critical", "A.md", line=4)
        vague = finding("hidden-unicode", "critical", "A.md", "unknown", line=3)
        self.assertEqual(counts(corpora.mcp([dict(r) for r in rows], record(findings=[right]), HERE),
                                "hidden-unicode")[1], 1)
        for f in (wrong, vague):
            score = corpora.mcp([dict(r) for r in rows], record(findings=[f]), HERE)
            self.assertEqual(counts(score, "hidden-unicode")[1], 0)

    def test_clean_row_forbids_above_info(self):
        rows = [mcp_row("clean", "secret-reference", "mcpServers.db.env.URI", "none")]
        low = finding("secret-in-config", "low", "a/.mcp.json", pointer="/mcpServers/db")
        info = finding("secret-in-config", "info", "a/.mcp.json", pointer="/mcpServers/db")
        other = finding("unpinned-package", "high", "a/.mcp.json", pointer="/mcpServers/db")
        score = corpora.mcp(rows, record(findings=[low, info, other]), HERE)
        self.assertEqual(counts(score, "secret-in-config"), (0, 0, 0, 1))
        self.assertEqual(counts(score, "unpinned-package"), (0, 0, 0, 0))

    def test_vendored_server_must_not_be_listed(self):
        path = "r/node_modules/x/.mcp.json"
        rows = [mcp_row("negative", "vendored", "mcpServers.v", "none", path)]
        seen = record([asset("mcp_server", "v", path, pointer="/mcpServers/v")])
        self.assertEqual(counts(corpora.mcp(rows, seen, HERE), "asset mcp-server"), (0, 0, 0, 1))


class Data(unittest.TestCase):
    def row(self, line, kind, expect="yes", cls="SECRET", where="line", value="secret-value-1"):
        return {"file": "p.env", "line": str(line), "where": where, "expect": expect, "class": cls,
                "kind": kind, "value": value, "note": ""}

    def item(self, kind, *lines, cls="SECRET"):
        return {"class": cls, "kind": kind, "evidence": [evidence("p.env", line=n) for n in lines]}

    def test_found_missed_false_optional(self):
        seen = record([asset("credential", "k", "p.env", [self.item("groq-key", 5, 9)])])
        rows = [self.row(5, "groq-key"), self.row(6, "groq-key"), self.row(9, "groq-key", "optional")]
        self.assertEqual(counts(corpora.data(rows, seen, HERE), "SECRET groq-key"), (2, 1, 1, 0))
        score = corpora.data(rows[:2], seen, HERE)
        self.assertEqual(counts(score, "SECRET groq-key"), (2, 1, 1, 1))

    def test_finding_and_data_item_of_one_value_count_once(self):
        seen = record([asset("credential", "k", "p.env", [self.item("groq-key", 5)])],
                      [finding("secret-in-config", "high", "p.env", line=5, class_="SECRET",
                               kind="groq-key")])
        self.assertEqual(counts(corpora.data([self.row(5, "groq-key")], seen, HERE),
                                "SECRET groq-key"), (1, 1, 0, 0))

    def test_wrong_class_is_missed_and_false(self):
        seen = record([asset("dataset", "d", "p.env", [self.item("us-ssn", 5, cls="PHI")])])
        score = corpora.data([self.row(5, "us-ssn", cls="PII")], seen, HERE)
        self.assertEqual(counts(score, "PII us-ssn"), (1, 0, 1, 0))
        self.assertEqual(counts(score, "PHI us-ssn"), (0, 0, 0, 1))

    def test_value_in_full_is_told(self):
        seen = record([asset("credential", "secret-value-1", "p.env")])
        score = corpora.data([self.row(5, "groq-key")], seen, HERE)
        self.assertEqual(counts(score, "value shown in full")[3], 1)


class Models(unittest.TestCase):
    def test_verdicts(self):
        rows = [{"path": p, "format": "f", "verdict": v, "why": ""}
                for p, v in (("a", "malicious"), ("b", "suspicious"), ("c", "benign"), ("d", "benign"))]
        seen = record(findings=[finding("model-layout", "medium", "a"),
                                finding("model-layout", "medium", "b"),
                                finding("model-layout", "medium", "c"),
                                finding("no-owner", "medium", "d")])
        self.assertEqual(counts(corpora.models(rows, seen, HERE), "f"), (2, 1, 1, 1))


class Iac(unittest.TestCase):
    def test_packages_issue_and_clean(self):
        def row(line, what, kind, severity="-", words="-"):
            return {"file": "d", "line": str(line), "address": "x", "row": what, "expect": "yes",
                    "kind": kind, "severity": severity, "words": words}
        rows = [row(1, "asset", "ai-packages", words="anthropic, chromadb 0.5; fastapi is not"),
                row(7, "issue", "hardcoded-secret", "critical"),
                row(9, "clean", "other")]
        seen = record([asset("package", "anthropic", "d", line=1), asset("package", "chromadb", "d", line=3)],
                      [finding("secret-in-config", "high", "d", line=7),
                       finding("secret-in-config", "high", "d", line=9)])
        score = corpora.iac(rows, seen, HERE)
        self.assertEqual(counts(score, "asset ai-packages"), (1, 1, 0, 0))
        self.assertEqual(counts(score, "hardcoded-secret"), (1, 1, 0, 0))
        self.assertEqual(counts(score, "secret-in-config"), (0, 0, 0, 1))


class Shadow(unittest.TestCase):
    def test_gap_needs_the_same_subject(self):
        rows = [{"file": "dns.log", "source": "dns", "expect": "coverage", "subject": "10.0.0.1",
                 "expected": "dave looked up dns.google: encrypted DNS may hide use", "note": ""}]
        row = {"path": "dns.log", "state": "unsupported", "reason": "no parser"}
        self.assertEqual(counts(corpora.shadow(rows, record(coverage=[row]), HERE), "dns coverage")[1], 0)
        row["reason"] = "encrypted names are not seen"
        self.assertEqual(counts(corpora.shadow(rows, record(coverage=[row]), HERE), "dns coverage")[1], 1)

    def test_asset_needs_name_and_subject(self):
        rows = [{"file": "d.log", "source": "dns", "expect": "asset", "subject": "10.0.0.1",
                 "expected": "OpenAI ChatGPT: 2 look-ups", "note": ""}]
        a = asset("service", "OpenAI", "d.log")
        self.assertEqual(counts(corpora.shadow(rows, record([a]), HERE), "dns asset")[1], 0)
        a["what"] = {"client": {"value": "10.0.0.1"}}
        self.assertEqual(counts(corpora.shadow(rows, record([a]), HERE), "dns asset")[1], 1)


class Advisories(unittest.TestCase):
    def test_exact_sets(self):
        def row(n, ids):
            return {"ecosystem": "PyPI", "package": "x", "version": "1", "expected_ids": ids,
                    "folder": n}
        rows = [row("p0", "GHSA-aaaa-bbbb-cccc"), row("p1", "GHSA-aaaa-bbbb-cccc"), row("p2", "-")]
        told = dict(finding("vulnerable-package", "high", "p0/requirements.txt"),
                    title="GHSA-aaaa-bbbb-cccc (CVE-2020-1234)")
        more = dict(finding("vulnerable-package", "high", "p2/requirements.txt"),
                    title="GHSA-aaaa-bbbb-dddd")
        score = corpora.advisories(rows, record(findings=[told, more]), HERE)
        self.assertEqual(counts(score, "PyPI versions"), (2, 1, 1, 1))


if __name__ == "__main__":
    unittest.main()
