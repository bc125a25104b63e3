"""The stage behind `dataset import deepfashion`: one reading of the pictures, two ways to split them.

The benchmark's own split is by picture, and pictures of one product stand on all of its sides; it is kept for
comparison with what was published. Beside it stands one by product folder. Every row is a sample of its own, as it
is in published figures, even where another row shows the same picture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from wildwear.datasets.deepfashion_leaks import known, repeated, split_notes
from wildwear.datasets.deepfashion_lists import Listed, read_lists
from wildwear.datasets.entries import Entry
from wildwear.datasets.importing import Wanted, candidates, drafted, keep_rejections, quoted_rejections
from wildwear.datasets.pictures import Framing
from wildwear.datasets.plan import Plan, make_plan, write_dataset
from wildwear.datasets.settings import DeepFashionSettings, SplitSettings
from wildwear.datasets.splitting import SPLIT_NAMES
from wildwear.datasets.summary import summarise
from wildwear.datasets.translate import translate_all
from wildwear.errors import UserError
from wildwear.progress import Progress, silent
from wildwear.records import Rejection, Report, Split
from wildwear.table import Table
from wildwear.taxonomy import load_mapping, load_taxonomy
from wildwear.workspace import Workspace

_SELECTIONS = {50: "deepfashion", 46: "deepfashion-46", 43: "deepfashion-43"}
_FRAMINGS: Mapping[str, Framing] = {"keep": "whole", "drop": "whole", "crop": "alone"}

_LICENCE = "DeepFashion's pictures may be used for non-commercial research and education alone"


def import_deepfashion(
    workspace: Workspace, name: str, folder: Path, settings: DeepFashionSettings, progress: Progress = silent
) -> Report:
    """Makes dataset `name` with the official split and `name`-grouped of the benchmark in `folder`.

    Raises `UnreadableInput` for lists that are not the original ones and pictures that are not there, before one is
    opened.
    """
    tables = {title: workspace.new_dataset(title) for title in settings.datasets(name)}
    chosen = chosen_categories(settings)
    sets = translate_all(chosen, load_mapping(), load_taxonomy(workspace.taxonomy_name), "--categories")
    listed = read_lists(folder, boxes=settings.boxes != "drop", merged=settings.categories == 50)
    entries = [entry for entry in listed.entries if entry.label in sets]
    failed = list(listed.rejections)
    if not entries:
        reason = next(quoted_rejections(failed), f"there are no pictures of {', '.join(chosen)}")
        raise UserError(f"{listed.source}: none of its rows can be taken, as {reason}")
    wanted = Wanted(source=listed.source, entries=entries, sets=sets, framing=_FRAMINGS[settings.boxes])
    split = _same_shares(entries, settings)
    with ExitStack() as stack:
        with progress("storing pictures", len(entries)) as advance:
            draft = stack.enter_context(drafted(workspace, name, wanted, failed, advance))
        rows = candidates(draft)
        plans = {title: make_plan(rows, split, given=given) for title, given in settings.datasets(name).items()}
        for title, plan in plans.items():
            with progress(f"writing {title}", plan.rows.num_rows) as advance:
                damaged = write_dataset(title, plan, draft, tables[title], advance)
            failed += [_damaged(listed.source, source) for source in damaged]
    failed = keep_rejections(workspace, str(listed.source), failed)
    return _report(workspace, listed, settings, tables, plans, failed)


def chosen_categories(settings: DeepFashionSettings) -> tuple[str, ...]:
    """The categories that are taken, in the benchmark's order; raises `UnknownName` for another one in `drop`."""
    original = load_taxonomy("deepfashion")
    dropped = {original.category(one.strip(), "--drop").name for one in settings.drop.split(",") if one.strip()}
    chosen = tuple(one for one in original.selection(_SELECTIONS[settings.categories]) if one not in dropped)
    if not chosen:
        raise UserError("--drop leaves no category")
    return chosen


def _same_shares(entries: Sequence[Entry], settings: DeepFashionSettings) -> SplitSettings:
    """An own split in which each side has the share that the official one gives it."""
    sides = Counter(SPLIT_NAMES[entry.split.casefold()] for entry in entries)
    if not sides[Split.TRAIN]:
        raise UserError("the official split has no picture to train on")
    val, test = (sides[side] / len(entries) for side in (Split.VAL, Split.TEST))
    return SplitSettings(val=val, test=test, seed=settings.seed, near_duplicates=settings.near_duplicates)


def _damaged(path: Path, source: str) -> Rejection:
    row = int(source.rsplit(":", 1)[1])
    return Rejection(
        source=str(path), row=row, reason="damaged_picture", detail="changed on the disk since it was stored"
    )


def _report(
    workspace: Workspace,
    listed: Listed,
    settings: DeepFashionSettings,
    tables: Mapping[str, Table],
    plans: Mapping[str, Plan],
    failed: Sequence[Rejection],
) -> Report:
    taxonomy = load_taxonomy(workspace.taxonomy_name)
    summaries = {title: summarise(title, table, taxonomy) for title, table in tables.items()}
    chosen = chosen_categories(settings)
    left_out = {name: 0 for name in load_taxonomy("deepfashion").names if name not in chosen}
    left_out |= Counter(entry.label for entry in listed.entries if entry.label in left_out)
    first = next(iter(summaries))
    return Report(
        verb="dataset import",
        done={"product folders": summaries[first].groups, "categories": len(summaries[first].categories)}
        | {f"samples in dataset {title}": summary.samples for title, summary in summaries.items()},
        skipped={f"pictures of {name}, which is left out": count for name, count in left_out.items()},
        failed=Counter(rejection.reason for rejection in failed),
        notes=(
            *listed.notes,
            f"left out: {', '.join(f'{name} {count:,}' for name, count in left_out.items()) or 'no category'}",
            *quoted_rejections(failed),
            *repeated(plans[first]),
            *(f"{title}: {note}" for title in plans for note in split_notes(plans[title], summaries[title])),
            _LICENCE,
            f"next: wildwear dataset show {first}",
        ),
        details={
            "datasets": {
                title: summary.to_json() | {"on_two_sides": plans[title].on_two_sides, "known": known(plans[title])}
                for title, summary in summaries.items()
            },
            "left_out": left_out,
        },
    )
