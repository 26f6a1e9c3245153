INSERT INTO bench.single (at, what) VALUES (now(), 'one row');
