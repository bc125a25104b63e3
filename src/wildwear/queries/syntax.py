"""The query language: what a query is made of, how it is read, and how it is written back.

::

    query   = and { "|" and }                    "&" binds tighter than "|"
    and     = unary { [ "&" ] unary }            side by side means "&", but not beside a "|" without parentheses
    unary   = ( "!" | "-" ) unary | [ FIELD ":" ] ( "(" query ")" | [ "=" ] ( WORD | '"' words '"' ) )

`t-shirt` is one word, `-shirt` is a minus-term, `=khakis` takes no plural or spelling variants, and `#` starts a
comment that ends with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn, TypeAlias

from wildwear.errors import QuerySyntaxError, UnknownName
from wildwear.queries.fold import fold_words
from wildwear.queries.variants import has_few_spellings

FIELDS = ("title", "description", "category", "brand", "attribute")
"""What a scope may name; `attribute.material` is one attribute, `attribute` any of them."""


@dataclass(frozen=True, slots=True)
class Text:
    """A word, or a phrase (several words in this order, with exactly one separator between two)."""

    text: str
    exact: bool = False
    """Without plural and spelling variants."""

    def __str__(self) -> str:
        plain = _WORD.fullmatch(self.text) and self.text not in _SPELLED_OUT
        return ("=" if self.exact else "") + (self.text if plain else f'"{self.text}"')


@dataclass(frozen=True, slots=True)
class Scope:
    """What is inside looks in one field; an inner scope overrules an outer one."""

    field: str
    inner: Query

    def __str__(self) -> str:
        return f"{self.field}:{_wrapped(self.inner, Text)}"


@dataclass(frozen=True, slots=True)
class Not:
    """Holds where what is inside does not."""

    inner: Query

    def __str__(self) -> str:
        return f"!{_wrapped(self.inner, Text, Scope, Not)}"


@dataclass(frozen=True, slots=True)
class And:
    """Holds where all parts (two or more) do."""

    parts: tuple[Query, ...]

    def __str__(self) -> str:
        return " & ".join(_wrapped(part, Text, Scope, Not) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """Holds where any part (of two or more) does."""

    parts: tuple[Query, ...]

    def __str__(self) -> str:
        return " | ".join(_wrapped(part, Text, Scope, Not, And) for part in self.parts)


Query: TypeAlias = Text | Scope | Not | And | Or


@lru_cache(4096)
def parse(text: str, where: str = "") -> Query:
    """Reads a query; `QuerySyntaxError` points at the character that cannot be understood.

    >>> parse('(tee | title:"crew neck") -poster')
    And(parts=(Or(parts=(Text(text='tee', exact=False), ...)), Not(inner=Text(text='poster', exact=False))))
    >>> print(parse('jeans & !"phone case"'))
    jeans & !"phone case"
    """
    return _Parser(text, where).whole()


def parse_minus(text: str, where: str = "") -> Query:
    """Reads an entry of a `not` list, where words without any sign of the language are one phrase.

    >>> parse_minus("phone case")
    Text(text='phone case', exact=False)
    """
    if not any(sign in text for sign in '"()&|!:=#-') and fold_words(text):
        text = '"' + " ".join(text.split()) + '"'
    return parse(text, where)


def _wrapped(query: Query, *bare: type) -> str:
    return str(query) if isinstance(query, bare) else f"({query})"


_WORD = re.compile(r"[^\W_](?:[\w'’./+-]*[^\W_])?")
_TOKEN = re.compile(
    rf"""(?P<space>(?:\s|\#[^\n]*)+)
    |(?P<scope>[^\W\d_][\w.-]*):
    |"(?P<phrase>[^"\n]*)"
    |(?P<word>{_WORD.pattern})
    |(?P<sign>[()&|!=-])""",
    re.VERBOSE,
)
_SPELLED_OUT = {"AND": "&", "OR": "|", "NOT": "!"}
_MISTAKES = {
    '"': "this quotation mark is never closed",
    "“": 'use straight quotation marks, "like this"',
    "”": 'use straight quotation marks, "like this"',
    "*": "there are no wildcards; plurals and spelling variants are found without",
    ":": "a field's name must stand right before ':'",
}
_DEEPEST = 100


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


class _Parser:
    """Recursive descent over the tokens of one query."""

    def __init__(self, text: str, where: str) -> None:
        self.text, self.where = text, where
        self.tokens = [*self._tokens(), _Token("end", "", len(text.rstrip()))]
        self.position = 0
        self.depth = 0

    def whole(self) -> Query:
        if self.next.kind == "end":
            self.fail("an empty query matches nothing: write a word to look for", self.next.at)
        query = self.either()
        if self.next.text == ")":
            self.fail("this ')' closes nothing", self.next.at)
        assert self.next.kind == "end", "every other token starts or joins a part"
        return query

    def either(self) -> Query:
        parts, unjoined = [], []
        while True:
            part, side_by_side = self.both()
            parts.append(part)
            unjoined += side_by_side
            if not self.take("|"):
                break
        if len(parts) > 1 and unjoined:
            self.fail(
                "beside a '|' it is not clear what belongs together here: write '&', parentheses, or a \"phrase\"",
                unjoined[0],
            )
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def both(self) -> tuple[Query, list[int]]:
        """The parts that all must hold, and where two stand side by side without a sign."""
        parts, unjoined = [self.unary()], []
        while self.next.kind != "end" and self.next.text not in ("|", ")"):
            if not self.take("&"):
                unjoined.append(self.next.at)
            parts.append(self.unary())
        return (parts[0] if len(parts) == 1 else And(tuple(parts))), unjoined

    def unary(self) -> Query:
        self.depth += 1
        if self.depth > _DEEPEST:
            self.fail(f"nested deeper than {_DEEPEST} levels", self.next.at)
        query = Not(self.unary()) if self.take("!") or self.take("-") else self.scoped()
        self.depth -= 1
        return query

    def scoped(self) -> Query:
        if self.next.kind != "scope":
            return self.plain("a word, a \"phrase\" or '(' is missing here")
        scope = self.advance()
        check_field(scope.text, lambda problem: self.fail(problem, scope.at))
        return Scope(scope.text, self.plain(f"after '{scope.text}:' a word, a \"phrase\" or '(' must follow"))

    def plain(self, missing: str) -> Query:
        if self.next.text == "(" and self.next.kind == "sign":
            return self.group()
        exact = self.take("=")
        token = self.advance()
        if token.kind not in ("word", "phrase"):
            self.fail(missing, token.at)
        if token.kind == "word" and token.text in _SPELLED_OUT:
            self.fail(f"write {_SPELLED_OUT[token.text]!r} for {token.text} (or quote it, as a word)", token.at)
        if not fold_words(token.text):
            self.fail("there is no letter or digit to look for here", token.at)
        if not exact and not has_few_spellings(token.text):
            self.fail('this phrase has too many spellings: write ="…" for this one alone, or fewer words', token.at)
        return Text(token.text, exact)

    def group(self) -> Query:
        opening = self.advance()
        if self.next.text == ")":
            self.fail("these parentheses are empty", self.next.at)
        query = self.either()
        if not self.take(")"):
            self.fail("this '(' is never closed", opening.at)
        return query

    # Tokens

    def _tokens(self) -> Iterator[_Token]:
        at = 0
        while at < len(self.text):
            found = _TOKEN.match(self.text, at)
            if found is None:
                char = self.text[at]
                self.fail(_MISTAKES.get(char, f"{char!r} means nothing here; quote it to look for it"), at)
            assert found.lastgroup is not None
            if found.lastgroup != "space":
                yield _Token(found.lastgroup, found[found.lastgroup], at)
            at = found.end()

    @property
    def next(self) -> _Token:
        return self.tokens[self.position]

    def advance(self) -> _Token:
        token = self.next
        self.position = min(self.position + 1, len(self.tokens) - 1)
        return token

    def take(self, sign: str) -> bool:
        if self.next.kind == "sign" and self.next.text == sign:
            self.advance()
            return True
        return False

    def fail(self, problem: str, at: int) -> NoReturn:
        """Raises with the line that `at` is on alone, since queries run over many lines."""
        start = self.text.rfind("\n", 0, at) + 1
        line = self.text[start:].split("\n", 1)[0]
        number = self.text.count("\n", 0, at) + 1
        where = f"{self.where}, line {number}" if self.where and "\n" in self.text.strip() else self.where
        raise QuerySyntaxError(problem, line.replace("\t", " "), at - start, where, position=at)


def check_field(name: str, fail: object = None) -> None:
    """Raises `UnknownName` (or calls `fail` with its message) unless `name` is a field or `attribute.NAME`."""
    base, dot, attribute = name.partition(".")
    if base in FIELDS and (not dot or (base == "attribute" and attribute)):
        return
    error = UnknownName("field", name, (*FIELDS[:-1], "attribute.NAME"))
    if callable(fail):
        fail(str(error))
    raise error
