-- What the last version with schema 4 wrote in five scans of one and two targets, for
-- store_migrate_test.c: two servers and their findings are gone, one finding is fixed, one reopened, a
-- file was renamed, and the last scan did not look at one of the targets.
INSERT INTO meta (key, value) VALUES
  ('actions', 'ef4d72de428d924bebee5fd7f8f5e4268e53e35215a9d67efd86935943e35a16'),
  ('application', 'stance'),
  ('schema', '4'),
  ('views', 'f4b74c30d4ffb3770fc2f84fa84a94c201ee257dad43b512c62d42088c9c010f');
INSERT INTO target (id, identity, name, given, root) VALUES
  ('1', 'https://git.example/org/one', 'one', 'one', '/srv/one'),
  ('2', 'https://git.example/org/two', 'two', 'two', '/srv/two');
INSERT INTO scan (id, uid, program, knowledge, sandbox, deterministic, started, finished, digest, previous, posture_low, posture_high, state) VALUES
  ('1', 'e238468e708d1a26', '0.1.0', 'k1', 'full', '1', '1000', '1005', 'ce60734e363c0c88941990d202c057970b308e9e7c4dc8ca64a6cac931ba6731', '', '-1', '-1', 'c4f63bae3961bd92dba41723eb530427510b6dc010b789c927ec9caa8e259306'),
  ('2', '2e4899fe7861625f', '0.1.0', 'k1', 'full', '1', '2000', '2005', 'c5971596769e157cd6e9366287694966f22f338ef487bcb2050ffe7872476e41', 'ce60734e363c0c88941990d202c057970b308e9e7c4dc8ca64a6cac931ba6731', '-1', '-1', '16a6eeb167f5ca1f090adc322132c676014255a5c6118fbfc26be39e3a4b380a'),
  ('3', 'cbf2769f156d9a31', '0.1.0', 'k1', 'full', '1', '3000', '3005', 'b68334e31d18f8ffb35b159369f787775f99989b9045f1dd8db4096d682d20b1', 'c5971596769e157cd6e9366287694966f22f338ef487bcb2050ffe7872476e41', '-1', '-1', '6291bd41480a854e69c10647b1bb5a9d066453f4510c22b820b20b3ff2e36e02'),
  ('4', '88987553847b1a4a', '0.1.0', 'k1', 'full', '1', '4000', '4005', '858f2b0543afc56193d43e37544b06ae21c587284a130d76191003d2201c4e97', 'b68334e31d18f8ffb35b159369f787775f99989b9045f1dd8db4096d682d20b1', '-1', '-1', '22aec4c37f8f9d7267a441ec49c0acd07d6f89ef10340ab0f1a9e5d19f308119'),
  ('5', '4f218a0e81afcf70', '0.1.0', 'k1', 'full', '1', '5000', '5005', '7dcaf11d7bcf863036db4fbb1dd5d22a02014c0d3776d99be215e64608847666', '858f2b0543afc56193d43e37544b06ae21c587284a130d76191003d2201c4e97', '-1', '-1', '8a0ce3a74d5ef5757907c8b7cdfe5302e58444fcc4840eb0da250ae436b417d4');
INSERT INTO scan_target (scan, target, ord) VALUES
  ('1', '1', '0'),
  ('2', '1', '0'),
  ('3', '1', '0'),
  ('4', '1', '0'),
  ('4', '2', '1'),
  ('5', '1', '0');
INSERT INTO coverage (scan, ord, source, target, path, state, reason, collectors, files, bytes) VALUES
  ('1', '0', 'files', '1', '', 'examined', '', '', '0', '0'),
  ('2', '0', 'files', '1', '', 'examined', '', '', '0', '0'),
  ('2', '1', 'files', '1', 'x.json', 'denied', '', '', '0', '0'),
  ('3', '0', 'files', '1', '', 'examined', '', '', '0', '0'),
  ('4', '0', 'files', '1', '', 'examined', '', '', '0', '0'),
  ('4', '1', 'files', '2', '', 'examined', '', '', '0', '0'),
  ('5', '0', 'files', '1', '', 'examined', '', '', '0', '0'),
  ('5', '1', 'files', '1', 'y.json', 'failed', '', '', '0', '0');
