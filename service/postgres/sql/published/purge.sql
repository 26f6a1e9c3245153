-- Removes days that were taken back before $1.
DELETE FROM published_days WHERE starts = '{}' AND changed_at < $1
