-- Raises the version of the centre: the snapshots of all replicas are out of date.
UPDATE centre SET version = version + 1
