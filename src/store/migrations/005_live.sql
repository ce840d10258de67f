-- What is true now stands apart from what was, so that a scan costs what there is and not all that
-- ever was: indexes begin with the state, and what is gone or closed is sealed in buckets, of which
-- a scan seals those again in which it wrote something.

CREATE TABLE seal_ended (
    part TEXT NOT NULL,             -- asset, place, finding
    bucket TEXT NOT NULL,           -- how its ids begin; of places: the id divided by 64
    digest TEXT NOT NULL,           -- SHA-256 over its rows that are gone or closed
    PRIMARY KEY (part, bucket)
) /* WITHOUT ROWID */;

DROP INDEX asset_kind;
CREATE INDEX asset_kind ON asset (state, kind, scope);
CREATE INDEX place_asset ON place (asset, state);
DROP INDEX place_own_time;
CREATE INDEX place_own_time ON place (last_seen) WHERE last_seen > 0 AND state = 'present';
DROP INDEX finding_status;
CREATE INDEX finding_status ON finding (status, id);
