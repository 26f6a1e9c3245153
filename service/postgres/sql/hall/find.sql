-- A visit as reception sees it.
SELECT * FROM hall_visits WHERE reference = $1
