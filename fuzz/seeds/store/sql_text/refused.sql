SELECT lo_import('x') FROM pg_class WINDOW w AS (ORDER BY 1)
