-- A visit as reception sees it.
SELECT * FROM hall_visitors WHERE reference = $1
