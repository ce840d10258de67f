-- What was linked of an asset when it was last written, so that it need not be compared again.
--
-- A row is there only while all that stands under `asset` (the asset, its places, attributes, owners
-- and values) came from that one whole scan: what people decided, other targets and what a later
-- scan did not look at leave none. Whoever changes one of those rows drops it.

CREATE TABLE asset_facts (
    asset TEXT PRIMARY KEY,
    digest TEXT NOT NULL,           -- SHA-256 of the program and of what the inventory said
    places TEXT NOT NULL            -- their ids in its order; "-" before one that stood before
);
