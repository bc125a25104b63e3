"""Decoders in processes of their own: whatever a picture does to its decoder, the others come through."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import numpy as np
import psutil
import pytest
import simplejpeg
from PIL import Image

from wildwear.errors import WildwearError
from wildwear.images.decode import DecodeLimits, StoredPicture, store
from wildwear.images.decoders import DecoderPool
from wildwear.records import Failure

GOOD = simplejpeg.encode_jpeg(np.tile(np.arange(0, 240, 4, dtype=np.uint8)[:, None, None], (1, 300, 3)))

HOSTILE_WORKER = """
    import os, time
    from wildwear.images.decode import store

    def worker(data, limits):
        if data == b"exit":
            os._exit(7)
        if data == b"abort":
            os.abort()
        if data == b"hang":
            time.sleep(60)
        if data == b"spin":
            while True:
                pass
        if data == b"bloat":
            kept = []
            while True:
                kept.append(bytearray(200_000_000))
        if data == b"raise":
            raise KeyError("surprise")
        if data == b"print":
            print("out of protocol", flush=True)
            os.write(1, b"out of protocol")
            data = GOOD
        return store(data, limits)

    GOOD = {good!r}
"""


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A worker that some pictures make die, hang or eat memory, for real."""
    (tmp_path / "hostile_worker.py").write_text(dedent(HOSTILE_WORKER).format(good=GOOD))
    monkeypatch.syspath_prepend(str(tmp_path))
    return "hostile_worker:worker"


def test_a_pool_gives_what_store_gives() -> None:
    with DecoderPool(2) as pool:
        assert pool.submit(GOOD).result() == store(GOOD)


def test_results_are_awaited_from_asyncio_in_any_number() -> None:
    async def all_of(pool: DecoderPool) -> list[StoredPicture | Failure]:
        return await asyncio.gather(*(asyncio.wrap_future(pool.submit(GOOD)) for _ in range(50)))

    with DecoderPool(2) as pool:
        assert asyncio.run(all_of(pool)) == [store(GOOD)] * 50


def test_a_refused_picture_is_a_failure_and_not_an_exception() -> None:
    with DecoderPool(1, DecodeLimits(max_pixels=100)) as pool:
        outcome = pool.submit(GOOD).result()
    assert isinstance(outcome, Failure) and outcome.reason == "too_many_pixels"


def test_a_picture_of_too_many_bytes_is_not_handed_to_a_decoder() -> None:
    with DecoderPool(1, DecodeLimits(max_bytes=len(GOOD))) as pool:
        assert pool.submit(GOOD).result() == store(GOOD)
        outcome = pool.submit(GOOD + b"!").result()
    assert isinstance(outcome, Failure) and outcome.reason == "too_many_bytes"


def test_a_closed_pool_takes_nothing_more() -> None:
    with DecoderPool(1) as pool:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(GOOD)


@pytest.mark.parametrize(
    ("picture", "reason", "detail"),
    [
        (b"exit", "decoder_died", "exit status 7"),
        (b"abort", "decoder_died", "SIGABRT"),
        (b"hang", "decoder_timeout", "limit"),
        (b"spin", "decoder_timeout", "limit"),
        (b"bloat", "decoder_memory", ""),
        (b"raise", "corrupt_image", "KeyError"),
    ],
)
def test_h35_a_poisonous_picture_fails_alone(hostile: str, picture: bytes, reason: str, detail: str) -> None:
    with DecoderPool(1, memory_bytes=300_000_000, seconds=2.0, worker=hostile) as pool:
        outcomes = [pool.submit(data).result() for data in (GOOD, picture, GOOD)]
    assert outcomes[0] == outcomes[2] == store(GOOD)
    assert isinstance(outcomes[1], Failure)
    assert outcomes[1].reason == reason and detail in outcomes[1].detail


def test_h35_a_picture_that_is_too_large_for_the_memory_limit_fails_alone() -> None:
    file = io.BytesIO()
    Image.new("RGB", (6000, 6000)).save(file, "PNG", compress_level=1)
    large = file.getvalue()
    with DecoderPool(1, memory_bytes=60_000_000) as pool:
        outcomes = [pool.submit(data).result() for data in (large, GOOD)]
    assert isinstance(outcomes[0], Failure) and outcomes[0].reason == "decoder_memory"
    assert outcomes[1] == store(GOOD)


def test_what_a_decoder_prints_does_not_reach_the_protocol(hostile: str) -> None:
    with DecoderPool(1, worker=hostile) as pool:
        assert [pool.submit(data).result() for data in (b"print", GOOD)] == [store(GOOD)] * 2


def test_a_decoder_that_cannot_start_is_an_error_at_once() -> None:
    with pytest.raises(WildwearError, match="did not start"):
        DecoderPool(1, worker="wildwear.images.decode:no_such_function")


def test_a_pool_leaves_no_process_behind(hostile: str) -> None:
    me = psutil.Process()
    with DecoderPool(2, seconds=1.0, worker=hostile) as pool:
        assert len(me.children()) == 2
        pool.submit(b"exit").result()
    assert me.children() == []


def test_leaving_by_an_exception_cancels_what_has_not_begun(hostile: str) -> None:
    with pytest.raises(ZeroDivisionError), DecoderPool(1, seconds=1.0, worker=hostile) as pool:
        futures = [pool.submit(b"hang") for _ in range(30)]
        raise ZeroDivisionError
    assert all(future.done() for future in futures)
    assert sum(future.cancelled() for future in futures) >= 29


def test_decoders_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    lines = "import time", "from wildwear.images.decoders import DecoderPool", "pool = DecoderPool(2)"
    script = "\n".join([*lines, "print('up', flush=True)", "time.sleep(60)"])
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert parent.stdout and parent.stdout.readline() == b"up\n"
    children = psutil.Process(parent.pid).children()
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate()
    assert len(children) == 2 and psutil.wait_procs(children, timeout=20)[1] == []


@pytest.mark.parametrize(
    "wrong", [{"processes": 0}, {"processes": 1, "memory_bytes": 0}, {"processes": 1, "seconds": 0}]
)
def test_a_pool_without_processes_memory_or_time_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="a pool needs"):
        DecoderPool(**wrong)
