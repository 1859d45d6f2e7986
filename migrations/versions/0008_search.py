"""The index of words beside ``search_entry``, each database's own, kept in step by triggers."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

COLUMNS = 'title, summary, tags, body, facet'
NEW = 'new.id, new.title, new.summary, new.tags, new.body, new.facet'
OLD = "'delete', old.id, old.title, old.summary, old.tags, old.body, old.facet"

# With content kept in the table, a row leaves the index only by its old words: SQLite 3.40 cannot delete without them.
SQLITE = (
    f"CREATE VIRTUAL TABLE search_fts USING fts5({COLUMNS}, content='search_entry', content_rowid='id', "
    "tokenize='porter unicode61 remove_diacritics 2')",
    "INSERT INTO search_fts(search_fts, rank) VALUES('rank', 'bm25(8.0, 4.0, 4.0, 0.0, 0.0)')",
    f"CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN INSERT INTO search_fts(rowid, {COLUMNS}) VALUES ({NEW}); END",
    f"CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN INSERT INTO search_fts(search_fts, rowid, {COLUMNS}) "
    f"VALUES ({OLD}); END",
    f"CREATE TRIGGER search_entry_changed AFTER UPDATE ON search_entry BEGIN INSERT INTO search_fts(search_fts, rowid, {COLUMNS}) "
    f"VALUES ({OLD}); INSERT INTO search_fts(rowid, {COLUMNS}) VALUES ({NEW}); END",
)

# Accents are taken off on both sides without the extension that PostgreSQL has for it, which not every host offers; and what is no
# letter or digit parts words, so that covid-19 is two as it is in a query, and an address several.
MARKED = 'àáâãäåçèéêëìíîïñòóôõöùúûüýÿ'
PLAIN = 'aaaaaaceeeeiiiinooooouuuuyy'
POSTGRES = (
    "CREATE TABLE search_vector (entry_id BIGINT PRIMARY KEY REFERENCES search_entry(id) ON DELETE CASCADE, "
    "head tsvector NOT NULL, whole tsvector NOT NULL)",
    "CREATE INDEX ix_search_vector_whole ON search_vector USING gin(whole) WITH (fastupdate = off)",
    f"CREATE FUNCTION search_plain(words text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ "
    f"SELECT regexp_replace(translate(lower(words), '{MARKED}', '{PLAIN}'), '[^[:alnum:]]+', ' ', 'g') $$",
    """CREATE FUNCTION search_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE made tsvector := setweight(to_tsvector('english', search_plain(new.title)), 'A')
        || setweight(to_tsvector('english', search_plain(new.summary || ' ' || new.tags)), 'B');
    BEGIN
        INSERT INTO search_vector(entry_id, head, whole)
        VALUES (new.id, made, made || to_tsvector('english', search_plain(new.body)) || to_tsvector('simple', new.facet))
        ON CONFLICT (entry_id) DO UPDATE SET head = excluded.head, whole = excluded.whole;
        RETURN new;
    END $$""",
    "CREATE TRIGGER search_entry_kept AFTER INSERT OR UPDATE ON search_entry FOR EACH ROW EXECUTE FUNCTION search_keep()",
)


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == 'sqlite' else POSTGRES:
        op.execute(sa.text(statement.replace(':', '\\:')))


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for name in ('added', 'removed', 'changed'):
            op.execute(f'DROP TRIGGER search_entry_{name}')
        op.execute('DROP TABLE search_fts')
        return
    op.execute('DROP TRIGGER search_entry_kept ON search_entry')
    op.execute('DROP TABLE search_vector')
    op.execute('DROP FUNCTION search_keep()')
    op.execute('DROP FUNCTION search_plain(text)')
