-- One asset can stand in files of several owners: whose each file is, as far as a list of code owners
-- says so.

CREATE TABLE path_owner (
    target INTEGER NOT NULL,
    path TEXT NOT NULL,
    owner TEXT NOT NULL,
    PRIMARY KEY (target, path)
) /* WITHOUT ROWID */;
