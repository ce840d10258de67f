-- One asset can stand at very many places, with a finding and a value at each: both are looked up
-- by asset and place, never by asset alone.

DROP INDEX finding_asset;
CREATE INDEX finding_asset ON finding (asset, place);
DROP INDEX data_value_asset;
CREATE INDEX data_value_asset ON data_value (asset, path);
