"""What all sites of the tests have in common is worked out once a process: hundreds of tests make a site each, and served from
scratch its addresses, templates and static files took longer than what the test is about. The product makes one site a process."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule
from whitenoise import WhiteNoise

from learn.paths import PACKAGE

OURS = str(PACKAGE)
"Files below it stay as they are while tests run; any other folder is looked at anew."


class KnownRule(Rule):
    """An address rule whose builders are taken from an equal rule: they are the same but for the rule they are bound to."""

    built: dict[Any, Callable[..., tuple[str, str]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:  # converted into the builder, by whatever converters this map has
            return super()._compile_builder(append_unknown)
        key = (self.rule, tuple(self._trace), append_unknown)
        if key not in self.built:
            self.built[key] = super()._compile_builder(append_unknown)
        return self.built[key]


class Compiled(BytecodeCache):
    """Templates that were compiled before, by name and content."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key, bucket.checksum] = bucket.code


def work_out_once() -> None:
    """Do so from here on; every site that is made is still its own."""
    Flask.url_rule_class = KnownRule
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Compiled()}
    WhiteNoise.update_files_dictionary = _known_files(WhiteNoise.update_files_dictionary)


def _known_files(look: Callable[..., None]) -> Callable[..., None]:
    """Static files that were listed before, for a server with the same settings."""
    seen: dict[Any, dict[str, Any]] = {}

    def update(self: WhiteNoise, root: str, prefix: str) -> None:
        if not root.startswith(OURS):
            look(self, root, prefix)
            return
        key = (root, prefix, self.max_age, self.charset, self.allow_all_origins, self.index_file)
        if key not in seen:
            before, self.files = self.files, {}
            look(self, root, prefix)
            seen[key], self.files = self.files, before
        self.files.update(seen[key])

    return update
