-- The first schema. This text runs unchanged on SQLite and on PostgreSQL. migrate.c lets each engine
-- have its best form of it: the comments WITHOUT ROWID become words for SQLite (rows stand in their
-- key, once; the columns of the key come first); PostgreSQL afterwards gets 64-bit integers and text in the order of its bytes.
-- Times are milliseconds since 1970. TEXT is valid UTF-8 without NUL. A place, evidence or finding
-- that has no place stands as 0. What the words in state, verdict, ... mean: inventory/kinds.yaml.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) /* WITHOUT ROWID */;

CREATE TABLE target (
    id INTEGER PRIMARY KEY,
    identity TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,             -- last part of identity, for people
    given TEXT NOT NULL,            -- as the user wrote it last
    root TEXT NOT NULL              -- absolute path on the machine of the last scan
);

CREATE TABLE scan (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,       -- 16 hex digits of the previous digest, targets and start
    program TEXT NOT NULL,
    knowledge TEXT NOT NULL,
    sandbox TEXT NOT NULL,
    deterministic INTEGER NOT NULL,
    started INTEGER NOT NULL,
    finished INTEGER,
    digest TEXT NOT NULL,           -- SHA-256 over previous, the changes, all that this scan wrote
    previous TEXT NOT NULL,
    posture_low INTEGER NOT NULL,   -- tenths, -1 not assessed
    posture_high INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT ''  -- SHA-256 over every row of the current state after this scan
);

CREATE TABLE scan_target (
    scan INTEGER NOT NULL REFERENCES scan (id),
    target INTEGER NOT NULL REFERENCES target (id),
    ord INTEGER NOT NULL,           -- index in scan.targets of the record
    PRIMARY KEY (scan, ord)
);

CREATE TABLE coverage (
    scan INTEGER NOT NULL REFERENCES scan (id),
    ord INTEGER NOT NULL,
    source TEXT NOT NULL,
    target INTEGER NOT NULL REFERENCES target (id),
    path TEXT NOT NULL,             -- path or rule
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    collectors TEXT NOT NULL,       -- detectors that would have read it; '' any
    files INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (scan, ord)
) /* WITHOUT ROWID */;

CREATE TABLE asset (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    owner TEXT,
    owner_state TEXT NOT NULL,      -- known, none, unknown
    environment TEXT NOT NULL,
    criticality TEXT NOT NULL,
    sanction TEXT NOT NULL,
    labels TEXT NOT NULL,           -- words separated by spaces, sorted as in the registry
    state TEXT NOT NULL,            -- present, gone
    identity_key TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL      -- start of the last scan that covered a place of it
) /* WITHOUT ROWID */;
CREATE INDEX asset_kind ON asset (kind, scope);

CREATE TABLE asset_alias (
    alias TEXT PRIMARY KEY,
    asset TEXT NOT NULL REFERENCES asset (id)
) /* WITHOUT ROWID */;
CREATE INDEX asset_alias_asset ON asset_alias (asset);

CREATE TABLE place (
    id INTEGER PRIMARY KEY,
    asset TEXT NOT NULL REFERENCES asset (id),
    target INTEGER NOT NULL REFERENCES target (id),
    path TEXT NOT NULL,
    member TEXT NOT NULL,
    pointer TEXT NOT NULL,
    url TEXT NOT NULL,
    line INTEGER NOT NULL,          -- 0 unknown
    col INTEGER NOT NULL,
    byte_offset INTEGER NOT NULL,   -- -1 unknown
    collector TEXT NOT NULL,
    labels TEXT NOT NULL,
    name TEXT NOT NULL,
    snippet TEXT NOT NULL,
    state TEXT NOT NULL,            -- present, gone
    place_key TEXT NOT NULL,        -- path, member, pointer and url: stable while lines move
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    UNIQUE (asset, target, place_key, collector)
);
CREATE INDEX place_target ON place (target, state, id);

CREATE TABLE attribute (
    asset TEXT NOT NULL REFERENCES asset (id),
    place INTEGER NOT NULL,         -- 0: of the asset
    name TEXT NOT NULL,
    type TEXT NOT NULL,             -- string, integer, boolean, strings
    value TEXT,                     -- text; strings as JSON array; NULL absent or unresolved
    number INTEGER,                 -- of integer and boolean
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    evidence INTEGER NOT NULL,      -- a place of the asset
    PRIMARY KEY (asset, place, name)
) /* WITHOUT ROWID */;

-- Where an attribute stands, when that is more exact than the place it belongs to.
CREATE TABLE attribute_at (
    asset TEXT NOT NULL REFERENCES asset (id),
    place INTEGER NOT NULL,         -- as in attribute
    name TEXT NOT NULL,
    evidence INTEGER NOT NULL,      -- the place whose path this is in
    pointer TEXT NOT NULL,
    line INTEGER NOT NULL,
    col INTEGER NOT NULL,
    byte_offset INTEGER NOT NULL,
    PRIMARY KEY (asset, place, name)
) /* WITHOUT ROWID */;

