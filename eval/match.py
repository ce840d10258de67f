"""Compares labelled rows with what was reported, and counts."""
import math

Z95 = 1.959963984540054


def wilson(hits, n):
    """95 % score interval of a proportion (Wilson 1927); None without observations."""
    if not n:
        return None
    p, z2 = hits / n, Z95 * Z95
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return (max(0.0, middle - half), min(1.0, middle + half))


def assign(rows, candidates, fits):
    """{row: candidate} indices, as many as possible, each candidate once. `fits(row, candidate)`
    is None or a cost: the cheaper candidate is tried first (augmenting paths, Kuhn)."""
    choices = []
    for row in rows:
        costs = [(c, j) for j, cand in enumerate(candidates) if (c := fits(row, cand)) is not None]
        choices.append([j for _, j in sorted(costs)])
    taken = {}

    def place(i, seen):
        for j in choices[i]:
            if j in seen:
                continue
            seen.add(j)
            if j not in taken or place(taken[j], seen):
                taken[j] = i
                return True
        return False

    for i in range(len(rows)):
        place(i, set())
    return {i: j for j, i in taken.items()}


def distance(row, cand):
    """How far a reported place is from the labelled one: steps between two pointers of which one
    holds the other; None where they part. A whole file is no answer for a place in it."""
    if not row:
        return 0
    shared = min(len(row), len(cand))
    if shared < min(2, len(row)) or row[:shared] != cand[:shared]:
        return None
    return abs(len(row) - len(cand))


class Tally:
    """Counts of one class of one corpus."""

    def __init__(self):
        self.expected = self.found = 0
        self.missed, self.false = [], []

    def hit(self):
        self.expected += 1
        self.found += 1

    def miss(self, text):
        self.expected += 1
        self.missed.append(text)

    def row(self):
        return {
            "expected": self.expected, "found": self.found,
            "missed": len(self.missed), "false": len(self.false),
            "recall": self.found / self.expected if self.expected else None,
            "recall_95": wilson(self.found, self.expected),
            "precision": self.found / n if (n := self.found + len(self.false)) else None,
            "precision_95": wilson(self.found, self.found + len(self.false)),
        }


class Score:
    """Tallies of one corpus by class, in the order in which classes came up."""

    def __init__(self):
        self.classes = {}
        self.notes = []

    def __getitem__(self, name):
        return self.classes.setdefault(name, Tally())

    def total(self):
        t = Tally()
        for c in self.classes.values():
            t.expected += c.expected
            t.found += c.found
            t.missed += c.missed
            t.false += c.false
        return t


# --- words that mean the same ------------------------------------------------------------------
SAME = [
    {"secret-in-config", "secret-in-args", "secret-in-url", "secret-in-header", "secret-in-code",
     "hardcoded-secret"},
    {"auto-approve", "repo-auto-approve"},
    {"unpinned-package", "image-not-pinned"},
    {"no-auth", "ai-ui-no-auth"},
]
INJECTION = {
    "hidden-unicode", "hidden-instruction", "encoded-instruction", "remote-instruction",
    "ansi-escape", "padding-hidden", "homoglyph-name", "tool-poisoning", "tool-shadowing",
    "schema-poisoning", "exfil-parameter", "preference-manipulation", "skill-remote-code",
}
# What a clean row forbids beside its own word.
FAMILY = {
    "rules-file": INJECTION, "skill": INJECTION, "tool-poisoning": INJECTION,
    "hidden-unicode": INJECTION, "hidden-instruction": INJECTION,
    "secret-reference": SAME[0], "env-reference": SAME[0] | {"default-password"},
    "secure-param": SAME[0] | {"default-password"},
}
EVERYTHING = {"vendored", "disabled-server", "other"}


def same_meaning(a, b):
    return a == b or any(a in group and b in group for group in SAME)


def forbids(category, reported):
    if category in EVERYTHING:
        return True
    return same_meaning(category, reported) or reported in FAMILY.get(category, ())
