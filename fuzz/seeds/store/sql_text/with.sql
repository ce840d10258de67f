WITH a AS (SELECT asset FROM things), b (n) AS (SELECT count(*) FROM a) SELECT a.asset, b.n FROM a, b WHERE a.asset = ?1;
