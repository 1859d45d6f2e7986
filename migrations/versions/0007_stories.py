"""Success Stories, the forum and discussions, moderation, and what the search finds."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = sa.DateTime(timezone=True)
PATH = sa.String(64).with_variant(sa.String(64, collation='C'), 'postgresql')


def choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def _where(condition: str) -> dict[str, Any]:
    return {'sqlite_where': sa.text(condition), 'postgresql_where': sa.text(condition)}


def upgrade() -> None:
    for part in (_discussion, _stories, _moderation, _search):
        part()


def _discussion() -> None:
    op.create_table('rules_accepted',
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('version', sa.String(length=10), nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_rules_accepted_user_id')),
    sa.PrimaryKeyConstraint('user_id', 'version', name=op.f('pk_rules_accepted'))
    )
    op.create_table('thanks',
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('target_id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_thanks_user_id')),
    sa.PrimaryKeyConstraint('kind', 'target_id', 'user_id', name=op.f('pk_thanks'))
    )
    op.create_index(op.f('ix_thanks_user_id'), 'thanks', ['user_id'])
    op.create_table('topic',
    sa.Column('id', KEY, nullable=False),
    sa.Column('kind', choice('topickind', 'theme', 'story', 'module'), nullable=False),
    sa.Column('subject_id', KEY, nullable=True),
    sa.Column('theme_id', KEY, nullable=False),
    sa.Column('state', choice('topicstate', 'visible', 'hidden', 'removed'), nullable=False),
    sa.Column('title', sa.String(length=150), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('author_id', KEY, nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('last_post_at', MOMENT, nullable=False),
    sa.Column('last_post_id', KEY, nullable=True),
    sa.Column('last_poster_id', KEY, nullable=True),
    sa.Column('next_seq', sa.Integer(), server_default='1', nullable=False),
    sa.Column('visible_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('is_pinned', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('is_locked', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['user.id'], name=op.f('fk_topic_author_id')),
    sa.ForeignKeyConstraint(['last_poster_id'], ['user.id'], name=op.f('fk_topic_last_poster_id')),
    sa.ForeignKeyConstraint(['theme_id'], ['theme.id'], name=op.f('fk_topic_theme_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_topic'))
    )
    op.create_index(op.f('ix_topic_author_id'), 'topic', ['author_id'])
    op.create_index(op.f('ix_topic_last_poster_id'), 'topic', ['last_poster_id'])
    op.create_index('ix_topic_pinned', 'topic', ['theme_id'], **_where('is_pinned'))
    op.create_index('ix_topic_theme', 'topic', ['theme_id', 'last_post_at', 'id'], **_where("state = 'visible' AND kind = 'theme'"))
    op.create_index('ux_topic_subject', 'topic', ['kind', 'subject_id'], unique=True)
    op.create_table('post',
    sa.Column('id', KEY, nullable=False),
    sa.Column('topic_id', KEY, nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('parent_id', KEY, nullable=True),
    sa.Column('path', PATH, nullable=False),
    sa.Column('depth', sa.SmallInteger(), nullable=False),
    sa.Column('author_id', KEY, nullable=True),
    sa.Column('state', choice('poststate', 'visible', 'held', 'hidden', 'removed', 'redacted'), nullable=False),
    sa.Column('is_taken_back', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('edited_at', MOMENT, nullable=True),
    sa.Column('revision', sa.Integer(), server_default='1', nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('html', sa.Text(), nullable=False),
    sa.Column('renderer', sa.SmallInteger(), nullable=False),
    sa.Column('thanks_count', sa.Integer(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['user.id'], name=op.f('fk_post_author_id')),
    sa.ForeignKeyConstraint(['parent_id'], ['post.id'], name=op.f('fk_post_parent_id')),
    sa.ForeignKeyConstraint(['topic_id'], ['topic.id'], name=op.f('fk_post_topic_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_post'))
    )
    op.create_index('ix_post_author', 'post', ['author_id', 'created_at', 'id'])
    op.create_index(op.f('ix_post_parent_id'), 'post', ['parent_id'])
    op.create_index('ux_post_path', 'post', ['topic_id', 'path'], unique=True)
    op.create_index('ux_post_seq', 'post', ['topic_id', 'seq'], unique=True)
    op.create_table('topic_read',
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('topic_id', KEY, nullable=False),
    sa.Column('last_seq', sa.Integer(), nullable=False),
    sa.Column('follows', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.ForeignKeyConstraint(['topic_id'], ['topic.id'], name=op.f('fk_topic_read_topic_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_topic_read_user_id')),
    sa.PrimaryKeyConstraint('user_id', 'topic_id', name=op.f('pk_topic_read')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_topic_read_followers', 'topic_read', ['topic_id'], **_where('follows'))
    op.create_table('post_draft',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('topic_id', KEY, nullable=True),
    sa.Column('theme_id', KEY, nullable=True),
    sa.Column('parent_id', KEY, nullable=True),
    sa.Column('post_id', KEY, nullable=True),
    sa.Column('title', sa.String(length=150), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('because', sa.String(length=500), nullable=False),
    sa.Column('saved_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['parent_id'], ['post.id'], name=op.f('fk_post_draft_parent_id')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_post_draft_post_id')),
    sa.ForeignKeyConstraint(['theme_id'], ['theme.id'], name=op.f('fk_post_draft_theme_id')),
    sa.ForeignKeyConstraint(['topic_id'], ['topic.id'], name=op.f('fk_post_draft_topic_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_post_draft_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_post_draft'))
    )
    op.create_index(op.f('ix_post_draft_parent_id'), 'post_draft', ['parent_id'])
    op.create_index(op.f('ix_post_draft_post_id'), 'post_draft', ['post_id'])
    op.create_index('ix_post_draft_saved', 'post_draft', ['saved_at'])
    op.create_index(op.f('ix_post_draft_topic_id'), 'post_draft', ['topic_id'])
    op.create_index('ix_post_draft_user', 'post_draft', ['user_id', 'topic_id'])
    op.create_table('post_revision',
    sa.Column('post_id', KEY, nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('editor_id', KEY, nullable=True),
    sa.Column('at', MOMENT, nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['editor_id'], ['user.id'], name=op.f('fk_post_revision_editor_id')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_post_revision_post_id')),
    sa.PrimaryKeyConstraint('post_id', 'n', name=op.f('pk_post_revision'))
    )
    op.create_index(op.f('ix_post_revision_editor_id'), 'post_revision', ['editor_id'])


def _stories() -> None:
    op.create_table('story_facet',
    sa.Column('facet', sa.String(length=12), nullable=False),
    sa.Column('value', sa.String(length=80), nullable=False),
    sa.Column('is_public', sa.Boolean(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('facet', 'value', 'is_public', name=op.f('pk_story_facet'))
    )
    op.create_table('story_number',
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('year', name=op.f('pk_story_number'))
    )
    op.create_table('story',
    sa.Column('id', KEY, nullable=False),
    sa.Column('reference', sa.String(length=20), nullable=True),
    sa.Column('state', choice('storystate', 'draft', 'submitted', 'in_review', 'changes_requested', 'approved', 'published', 'archived', 'rejected', 'withdrawn', 'retracted'), nullable=False),
    sa.Column('is_out', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('is_hidden', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('is_public', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('is_starter', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('starter_slug', sa.String(length=80), nullable=True),
    sa.Column('author_id', KEY, nullable=True),
    sa.Column('theme_id', KEY, nullable=True),
    sa.Column('setting', sa.String(length=40), nullable=False),
    sa.Column('region', sa.String(length=40), nullable=False),
    sa.Column('profession', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=150), nullable=False),
    sa.Column('summary', sa.String(length=400), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('byline', sa.String(length=255), nullable=False),
    sa.Column('minutes', sa.Integer(), server_default='1', nullable=False),
    sa.Column('draft_n', sa.Integer(), server_default='1', nullable=False),
    sa.Column('published_n', sa.Integer(), nullable=True),
    sa.Column('published_at', MOMENT, nullable=True),
    sa.Column('changed_at', MOMENT, nullable=True),
    sa.Column('review_due_on', sa.Date(), nullable=True),
    sa.Column('picture_id', KEY, nullable=True),
    sa.Column('thanks_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('comment_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('adoption_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['user.id'], name=op.f('fk_story_author_id')),
    sa.ForeignKeyConstraint(['theme_id'], ['theme.id'], name=op.f('fk_story_theme_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_story')),
    sa.UniqueConstraint('reference', name=op.f('uq_story_reference')),
    sa.UniqueConstraint('starter_slug', name=op.f('uq_story_starter_slug'))
    )
    op.create_index('ix_story_all', 'story', ['published_at', 'id'], **_where('is_out'))
    op.create_index('ix_story_author', 'story', ['author_id', 'id'])
    op.create_index('ix_story_due', 'story', ['review_due_on'], **_where('is_out'))
    op.create_index('ix_story_profession', 'story', ['profession', 'published_at', 'id'], **_where('is_out'))
    op.create_index('ix_story_public', 'story', ['published_at', 'id'], **_where('is_out AND is_public'))
    op.create_index('ix_story_region', 'story', ['region', 'published_at', 'id'], **_where('is_out'))
    op.create_index('ix_story_setting', 'story', ['setting', 'published_at', 'id'], **_where('is_out'))
    op.create_index('ix_story_theme', 'story', ['theme_id', 'published_at', 'id'], **_where('is_out'))
    op.create_table('adoption',
    sa.Column('id', KEY, nullable=False),
    sa.Column('story_id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=True),
    sa.Column('organisation', sa.String(length=120), nullable=False),
    sa.Column('region', sa.String(length=40), nullable=False),
    sa.Column('tried_on', sa.Date(), nullable=False),
    sa.Column('outcome', choice('outcome', 'worked', 'partly', 'did_not', 'too_early'), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('because', sa.String(length=500), server_default='', nullable=False),
    sa.Column('is_visible', sa.Boolean(), nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['story_id'], ['story.id'], name=op.f('fk_adoption_story_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_adoption_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_adoption'))
    )
    op.create_index('ix_adoption_story', 'adoption', ['story_id', 'id'])
    op.create_index('ix_adoption_user', 'adoption', ['user_id'])
    op.create_index('ux_adoption_user', 'adoption', ['story_id', 'user_id'], unique=True)
    op.create_table('story_declaration',
    sa.Column('id', KEY, nullable=False),
    sa.Column('story_id', KEY, nullable=False),
    sa.Column('revision_n', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('text_version', sa.String(length=10), nullable=False),
    sa.Column('evidence', sa.String(length=255), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('user_id', KEY, nullable=True),
    sa.Column('at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['story_id'], ['story.id'], name=op.f('fk_story_declaration_story_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_story_declaration_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_story_declaration'))
    )
    op.create_index(op.f('ix_story_declaration_story_id'), 'story_declaration', ['story_id'])
    op.create_index(op.f('ix_story_declaration_user_id'), 'story_declaration', ['user_id'])
    op.create_table('story_event',
    sa.Column('id', KEY, nullable=False),
    sa.Column('story_id', KEY, nullable=False),
    sa.Column('before', choice('storystate', 'draft', 'submitted', 'in_review', 'changes_requested', 'approved', 'published', 'archived', 'rejected', 'withdrawn', 'retracted'), nullable=False),
    sa.Column('after', sa.String(length=24), nullable=False),
    sa.Column('revision_n', sa.Integer(), nullable=False),
    sa.Column('actor_id', KEY, nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['user.id'], name=op.f('fk_story_event_actor_id')),
    sa.ForeignKeyConstraint(['story_id'], ['story.id'], name=op.f('fk_story_event_story_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_story_event'))
    )
    op.create_index(op.f('ix_story_event_actor_id'), 'story_event', ['actor_id'])
    op.create_index(op.f('ix_story_event_story_id'), 'story_event', ['story_id'])
    op.create_table('story_featured',
    sa.Column('story_id', KEY, nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('until', MOMENT, nullable=True),
    sa.Column('by_id', KEY, nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_story_featured_by_id')),
    sa.ForeignKeyConstraint(['story_id'], ['story.id'], name=op.f('fk_story_featured_story_id')),
    sa.PrimaryKeyConstraint('story_id', name=op.f('pk_story_featured'))
    )
    op.create_index(op.f('ix_story_featured_by_id'), 'story_featured', ['by_id'])
    op.create_table('story_file',
    sa.Column('id', KEY, nullable=False),
    sa.Column('story_id', KEY, nullable=False),
    sa.Column('kind', choice('filekind', 'picture', 'file'), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=150), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('size', KEY, nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('alt', sa.String(length=300), nullable=False),
    sa.Column('caption', sa.String(length=300), nullable=False),
    sa.Column('licence', sa.String(length=40), nullable=False),
    sa.Column('shows_people', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('is_in_draft', sa.Boolean(), nullable=False),
    sa.Column('published_n', sa.Integer(), nullable=True),
    sa.Column('added_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['story_id'], ['story.id'], name=op.f('fk_story_file_story_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_story_file'))
    )
    op.create_index(op.f('ix_story_file_story_id'), 'story_file', ['story_id'])
    op.create_table('story_remark',
    sa.Column('id', KEY, nullable=False),
    sa.Column('story_id', KEY, nullable=False),
    sa.Column('round_n', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(length=40), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('by_id', KEY, nullable=True),
    sa.Column('at', MOMENT, nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_story_remark_by_id')),
    sa.ForeignKeyConstraint(['story_id'], ['story.id'], name=op.f('fk_story_remark_story_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_story_remark'))
    )
    op.create_index(op.f('ix_story_remark_by_id'), 'story_remark', ['by_id'])
    op.create_index(op.f('ix_story_remark_story_id'), 'story_remark', ['story_id'])
    op.create_table('story_revision',
    sa.Column('story_id', KEY, nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('fields', JSON, nullable=False),
    sa.Column('editor_id', KEY, nullable=True),
    sa.Column('saved_at', MOMENT, nullable=False),
    sa.Column('saves', sa.Integer(), server_default='1', nullable=False),
    sa.Column('sent_at', MOMENT, nullable=True),
    sa.Column('published_at', MOMENT, nullable=True),
    sa.Column('html', sa.Text(), nullable=False),
    sa.Column('renderer', sa.Integer(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['editor_id'], ['user.id'], name=op.f('fk_story_revision_editor_id')),
    sa.ForeignKeyConstraint(['story_id'], ['story.id'], name=op.f('fk_story_revision_story_id')),
    sa.PrimaryKeyConstraint('story_id', 'n', name=op.f('pk_story_revision'))
    )
    op.create_index(op.f('ix_story_revision_editor_id'), 'story_revision', ['editor_id'])
    op.create_table('story_round',
    sa.Column('story_id', KEY, nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('revision_n', sa.Integer(), nullable=False),
    sa.Column('fields', JSON, nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['story_id'], ['story.id'], name=op.f('fk_story_round_story_id')),
    sa.PrimaryKeyConstraint('story_id', 'n', name=op.f('pk_story_round'))
    )
    op.create_table('story_tag',
    sa.Column('tag', sa.String(length=40), nullable=False),
    sa.Column('published_at', MOMENT, nullable=False),
    sa.Column('story_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['story_id'], ['story.id'], name=op.f('fk_story_tag_story_id')),
    sa.PrimaryKeyConstraint('tag', 'published_at', 'story_id', name=op.f('pk_story_tag'))
    )
    op.create_index(op.f('ix_story_tag_story_id'), 'story_tag', ['story_id'])


def _moderation() -> None:
    op.create_table('review_item',
    sa.Column('id', KEY, nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('target_id', KEY, nullable=False),
    sa.Column('source', choice('source', 'story', 'detector', 'flag', 'new_member', 'edit', 'scan', 'facilitator'), nullable=False),
    sa.Column('theme_id', KEY, nullable=True),
    sa.Column('author_id', KEY, nullable=True),
    sa.Column('priority', sa.SmallInteger(), nullable=False),
    sa.Column('state', choice('reviewstate', 'open', 'closed'), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('due_at', MOMENT, nullable=False),
    sa.Column('lease_by_id', KEY, nullable=True),
    sa.Column('lease_until', MOMENT, nullable=True),
    sa.Column('first_seen_at', MOMENT, nullable=True),
    sa.Column('closed_at', MOMENT, nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['user.id'], name=op.f('fk_review_item_author_id')),
    sa.ForeignKeyConstraint(['lease_by_id'], ['user.id'], name=op.f('fk_review_item_lease_by_id')),
    sa.ForeignKeyConstraint(['theme_id'], ['theme.id'], name=op.f('fk_review_item_theme_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_item'))
    )
    op.create_index(op.f('ix_review_item_author_id'), 'review_item', ['author_id'])
    op.create_index('ix_review_item_closed', 'review_item', ['closed_at', 'id'])
    op.create_index(op.f('ix_review_item_lease_by_id'), 'review_item', ['lease_by_id'])
    op.create_index('ix_review_item_queue', 'review_item', ['priority', 'created_at', 'id'], **_where("state = 'open'"))
    op.create_index('ix_review_item_target', 'review_item', ['kind', 'target_id', 'id'])
    op.create_index('ix_review_item_theme', 'review_item', ['theme_id', 'priority', 'created_at', 'id'], **_where("state = 'open'"))
    op.create_index('ux_review_item_open', 'review_item', ['kind', 'target_id'], unique=True, **_where("state = 'open'"))
    op.create_table('decision',
    sa.Column('id', KEY, nullable=False),
    sa.Column('item_id', KEY, nullable=False),
    sa.Column('act', sa.String(length=24), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('actor_id', KEY, nullable=True),
    sa.Column('at', MOMENT, nullable=False),
    sa.Column('before', JSON, nullable=False),
    sa.Column('undone_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['actor_id'], ['user.id'], name=op.f('fk_decision_actor_id')),
    sa.ForeignKeyConstraint(['item_id'], ['review_item.id'], name=op.f('fk_decision_item_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision'))
    )
    op.create_index(op.f('ix_decision_actor_id'), 'decision', ['actor_id'])
    op.create_index('ix_decision_at', 'decision', ['at', 'id'])
    op.create_index(op.f('ix_decision_item_id'), 'decision', ['item_id'])
    op.create_table('review_scan',
    sa.Column('id', KEY, nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('after_id', KEY, nullable=False),
    sa.Column('seen', sa.Integer(), nullable=False),
    sa.Column('found', sa.Integer(), nullable=False),
    sa.Column('began_at', MOMENT, nullable=False),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_scan'))
    )
    op.create_table('flag',
    sa.Column('id', KEY, nullable=False),
    sa.Column('item_id', KEY, nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('target_id', KEY, nullable=False),
    sa.Column('reason', choice('flagreason', 'patient', 'unsafe', 'illegal', 'unkind', 'copyright', 'advert', 'other'), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('reporter_id', KEY, nullable=True),
    sa.Column('reporter_email', sa.String(length=254), nullable=False),
    sa.Column('state', choice('flagstate', 'open', 'upheld', 'dismissed'), nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.Column('settled_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['item_id'], ['review_item.id'], name=op.f('fk_flag_item_id')),
    sa.ForeignKeyConstraint(['reporter_id'], ['user.id'], name=op.f('fk_flag_reporter_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flag'))
    )
    op.create_index('ix_flag_at', 'flag', ['at', 'id'])
    op.create_index(op.f('ix_flag_item_id'), 'flag', ['item_id'])
    op.create_index(op.f('ix_flag_reporter_id'), 'flag', ['reporter_id'])
    op.create_index('ix_flag_target', 'flag', ['kind', 'target_id', 'id'])


def _search() -> None:
    op.create_table('search_entry',
    sa.Column('id', KEY, nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('target_id', KEY, nullable=False),
    sa.Column('path', sa.String(length=200), nullable=False),
    sa.Column('title', sa.String(length=255), nullable=False),
    sa.Column('summary', sa.String(length=600), nullable=False),
    sa.Column('tags', sa.String(length=600), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('facet', sa.Text(), nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_entry')),
    sa.UniqueConstraint('kind', 'target_id', name=op.f('uq_search_entry_kind_target_id'))
    )


def downgrade() -> None:
    for table in (
        'post_revision',
        'post_draft',
        'topic_read',
        'story_tag',
        'story_round',
        'story_revision',
        'story_remark',
        'story_file',
        'story_featured',
        'story_event',
        'story_declaration',
        'post',
        'flag',
        'decision',
        'adoption',
        'topic',
        'thanks',
        'story',
        'rules_accepted',
        'review_item',
        'review_scan',
        'story_number',
        'story_facet',
        'search_entry',
    ):
        op.drop_table(table)
