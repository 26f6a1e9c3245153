-- Which key writes, the key of hashes, whether rows are sealed, and how many are left to be.
SELECT key_id, hashes, sealing, left_rows FROM vault
