-- Makes the key $1 the one that writes, and seals the key of hashes with it ($2).
UPDATE vault SET key_id = $1, hashes = $2, sealing = true
