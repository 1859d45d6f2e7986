"""What all sites of the tests have in common is worked out once a process: hundreds of tests make a site each, and served from
scratch its addresses, templates and static files took longer than what the test is about. The product makes one site a process."""

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule
from whitenoise import WhiteNoise

from learn import assets, extensions
from learn.lti import keys
from learn.paths import PACKAGE

OURS = str(PACKAGE)
"Files below it stay as they are while tests run; any other folder is looked at anew."

STATEMENTS = 5000
"Compiled statements that a process of tests keeps; one site needs fewer, all tests together make more."


class KnownRule(Rule):
    """An address rule that takes over what was compiled for an equal one: they differ in nothing but the map they are bound to."""

    compiled: dict[Any, dict[str, Any]] = {}

    def compile(self) -> None:
        """Take over what is known, or compile it and keep it."""
        assert self.map is not None
        if self.defaults or self.map.host_matching:  # these compile to more than the address says
            super().compile()
            return
        key = (self.rule, self.subdomain, self.merge_slashes, tuple(self.map.converters.items()))
        if key not in self.compiled:
            super().compile()
            parsed = ("_parts", "_trace", "_converters", "arguments")
            self.compiled[key] = {name: getattr(self, name) for name in parsed}
            self.compiled[key].update((name, getattr(self, name).__func__) for name in ("_build", "_build_unknown"))
            return
        known = self.compiled[key]
        self.__dict__.update(known)
        self._build = known["_build"].__get__(self, None)
        self._build_unknown = known["_build_unknown"].__get__(self, None)


class Compiled(BytecodeCache):
    """Templates that were compiled before, by name and content."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key, bucket.checksum] = bucket.code


class KnownKeys:
    """Signing keys that were made before: within a test each is another one, the next test begins with the first again."""

    def __init__(self) -> None:
        self.made: list[RSAPrivateKey] = []
        self.handed_out = 0

    def generate(self) -> RSAPrivateKey:
        if self.handed_out == len(self.made):
            self.made.append(rsa.generate_private_key(65537, keys.BITS))
        self.handed_out += 1
        return self.made[self.handed_out - 1]

    def begin_again(self) -> None:
        """A new test begins."""
        self.handed_out = 0


KEYS = KnownKeys()


def work_out_once() -> None:
    """Do so from here on; every site that is made is still its own."""
    Flask.url_rule_class = KnownRule
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Compiled()}
    WhiteNoise.update_files_dictionary = _known_files(WhiteNoise.update_files_dictionary)
    assets.drop_stale = _first_of_all(assets.drop_stale)
    keys.generate = KEYS.generate
    # And what no test wants after the machine has stopped need not be waited for until it is on the disk.
    extensions.PRAGMAS = tuple(pragma.replace("synchronous=NORMAL", "synchronous=OFF") for pragma in extensions.PRAGMAS)
    SQLAlchemy._make_engine = _known_statements(SQLAlchemy._make_engine)


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


def _first_of_all(drop: Callable[..., None]) -> Callable[..., None]:
    """Compressed copies that no longer match are dropped when the first site is made; those of another folder whenever asked."""
    done: list[bool] = []

    def drop_stale(*folder: Any) -> None:
        if folder or not done:
            drop(*folder)
            done.append(True)

    return drop_stale


def _known_statements(make: Callable[..., Engine]) -> Callable[..., Engine]:
    """Engines of one kind of database share what statements compile to, as all requests to one site do."""
    shared: dict[tuple[str, str], Any] = {}

    def make_engine(*given: Any) -> Engine:
        engine = make(*given)
        kind = (engine.dialect.name, engine.dialect.driver)
        engine.dialect, engine._compiled_cache = shared.setdefault(kind, (engine.dialect, LRUCache(STATEMENTS)))
        return engine

    return make_engine
