-- Tells every replica that its snapshot of the centre is old.
UPDATE centre SET version = version + 1
