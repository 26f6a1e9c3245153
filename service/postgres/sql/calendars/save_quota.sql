-- Writes what the channels of a service leave to others.
UPDATE services SET hold_back = $2 WHERE slug = $1
