-- Keeps what changes of the centre were, the last 500 of each thing: a list of kinds, slugs and
-- fields before and after ($1), who made them ($2), when ($3) and why ($4).
WITH given AS (
    SELECT e ->> 'kind' AS kind, e ->> 'slug' AS slug, nullif(e -> 'before', 'null') AS before, e -> 'after' AS after
    FROM jsonb_array_elements($1) AS e
), numbered AS (
    SELECT g.*, coalesce((SELECT max(v.version) FROM centre_versions v WHERE (v.kind, v.slug) = (g.kind, g.slug)), 0) AS last
    FROM given g
), dropped AS (
    DELETE FROM centre_versions v USING numbered n WHERE (v.kind, v.slug) = (n.kind, n.slug) AND v.version <= n.last - 499
)
INSERT INTO centre_versions (kind, slug, version, at, actor, reason, before, after)
SELECT n.kind, n.slug, n.last + 1, $3, $2, $4, n.before, n.after FROM numbered n
