"""Tables: what a commit means, and what they survive."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wildwear.cli import main
from wildwear.errors import NotAWorkspace, SchemaError, StorageError, UnknownName, UserError
from wildwear.files import write_durably
from wildwear.table import Table, in_batches
from wildwear.tables import PRIMARY_KEY, PRODUCTS, SPECS, TableSpec
from wildwear.workspace import Workspace

PAIRS = TableSpec(name="pairs", key=("key",), fields=(pa.field("key", pa.string()), pa.field("value", pa.int64())))


def pairs(values: dict[str, int]) -> pa.Table:
    return pa.table({"key": list(values), "value": list(values.values())}, schema=PAIRS.schema)


def content(table: Table) -> dict[str, int]:
    rows = table.read()
    keys = rows["key"].to_pylist()
    assert len(keys) == len(set(keys)), "a key is there twice"
    return dict(zip(keys, rows["value"].to_pylist(), strict=True))


@pytest.fixture
def table(workspace: Workspace) -> Table:
    return workspace.table(PAIRS)


def newest_manifest(table: Table) -> Path:
    return min((table.path / "_versions").glob("*.manifest"))


# What a workspace is


def test_a_workspace_is_made_once_and_opened_again(tmp_path: Path) -> None:
    made = Workspace.create(tmp_path / "shop", "deepfashion")
    assert Workspace.create(tmp_path / "shop", "other") == made == Workspace.open(tmp_path / "shop")
    assert made.taxonomy_name == "deepfashion"


def test_a_folder_that_is_no_workspace_says_how_to_make_it_one(tmp_path: Path) -> None:
    with pytest.raises(NotAWorkspace, match=f"make it one with 'wildwear -w {tmp_path} init'"):
        Workspace.open(tmp_path)


def test_a_workspace_of_a_newer_wildwear_is_refused(tmp_path: Path) -> None:
    (tmp_path / "wildwear.toml").write_text("[workspace]\nschema = 2\n")
    with pytest.raises(SchemaError, match="made by a newer wildwear"):
        Workspace.open(tmp_path)


@pytest.mark.parametrize("content", [b"[workspace", b"\xff\xfe"])
def test_settings_that_cannot_be_read_are_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "wildwear.toml").write_bytes(content)
    with pytest.raises(UserError, match=r"wildwear\.toml is not TOML"):
        Workspace.open(tmp_path)


@pytest.mark.parametrize("name", ["", "../x", ".hidden", "a/b", "a b", "-x"])
def test_a_dataset_name_cannot_lead_out_of_the_workspace(name: str, workspace: Workspace) -> None:
    with pytest.raises(UserError, match="cannot name a dataset"):
        workspace.new_dataset(name)


def test_an_unknown_dataset_names_the_near_ones(workspace: Workspace) -> None:
    samples = workspace.new_dataset("street")
    samples.append(samples.spec.schema.empty_table())
    assert workspace.dataset_names() == ["street"]
    with pytest.raises(UnknownName, match="did you mean street"):
        workspace.dataset("stret")


# What a commit means


def test_a_table_that_nobody_has_written_has_no_rows(table: Table) -> None:
    assert (table.exists, table.version, table.count()) == (False, 0, 0)
    assert table.read().num_rows == 0 and table.read(["value"]).column_names == ["value"]


@pytest.mark.parametrize("name", sorted(SPECS))
def test_every_tables_key_columns_carry_lances_primary_key_mark(name: str, workspace: Workspace) -> None:
    spec = SPECS[name]
    made = workspace.table(spec)
    made.append(spec.schema.empty_table())
    stored = made.read().schema
    assert spec.key
    for column in spec.key:
        assert PRIMARY_KEY.items() <= stored.field(column).metadata.items()


def test_upsert_updates_what_is_there_and_inserts_the_rest_in_one_commit(table: Table) -> None:
    table.upsert(pairs({"a": 1, "b": 2}))
    before = table.version
    table.upsert(pairs({"b": 3, "c": 4}))
    assert content(table) == {"a": 1, "b": 3, "c": 4}
    assert table.version == before + 1


def test_rows_that_hold_a_key_twice_are_never_written(table: Table) -> None:
    twice = pa.concat_tables([pairs({"a": 1}), pairs({"a": 2})])
    with pytest.raises(AssertionError, match="hold a key twice"):
        table.upsert(twice)
    assert table.count() == 0


def test_replace_streams_and_keeps_the_old_rows_until_the_last_one_is_there(table: Table) -> None:
    table.upsert(pairs({"old": 1}))

    def batches(stop: bool) -> Iterator[pa.RecordBatch]:
        for index in range(5):
            yield from pairs({f"new{index}": index}).to_batches()
            assert content(table) == {"old": 1}
        if stop:
            raise UserError("row 17 is broken")

    with pytest.raises(UserError, match=r"^row 17 is broken$"):
        table.replace(batches(stop=True))
    assert content(table) == {"old": 1}
    table.replace(batches(stop=False))
    assert content(table) == {f"new{index}": index for index in range(5)}


def test_conditions_take_and_delete_reach_the_rows_they_say(table: Table) -> None:
    table.append(pairs({f"k{index}": index for index in range(10)}))
    table.delete("value < 3")
    assert table.count() == 7 and table.count("value = 5") == 1
    assert table.read(["key"], where="value > 7")["key"].to_pylist() == ["k8", "k9"]
    assert table.take([6, 0], ["value"])["value"].to_pylist() == [9, 3]
    assert [batch.num_rows for batch in table.batches(batch_rows=3)] and table.read().num_rows == 7


def test_columns_may_come_in_any_order_and_must_be_the_tables(table: Table) -> None:
    table.upsert(pa.table({"value": pa.array([1], pa.int8()), "key": ["a"], "more": [0]}))
    assert content(table) == {"a": 1}
    with pytest.raises(KeyError, match="value"):
        table.upsert(pa.table({"key": ["a"]}))


operations = st.lists(
    st.tuples(
        st.sampled_from(["upsert", "append", "replace", "delete", "compact"]),
        st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 9), min_size=1, max_size=4),
    ),
    max_size=8,
)


@settings(max_examples=12, deadline=None)
@given(steps=operations)
def test_a_table_behaves_as_a_dictionary_would(
    steps: list[tuple[str, dict[str, int]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    table = Table(path=tmp_path_factory.mktemp("table") / "pairs.lance", spec=PAIRS)
    model: dict[str, int] = {}
    for step, values in steps:
        if step == "upsert":
            table.upsert(pairs(values))
            model.update(values)
        elif step == "append":
            new = {key: value for key, value in values.items() if key not in model}
            table.append(pairs(new))
            model.update(new)
        elif step == "replace":
            table.replace(iter(pairs(values).to_batches()))
            model = dict(values)
        elif step == "delete":
            table.delete(f"value = {min(values.values())}")
            model = {key: value for key, value in model.items() if value != min(values.values())}
        else:
            table.compact()
        assert content(table) == model


def test_a_kill_while_a_small_file_is_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    write_durably(path, b"old")
    path.with_name("settings.toml.draft").write_bytes(b"ne")
    assert path.read_bytes() == b"old"
    write_durably(path, b"new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["settings.toml"]


@given(st.lists(st.integers(0, 99), max_size=30), st.integers(1, 7))
def test_batches_hold_all_rows_in_order_and_none_is_too_large(rows: list[int], size: int) -> None:
    batches = list(in_batches(rows, size, lambda held: pa.table({"n": held})))
    assert [n for batch in batches for n in batch["n"].to_pylist()] == rows
    assert all(batch.num_rows <= size for batch in batches)


# Several processes and threads

WRITER = """
import sys
from pathlib import Path
import pyarrow as pa
from wildwear.tables import TableSpec
from wildwear.table import Table
spec = TableSpec(name="pairs", key=("key",), fields=(pa.field("key", pa.string()), pa.field("value", pa.int64())))
table = Table(path=Path(sys.argv[1]), spec=spec)
for turn in range(int(sys.argv[3])):
    keys = [f"k{index}" for index in range(turn, turn + 40)]
    table.upsert(pa.table({"key": keys, "value": [int(sys.argv[2])] * 40}, schema=spec.schema))