INSERT INTO asset (id, kind, name, scope, owner, owner_state, environment, criticality, sanction, labels, state, identity_key, first_seen, last_seen) VALUES
  ('instruction_file-f7790466cf70df0c', 'instruction_file', 'docs/AGENTS.md', 'org/one', NULL, 'unknown', 'unknown', 'unknown', 'unknown', '', 'present', '@scope="org/one" @path="docs/AGENTS.md"', '1000', '0'),
  ('mcp_server-69bb3ad7eecef922', 'mcp_server', 'x', 'org/one', NULL, 'unknown', 'unknown', 'unknown', 'unknown', '', 'gone', 'url="https://a.example/mcp"', '1000', '0'),
  ('mcp_server-6a460559f096b6c0', 'mcp_server', 'y', 'org/one', NULL, 'unknown', 'unknown', 'unknown', 'unknown', '', 'present', 'url="https://e.example/mcp"', '5000', '0'),
  ('mcp_server-b03e8b0e62ad779a', 'mcp_server', 'x', 'org/one', '@org/b', 'known', 'unknown', 'unknown', 'unknown', '', 'gone', 'url="https://b.example/mcp"', '2000', '0'),
  ('mcp_server-bdbbb815c5a7dd27', 'mcp_server', 'x', 'org/one', NULL, 'unknown', 'unknown', 'unknown', 'unknown', '', 'present', 'url="https://d.example/mcp"', '4000', '0'),
  ('mcp_server-fc714d0482b1f0d8', 'mcp_server', 'x', 'org/one', '@org/c', 'known', 'unknown', 'unknown', 'unknown', '', 'present', 'url="https://c.example/mcp"', '2000', '0');
INSERT INTO asset_alias (alias, asset) VALUES
  ('instruction_file-22084757a889e350', 'instruction_file-f7790466cf70df0c');
INSERT INTO place (id, asset, target, path, member, pointer, url, line, col, byte_offset, collector, labels, name, snippet, state, place_key, first_seen, last_seen) VALUES
  ('1', 'mcp_server-69bb3ad7eecef922', '1', 'a.json', '', '/mcpServers/x', '', '3', '0', '-1', 'mcp-config', '', 'x', '', 'gone', 'a.json||/mcpServers/x', '1000', '3000'),
  ('2', 'instruction_file-f7790466cf70df0c', '1', 'AGENTS.md', '', '', '', '0', '0', '-1', 'mcp-config', '', 'AGENTS.md', '', 'gone', 'AGENTS.md', '1000', '3000'),
  ('3', 'mcp_server-b03e8b0e62ad779a', '1', 'b.json', '', '/mcpServers/x', '', '3', '0', '-1', 'mcp-config', '', 'x', '', 'gone', 'b.json||/mcpServers/x', '2000', '2000'),
  ('4', 'mcp_server-fc714d0482b1f0d8', '1', 'c.json', '', '/mcpServers/x', '', '3', '0', '-1', 'mcp-config', '', 'x', '', 'present', 'c.json||/mcpServers/x', '2000', '0'),
  ('5', 'mcp_server-bdbbb815c5a7dd27', '2', 'd.json', '', '/mcpServers/x', '', '3', '0', '-1', 'mcp-config', '', 'x', '', 'present', 'd.json||/mcpServers/x', '4000', '0'),
  ('6', 'mcp_server-fc714d0482b1f0d8', '1', 'sub/c.json', '', '/mcpServers/x', '', '3', '0', '-1', 'mcp-config', '', 'x', '', 'gone', 'sub/c.json||/mcpServers/x', '4000', '4000'),
  ('7', 'instruction_file-f7790466cf70df0c', '1', 'docs/AGENTS.md', '', '', '', '0', '0', '-1', 'mcp-config', '', 'docs/AGENTS.md', '', 'present', 'docs/AGENTS.md', '4000', '0'),
  ('8', 'mcp_server-6a460559f096b6c0', '1', 'e.json', '', '/mcpServers/y', '', '3', '0', '-1', 'mcp-config', '', 'y', '', 'present', 'e.json||/mcpServers/y', '5000', '0');
