-- Writes the hold-back of a service for its channels.
UPDATE services SET hold_back = $2 WHERE slug = $1
