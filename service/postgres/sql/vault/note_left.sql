-- Notes how many rows are left to be sealed.
UPDATE vault SET left_rows = $1
