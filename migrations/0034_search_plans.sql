-- The statement around these is planned once for all words (`store/src/read/search.rs`); what is within them depends on the
-- words: rare ones are looked for by the index of words, frequent ones by that of dates.
alter function guanxi_hits(text[], tsquery, bigint) set plan_cache_mode = auto;
alter function guanxi_found(text[], tsquery) set plan_cache_mode = auto;
alter function guanxi_found(text, tsquery) set plan_cache_mode = auto;
