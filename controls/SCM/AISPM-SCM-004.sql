-- id: AISPM-SCM-004
-- title: AI package is neither pinned nor locked
-- why: Two builds of the same code can contain different AI libraries, and nobody decided it.
-- severity: low
-- kind: package
-- category: unpinned-package
-- scope: neighbours
-- pass: found
-- inputs:
--   constraint: [npm-manifest, npm-lock, pnpm-lock, yarn-lock, bun-lock, pyproject, python-lock,
--                python-requirements]
--   declared_in: [npm-manifest, npm-lock, pnpm-lock, yarn-lock, bun-lock, pyproject, python-lock,
--                 python-requirements]
--   direct: [npm-manifest, pyproject, python-requirements]
-- staleness: 30d
-- risk: {proof: theory, ease: high-privilege, reach: write-own}
-- remediation:
--   summary: Commit a lock file, or pin the package to one version.
WITH RECURSIVE locks AS (
       SELECT DISTINCT l.asset AS lock_asset, lp.target AS lock_target,
              rtrim(l.path, replace(l.path, '/', '')) AS lock_folder
         FROM packages l JOIN places lp ON lp.place = l.place
        WHERE l.declared_in = 'lock'),
     above AS (
       SELECT m.asset AS of_asset, m.place AS of_place, mp.target AS of_target,
              rtrim(m.path, replace(m.path, '/', '')) AS folder
         FROM packages m JOIN places mp ON mp.place = m.place
        WHERE m.declared_in IS NULL OR m.declared_in = 'manifest'
       UNION ALL
       SELECT u.of_asset, u.of_place, u.of_target,
              rtrim(substr(u.folder, 1, length(u.folder) - 1), replace(u.folder, '/', ''))
         FROM above u WHERE u.folder <> ''),
     locked AS (
       SELECT DISTINCT n.of_place AS locked_place
         FROM above n JOIN locks k ON k.lock_asset = n.of_asset
                     AND k.lock_target = n.of_target AND k.lock_folder = n.folder)
SELECT p.asset AS asset,
       CASE WHEN p."constraint" LIKE '==%' AND p."constraint" NOT LIKE '%*%'
             AND p."constraint" NOT LIKE '%,%' THEN 'pass'
            WHEN substr(ltrim(p."constraint", '=v '), 1, 1)
                   IN ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')
             AND p."constraint" LIKE '%.%.%' AND p."constraint" NOT LIKE '% %'
             AND p."constraint" NOT LIKE '%|%' AND p."constraint" NOT LIKE '%*%'
             AND lower(p."constraint") NOT LIKE '%.x%' THEN 'pass'
            WHEN substr(p."constraint", 1, 3) = 'git'
             AND length(p."constraint")
                   - length(rtrim(lower(p."constraint"), '0123456789abcdef')) >= 40 THEN 'pass'
            WHEN p.place IN (SELECT y.locked_place FROM locked y) THEN 'pass'
            WHEN p."constraint" IS NOT NULL OR p.constraint_state = 'absent' THEN 'fail'
            ELSE 'unknown' END AS verdict,
       p.name || ' is asked for as ' || COALESCE(p."constraint", 'any version')
         || ', and no lock file here or above fixes which' AS reason,
       p.place AS evidence
  FROM packages p JOIN places pp ON pp.place = p.place
 WHERE (p.declared_in IS NULL OR p.declared_in = 'manifest')
   AND (p.direct IS NULL OR p.direct <> 0)
   AND (p."constraint" IS NULL
    OR (substr(p."constraint", 1, 1) <> '.'
   AND substr(p."constraint", 1, 5) NOT IN ('file:', 'link:')
   AND substr(p."constraint", 1, 7) <> 'portal:'
   AND substr(p."constraint", 1, 10) <> 'workspace:'))
