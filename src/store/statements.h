/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to store/: every SQL text of a scan, SQL(name, text); included where the list is needed.
 * Lists of CHUNK (64) ids are padded with empty texts, which are no ids.
 */
#define IN_CHUNK                                                                                   \
    " IN (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,"     \
    "?24,?25,?26,?27,?28,?29,?30,?31,?32,?33,?34,?35,?36,?37,?38,?39,?40,?41,?42,?43,?44,?45,?46," \
    "?47,?48,?49,?50,?51,?52,?53,?54,?55,?56,?57,?58,?59,?60,?61,?62,?63,?64)"
#define ASSET_COLUMNS                                                                              \
    "id, kind, name, scope, owner, owner_state, environment, criticality, sanction, labels,"       \
    " state, identity_key"
#define PLACE_COLUMNS                                                                              \
    "id, asset, target, path, member, pointer, url, line, col, byte_offset, collector, labels,"    \
    " name, snippet, state, place_key, last_seen"
#define ATTR_COLUMNS "asset, place, name, type, value, number, state, reason, evidence"
#define VALUE_COLUMNS                                                                              \
    "id, asset, class, kind, length, fingerprint, target, path, member, pointer, url, line, col,"  \
    " byte_offset, collector"
#define FINDING_COLUMNS "id, control, category, asset, place, severity, verdict, status, last_seen"

/* scans */
SQL(SQL_LAST_DIGEST, "SELECT digest FROM scan ORDER BY id DESC LIMIT 1")
SQL(SQL_NEXT_SCAN, "SELECT max(id) + 1 FROM scan")
SQL(SQL_NEXT_PLACE, "SELECT max(id) + 1 FROM place")
SQL(SQL_NEXT_VALUE, "SELECT max(id) + 1 FROM data_value")
SQL(SQL_NEXT_CHANGE, "SELECT max(id) + 1 FROM change_log")
SQL(SQL_NEXT_TARGET, "SELECT max(id) + 1 FROM target")
SQL(SQL_ANY_ASSET, "SELECT 1 FROM asset LIMIT 1")
SQL(SQL_ADD_SCAN, "INSERT INTO scan (id, uid, program, knowledge, sandbox, deterministic, started,"
                  " finished, digest, previous, posture_low, posture_high, state)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL, '', ?8, -1, -1, '')")
SQL(SQL_END_SCAN, "UPDATE scan SET finished = ?2, digest = ?3, posture_low = ?4,"
                  " posture_high = ?5, state = ?6 WHERE id = ?1")
SQL(SQL_FIND_TARGET, "SELECT id FROM target WHERE identity = ?1")
SQL(SQL_ADD_TARGET, "INSERT INTO target (id, identity, name, given, root)"
                    " VALUES (?1, ?2, ?3, ?4, ?5)")
SQL(SQL_SET_TARGET, "UPDATE target SET given = ?2, root = ?3 WHERE id = ?1")
SQL(SQL_ADD_SCAN_TARGET, "INSERT INTO scan_target (scan, target, ord) VALUES (?1, ?2, ?3)")
SQL(SQL_ADD_COVERAGE, "INSERT INTO coverage (scan, ord, source, target, path, state, reason,"
                      " collectors, files, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
                      " ?10)")
SQL(SQL_ADD_CHANGE, "INSERT INTO change_log (id, scan, at, subject, subject_id, what, old, new,"
                    " cause) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")

/* identity */
SQL(SQL_FIND_ASSETS, "SELECT id, id, first_seen FROM asset WHERE id" IN_CHUNK)
SQL(SQL_FIND_ALIASES, "SELECT l.alias, l.asset, a.first_seen FROM asset_alias l"
                      " JOIN asset a ON a.id = l.asset WHERE l.alias" IN_CHUNK)
SQL(SQL_ADD_ALIAS, "INSERT INTO asset_alias (alias, asset) VALUES (?1, ?2)")
SQL(SQL_ALIASES_OF, "SELECT alias FROM asset_alias WHERE asset = ?1 ORDER BY alias")
SQL(SQL_MOVE_ALIAS, "UPDATE asset_alias SET asset = ?2 WHERE alias = ?1")
SQL(SQL_CONTENT_ROWS, "SELECT a.id, t.name, t.value, t.state FROM asset a"
                      " JOIN attribute t ON t.asset = a.id AND t.place = 0"
                      " WHERE a.kind = ?1 AND a.scope = ?2 AND a.state = 'present'"
                      " ORDER BY a.id, t.name")
