SELECT 'it''s', "a""b" /* /* x */ */ FROM (things CROSS JOIN things t) -- ?2
