-- What a scan rests on, and times of sight that need not be written again.
--
-- place.last_seen and finding.last_seen are 0 where the last whole scan of the target saw them: the
-- view target_seen says when that was. A time stands there only where it is another one: of what
-- that scan did not look at, of what is gone or closed, of what a scan of a part saw since.
-- asset.last_seen is not used any more: view asset_seen has the latest of the asset's places.
-- Rows that were written before this schema keep their times until they are seen again.

CREATE TABLE turn (
    scan INTEGER PRIMARY KEY REFERENCES scan (id),
    whole INTEGER NOT NULL,         -- 1: its targets were looked at from end to end
    settled INTEGER NOT NULL,       -- 1: it left everything that later scans rest on as it was
    repeats INTEGER NOT NULL,       -- the scan whose facts it found again, 0 none
    inputs TEXT NOT NULL,           -- SHA-256 of all that it rests on beside the store, '' unknown
    assets INTEGER NOT NULL,        -- what it saw: assets, gaps, failed findings by severity
    gaps INTEGER NOT NULL,
    failed TEXT NOT NULL            -- info, low, medium, high, critical, separated by blanks
);
CREATE INDEX turn_inputs ON turn (inputs, scan);
CREATE INDEX turn_unsettled ON turn (scan) WHERE settled = 0;
CREATE INDEX scan_target_target ON scan_target (target, scan);
CREATE INDEX place_own_time ON place (last_seen) WHERE last_seen > 0;
