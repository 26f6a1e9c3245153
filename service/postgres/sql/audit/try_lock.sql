-- Lets one transaction at a time seal entries. The others don't wait: there is nothing for
-- them to do.
SELECT pg_try_advisory_xact_lock(hashtext('ziyara.audit_seals'))
