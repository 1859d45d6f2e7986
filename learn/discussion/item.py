"""What discussions hand to moderation: the kinds of things that facilitators decide about, by name."""

from learn.discussion.decided.posts import POST
from learn.discussion.decided.topics import TOPIC

ITEMS = {"post": POST, "topic": TOPIC}
