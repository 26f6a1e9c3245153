-- Notes how many rows are left to be sealed, at least one until vault/end.
UPDATE vault SET left_rows = greatest($1::bigint, 1)