SQL(SQL_CONTENT_PLACES, "SELECT id, target, path, member FROM place WHERE asset = ?1"
                        " AND state = 'present' ORDER BY id")

/* assets and what belongs to them */
SQL(SQL_LOAD_ASSETS, "SELECT " ASSET_COLUMNS " FROM asset WHERE id" IN_CHUNK)
SQL(SQL_LOAD_PLACES, "SELECT " PLACE_COLUMNS " FROM place WHERE state = 'present'"
                     " AND asset" IN_CHUNK)
SQL(SQL_PLACE_BEFORE, "SELECT " PLACE_COLUMNS " FROM place WHERE asset = ?1 AND target = ?2"
                      " AND place_key = ?3 AND collector = ?4")
SQL(SQL_LOAD_ATTRS, "SELECT " ATTR_COLUMNS " FROM attribute WHERE asset" IN_CHUNK)
SQL(SQL_LOAD_OWNERS, "SELECT asset, ord, name, source, confidence, target, path, line"
                     " FROM owner_candidate WHERE asset" IN_CHUNK)
SQL(SQL_LOAD_VALUES, "SELECT " VALUE_COLUMNS " FROM data_value WHERE asset" IN_CHUNK)
SQL(SQL_GET_ASSET, "SELECT " ASSET_COLUMNS " FROM asset WHERE id = ?1")
SQL(SQL_GET_PLACE, "SELECT " PLACE_COLUMNS " FROM place WHERE id = ?1")
SQL(SQL_ADD_ASSET, "INSERT INTO asset (id, kind, name, scope, owner, owner_state, environment,"
                   " criticality, sanction, labels, state, identity_key, first_seen, last_seen)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0)")
SQL(SQL_SET_ASSET, "UPDATE asset SET name = ?2, scope = ?3, owner = ?4, owner_state = ?5,"
                   " environment = ?6, criticality = ?7, sanction = ?8, labels = ?9, state = ?10,"
                   " identity_key = ?11 WHERE id = ?1")
SQL(SQL_SET_ASSET_STATE, "UPDATE asset SET state = ?2 WHERE id = ?1")
SQL(SQL_SET_ASSET_FIRST, "UPDATE asset SET first_seen = ?2 WHERE id = ?1 AND first_seen > ?2")
SQL(SQL_GET_ASSET_FIRST, "SELECT first_seen FROM asset WHERE id = ?1")
SQL(SQL_DROP_ASSET, "DELETE FROM asset WHERE id = ?1")
SQL(SQL_ADD_PLACE, "INSERT INTO place (id, asset, target, path, member, pointer, url, line, col,"
                   " byte_offset, collector, labels, name, snippet, state, place_key, first_seen,"
                   " last_seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
                   " ?14, ?15, ?16, ?17, ?18)")
SQL(SQL_SET_PLACE, "UPDATE place SET line = ?2, col = ?3, byte_offset = ?4, labels = ?5,"
                   " name = ?6, snippet = ?7, state = ?8, last_seen = ?9 WHERE id = ?1")
SQL(SQL_END_PLACE, "UPDATE place SET state = ?2, last_seen = ?3 WHERE id = ?1")
SQL(SQL_SET_PLACE_ASSET, "UPDATE place SET asset = ?2 WHERE id = ?1")
SQL(SQL_DROP_PLACE, "DELETE FROM place WHERE id = ?1")
SQL(SQL_PLACES_OF, "SELECT " PLACE_COLUMNS " FROM place WHERE asset = ?1 ORDER BY id")
SQL(SQL_PLACE_LIKE, "SELECT id FROM place WHERE asset = ?1 AND target = ?2 AND place_key = ?3"
                    " AND collector = ?4")
