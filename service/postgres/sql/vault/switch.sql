-- Makes the key $1 the one that writes, and seals the key of hashes with it ($2). Until vault/end,
-- rows are left.
UPDATE vault SET key_id = $1, hashes = $2, sealing = true, left_rows = greatest(left_rows, 1)
