"""The pages say what is there: commands that parse, links that lead somewhere, modules that exist."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from cyclopts import CycloptsError

from wildwear.cli import app

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "wildwear"
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])

_FENCE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"(?:\$ )?(?:[A-Z_]+=\S+ )*wildwear ((?:-\w \S+ |--json )*[a-z].*)")
_REFUSED = re.compile(r"wildwear: (Unknown|Invalid)")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`]+)`")


def commands(page: Path) -> Iterator[tuple[list[str], bool]]:
    """The arguments of each command in a page's fenced blocks, and whether the page says that it is refused."""
    for block in _FENCE.findall(page.read_text(encoding="utf-8")):
        lines = block.splitlines()
        for line, following in zip(lines, [*lines[1:], ""], strict=True):
            if found := _COMMAND.match(line):
                without_remark = re.split(r" {3,}", found[1])[0]
                yield shlex.split(without_remark, comments=True), _REFUSED.match(following) is not None


def sections() -> list[set[str]]:
    """The modules of each section of the architecture, in order: all that stands in first cells in code type, and
    what names a module in second ones."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named: list[set[str]] = []
    for section in page.split("\n## ")[1:]:
        named.append(set())
        for first, second in re.findall(r"^\| (`.*?) \| (.*) \|$", section, re.MULTILINE):
            named[-1].update(_CODE.findall(first))
            named[-1].update(name for name in _CODE.findall(second) if "." in name and name in known())
    return named


@cache
def known() -> dict[str, Path]:
    """Modules and packages by name, without `wildwear.`."""
    files = {path.relative_to(SOURCE).with_suffix(""): path for path in SOURCE.rglob("*.py")}
    names = {".".join(name.parts).removesuffix(".__init__"): path for name, path in files.items()}
    return {name: path for name, path in names.items() if not name.startswith("__")}


def imported(path: Path) -> Iterator[str]:
    """The modules of ours that a file imports, anywhere in it, without `wildwear.`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("wildwear."):
            name = str(node.module).removeprefix("wildwear.")
            yield from (f"{name}.{one.name}" if f"{name}.{one.name}" in known() else name for one in node.names)


def _without_session(arguments: list[str]) -> list[str]:
    """Without what every verb knows (`-w`, `--json`), as the launcher hands a command on."""
    left = [argument for argument in arguments if argument != "--json"]
    return left[2:] if left[0] == "-w" else left


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.name}")
def test_every_command_on_a_page_is_one_that_the_command_line_takes(page: Path) -> None:
    app.config = ()
    for arguments, refused in commands(page):
        try:
            app.parse_args(_without_session(arguments), exit_on_error=False, print_error=False)
        except CycloptsError as error:
            assert refused, f"{page.name}: wildwear {shlex.join(arguments)}: {error}"
        else:
            assert not refused, f"{page.name}: wildwear {shlex.join(arguments)} is taken"


def test_the_pages_show_every_verb() -> None:
    shown = {word for page in PAGES for arguments, _ in commands(page) for word in arguments}
    verbs = {name for name in app if not name.startswith("-")}
    assert len(verbs) >= 12
    assert verbs - shown <= {"demo", "embed"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.name}")
def test_every_relative_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for link in _LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        target, _, anchor = link.partition("#")
        file = page.parent / target if target else page
        assert file.exists(), f"{page.name}: {link}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}, link


def test_there_are_links_to_follow() -> None:
    assert sum(len(_LINK.findall(page.read_text(encoding="utf-8"))) for page in PAGES) > 10


def test_the_architecture_names_every_module_and_nothing_else() -> None:
    named = set().union(*sections())
    modules = {name for name, path in known().items() if path.name != "__init__.py"}
    assert len(modules) > 100
    assert sorted(modules - named) == []
    assert sorted(named - set(known())) == []


def test_imports_point_down_the_page_of_the_architecture() -> None:
    place = {name: number for number, section in enumerate(sections()) for name in section}
    up = [
        f"{name} imports {other}"
        for name, path in known().items()
        for other in imported(path)
        if place.get(name, 0) > place.get(other, len(place))
    ]
    assert len(place) > 100
    assert up == []