CREATE TABLE owner_candidate (
    asset TEXT NOT NULL REFERENCES asset (id),
    ord INTEGER NOT NULL,           -- 0 is the best
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    confidence INTEGER NOT NULL,    -- 0 to 100
    target INTEGER NOT NULL REFERENCES target (id),
    path TEXT NOT NULL,
    line INTEGER NOT NULL,
    PRIMARY KEY (asset, ord)
) /* WITHOUT ROWID */;

CREATE TABLE data_value (
    id INTEGER PRIMARY KEY,
    asset TEXT NOT NULL REFERENCES asset (id),
    class TEXT NOT NULL,
    kind TEXT NOT NULL,
    length INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    target INTEGER NOT NULL REFERENCES target (id),
    path TEXT NOT NULL,
    member TEXT NOT NULL,
    pointer TEXT NOT NULL,
    url TEXT NOT NULL,
    line INTEGER NOT NULL,
    col INTEGER NOT NULL,
    byte_offset INTEGER NOT NULL,
    collector TEXT NOT NULL
);
CREATE INDEX data_value_asset ON data_value (asset);

CREATE TABLE relation (
    from_asset TEXT NOT NULL REFERENCES asset (id),
    verb TEXT NOT NULL,
    to_asset TEXT NOT NULL REFERENCES asset (id),
    state TEXT NOT NULL,
    place INTEGER NOT NULL,         -- first evidence
    seen INTEGER NOT NULL,          -- at how many places
    PRIMARY KEY (from_asset, verb, to_asset)
) /* WITHOUT ROWID */;
CREATE INDEX relation_to ON relation (to_asset, verb);

CREATE TABLE finding (
    id TEXT PRIMARY KEY,
    control TEXT NOT NULL,
    category TEXT NOT NULL,
    asset TEXT NOT NULL REFERENCES asset (id),
    place INTEGER NOT NULL,
    severity TEXT NOT NULL,
    verdict TEXT NOT NULL,          -- fail, excepted, unknown, error
    status TEXT NOT NULL,           -- open, fixed, reopened, gone
    risk INTEGER NOT NULL,          -- tenths, -1 not scored
    confidence INTEGER NOT NULL,    -- percent
    title TEXT NOT NULL,
    reason TEXT NOT NULL,
    steps TEXT NOT NULL,            -- JSON array
    factors TEXT NOT NULL,          -- JSON array
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    opened INTEGER NOT NULL,        -- last time it was opened
    closed INTEGER,
    cause TEXT NOT NULL,            -- why the status is what it is
    attribute TEXT NOT NULL         -- the one that decided, '' none
);
CREATE INDEX finding_asset ON finding (asset);
CREATE INDEX finding_status ON finding (status);

CREATE TABLE asset_risk (
    asset TEXT PRIMARY KEY REFERENCES asset (id),
    state TEXT NOT NULL,            -- known, none, unknown
    score INTEGER NOT NULL,         -- tenths, -1 no score
    band TEXT NOT NULL,
    confidence INTEGER NOT NULL,
    factors TEXT NOT NULL           -- JSON array
) /* WITHOUT ROWID */;

CREATE TABLE control_run (
    scan INTEGER NOT NULL REFERENCES scan (id),
    control TEXT NOT NULL,
    population INTEGER NOT NULL,
    passed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    digest TEXT NOT NULL,           -- of the evidence, may be empty
    hidden INTEGER NOT NULL,        -- items not examined that one of its collectors would have read
    PRIMARY KEY (scan, control)
) /* WITHOUT ROWID */;

CREATE TABLE change_log (
    id INTEGER PRIMARY KEY,
    scan INTEGER NOT NULL REFERENCES scan (id),
    at INTEGER NOT NULL,
    subject TEXT NOT NULL,          -- asset, alias, place, attribute, value, relation, finding
    subject_id TEXT NOT NULL,
    what TEXT NOT NULL,             -- added, changed, gone, returned, removed, ...
    old TEXT,                       -- canonical JSON of the row before and after
    new TEXT,
    cause TEXT NOT NULL
);
CREATE INDEX change_log_scan ON change_log (scan);

CREATE TABLE action (
    id INTEGER PRIMARY KEY,
    finding TEXT NOT NULL REFERENCES finding (id),
    action TEXT NOT NULL,
    status TEXT NOT NULL,           -- planned, applied, verified, failed, rolled_back
    at INTEGER NOT NULL,
    path TEXT NOT NULL,
    plan TEXT NOT NULL,             -- JSON
    backup TEXT NOT NULL,           -- where the old bytes are
    before_sha256 TEXT NOT NULL,
    after_sha256 TEXT NOT NULL,
    message TEXT NOT NULL
);
CREATE INDEX action_finding ON action (finding);
