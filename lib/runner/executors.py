"""Where trainings run: in this process, in a pool of processes, or on a Dask cluster. All are the same to a sweep."""

import multiprocessing
import os
import re
import signal
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from typing import Any

KINDS = "serial, processes, processes:N, stacked:S, dask, dask:N, dask@ADDRESS, slurm:N, pbs:N, sge:N, lsf:N"

DEATHS = 3  # of workers, one after another, that had the same job; Dask has its own such number

Outcomes = Generator[tuple[Any, BaseException | None], None, None]


@dataclass(frozen=True)
class Place:
    """A place to run trainings.

    Attributes:
        slots: how many programs it runs at a time; None if that is known elsewhere.
        run: calls a function with each of some jobs, and yields each job as it ends, with its error or None; closed
            early, it stops what still runs.
        together: how many networks one program trains, where the trainer can stack them.
    """

    slots: int | None
    run: Callable[[Callable[[Any], object], Sequence[Any]], Outcomes]
    together: int = 1


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def place(name: str) -> Place:
    """The place that a name stands for.

    `processes` takes all cores that this process may use. `stacked:S` trains S networks as one program, on a GPU if
    torch sees one. `dask` is a cluster on this machine, `dask@ADDRESS` an existing scheduler. `slurm:N` and its like
    ask a batch system for N jobs through dask-jobqueue, which is set up by its own `jobqueue.yaml`.

    Raises:
        ValueError: if there is no such place.
    """
    if name == "serial":
        return Place(1, _serial)
    if found := re.fullmatch(r"stacked:([1-9]\d*)", name):
        return Place(1, _serial, together=int(found[1]))
    if found := re.fullmatch(r"(processes|dask)(?::([1-9]\d*))?", name):
        slots = int(found[2] or cores())
        own = partial(_processes, slots) if found[1] == "processes" else partial(_dask, partial(_local_cluster, slots))
        return Place(slots, own)
    if found := re.fullmatch(r"dask@(\S+)", name):
        return Place(None, partial(_dask, partial(str, found[1])))
    if found := re.fullmatch(r"(slurm|pbs|sge|lsf):([1-9]\d*)", name):
        system, jobs = found[1], int(found[2])
        return Place(jobs, partial(_dask, partial(batch_cluster, system, jobs)))
    raise ValueError(f"there is no executor {name!r}; there are {KINDS}")


def unstacked(name: str) -> str:
    """The executor for what cannot be stacked, where this one is asked for.

    >>> unstacked("stacked:10"), unstacked("dask:2")
    ('processes', 'dask:2')
    """
    return "processes" if name.startswith("stacked") else name


def _serial(function: Callable[[Any], object], jobs: Sequence[Any]) -> Outcomes:
    for job in jobs:
        try:
            function(job)
        except Exception as error:
            yield job, error
        else:
            yield job, None


def _processes(workers: int, function: Callable[[Any], object], jobs: Sequence[Any]) -> Outcomes:
    """Each worker is a pool of its own, so that its death is that of the one job it had.

    Workers hold one end of a pipe, and leave when the other is closed: at the end, or when this process is killed.
    """
    context = multiprocessing.get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)

    def pool() -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, mp_context=context, initializer=_start_worker, initargs=(theirs,))

    idle: SimpleQueue[ProcessPoolExecutor] = SimpleQueue()
    for _ in range(workers):
        idle.put(pool())

    def call(job: Any) -> None:
        own = idle.get()
        try:
            for _ in range(DEATHS):
                try:
                    own.submit(function, job).result()
                    return
                except BrokenExecutor:
                    own.shutdown()
                    if ours.closed:
                        raise
                    own = pool()
            raise RuntimeError(f"its worker died, {DEATHS} times")
        finally:
            idle.put(own)

    # Python starts a worker from the thread that hands it its first job, with that thread's signals: deaf to Ctrl-C
    # from the first moment, its imports included. Windows has no such mask.
    deaf = partial(signal.pthread_sigmask, signal.SIG_BLOCK, [signal.SIGINT]) if os.name == "posix" else None
    threads = ThreadPoolExecutor(workers, initializer=deaf)
    try:
        of = {threads.submit(call, job): job for job in jobs}
        for future in as_completed(of):
            yield of[future], future.exception()
    finally:
        ours.close()
        threads.shutdown(cancel_futures=True)
        while not idle.empty():
            idle.get().shutdown()
        theirs.close()


def _start_worker(parent: Connection) -> None:
    def leave_with_parent() -> None:
        wait([parent])  # until the other end is closed; nobody ever writes
        os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then stops its workers
    threading.Thread(target=leave_with_parent, daemon=True).start()


def _dask(cluster: Callable[[], Any], function: Callable[[Any], object], jobs: Sequence[Any]) -> Outcomes:
    import dask
    import distributed

    if not jobs:  # no cluster for nothing
        return
    # One job a worker, none waiting beside it: Dask blames a worker's death on all that it had.
    with dask.config.set({"distributed.scheduler.worker-saturation": 1.0}):
        made = cluster()
    client = distributed.Client(made, set_as_default=False)
    try:
        of = dict(zip(client.map(function, jobs, pure=False), jobs, strict=True))
        for future in distributed.as_completed(list(of), loop=client.loop):
            yield of.pop(future), future.exception()  # its result is nothing, and is not fetched
    finally:
        client.close()
        if not isinstance(made, str):
            made.close()


def _local_cluster(workers: int) -> Any:
    import distributed

    return distributed.LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)


def batch_cluster(system: str, jobs: int) -> Any:
    """A Dask cluster whose workers are jobs of a batch system, one core and one training each.

    Queue, account, memory and walltime come from `jobqueue.yaml`, where dask-jobqueue looks for it; what it leaves open
    gets a modest default.
    """
    import dask
    import dask_jobqueue

    known = dask.config.get(f"jobqueue.{system}", default={})
    defaults = {"cores": 1, "processes": 1, "memory": "2GB"}
    chosen = {key: known.get(key) or value for key, value in defaults.items()}
    cluster = getattr(dask_jobqueue, f"{system.upper()}Cluster")(**chosen)
    cluster.scale(jobs=jobs)
    return cluster
