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
WITH RECURSIVE files AS (
       SELECT f.asset AS of_asset, f.place AS of_place, fp.target AS of_target,
              f.declared_in AS told, rtrim(f.path, replace(f.path, '/', '')) AS folder,
              CASE WHEN lower(f.path) NOT LIKE '%.txt' AND lower(f.path) NOT LIKE '%.in'
                   THEN 'project'
                   WHEN lower(substr(f.path, length(rtrim(f.path, replace(f.path, '/', ''))) + 1))
                          LIKE '%constraints%' THEN 'constraints'
                   ELSE 'requirements' END AS tool
         FROM packages f JOIN places fp ON fp.place = f.place
        WHERE f.declared_in IS NULL OR f.declared_in = 'manifest'
           OR (f.declared_in = 'lock'
          AND f.asset IN (SELECT x.asset FROM packages x
                           WHERE x.declared_in IS NULL OR x.declared_in = 'manifest'))),
     -- 1 is the folder of the manifest itself
     above AS (
       SELECT m.of_asset, m.of_place, m.of_target, m.tool, m.folder, 1 AS here
         FROM files m
        WHERE m.told IS NULL OR m.told = 'manifest'
       UNION ALL
       SELECT u.of_asset, u.of_place, u.of_target, u.tool,
              rtrim(substr(u.folder, 1, length(u.folder) - 1), replace(u.folder, '/', '')), 0
         FROM above u WHERE u.folder <> ''),
     -- "../" is the repository around the target, above all its folders;
    -- pip reads no lock of a project, and compiled requirements only serve their own folder
     locked AS (
       SELECT DISTINCT n.of_place AS locked_place
         FROM above n JOIN files k ON k.of_asset = n.of_asset
                     AND k.of_target = n.of_target
                     AND (k.folder = n.folder
                      OR (n.folder = '' AND substr(k.folder, 1, 3) = '../'))
        WHERE k.told = 'lock'
          AND ((k.tool = 'project' AND n.tool = 'project')
           OR (k.tool = 'constraints' AND n.tool <> 'project')
           OR (k.tool = 'requirements' AND n.here = 1))),
     asked AS (
       SELECT p.asset AS asked_asset, p.place AS asked_place, p.name AS asked_name,
              COALESCE(p."constraint", 'any version') AS wanted,
              CASE WHEN p."constraint" LIKE '==%' AND p."constraint" NOT LIKE '%*%'
                    AND p."constraint" NOT LIKE '%,%' THEN 'version'
                   WHEN substr(ltrim(p."constraint", '=v '), 1, 1)
                          IN ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')
                    AND p."constraint" LIKE '%.%.%' AND p."constraint" NOT LIKE '% %'
                    AND p."constraint" NOT LIKE '%|%' AND p."constraint" NOT LIKE '%*%'
                    AND lower(p."constraint") NOT LIKE '%.x%' THEN 'version'
                   WHEN substr(p."constraint", 1, 3) = 'git'
                    AND length(p."constraint")
                          - length(rtrim(lower(p."constraint"), '0123456789abcdef')) >= 40
                   THEN 'commit'
                   WHEN p.place IN (SELECT y.locked_place FROM locked y) THEN 'lock'
                   WHEN p."constraint" IS NOT NULL OR p.constraint_state = 'absent' THEN 'open'
                   ELSE 'unknown' END AS fixed_by
         FROM packages p
        WHERE (p.declared_in IS NULL OR p.declared_in = 'manifest')
          AND (p.direct IS NULL OR p.direct <> 0)
          AND (p."constraint" IS NULL
           OR (substr(p."constraint", 1, 1) <> '.'
          AND substr(p."constraint", 1, 5) NOT IN ('file:', 'link:')
          AND substr(p."constraint", 1, 7) <> 'portal:'
          AND substr(p."constraint", 1, 10) <> 'workspace:')))
SELECT asked_asset AS asset,
       CASE WHEN fixed_by = 'open' THEN 'fail'
            WHEN fixed_by = 'unknown' THEN 'unknown'
            ELSE 'pass' END AS verdict,
       asked_name || ' is asked for as ' || wanted
         || CASE fixed_by WHEN 'version' THEN ', which is one version'
                          WHEN 'commit' THEN ', which is one commit'
                          WHEN 'lock' THEN ', and a lock file here or above fixes which'
                          ELSE ', and no lock file that its tool reads fixes which' END AS reason,
       asked_place AS evidence
  FROM asked