print("done")
"""


def writer(table: Table, number: int, turns: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(table.path), str(number), str(turns)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_h66_four_writers_of_the_same_keys_leave_no_duplicates(table: Table) -> None:
    writers = [writer(table, number, 12) for number in range(4)]
    assert [one.communicate(timeout=120)[0] for one in writers] == ["done\n"] * 4
    assert sorted(content(table)) == sorted(f"k{index}" for index in range(51))
    assert set(content(table).values()) <= {0, 1, 2, 3}


def test_h62_a_writer_that_is_killed_leaves_whole_commits_and_a_table_to_go_on_with(table: Table) -> None:
    table.upsert(pairs({"k0": 9}))
    for _ in range(3):
        child = writer(table, 1, 10_000)
        start = table.version
        while table.version < start + 3:
            pass
        child.kill()
        child.communicate()
        assert table.count() >= 42 and set(content(table).values()) == {1}
    table.upsert(pairs({"k0": 2}))
    assert content(table)["k0"] == 2
    assert table.notices == []


def test_h67_compaction_beside_a_reader_and_a_writer_loses_and_doubles_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wildwear.table._FRAGMENTS_WORTH_COMPACTING", 8)
    table = workspace.table(PAIRS)
    for index in range(12):
        table.append(pairs({f"k{index}": index}))
    expected = {f"k{index}": index for index in range(12)}
    seen: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                rows = content(workspace.table(PAIRS))
                assert expected.items() <= rows.items()
            except Exception as error:
                seen.append(error)
                return

    def write() -> None:
        for index in range(12, 24):
            workspace.table(PAIRS).append(pairs({f"k{index}": index}))

    threads = [threading.Thread(target=read), threading.Thread(target=write)]
    for thread in threads:
        thread.start()
    table.compact()
    threads[1].join()
    stop.set()
    threads[0].join()
    assert not seen
    assert len(table._open().get_fragments()) < 24
    assert content(table) == expected | {f"k{index}": index for index in range(12, 24)}


def test_compaction_keeps_the_order_of_rows(table: Table) -> None:
    for index in range(66):
        table.append(pairs({f"k{index}": index, f"j{index}": index}))
    table.delete("value % 7 = 0")
    before = table.read()
    table.compact()
    assert table.read() == before


# Old versions


def age(table: Table) -> None:
    """Makes the versions there are two hours old."""
    for manifest in (table.path / "_versions").glob("*.manifest"):
        os.utime(manifest, (manifest.stat().st_atime, manifest.stat().st_mtime - 7200))


def versions(table: Table) -> list[int]:
    return [one["version"] for one in table._open().versions()]


def test_replacing_a_table_day_after_day_takes_no_more_of_the_disk(table: Table) -> None:
    for day in range(8):
        table.replace(pairs({f"k{index}": day for index in range(100)}))
        age(table)
        assert len(versions(table)) <= 3 and len(list((table.path / "data").iterdir())) <= 3
    assert set(content(table).values()) == {7}
    zeroed(newest_manifest(table))
    assert set(content(table).values()) == {6}


def test_the_end_of_a_stage_removes_the_versions_of_its_many_commits(table: Table) -> None:
    table.compact()
    assert not table.exists
    for index in range(70):
        table.append(pairs({f"k{index}": index}))
    age(table)
    table.compact()
    assert len(versions(table)) <= 3
    assert content(table) == {f"k{index}": index for index in range(70)}


def test_versions_of_the_last_hour_stay(table: Table) -> None:
    for value in range(8):
        table.replace(pairs({"a": value}))
    table.compact()
    assert versions(table) == list(range(1, 10))


def test_h67_a_reader_that_has_just_begun_reads_its_old_version_to_the_end(table: Table) -> None:
    for value in range(5):
        table.replace(pairs({"a": value}))
    age(table)
    reader = table._open()
    for value in range(5, 10):
        table.replace(pairs({"a": value}))
    assert reader.version == 6 and versions(table)[0] == 6
    assert reader.to_table()["value"].to_pylist() == [4]


def test_old_versions_that_cannot_be_removed_are_said_and_fail_nothing(workspace: Workspace) -> None:
    table = workspace.table(PAIRS)
    for value in range(5):
        table.replace(pairs({"a": value}))
    noise(max((table.path / "_versions").glob("*.manifest")))
    age(table)
    table.replace(pairs({"a": 5}))
    assert content(table) == {"a": 5}
    (notice,) = workspace.notices
    assert notice.startswith("pairs.lance: its old versions cannot be removed: ") and "\n" not in notice


# Damage


def zeroed(path: Path) -> None:
    path.write_bytes(b"")


def all_nul(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def noise(path: Path) -> None:
    path.write_bytes(os.urandom(path.stat().st_size))


def missing(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("damage", [zeroed, all_nul, cut, noise])
def test_h63_a_damaged_newest_manifest_opens_the_last_good_version_and_names_the_loss(
    damage: Callable[[Path], None], workspace: Workspace
) -> None:
    table = workspace.table(PAIRS)
    table.append(pairs({"a": 1}))
    table.append(pairs({"b": 2}))
    lost = table.version
    damage(newest_manifest(table))
    assert content(workspace.table(PAIRS)) == {"a": 1}
    (notice,) = workspace.notices
    assert f"version {lost} cannot be read" in notice and f"went back to version {lost - 1} with 1 rows" in notice
    assert "Run the stage that writes it again" in notice and "\n" not in notice and ".rs" not in notice
    workspace.table(PAIRS).append(pairs({"c": 3}))
    assert content(workspace.table(PAIRS)) == {"a": 1, "c": 3}
    assert len(workspace.notices) == 1


@pytest.mark.parametrize("damage", [zeroed, all_nul, cut, missing])
def test_h63_a_damaged_data_file_opens_the_last_version_without_it(
    damage: Callable[[Path], None], workspace: Workspace
) -> None:
    table = workspace.table(PAIRS)
    table.append(pairs({"a": 1}))
    before = set((table.path / "data").iterdir())
    table.append(pairs({"b": 2}))
    (newest,) = set((table.path / "data").iterdir()) - before
    damage(newest)
    table.upsert(pairs({"c": 3}))
    assert content(workspace.table(PAIRS)) == {"a": 1, "c": 3}
    assert "is lost" in workspace.notices[0]


@pytest.mark.parametrize("damage", [zeroed, all_nul])
def test_h63_a_damaged_deletion_file_opens_the_version_before(
    damage: Callable[[Path], None], workspace: Workspace
) -> None:
    table = workspace.table(PAIRS)
    table.append(pairs({"a": 1, "b": 2}))
    table.delete("key = 'a'")
    (deletions,) = (table.path / "_deletions").iterdir()
    damage(deletions)
    assert content(table) == {"a": 1, "b": 2}
    assert "is lost" in workspace.notices[0]


def test_h63_several_damaged_versions_are_all_named(workspace: Workspace) -> None:
    table = workspace.table(PAIRS)
    for value in range(5):
        table.append(pairs({f"k{value}": value}))
    for manifest in sorted((table.path / "_versions").glob("*.manifest"))[:3]:
        zeroed(manifest)
    assert content(table) == {"k0": 0, "k1": 1}
    assert "version 4, 5, 6 cannot be read" in workspace.notices[0]


def test_h63_a_table_without_one_good_version_says_what_to_do(table: Table) -> None:
    table.append(pairs({"a": 1}))
    for manifest in (table.path / "_versions").glob("*.manifest"):
        zeroed(manifest)
    with pytest.raises(StorageError, match=r"none of its 2 versions can be read .*: remove that folder and run"):
        table.count()
    assert len(list((table.path / "_versions").glob("*.manifest"))) == 2


def test_h63_a_kill_before_the_first_commit_leaves_a_table_that_nobody_has_written(table: Table) -> None:
    (table.path / "_versions").mkdir(parents=True)
    (table.path / "data").mkdir()
    assert table.count() == 0
    table.upsert(pairs({"a": 1}))
    assert content(table) == {"a": 1}


def test_h63_trouble_with_the_disk_is_not_taken_for_damage(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    table.append(pairs({"a": 1}))

    def refuse(*words: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("wildwear.table._check_files", refuse)
    with pytest.raises(StorageError, match="permission denied"):
        table.count()
    monkeypatch.undo()
    assert content(table) == {"a": 1} and table.notices == []


# A disk that is full, read-only or failing


LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
"""
"""Files of this process may not grow beyond a number of bytes: what a full disk does, without one."""

