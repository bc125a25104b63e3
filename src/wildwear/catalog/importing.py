"""The stage behind `wildwear import`: files in, the `products` and `rejections` tables out."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from wildwear.catalog.fields import Columns, Fields, RowRejected
from wildwear.catalog.folding import fold
from wildwear.catalog.images_folder import write_images_folder
from wildwear.catalog.importer import CatalogFile, Converted, Importer, columns_by_role
from wildwear.catalog.importers import FORMATS, find_importer
from wildwear.catalog.intake import Intake
from wildwear.catalog.reading import open_rows
from wildwear.catalog.references import ImageBase
from wildwear.catalog.rows import AnyRow, BadRow, Row
from wildwear.catalog.settings import ImportSettings
from wildwear.catalog.sources import Source, find_sources
from wildwear.catalog.summary import Remarks, summarise
from wildwear.errors import StorageError
from wildwear.records import Product, Rejection, Report
from wildwear.workspace import Workspace

_PROGRESS_ROWS = 500
_PREVIEWED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one file will be read."""

    source: Source
    importer: Importer
    columns: Columns
    is_companion: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What an import would do."""

    plans: tuple[Plan, ...]
    products: tuple[Product, ...]


def import_catalog(
    workspace: Workspace, settings: ImportSettings, progress: Callable[[int], None] | None = None
) -> Report:
    """Reads the files of `settings.files` into the workspace; `progress` hears of rows as they are read.

    Products that are there are updated, the others added. A row that cannot be taken is counted, with its file, row
    number and reason, in the `rejections` table, where it replaces what an earlier import of that file left. Raises
    `UnreadableInput` and `MissingColumn` before anything is written where it can be known before.
    """
    reader = _CatalogReader.open(settings)
    names = [plan.source.name for plan in reader.plans]
    with _one_at_a_time(workspace):
        if reader.base.folder is not None:
            write_images_folder(workspace, reader.base.folder)
        intake = Intake(workspace, names, settings.batch_rows)
        for outcome in _counted(reader.outcomes(), progress):
            if isinstance(outcome, Rejection):
                intake.reject(outcome)
            else:
                intake.take(outcome)
        intake.finish()
    formats = {plan.source.name: plan.importer.name for plan in reader.plans}
    return summarise(formats, intake.tally, reader.remarks)


def preview_import(settings: ImportSettings) -> Preview:
    """What an import of these settings would do, and the first three products of it; writes nothing."""
    reader = _CatalogReader.open(settings)
    products: dict[str, Product] = {}
    for outcome in reader.outcomes():
        if isinstance(outcome, Rejection):
            continue
        group = outcome.product.group_id
        if group not in products and len(products) == _PREVIEWED:
            break
        products[group] = fold(products.get(group), outcome.product, supplement=outcome.supplement)
    return Preview(plans=reader.plans, products=tuple(products.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _CatalogReader:
    """All files of one import, as products and rejections."""

    settings: ImportSettings
    base: ImageBase
    plans: tuple[Plan, ...]
    remarks: Remarks = field(default_factory=Remarks)

    @staticmethod
    def open(settings: ImportSettings) -> _CatalogReader:
        """Finds the files, recognises each one's format and maps its columns, so that mistakes show at once; then lets
        importers look over all of them, as a parent may stand in another file than its variants."""
        base = ImageBase.parse(settings.images)
        plans = tuple(_plan(source, settings) for source in find_sources(settings))
        return _CatalogReader(settings=settings, base=base, plans=_prepared(plans, settings))

    def outcomes(self) -> Iterator[Converted | Rejection]:
        """Each row of each file as a product, or as the reason why it is none."""
        for plan in self.plans:
            wanted = {column for names in plan.columns.values() for column in names}
            with open_rows(plan.source, self.settings, wanted) as reading:
                for row in reading.rows:
                    outcome = self._outcome(row, plan)
                    if outcome is not None:
                        yield outcome

    def _outcome(self, row: AnyRow, plan: Plan) -> Converted | Rejection | None:
        source = plan.source.name
        if isinstance(row, BadRow):
            return Rejection(source=source, row=row.number, reason=row.reason, detail=row.detail)
        fields = Fields(cells=row.cells, columns=plan.columns, base=self.base, max_cell=self.settings.max_cell)
        try:
            if plan.is_companion:
                plan.importer.check_companion(fields)
                return None
            converted = plan.importer.convert(fields)
        except RowRejected as rejected:
            return Rejection(source=source, row=row.number, reason=rejected.reason, detail=rejected.detail)
        except (ValueError, TypeError, RecursionError, OverflowError) as error:
            detail = f"{type(error).__name__}: {error}"
            return Rejection(source=source, row=row.number, reason="unreadable_row", detail=detail)
        for remark in fields.remarks:
            self.remarks.add(remark, source, row.number)
        return replace(converted, product=replace(converted.product, source=source, row=row.number))


def _plan(source: Source, settings: ImportSettings) -> Plan:
    with open_rows(source, settings) as reading:
        importer = find_importer(settings.format, reading.columns, source.name)
        remedy = f", or the format: --format {', '.join(FORMATS)}" if settings.format == "auto" else ""
        columns = columns_by_role(importer, reading.columns, settings.column, source.name, remedy)
        is_companion = importer.is_companion(reading.columns)
    return Plan(source=source, importer=importer, columns=columns, is_companion=is_companion)


def _prepared(plans: tuple[Plan, ...], settings: ImportSettings) -> tuple[Plan, ...]:
    files: dict[Importer, list[CatalogFile]] = {}
    for plan in plans:
        file = CatalogFile(
            name=plan.source.name,
            columns=plan.columns,
            is_companion=plan.is_companion,
            rows=partial(_good_rows, plan, settings),
        )
        files.setdefault(plan.importer, []).append(file)
    prepared = {importer: importer.prepared(theirs) for importer, theirs in files.items()}
    return tuple(replace(plan, importer=prepared[plan.importer]) for plan in plans)


def _good_rows(plan: Plan, settings: ImportSettings) -> Iterator[Row]:
    with open_rows(plan.source, settings) as reading:
        yield from (row for row in reading.rows if isinstance(row, Row))


def _counted(
    outcomes: Iterable[Converted | Rejection], progress: Callable[[int], None] | None
) -> Iterator[Converted | Rejection]:
    """The same outcomes, told to `progress` some hundreds at a time."""
    count = 0
    for count, outcome in enumerate(outcomes, 1):
        yield outcome
        if progress is not None and count % _PROGRESS_ROWS == 0:
            progress(_PROGRESS_ROWS)
    if progress is not None:
        progress(count % _PROGRESS_ROWS)


@contextmanager
def _one_at_a_time(workspace: Workspace) -> Iterator[None]:
    """Waits until no other import runs in this workspace; a killed one's lock is gone with it."""
    try:
        handle = (workspace.root / "import.lock").open("w")
    except OSError as error:
        raise StorageError(f"cannot write in {workspace.root}: {error.strerror or error}") from error
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