INSERT INTO attribute (asset, place, name, type, value, number, state, reason, evidence) VALUES
  ('instruction_file-f7790466cf70df0c', '0', 'format', 'string', 'agents-md', NULL, 'declared', '', '7'),
  ('instruction_file-f7790466cf70df0c', '0', 'size', 'integer', '7', '7', 'declared', '', '7'),
  ('mcp_server-6a460559f096b6c0', '0', 'url', 'string', 'https://e.example/mcp', NULL, 'declared', '', '8'),
  ('mcp_server-bdbbb815c5a7dd27', '0', 'url', 'string', 'https://d.example/mcp', NULL, 'declared', '', '5'),
  ('mcp_server-bdbbb815c5a7dd27', '0', 'url_loopback', 'boolean', 'false', '0', 'resolved', '', '5'),
  ('mcp_server-bdbbb815c5a7dd27', '5', 'file_roots', 'strings', '["/home","a\\\\u0000b \"q\""]', NULL, 'declared', '', '5'),
  ('mcp_server-bdbbb815c5a7dd27', '5', 'package_version', 'string', '1', NULL, 'declared', '', '5'),
  ('mcp_server-fc714d0482b1f0d8', '0', 'url', 'string', 'https://c.example/mcp', NULL, 'declared', '', '4'),
  ('mcp_server-fc714d0482b1f0d8', '0', 'url_loopback', 'boolean', 'false', '0', 'resolved', '', '4'),
  ('mcp_server-fc714d0482b1f0d8', '4', 'file_roots', 'strings', '["/home","a\\\\u0000b \"q\""]', NULL, 'declared', '', '4'),
  ('mcp_server-fc714d0482b1f0d8', '4', 'package_version', 'string', NULL, NULL, 'absent', '', '4');
INSERT INTO attribute_at (asset, place, name, evidence, pointer, line, col, byte_offset) VALUES
  ('mcp_server-6a460559f096b6c0', '0', 'url', '8', '/mcpServers/y/url', '5', '0', '-1');
INSERT INTO owner_candidate (asset, ord, name, source, confidence, target, path, line) VALUES
  ('mcp_server-b03e8b0e62ad779a', '0', '@org/b', 'codeowners', '90', '1', 'CODEOWNERS', '1'),
  ('mcp_server-fc714d0482b1f0d8', '0', '@org/c', 'codeowners', '90', '1', 'CODEOWNERS', '1');
INSERT INTO data_value (id, asset, class, kind, length, fingerprint, target, path, member, pointer, url, line, col, byte_offset, collector) VALUES
  ('1', 'mcp_server-fc714d0482b1f0d8', 'SECRET', 'openai-project-key', '50', '', '1', 'c.json', '', '', '', '10', '0', '-1', 'mcp-config');
INSERT INTO relation (from_asset, verb, to_asset, state, place, seen) VALUES
  ('mcp_server-fc714d0482b1f0d8', 'uses', 'instruction_file-f7790466cf70df0c', 'declared', '4', '1');
INSERT INTO finding (id, control, category, asset, place, severity, verdict, status, risk, confidence, title, reason, steps, factors, first_seen, last_seen, opened, closed, cause, attribute) VALUES
  ('C-169bb3ad7eecef922', 'C-1', 'unpinned-package', 'mcp_server-69bb3ad7eecef922', '1', 'medium', 'fail', 'gone', '400', '0', 'title', 'because', '[]', '[]', '2000', '3000', '2000', '4000', 'asset-gone', ''),
  ('C-16a460559f096b6c0', 'C-1', 'unpinned-package', 'mcp_server-6a460559f096b6c0', '8', 'medium', 'fail', 'open', '400', '0', 'title', 'because', '[]', '[]', '5000', '0', '5000', NULL, 'seen', ''),
  ('C-1b03e8b0e62ad779a', 'C-1', 'unpinned-package', 'mcp_server-b03e8b0e62ad779a', '3', 'medium', 'fail', 'gone', '400', '0', 'title', 'because', '[]', '[]', '2000', '2000', '2000', '3000', 'asset-gone', ''),
  ('C-1bdbbb815c5a7dd27', 'C-1', 'unpinned-package', 'mcp_server-bdbbb815c5a7dd27', '5', 'medium', 'fail', 'open', '400', '0', 'title', 'because', '[]', '[]', '4000', '0', '4000', NULL, 'seen', ''),
  ('C-1fc714d0482b1f0d8', 'C-1', 'unpinned-package', 'mcp_server-fc714d0482b1f0d8', '4', 'medium', 'fail', 'fixed', '400', '0', 'title', 'because', '[]', '[]', '2000', '2000', '2000', '3000', 'passing', ''),
  ('C-269bb3ad7eecef922', 'C-2', 'unpinned-package', 'mcp_server-69bb3ad7eecef922', '1', 'medium', 'unknown', 'gone', '400', '0', 'title', 'because', '[]', '[]', '2000', '2000', '2000', '3000', 'evaluated', ''),
  ('C-2bdbbb815c5a7dd27', 'C-2', 'unpinned-package', 'mcp_server-bdbbb815c5a7dd27', '5', 'medium', 'fail', 'open', '400', '0', 'title', 'because', '[]', '[]', '4000', '0', '4000', NULL, 'seen', '');
