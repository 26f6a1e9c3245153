-- Locks a list of holidays for a change, and reads its version.
SELECT version FROM holiday_lists WHERE slug = $1 FOR NO KEY UPDATE
