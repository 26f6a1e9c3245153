-- The version of the centre. It rises with every change to the centre.
SELECT version FROM centre