SQL(SQL_ADD_ATTR, "INSERT INTO attribute (asset, place, name, type, value, number, state, reason,"
                  " evidence) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
SQL(SQL_SET_ATTR, "UPDATE attribute SET type = ?4, value = ?5, number = ?6, state = ?7,"
                  " reason = ?8, evidence = ?9 WHERE asset = ?1 AND place = ?2 AND name = ?3")
SQL(SQL_PUT_ATTR_AT, "INSERT INTO attribute_at (asset, place, name, evidence, pointer, line, col,"
                     " byte_offset) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
                     " ON CONFLICT (asset, place, name) DO UPDATE SET evidence = excluded.evidence,"
                     " pointer = excluded.pointer, line = excluded.line, col = excluded.col,"
                     " byte_offset = excluded.byte_offset"
                     " WHERE attribute_at.byte_offset <> excluded.byte_offset"
                     " OR attribute_at.line <> excluded.line"
                     " OR attribute_at.pointer <> excluded.pointer"
                     " OR attribute_at.evidence <> excluded.evidence")
SQL(SQL_DROP_ATTR_AT, "DELETE FROM attribute_at WHERE asset = ?1 AND place = ?2 AND name = ?3")
SQL(SQL_DROP_ATTR, "DELETE FROM attribute WHERE asset = ?1 AND place = ?2 AND name = ?3")
SQL(SQL_ATTRS_OF, "SELECT " ATTR_COLUMNS " FROM attribute WHERE asset = ?1")
SQL(SQL_ATTRS_AT, "SELECT " ATTR_COLUMNS " FROM attribute WHERE asset = ?1 AND place = ?2")
SQL(SQL_LOAD_FACTS, "SELECT asset, digest, places FROM asset_facts WHERE asset" IN_CHUNK)
SQL(SQL_PUT_FACTS, "INSERT INTO asset_facts (asset, digest, places) VALUES (?1, ?2, ?3)"
                   " ON CONFLICT (asset) DO UPDATE SET digest = excluded.digest,"
                   " places = excluded.places")
SQL(SQL_DROP_FACTS, "DELETE FROM asset_facts WHERE asset = ?1")
SQL(SQL_DROP_ALL_FACTS, "DELETE FROM asset_facts")
SQL(SQL_DROP_OWNERS, "DELETE FROM owner_candidate WHERE asset = ?1")
SQL(SQL_ADD_OWNER, "INSERT INTO owner_candidate (asset, ord, name, source, confidence, target,"
                   " path, line) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
SQL(SQL_ADD_VALUE, "INSERT INTO data_value (id, asset, class, kind, length, fingerprint, target,"
                   " path, member, pointer, url, line, col, byte_offset, collector)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)")
SQL(SQL_SET_VALUE, "UPDATE data_value SET line = ?2, col = ?3, byte_offset = ?4 WHERE id = ?1")
SQL(SQL_SET_VALUE_ASSET, "UPDATE data_value SET asset = ?2 WHERE id = ?1")
SQL(SQL_DROP_VALUE, "DELETE FROM data_value WHERE id = ?1")
SQL(SQL_VALUES_OF, "SELECT " VALUE_COLUMNS " FROM data_value WHERE asset = ?1 ORDER BY id")
SQL(SQL_VALUES_IN, "SELECT " VALUE_COLUMNS " FROM data_value WHERE asset = ?1 AND path = ?2"
                   " AND target = ?3 ORDER BY id")

/* presence */
SQL(SQL_PRESENT_PLACES, "SELECT id, asset, path, last_seen, member FROM place WHERE target = ?1"
                        " AND state = 'present' AND id > ?2 ORDER BY id LIMIT 4096")
SQL(SQL_SET_LAST_SEEN, "UPDATE place SET last_seen = ?2 WHERE id = ?1")
SQL(SQL_TARGET_SEEN, "SELECT last_seen FROM target_seen WHERE target = ?1")
SQL(SQL_ADD_TURN, "INSERT INTO turn (scan, whole, settled, repeats, inputs, assets, gaps, failed)"
                  " VALUES (?1, ?2, 0, ?3, ?4, 0, 0, '')")
SQL(SQL_END_TURN, "UPDATE turn SET settled = ?2, assets = ?3, gaps = ?4, failed = ?5"
                  " WHERE scan = ?1")

/* what changed nothing */
SQL(SQL_STATE_BEFORE, "SELECT state FROM scan WHERE id < ?1 ORDER BY id DESC LIMIT 1")
SQL(SQL_LAST_STATE, "SELECT state, started FROM scan ORDER BY id DESC LIMIT 1")
SQL(SQL_SCAN_BEFORE, "SELECT max(scan) FROM scan_target WHERE target = ?1 AND scan < ?2")
SQL(SQL_GAPS_OF, "SELECT path, state, reason, collectors FROM coverage WHERE scan = ?1"
                 " AND target = ?2 AND state IN ('denied', 'failed', 'partial', 'unsupported',"
                 " 'not_looked') ORDER BY ord")
SQL(SQL_FIND_REPEATED, "SELECT t.scan, s.started, s.posture_low, s.posture_high, s.state, t.assets,"
                       " t.gaps, t.failed FROM turn t JOIN scan s ON s.id = t.scan"
                       " WHERE t.inputs = ?1 AND t.whole = 1 ORDER BY t.scan DESC LIMIT 1")
SQL(SQL_LAST_UNSETTLED, "SELECT max(scan) FROM turn WHERE settled = 0")
SQL(SQL_LAST_TOUCHED, "SELECT CAST(value AS BIGINT) FROM meta WHERE key = 'touched'")
SQL(SQL_TARGETS_OF, "SELECT t.id, t.identity, t.given, t.root, (SELECT l.id FROM target l WHERE"
                    " l.root = t.root ORDER BY (SELECT max(x.scan) FROM scan_target x WHERE"
                    " x.target = l.id) DESC LIMIT 1) FROM scan_target s JOIN target t"
                    " ON t.id = s.target WHERE s.scan = ?1 ORDER BY s.ord")
SQL(SQL_COPY_COVERAGE, "INSERT INTO coverage (scan, ord, source, target, path, state, reason,"
                       " collectors, files, bytes) SELECT ?1, ord, source, target, path, state,"
                       " reason, collectors, files, bytes FROM coverage WHERE scan = ?2")
SQL(SQL_COPY_RUNS, "INSERT INTO control_run (scan, control, population, passed, failed, unknown,"
                   " errors, digest, hidden) SELECT ?1, control, population, passed, failed,"
                   " unknown, errors, digest, hidden FROM control_run WHERE scan = ?2")
SQL(SQL_ANY_PRESENT, "SELECT 1 FROM place WHERE asset = ?1 AND state = 'present' LIMIT 1")
SQL(SQL_DROP_RISK, "DELETE FROM asset_risk WHERE asset = ?1")

/* relations */
SQL(SQL_LOAD_RELATIONS, "SELECT from_asset, verb, to_asset, state, place, seen FROM relation"
                        " WHERE from_asset" IN_CHUNK)
SQL(SQL_RELATIONS_OF, "SELECT from_asset, verb, to_asset, state, place, seen FROM relation"
                      " WHERE from_asset = ?1 OR to_asset = ?1")
SQL(SQL_ADD_RELATION, "INSERT INTO relation (from_asset, verb, to_asset, state, place, seen)"
                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
                      " ON CONFLICT (from_asset, verb, to_asset) DO NOTHING")
SQL(SQL_HAS_RELATION, "SELECT 1 FROM relation WHERE from_asset = ?1 AND verb = ?2"
                      " AND to_asset = ?3")
SQL(SQL_SET_RELATION, "UPDATE relation SET state = ?4, place = ?5, seen = ?6"
                      " WHERE from_asset = ?1 AND verb = ?2 AND to_asset = ?3")
SQL(SQL_DROP_RELATION, "DELETE FROM relation WHERE from_asset = ?1 AND verb = ?2"
                       " AND to_asset = ?3")

/* findings */
SQL(SQL_ANY_FINDING, "SELECT 1 FROM finding LIMIT 1")
SQL(SQL_OPEN_FINDINGS, "SELECT " FINDING_COLUMNS " FROM finding WHERE status IN"
                       " ('open', 'reopened') AND id > ?1 ORDER BY id LIMIT 4096")
SQL(SQL_FINDINGS_OF, "SELECT " FINDING_COLUMNS " FROM finding WHERE asset = ?1")
SQL(SQL_LOAD_FINDINGS, "SELECT " FINDING_COLUMNS " FROM finding WHERE id" IN_CHUNK)
SQL(SQL_FINDINGS_AT, "SELECT " FINDING_COLUMNS " FROM finding WHERE asset = ?1 AND place = ?2"
                     " AND control = ?3 ORDER BY id")
SQL(SQL_ADD_FINDING, "INSERT INTO finding (id, control, category, asset, place, severity, verdict,"
                     " status, risk, confidence, title, reason, steps, factors, first_seen,"
                     " last_seen, opened, closed, cause, attribute) VALUES (?1, ?2, ?3, ?4, ?5,"
                     " ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?18, ?15, NULL, ?16, ?17)")
SQL(SQL_SEE_FINDING, "UPDATE finding SET category = ?2, asset = ?3, place = ?4, severity = ?5,"
                     " verdict = ?6, risk = ?7, confidence = ?8, title = ?9, reason = ?10,"
                     " steps = ?11, factors = ?12, last_seen = ?13, attribute = ?14 WHERE id = ?1"
                     " AND (category <> ?2 OR asset <> ?3 OR place <> ?4 OR severity <> ?5"
                     " OR verdict <> ?6 OR risk <> ?7 OR confidence <> ?8 OR title <> ?9"
                     " OR reason <> ?10 OR steps <> ?11 OR factors <> ?12 OR last_seen <> ?13"
                     " OR attribute <> ?14)")
SQL(SQL_SET_FINDING_SEEN, "UPDATE finding SET last_seen = ?2 WHERE id = ?1")
SQL(SQL_FINDING_TARGET, "SELECT target FROM place WHERE id = ?1")
SQL(SQL_REOPEN_FINDING, "UPDATE finding SET status = ?2, opened = ?3, closed = NULL, cause = ?4"
                        " WHERE id = ?1")
SQL(SQL_CLOSE_FINDING, "UPDATE finding SET status = ?2, closed = ?3, cause = ?4 WHERE id = ?1")
SQL(SQL_SET_FINDING_ASSET, "UPDATE finding SET asset = ?2, place = ?3 WHERE id = ?1")
SQL(SQL_WHERE_STANDS, "SELECT a.state, p.state FROM asset a LEFT JOIN place p ON p.id = ?2"
                      " WHERE a.id = ?1")
SQL(SQL_PUT_RISK, "INSERT INTO asset_risk (asset, state, score, band, confidence, factors)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (asset) DO UPDATE SET"
                  " state = excluded.state, score = excluded.score, band = excluded.band,"
                  " confidence = excluded.confidence, factors = excluded.factors"
                  " WHERE asset_risk.state <> excluded.state OR asset_risk.score <>"
                  " excluded.score OR asset_risk.factors <> excluded.factors"
                  " OR asset_risk.confidence <> excluded.confidence")
SQL(SQL_ADD_RUN, "INSERT INTO control_run (scan, control, population, passed, failed, unknown,"
                 " errors, digest, hidden) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
SQL(SQL_RUNS_OF_VERDICTS, "SELECT control, count(*),"
                          " sum(CASE WHEN verdict = 'pass' THEN 1 ELSE 0 END),"
                          " sum(CASE WHEN verdict IN ('fail', 'excepted') THEN 1 ELSE 0 END),"
                          " sum(CASE WHEN verdict = 'unknown' THEN 1 ELSE 0 END),"
                          " sum(CASE WHEN verdict = 'error' THEN 1 ELSE 0 END)"
                          " FROM control_verdict GROUP BY control ORDER BY control")

/* what is gone or closed */
SQL(SQL_ENDED_ASSETS, "SELECT x.id, x.* FROM asset x WHERE x.id >= ?1 AND x.id < ?2"
                      " AND x.state || '' < 'present' ORDER BY x.id")
SQL(SQL_ENDED_PLACES, "SELECT x.id, x.* FROM place x WHERE x.id >= ?1 AND x.id < ?2"
                      " AND x.state || '' < 'present' ORDER BY x.id")
SQL(SQL_ENDED_FINDINGS, "SELECT x.id, x.* FROM finding x WHERE x.id >= ?1 AND x.id < ?2"
                        " AND x.status || '' < 'open' ORDER BY x.id")
SQL(SQL_ENDED_ASSET_IDS, "SELECT id FROM asset WHERE state < 'present'")
SQL(SQL_ENDED_PLACE_IDS, "SELECT id FROM place WHERE state < 'present'")
SQL(SQL_ENDED_FINDING_IDS, "SELECT id FROM finding WHERE status < 'open'")
SQL(SQL_HAS_SEALS, "SELECT 1 FROM meta WHERE key = 'ended'")
SQL(SQL_SET_SEALS, "INSERT INTO meta (key, value) VALUES ('ended', '1')")
SQL(SQL_DROP_SEALS, "DELETE FROM seal_ended")
SQL(SQL_PUT_SEAL, "INSERT INTO seal_ended (part, bucket, digest) VALUES (?1, ?2, ?3)"
                  " ON CONFLICT (part, bucket) DO UPDATE SET digest = excluded.digest")
SQL(SQL_DROP_SEAL, "DELETE FROM seal_ended WHERE part = ?1 AND bucket = ?2")
SQL(SQL_ALL_SEALS, "SELECT part, bucket, digest FROM seal_ended ORDER BY part, bucket")

/* check */
SQL(SQL_CHECK_SCANS, "SELECT id, uid, program, knowledge, sandbox, started, digest, previous,"
                     " deterministic, finished, posture_low, posture_high, state"
                     " FROM scan WHERE id > ?1 ORDER BY id LIMIT 256")
SQL(SQL_CHECK_CHANGES, "SELECT id, subject, subject_id, what, old, new, cause FROM change_log"
                       " WHERE scan = ?1 AND id > ?2 ORDER BY id LIMIT 1024")
SQL(SQL_CHECK_STRAY, "SELECT count(*) FROM change_log c WHERE NOT EXISTS"
                     " (SELECT 1 FROM scan s WHERE s.id = c.scan AND s.started = c.at)")
SQL(SQL_CHECK_ACTIONS, "SELECT value FROM meta WHERE key = 'actions'")
SQL(SQL_CHECK_PUT, "INSERT INTO check_state (subject, subject_id, state) VALUES (?1, ?2, ?3)"
                   " ON CONFLICT (subject, subject_id) DO UPDATE SET state = excluded.state")
SQL(SQL_CHECK_GET, "SELECT state FROM check_state WHERE subject = ?1 AND subject_id = ?2")
SQL(SQL_CHECK_DROP, "DELETE FROM check_state WHERE subject = ?1 AND subject_id = ?2")
SQL(SQL_CHECK_COUNT, "SELECT count(*) FROM check_state")
SQL(SQL_ALL_ASSETS, "SELECT " ASSET_COLUMNS " FROM asset WHERE id > ?1 ORDER BY id LIMIT 1024")
SQL(SQL_LOAD_PATH_OWNERS, "SELECT path, owner FROM path_owner WHERE target = ?1")
SQL(SQL_PUT_PATH_OWNER, "INSERT INTO path_owner (target, path, owner) VALUES (?1, ?2, ?3)"
                        " ON CONFLICT (target, path) DO UPDATE SET owner = excluded.owner")
SQL(SQL_DROP_PATH_OWNER, "DELETE FROM path_owner WHERE target = ?1 AND path = ?2")
SQL(SQL_LOAD_PAST_PATHS, "SELECT DISTINCT path FROM place WHERE last_seen > 0"
                         " AND state = 'present' AND target = ?1")
SQL(SQL_ALL_PLACES, "SELECT " PLACE_COLUMNS " FROM place WHERE id > ?1 ORDER BY id LIMIT 1024")
SQL(SQL_ALL_ATTRS, "SELECT " ATTR_COLUMNS " FROM attribute WHERE asset > ?1 OR (asset = ?1 AND"
                   " (place > ?2 OR (place = ?2 AND name > ?3)))"
                   " ORDER BY asset, place, name LIMIT 1024")
SQL(SQL_ALL_VALUES, "SELECT " VALUE_COLUMNS " FROM data_value WHERE id > ?1 ORDER BY id"
                    " LIMIT 1024")
SQL(SQL_ALL_ALIASES, "SELECT alias, asset FROM asset_alias WHERE alias > ?1 ORDER BY alias"
                     " LIMIT 1024")
SQL(SQL_ALL_RELATIONS, "SELECT from_asset, verb, to_asset, state FROM relation"
                       " WHERE from_asset > ?1 OR (from_asset = ?1 AND (verb > ?2 OR"
                       " (verb = ?2 AND to_asset > ?3)))"
                       " ORDER BY from_asset, verb, to_asset LIMIT 1024")
SQL(SQL_ALL_FINDINGS, "SELECT " FINDING_COLUMNS " FROM finding WHERE id > ?1 ORDER BY id"
                      " LIMIT 1024")
#undef IN_CHUNK
#undef ASSET_COLUMNS
#undef PLACE_COLUMNS
#undef ATTR_COLUMNS
#undef VALUE_COLUMNS
#undef FINDING_COLUMNS
