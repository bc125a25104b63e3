"""Runs a network that has been checked: ONNX Runtime everywhere, OpenVINO where it is installed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from threading import local
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wildwear.errors import UnknownName, UserError
from wildwear.models.settings import RuntimeOptions

__all__ = ["Network", "Runner", "RuntimeOptions", "open_network", "open_runner", "thread_count"]

Network: TypeAlias = Callable[[NDArray[np.float32]], tuple[NDArray[np.float32], NDArray[np.float32]]]
"""N × 3 × S × S pixels to the embedding N × D and the logits N × C."""
Runner: TypeAlias = Callable[[Mapping[str, NDArray[Any]]], tuple[NDArray[Any], ...]]
"""Inputs by name to the outputs that were asked for, in that order."""


def open_network(data: bytes, options: RuntimeOptions, callers: int = 1) -> Network:
    """Compiles a network that `callers` threads may call at once, sharing the threads of `options` among them.

    Raises `UserError` where the options cannot be honoured on this machine.
    """
    runner = open_runner(data, ("embedding", "logits"), options, callers)

    def run(batch: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        embedding, logits = runner({"pixels": batch})
        return embedding, logits

    return run


def open_runner(data: bytes, outputs: Sequence[str], options: RuntimeOptions, callers: int = 1) -> Runner:
    """As `open_network`, for a network with inputs and outputs of any names."""
    name = _chosen(options)
    if name not in _RUNTIMES:
        raise UnknownName("runtime", name, ["auto", *_RUNTIMES])
    return _RUNTIMES[name](data, tuple(outputs), options, callers)


def _chosen(options: RuntimeOptions) -> str:
    if options.runtime != "auto":
        return options.runtime
    return "openvino" if options.device == "cpu" and find_spec("openvino") else "onnxruntime"


def thread_count(options: RuntimeOptions) -> int:
    """How many threads the options stand for on this machine."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return options.threads or available or 1


def _onnxruntime(data: bytes, outputs: tuple[str, ...], options: RuntimeOptions, callers: int) -> Runner:
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    providers = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
    if options.device not in providers:
        raise UnknownName("device", options.device, providers)
    provider = providers[options.device]
    if provider not in onnxruntime.get_available_providers():
        raise UserError(f"this ONNX Runtime cannot use {options.device}: pip install onnxruntime-gpu, or use cpu")
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = max(1, thread_count(options) // callers)
    settings.inter_op_num_threads = 1
    # Threads that wait without work would spin for a while, and take the cores from those who decode pictures.
    settings.add_session_config_entry("session.intra_op.allow_spinning", "0")
    settings.log_severity_level = 3
    settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    # Without the fallback, which prints to stdout and tries again.
    session = onnxruntime.InferenceSession(data, settings, providers=[provider], enable_fallback=0)
    if session.get_providers()[0] != provider:  # it falls back to the CPU with no more than a log line
        raise UserError(f"ONNX Runtime cannot start {options.device}: look at its drivers and libraries, or use cpu")

    def run(inputs: Mapping[str, NDArray[Any]]) -> tuple[NDArray[Any], ...]:
        return tuple(session.run(outputs, dict(inputs)))

    return run


def _openvino(data: bytes, outputs: tuple[str, ...], options: RuntimeOptions, callers: int) -> Runner:
    if options.device != "cpu":
        raise UserError(f"--runtime openvino runs on cpu here, and not on {options.device}: use --runtime onnxruntime")
    if not find_spec("openvino"):
        raise UserError("--runtime openvino needs OpenVINO: pip install openvino")
    openvino = import_module("openvino")
    core = openvino.Core()
    threads = {"INFERENCE_NUM_THREADS": thread_count(options), "NUM_STREAMS": callers}
    compiled = core.compile_model(core.read_model(data), "CPU", {**threads, "INFERENCE_PRECISION_HINT": "f32"})
    own = local()  # a request serves one thread at a time

    def run(inputs: Mapping[str, NDArray[Any]]) -> tuple[NDArray[Any], ...]:
        if not hasattr(own, "request"):
            own.request = compiled.create_infer_request()
        results = own.request.infer(dict(inputs))
        return tuple(np.array(results[name]) for name in outputs)

    return run


_RUNTIMES: dict[str, Callable[[bytes, tuple[str, ...], RuntimeOptions, int], Runner]] = {
    "onnxruntime": _onnxruntime,
    "openvino": _openvino,
}