INSERT INTO asset_risk (asset, state, score, band, confidence, factors) VALUES
  ('mcp_server-6a460559f096b6c0', 'none', '-1', 'unassessed', '0', '[]');
INSERT INTO control_run (scan, control, population, passed, failed, unknown, errors, digest, hidden) VALUES
  ('2', 'C-1', '0', '0', '0', '0', '0', '', '0'),
  ('2', 'C-2', '0', '0', '0', '0', '0', '', '0'),
  ('3', 'C-1', '0', '0', '0', '0', '0', '', '0'),
  ('3', 'C-2', '0', '0', '0', '0', '0', '', '0'),
  ('4', 'C-1', '0', '0', '0', '0', '0', '', '0'),
  ('4', 'C-2', '0', '0', '0', '0', '0', '', '0'),
  ('5', 'C-1', '0', '0', '0', '0', '0', '', '0'),
  ('5', 'C-2', '0', '0', '0', '0', '0', '', '0');
INSERT INTO change_log (id, scan, at, subject, subject_id, what, old, new, cause) VALUES
  ('1', '1', '1000', 'asset', 'mcp_server-69bb3ad7eecef922', 'added', NULL, '{"kind":"mcp_server","name":"x","scope":"org/one","owner":"@org/team","owner_state":"known","environment":"unknown","criticality":"unknown","sanction":"unknown","state":"present","key":"url=\"https://a.example/mcp\"","attributes":{"url":{"type":"string","value":"https://a.example/mcp","state":"declared"},"url_loopback":{"type":"boolean","value":"false","state":"resolved"}}}', 'seen'),
  ('2', '1', '1000', 'place', '1', 'added', NULL, '{"asset":"mcp_server-69bb3ad7eecef922","target":1,"path":"a.json","pointer":"/mcpServers/x","collector":"mcp-config","name":"x","state":"present","attributes":{"file_roots":{"type":"strings","value":"[\"/home\",\"a\\\\\\\\u0000b \\\"q\\\"\"]","state":"declared"},"package_version":{"type":"string","value":"1","state":"declared"}}}', 'seen'),
  ('3', '1', '1000', 'value', '1', 'added', NULL, '{"asset":"mcp_server-69bb3ad7eecef922","class":"SECRET","kind":"openai-project-key","length":50,"target":1,"path":"a.json","collector":"mcp-config"}', 'seen'),
  ('4', '1', '1000', 'value', '2', 'added', NULL, '{"asset":"mcp_server-69bb3ad7eecef922","class":"SECRET","kind":"openai-project-key","length":50,"target":1,"path":"a.json","collector":"mcp-config"}', 'seen'),
  ('5', '1', '1000', 'asset', 'instruction_file-f7790466cf70df0c', 'added', NULL, '{"kind":"instruction_file","name":"AGENTS.md","scope":"org/one","owner_state":"unknown","environment":"unknown","criticality":"unknown","sanction":"unknown","state":"present","key":"@scope=\"org/one\" @path=\"AGENTS.md\"","attributes":{"format":{"type":"string","value":"agents-md","state":"declared"},"size":{"type":"integer","value":"7","state":"declared"}}}', 'seen'),
  ('6', '1', '1000', 'place', '2', 'added', NULL, '{"asset":"instruction_file-f7790466cf70df0c","target":1,"path":"AGENTS.md","collector":"mcp-config","name":"AGENTS.md","state":"present"}', 'seen'),
  ('7', '1', '1000', 'relation', 'mcp_server-69bb3ad7eecef922 uses instruction_file-f7790466cf70df0c', 'added', NULL, '{"state":"declared"}', 'seen'),
  ('8', '2', '2000', 'asset', 'mcp_server-69bb3ad7eecef922', 'changed', '{"kind":"mcp_server","name":"x","scope":"org/one","owner":"@org/team","owner_state":"known","environment":"unknown","criticality":"unknown","sanction":"unknown","state":"present","key":"url=\"https://a.example/mcp\""}', '{"kind":"mcp_server","name":"x","scope":"org/one","owner_state":"unknown","environment":"unknown","criticality":"unknown","sanction":"unknown","state":"present","key":"url=\"https://a.example/mcp\""}', 'observed'),
  ('9', '2', '2000', 'value', '1', 'removed', '{"asset":"mcp_server-69bb3ad7eecef922","class":"SECRET","kind":"openai-project-key","length":50,"target":1,"path":"a.json","collector":"mcp-config"}', NULL, 'not-seen'),
  ('10', '2', '2000', 'value', '2', 'removed', '{"asset":"mcp_server-69bb3ad7eecef922","class":"SECRET","kind":"openai-project-key","length":50,"target":1,"path":"a.json","collector":"mcp-config"}', NULL, 'not-seen'),
  ('11', '2', '2000', 'asset', 'mcp_server-b03e8b0e62ad779a', 'added', NULL, '{"kind":"mcp_server","name":"x","scope":"org/one","owner":"@org/b","owner_state":"known","environment":"unknown","criticality":"unknown","sanction":"unknown","state":"present","key":"url=\"https://b.example/mcp\"","attributes":{"url":{"type":"string","value":"https://b.example/mcp","state":"declared"},"url_loopback":{"type":"boolean","value":"false","state":"resolved"}}}', 'seen'),
  ('12', '2', '2000', 'place', '3', 'added', NULL, '{"asset":"mcp_server-b03e8b0e62ad779a","target":1,"path":"b.json","pointer":"/mcpServers/x","collector":"mcp-config","name":"x","state":"present","attributes":{"file_roots":{"type":"strings","value":"[\"/home\",\"a\\\\\\\\u0000b \\\"q\\\"\"]","state":"declared"},"package_version":{"type":"string","value":"1","state":"declared"}}}', 'seen'),
  ('13', '2', '2000', 'asset', 'mcp_server-fc714d0482b1f0d8', 'added', NULL, '{"kind":"mcp_server","name":"x","scope":"org/one","owner_state":"unknown","environment":"unknown","criticality":"unknown","sanction":"unknown","state":"present","key":"url=\"https://c.example/mcp\"","attributes":{"url":{"type":"string","value":"https://c.example/mcp","state":"declared"},"url_loopback":{"type":"boolean","value":"false","state":"resolved"}}}', 'seen'),
  ('14', '2', '2000', 'place', '4', 'added', NULL, '{"asset":"mcp_server-fc714d0482b1f0d8","target":1,"path":"c.json","pointer":"/mcpServers/x","collector":"mcp-config","name":"x","state":"present","attributes":{"file_roots":{"type":"strings","value":"[\"/home\",\"a\\\\\\\\u0000b \\\"q\\\"\"]","state":"declared"},"package_version":{"type":"string","state":"absent"}}}', 'seen'),
  ('15', '2', '2000', 'relation', 'mcp_server-69bb3ad7eecef922 uses instruction_file-f7790466cf70df0c', 'removed', '{"state":"declared"}', NULL, 'not-seen'),
  ('16', '2', '2000', 'finding', 'C-169bb3ad7eecef922', 'opened', NULL, '{"control":"C-1","category":"unpinned-package","asset":"mcp_server-69bb3ad7eecef922","place":1,"severity":"medium","verdict":"fail","status":"open"}', 'seen'),
  ('17', '2', '2000', 'finding', 'C-1b03e8b0e62ad779a', 'opened', NULL, '{"control":"C-1","category":"unpinned-package","asset":"mcp_server-b03e8b0e62ad779a","place":3,"severity":"medium","verdict":"fail","status":"open"}', 'seen'),
  ('18', '2', '2000', 'finding', 'C-1fc714d0482b1f0d8', 'opened', NULL, '{"control":"C-1","category":"unpinned-package","asset":"mcp_server-fc714d0482b1f0d8","place":4,"severity":"medium","verdict":"fail","status":"open"}', 'seen'),
  ('19', '2', '2000', 'finding', 'C-269bb3ad7eecef922', 'opened', NULL, '{"control":"C-2","category":"unpinned-package","asset":"mcp_server-69bb3ad7eecef922","place":1,"severity":"medium","verdict":"unknown","status":"open"}', 'seen'),
  ('20', '3', '3000', 'attribute', 'mcp_server-69bb3ad7eecef922 1 package_version', 'changed', '{"type":"string","value":"1","state":"declared"}', '{"type":"string","value":"2","state":"declared"}', 'observed'),
  ('21', '3', '3000', 'place', '3', 'gone', '{"asset":"mcp_server-b03e8b0e62ad779a","target":1,"path":"b.json","pointer":"/mcpServers/x","collector":"mcp-config","name":"x","state":"present"}', '{"asset":"mcp_server-b03e8b0e62ad779a","target":1,"path":"b.json","pointer":"/mcpServers/x","collector":"mcp-config","name":"x","state":"gone"}', 'not-seen'),
  ('22', '3', '3000', 'attribute', 'mcp_server-b03e8b0e62ad779a 3 file_roots', 'removed', '{"type":"strings","value":"[\"/home\",\"a\\\\\\\\u0000b \\\"q\\\"\"]","state":"declared"}', NULL, 'not-seen'),
  ('23', '3', '3000', 'attribute', 'mcp_server-b03e8b0e62ad779a 3 package_version', 'removed', '{"type":"string","value":"1","state":"declared"}', NULL, 'not-seen'),
  ('24', '3', '3000', 'asset', 'mcp_server-b03e8b0e62ad779a', 'gone', '{"kind":"mcp_server","name":"x","scope":"org/one","owner":"@org/b","owner_state":"known","environment":"unknown","criticality":"unknown","sanction":"unknown","state":"present","key":"url=\"https://b.example/mcp\""}', '{"kind":"mcp_server","name":"x","scope":"org/one","owner":"@org/b","owner_state":"known","environment":"unknown","criticality":"unknown","sanction":"unknown","state":"gone","key":"url=\"https://b.example/mcp\""}', 'no-place-left'),
  ('25', '3', '3000', 'attribute', 'mcp_server-b03e8b0e62ad779a 0 url', 'removed', '{"type":"string","value":"https://b.example/mcp","state":"declared"}', NULL, 'not-seen'),
  ('26', '3', '3000', 'attribute', 'mcp_server-b03e8b0e62ad779a 0 url_loopback', 'removed', '{"type":"boolean","value":"false","state":"resolved"}', NULL, 'not-seen'),
  ('27', '3', '3000', 'finding', 'C-1b03e8b0e62ad779a', 'gone', '{"control":"C-1","category":"unpinned-package","asset":"mcp_server-b03e8b0e62ad779a","place":3,"severity":"medium","verdict":"fail","status":"open"}', '{"control":"C-1","category":"unpinned-package","asset":"mcp_server-b03e8b0e62ad779a","place":3,"severity":"medium","verdict":"fail","status":"gone"}', 'asset-gone'),
  ('28', '3', '3000', 'finding', 'C-1fc714d0482b1f0d8', 'fixed', '{"control":"C-1","category":"unpinned-package","asset":"mcp_server-fc714d0482b1f0d8","place":4,"severity":"medium","verdict":"fail","status":"open"}', '{"control":"C-1","category":"unpinned-package","asset":"mcp_server-fc714d0482b1f0d8","place":4,"severity":"medium","verdict":"fail","status":"fixed"}', 'passing'),
  ('29', '3', '3000', 'finding', 'C-269bb3ad7eecef922', 'gone', '{"control":"C-2","category":"unpinned-package","asset":"mcp_server-69bb3ad7eecef922","place":1,"severity":"medium","verdict":"unknown","status":"open"}', '{"control":"C-2","category":"unpinned-package","asset":"mcp_server-69bb3ad7eecef922","place":1,"severity":"medium","verdict":"unknown","status":"gone"}', 'evaluated'),
  ('30', '4', '4000', 'asset', 'mcp_server-bdbbb815c5a7dd27', 'added', NULL, '{"kind":"mcp_server","name":"x","scope":"org/one","owner_state":"unknown","environment":"unknown","criticality":"unknown","sanction":"unknown","state":"present","key":"url=\"https://d.example/mcp\"","attributes":{"url":{"type":"string","value":"https://d.example/mcp","state":"declared"},"url_loopback":{"type":"boolean","value":"false","state":"resolved"}}}', 'seen'),
  ('31', '4', '4000', 'place', '5', 'added', NULL, '{"asset":"mcp_server-bdbbb815c5a7dd27","target":2,"path":"d.json","pointer":"/mcpServers/x","collector":"mcp-config","name":"x","state":"present","attributes":{"file_roots":{"type":"strings","value":"[\"/home\",\"a\\\\\\\\u0000b \\\"q\\\"\"]","state":"declared"},"package_version":{"type":"string","value":"1","state":"declared"}}}', 'seen'),
  ('32', '4', '4000', 'place', '6', 'added', NULL, '{"asset":"mcp_server-fc714d0482b1f0d8","target":1,"path":"sub/c.json","pointer":"/mcpServers/x","collector":"mcp-config","name":"x","state":"present","attributes":{"file_roots":{"type":"strings","value":"[\"/home\",\"a\\\\\\\\u0000b \\\"q\\\"\"]","state":"declared"},"package_version":{"type":"string","value":"3","state":"declared"}}}', 'seen'),
  ('33', '4', '4000', 'asset', 'instruction_file-f7790466cf70df0c', 'renamed', '{"kind":"instruction_file","name":"AGENTS.md","scope":"org/one","owner_state":"unknown","environment":"unknown","criticality":"unknown","sanction":"unknown","state":"present","key":"@scope=\"org/one\" @path=\"AGENTS.md\""}', '{"kind":"instruction_file","name":"docs/AGENTS.md","scope":"org/one","owner_state":"unknown","environment":"unknown","criticality":"unknown","sanction":"unknown","state":"present","key":"@scope=\"org/one\" @path=\"docs/AGENTS.md\""}', 'same-asset'),
  ('34', '4', '4000', 'place', '7', 'added', NULL, '{"asset":"instruction_file-f7790466cf70df0c","target":1,"path":"docs/AGENTS.md","collector":"mcp-config","name":"docs/AGENTS.md","state":"present"}', 'seen'),
  ('35', '4', '4000', 'alias', 'instruction_file-22084757a889e350', 'added', NULL, '{"asset":"instruction_file-f7790466cf70df0c"}', 'same-asset'),
  ('36', '4', '4000', 'place', '1', 'gone', '{"asset":"mcp_server-69bb3ad7eecef922","target":1,"path":"a.json","pointer":"/mcpServers/x","collector":"mcp-config","name":"x","state":"present"}', '{"asset":"mcp_server-69bb3ad7eecef922","target":1,"path":"a.json","pointer":"/mcpServers/x","collector":"mcp-config","name":"x","state":"gone"}', 'not-seen'),
  ('37', '4', '4000', 'attribute', 'mcp_server-69bb3ad7eecef922 1 file_roots', 'removed', '{"type":"strings","value":"[\"/home\",\"a\\\\\\\\u0000b \\\"q\\\"\"]","state":"declared"}', NULL, 'not-seen'),
  ('38', '4', '4000', 'attribute', 'mcp_server-69bb3ad7eecef922 1 package_version', 'removed', '{"type":"string","value":"2","state":"declared"}', NULL, 'not-seen'),
  ('39', '4', '4000', 'place', '2', 'gone', '{"asset":"instruction_file-f7790466cf70df0c","target":1,"path":"AGENTS.md","collector":"mcp-config","name":"AGENTS.md","state":"present"}', '{"asset":"instruction_file-f7790466cf70df0c","target":1,"path":"AGENTS.md","collector":"mcp-config","name":"AGENTS.md","state":"gone"}', 'not-seen'),
  ('40', '4', '4000', 'asset', 'mcp_server-69bb3ad7eecef922', 'gone', '{"kind":"mcp_server","name":"x","scope":"org/one","owner_state":"unknown","environment":"unknown","criticality":"unknown","sanction":"unknown","state":"present","key":"url=\"https://a.example/mcp\""}', '{"kind":"mcp_server","name":"x","scope":"org/one","owner_state":"unknown","environment":"unknown","criticality":"unknown","sanction":"unknown","state":"gone","key":"url=\"https://a.example/mcp\""}', 'no-place-left'),
  ('41', '4', '4000', 'attribute', 'mcp_server-69bb3ad7eecef922 0 url', 'removed', '{"type":"string","value":"https://a.example/mcp","state":"declared"}', NULL, 'not-seen'),
  ('42', '4', '4000', 'attribute', 'mcp_server-69bb3ad7eecef922 0 url_loopback', 'removed', '{"type":"boolean","value":"false","state":"resolved"}', NULL, 'not-seen'),
  ('43', '4', '4000', 'finding', 'C-1bdbbb815c5a7dd27', 'opened', NULL, '{"control":"C-1","category":"unpinned-package","asset":"mcp_server-bdbbb815c5a7dd27","place":5,"severity":"medium","verdict":"fail","status":"open"}', 'seen'),
  ('44', '4', '4000', 'finding', 'C-2bdbbb815c5a7dd27', 'opened', NULL, '{"control":"C-2","category":"unpinned-package","asset":"mcp_server-bdbbb815c5a7dd27","place":5,"severity":"medium","verdict":"fail","status":"open"}', 'seen'),
  ('45', '4', '4000', 'finding', 'C-169bb3ad7eecef922', 'gone', '{"control":"C-1","category":"unpinned-package","asset":"mcp_server-69bb3ad7eecef922","place":1,"severity":"medium","verdict":"fail","status":"open"}', '{"control":"C-1","category":"unpinned-package","asset":"mcp_server-69bb3ad7eecef922","place":1,"severity":"medium","verdict":"fail","status":"gone"}', 'asset-gone'),
  ('46', '5', '5000', 'asset', 'mcp_server-6a460559f096b6c0', 'added', NULL, '{"kind":"mcp_server","name":"y","scope":"org/one","owner_state":"unknown","environment":"unknown","criticality":"unknown","sanction":"unknown","state":"present","key":"url=\"https://e.example/mcp\"","attributes":{"url":{"type":"string","value":"https://e.example/mcp","state":"declared"}}}', 'seen'),
  ('47', '5', '5000', 'place', '8', 'added', NULL, '{"asset":"mcp_server-6a460559f096b6c0","target":1,"path":"e.json","pointer":"/mcpServers/y","collector":"mcp-config","name":"y","state":"present"}', 'seen'),
  ('48', '5', '5000', 'asset', 'mcp_server-fc714d0482b1f0d8', 'changed', '{"kind":"mcp_server","name":"x","scope":"org/one","owner_state":"unknown","environment":"unknown","criticality":"unknown","sanction":"unknown","state":"present","key":"url=\"https://c.example/mcp\""}', '{"kind":"mcp_server","name":"x","scope":"org/one","owner":"@org/c","owner_state":"known","environment":"unknown","criticality":"unknown","sanction":"unknown","state":"present","key":"url=\"https://c.example/mcp\""}', 'observed'),
  ('49', '5', '5000', 'value', '1', 'added', NULL, '{"asset":"mcp_server-fc714d0482b1f0d8","class":"SECRET","kind":"openai-project-key","length":50,"target":1,"path":"c.json","collector":"mcp-config"}', 'seen'),
  ('50', '5', '5000', 'place', '6', 'gone', '{"asset":"mcp_server-fc714d0482b1f0d8","target":1,"path":"sub/c.json","pointer":"/mcpServers/x","collector":"mcp-config","name":"x","state":"present"}', '{"asset":"mcp_server-fc714d0482b1f0d8","target":1,"path":"sub/c.json","pointer":"/mcpServers/x","collector":"mcp-config","name":"x","state":"gone"}', 'not-seen'),
  ('51', '5', '5000', 'attribute', 'mcp_server-fc714d0482b1f0d8 6 file_roots', 'removed', '{"type":"strings","value":"[\"/home\",\"a\\\\\\\\u0000b \\\"q\\\"\"]","state":"declared"}', NULL, 'not-seen'),
  ('52', '5', '5000', 'attribute', 'mcp_server-fc714d0482b1f0d8 6 package_version', 'removed', '{"type":"string","value":"3","state":"declared"}', NULL, 'not-seen'),
  ('53', '5', '5000', 'relation', 'mcp_server-fc714d0482b1f0d8 uses instruction_file-f7790466cf70df0c', 'added', NULL, '{"state":"declared"}', 'seen'),
  ('54', '5', '5000', 'finding', 'C-16a460559f096b6c0', 'opened', NULL, '{"control":"C-1","category":"unpinned-package","asset":"mcp_server-6a460559f096b6c0","place":8,"severity":"medium","verdict":"fail","status":"open"}', 'seen');
