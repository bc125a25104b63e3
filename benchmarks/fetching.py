"""Fetching beside img2dataset and beside the bare codec: the same pictures, the same server, the same output size.

    python -m venv /tmp/peers && /tmp/peers/bin/pip install img2dataset
    python benchmarks/fetching.py --img2dataset-python /tmp/peers/bin/python

Prints ratios only, for rates depend on the machine: of pictures a second, and of processor time, which says the same
on a machine that is busy with other things too. Claims: at least 2x img2dataset, at least 0.85x the bare codec on all
cores. The pictures are those of `luma` (1 to 2 megapixels) below WILDWEAR_DATA, served from memory.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import simplejpeg
from PIL import Image

DATA = Path(os.environ.get("WILDWEAR_DATA", Path(__file__).parents[2] / "shared" / "data"))
CORES = os.cpu_count() or 1
SIDE = 256
QUALITY = 90

Measured = tuple[float, float]
"""Pictures a second, and seconds of processor time a picture."""

CPU = """
import gc, resource
def cpu():
    gc.collect()
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)
"""

WILDWEAR = """
import json, sys, time
from pathlib import Path
import aiohttp, daft, lance, polars, pyarrow as pa
from wildwear.images.fetch import fetch
from wildwear.images.fetch_settings import FetchSettings
from wildwear.tables import PRODUCTS
from wildwear.workspace import Workspace

urls, workspace = Path(sys.argv[1]).read_text().split(), Workspace.create(Path(sys.argv[2]))
rows = [dict.fromkeys(PRODUCTS.schema.names) | {"product_id": str(n), "image_urls": [u]} for n, u in enumerate(urls)]
workspace.table(PRODUCTS).replace(pa.Table.from_pylist(rows, schema=PRODUCTS.schema))
settings = FetchSettings(allow_private_addresses=True, all_products=True, requests_per_second=1e6,
                         connections_per_host=32, placeholder_products=10**9)
began, used = time.perf_counter(), cpu()
report = fetch(workspace, settings)
seconds = time.perf_counter() - began
print(json.dumps([report.done["pictures stored"], seconds, cpu() - used]))
"""

IMG2DATASET = """
import json, sys, time
from pathlib import Path
from img2dataset import download

if __name__ == "__main__":
    urls = Path(sys.argv[1]).read_text().split()
    cores = int(sys.argv[3])
    began, used = time.perf_counter(), cpu()
    download(url_list=sys.argv[1], input_format="txt", output_folder=sys.argv[2], output_format="webdataset",
             image_size=256, resize_mode="keep_ratio", resize_only_if_bigger=True, encode_quality=90,
             processes_count=cores, thread_count=32, number_sample_per_shard=-(-len(urls) // (4 * cores)),
             enable_wandb=False)
    seconds = time.perf_counter() - began
    stats = [json.loads(path.read_text()) for path in Path(sys.argv[2]).glob("*_stats.json")]
    print(json.dumps([sum(one["successes"] for one in stats), seconds, cpu() - used]))
"""


class FromMemory(asyncio.Protocol):
    """Answers `GET /n...` with picture n, and nothing else."""

    answers: list[bytes]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        for request in data.split(b"\r\n\r\n")[:-1]:
            number = int(request.partition(b" /")[2].partition(b"-")[0])
            self.transport.write(self.answers[number])  # type: ignore[attr-defined]


def serve(pictures: list[bytes], port: multiprocessing.Queue[int]) -> None:
    head = "HTTP/1.1 200 OK\r\ncontent-type: image/jpeg\r\ncontent-length: {}\r\n\r\n"
    FromMemory.answers = [head.format(len(picture)).encode() + picture for picture in pictures]

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(FromMemory, "127.0.0.1", 0)
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def bare_codec(pictures: list[bytes], repeats: int) -> Measured:
    """Decoding, scaling and encoding alone, in one process a core, from and to memory."""
    count = len(pictures) * repeats
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    with multiprocessing.get_context("fork").Pool(CORES, _set_pictures, [pictures]) as pool:
        pool.map(_recode, range(CORES))
        began = time.perf_counter()
        pool.map(_recode, list(range(len(pictures))) * repeats, chunksize=16)
        seconds = time.perf_counter() - began
        pool.close()
        pool.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return count / seconds, (after.ru_utime - used.ru_utime + after.ru_stime - used.ru_stime) / count


def _set_pictures(pictures: list[bytes]) -> None:
    FromMemory.answers = pictures


def _recode(number: int) -> int:
    pixels = simplejpeg.decode_jpeg(FromMemory.answers[number], "RGB", min_height=SIDE, min_width=SIDE)
    picture = Image.fromarray(pixels)
    scale = SIDE / min(picture.size)
    small = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.BICUBIC)
    return len(simplejpeg.encode_jpeg(np.asarray(small), quality=QUALITY, colorsubsampling="420"))


def program(python: str, text: str, urls: Path, count: int) -> Measured:
    """What a program says that it stored, in how many seconds, with how much processor time."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "program.py"
        script.write_text(CPU + text)
        command = [python, str(script), str(urls), str(Path(folder) / "out"), str(CORES)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    stored, seconds, used = json.loads(done.stdout.strip().splitlines()[-1])
    if stored != count:
        sys.exit(f"{python} stored {stored} of {count} pictures: no comparison")
    return stored / seconds, used / stored


def served(pictures: list[bytes]) -> tuple[multiprocessing.Process, str]:
    """A server in a process of its own, and its address."""
    port: multiprocessing.Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=[pictures, port], daemon=True)
    server.start()
    return server, f"http://127.0.0.1:{port.get()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--img2dataset-python", help="the interpreter of an environment with img2dataset")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=3, help="how often each picture is fetched, by other addresses")
    arguments = parser.parse_args()
    pictures = [path.read_bytes() for path in sorted((DATA / "luma").rglob("*.jpg"))]
    if not pictures:
        sys.exit(f"no photographs below {DATA / 'luma'}: set WILDWEAR_DATA")
    server, base = served(pictures)
    count = len(pictures) * arguments.repeats
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as urls:
        urls.write("\n".join(f"{base}/{n % len(pictures)}-{n}.jpg" for n in range(count)))
        urls.flush()
        runs: dict[str, Callable[[], Measured]] = {
            "wildwear": lambda: program(sys.executable, WILDWEAR, Path(urls.name), count),
            "the bare codec": lambda: bare_codec(pictures, arguments.repeats),
        }
        if peer := arguments.img2dataset_python:
            runs["img2dataset"] = lambda: program(peer, IMG2DATASET, Path(urls.name), count)
        measured: dict[str, list[Measured]] = {name: [] for name in runs}
        for _ in range(arguments.rounds):
            for name, run in runs.items():
                measured[name].append(run())
    server.terminate()
    report(measured)


def report(measured: dict[str, list[Measured]]) -> None:
    middle = {
        name: [statistics.median(values) for values in zip(*runs, strict=True)] for name, runs in measured.items()
    }
    rate, used = middle.pop("wildwear")
    for name, (its_rate, its_used) in middle.items():
        print(f"pictures a second: wildwear / {name} = {rate / its_rate:.2f}")
        print(f"processor time a picture: {name} / wildwear = {its_used / used:.2f}")


if __name__ == "__main__":
    main()
