-- id: AISPM-MOD-018
-- title: Header or data layout of a safetensors file is broken
-- why: Bytes that no tensor owns, or that two own, can carry other content or crash a loader.
-- severity: medium
-- kind: model_file
-- category: model-layout
-- scope: asset
-- inputs:
--   layout_fault: [safetensors]
--   format: [safetensors]
-- staleness: 90d
-- labels: keep
-- risk: {proof: static, ease: low-privilege}
-- remediation:
--   summary: Do not load the file; fetch it again from its source and compare the digests.
SELECT asset,
       CASE WHEN layout_fault = 'none' THEN 'pass'
            WHEN layout_fault IS NOT NULL THEN 'fail'
            ELSE 'unknown' END AS verdict,
       CASE layout_fault
            WHEN 'none' THEN name || ' is laid out as the format demands'
            WHEN 'overlap' THEN name || ' has tensors that share bytes'
            WHEN 'hole' THEN name || ' has bytes between tensors that no tensor owns'
            WHEN 'trailing-bytes' THEN name || ' has bytes after the last tensor'
            WHEN 'out-of-range' THEN name || ' has tensors outside the file'
            ELSE name || ' has a layout fault: ' || COALESCE(layout_fault, 'not known') END
         AS reason,
       place AS evidence
  FROM model_files
 WHERE format IS NULL OR format = 'safetensors'