INSERT INTO action (id, finding, action, status, at, path, plan, backup, before_sha256, after_sha256, message) VALUES
  ('1', 'C-169bb3ad7eecef922', 'pin', 'applied', '5', 'a.json', '{}', 'b', 'c', 'd', 'e');
INSERT INTO turn (scan, whole, settled, repeats, inputs, assets, gaps, failed) VALUES
  ('1', '1', '0', '0', '', '0', '0', '0 0 0 0 0'),
  ('2', '1', '0', '0', 'inputs-2', '0', '0', '0 0 0 0 0'),
  ('3', '1', '0', '0', '', '0', '0', '0 0 0 0 0'),
  ('4', '1', '0', '0', '', '0', '0', '0 0 0 0 0'),
  ('5', '1', '0', '0', '', '0', '0', '0 0 0 0 0');
INSERT INTO asset_facts (asset, digest, places) VALUES
  ('instruction_file-f7790466cf70df0c', '0339f440295f77df47781be19c508d2af326d13c7b74a800c827d6ffeb95c03f', '7'),
  ('mcp_server-6a460559f096b6c0', '4d45f2c2628b41670eab357583ea37fbcb75d13b030c84fca08d6795310da9ce', '8'),
  ('mcp_server-bdbbb815c5a7dd27', '9b0d0f34a508380cf5c9347255e5fb414da2d9bb2d3c1c3d196f35a0b8945d51', '5');
