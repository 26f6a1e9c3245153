-- Rises with every change to the centre.
SELECT version FROM centre
