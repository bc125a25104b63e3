"""Weaker forms of a query: what would match if it asked for less. They find near misses."""

from __future__ import annotations

from wildwear.queries.syntax import And, Not, Or, Query, Scope


def without_minus(query: Query) -> Query:
    """The query less its minus-terms.

    >>> from wildwear.queries.syntax import parse
    >>> print(without_minus(parse("(jeans | denim & !jacket) & !doll")))
    jeans | denim
    """
    match query:
        case Scope(field, inner):
            return Scope(field, without_minus(inner))
        case And(parts) | Or(parts):
            kept = tuple(without_minus(part) for part in parts if not isinstance(part, Not))
            return _whole(type(query), kept) if kept else query
    return query


def minus_terms(query: Query) -> tuple[Query, ...]:
    """What the query excludes, each in its scope."""
    match query:
        case Not(inner):
            return (inner,)
        case Scope(field, inner):
            return tuple(Scope(field, term) for term in minus_terms(inner))
        case And(parts) | Or(parts):
            return tuple(term for part in parts for term in minus_terms(part))
    return ()


def without_scopes(query: Query) -> Query:
    """The query with what it looks for in one field looked for in every one; its minus-terms stay as they are.

    >>> from wildwear.queries.syntax import parse
    >>> print(without_scopes(parse("title:(short | bermudas) & !title:sleeve")))
    (short | bermudas) & !title:sleeve
    """
    match query:
        case Scope(field, inner):
            kept = without_scopes(inner)
            return Scope(field, kept) if minus_terms(inner) else kept
        case And(parts) | Or(parts):
            return type(query)(tuple(map(without_scopes, parts)))
    return query


def any_side(query: Query) -> Query:
    """The query with one side of each "&" enough; its minus-terms stay.

    >>> from wildwear.queries.syntax import parse
    >>> print(any_side(parse("knit & crew & !poster")))
    (knit | crew) & !poster
    """
    match query:
        case Scope(field, inner):
            return Scope(field, any_side(inner))
        case Or(parts):
            return Or(tuple(map(any_side, parts)))
        case And(parts):
            asked = tuple(any_side(part) for part in parts if not isinstance(part, Not))
            minus = tuple(part for part in parts if isinstance(part, Not))
            return _whole(And, (_whole(Or, asked), *minus)) if asked else query
    return query


def _whole(kind: type[And] | type[Or], parts: tuple[Query, ...]) -> Query:
    return parts[0] if len(parts) == 1 else kind(parts)