FILL = """
from pathlib import Path
import pyarrow as pa
from wildwear.errors import StorageError
from wildwear.tables import TableSpec
from wildwear.table import Table
spec = TableSpec(name="pairs", key=("key",), fields=(pa.field("key", pa.string()), pa.field("value", pa.int64())))
table = Table(path=Path(sys.argv[1]), spec=spec)
keys = [str(index) * 20 for index in range(20_000)]
try:
    getattr(table, sys.argv[2])(pa.table({"key": keys, "value": range(20_000)}, schema=spec.schema))
except StorageError as error:
    print(error)
    sys.exit(1)
"""


@pytest.mark.parametrize("operation", ["upsert", "append", "replace"])
def test_h64_a_write_that_does_not_fit_stops_with_one_line_and_the_old_rows_stay(
    operation: str, workspace: Workspace
) -> None:
    table = workspace.table(PAIRS)
    table.append(pairs({"a": 1}))
    command = [sys.executable, "-B", "-c", LIMITED + FILL, str(table.path), operation, "100000"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == f"cannot write {table.path}: file too large\n"
    assert content(table) == {"a": 1} and not workspace.notices
    table.upsert(pairs({"b": 2}))
    assert content(table) == {"a": 1, "b": 2}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB, where one may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("mounting a file system needs root; the same is tested by a limit on file sizes")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_h64_a_full_disk_stops_every_write_and_the_next_one_after_it_has_room_works(small_disk: Path) -> None:
    table = Workspace.create(small_disk / "shop").table(PAIRS)
    table.append(pairs({"a": 1}))
    ballast = small_disk / "ballast"
    free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_bsize
    for left in (0, 4096, 8192, 12288, 20480):
        ballast.write_bytes(bytes(max(0, free - left)))
        try:
            table.upsert(pairs({f"k{index}": index for index in range(2000)}))
        except StorageError as error:
            assert str(error) == f"cannot write {table.path}: no space left on device"
        else:
            pytest.fail("2,000 rows fitted on a full disk")
        ballast.unlink()
        assert content(table) == {"a": 1}
    table.upsert(pairs({"b": 2}))
    assert content(table) == {"a": 1, "b": 2}


def test_h65_a_read_only_workspace_is_read_and_never_claims_to_have_written(
    small_disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = Workspace.create(small_disk / "shop").table(PAIRS)
    table.append(pairs({"a": 1}))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert content(table) == {"a": 1}
    for write in (table.upsert, table.append, table.replace):
        with pytest.raises(StorageError, match=r"cannot write .*: read-only file system"):
            write(pairs({"b": 2}))
    with pytest.raises(SystemExit) as stopped:
        main(["-w", str(small_disk / "other"), "init"])
    assert stopped.value.code == 1
    assert "Read-only file system" in capsys.readouterr().err
    assert content(table) == {"a": 1}


def test_h65_a_file_where_a_folder_should_be_is_one_plain_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot make a workspace in"):
        Workspace.create(tmp_path / "file" / "shop")
    with pytest.raises(StorageError, match="cannot write"):
        Table(path=tmp_path / "file" / "pairs.lance", spec=PAIRS).upsert(pairs({"a": 1}))


# Schemas

WIDER = replace(PAIRS, fields=(*PAIRS.fields, pa.field("note", pa.string())), version=2)


def test_h71_a_table_of_an_older_schema_gets_nulls_for_what_came_later(workspace: Workspace) -> None:
    workspace.table(PAIRS).append(pairs({"a": 1}))
    table = workspace.table(WIDER)
    assert table.read().to_pylist() == [{"key": "a", "value": 1, "note": None}]
    row = pa.table({"key": ["b"], "value": [2], "note": ["new"]}, schema=WIDER.schema)
    table.upsert(row)
    assert [one["note"] for one in workspace.table(WIDER).read().to_pylist()] == [None, "new"]


def test_h71_a_migration_that_was_killed_halfway_is_finished(workspace: Workspace) -> None:
    old = workspace.table(PAIRS)
    old.append(pairs({"a": 1}))
    old._open().add_columns([WIDER.fields[-1]])
    assert workspace.table(WIDER).read()["note"].to_pylist() == [None]


def test_h71_two_threads_migrate_a_table_once(workspace: Workspace) -> None:
    workspace.table(PAIRS).append(pairs({"a": 1}))
    rows: list[list[dict[str, object]]] = []
    threads = [
        threading.Thread(target=lambda: rows.append(workspace.table(WIDER).read().to_pylist())) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows == [[{"key": "a", "value": 1, "note": None}]] * 4


def test_h71_a_table_of_a_newer_schema_is_refused_plainly_and_left_alone(workspace: Workspace) -> None:
    newer = workspace.table(WIDER)
    newer.append(WIDER.schema.empty_table())
    before = newer.version
    older = workspace.table(PAIRS)
    for use in (older.count, older.read, lambda: older.upsert(pairs({"a": 1}))):
        with pytest.raises(SchemaError, match="has schema 2 and this wildwear reads up to 1: update wildwear"):
            use()
    assert newer.version == before


def test_h70_versions_are_told_apart_by_number_and_never_by_the_clock(workspace: Workspace) -> None:
    table = workspace.table(PAIRS)
    table.append(pairs({"a": 1}))
    table.append(pairs({"b": 2}))
    future = 4_000_000_000
    os.utime(sorted((table.path / "_versions").glob("*.manifest"))[1], (future, future))
    assert content(workspace.table(PAIRS)) == {"a": 1, "b": 2}


def test_the_command_line_repeats_what_a_repair_has_lost_even_where_it_fails(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    table = workspace.table(PRODUCTS)
    table.append(PRODUCTS.schema.empty_table())
    zeroed(newest_manifest(table))
    with pytest.raises(SystemExit) as stopped:
        main(["-w", str(workspace.root), "label"])
    assert stopped.value.code == 1
    assert "warning: products.lance: version 2 cannot be read" in capsys.readouterr().err
