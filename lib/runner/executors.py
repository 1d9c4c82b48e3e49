"""Where trainings run: in this process, in a pool of processes, or on a Dask cluster. All are the same to a sweep."""

import multiprocessing
import multiprocessing.connection
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

KINDS = "serial, processes, processes:N, stacked:S, dask, dask:N, dask@ADDRESS, slurm:N, pbs:N, sge:N, lsf:N"


@dataclass(frozen=True)
class Place:
    """A place to run trainings.

    Attributes:
        name: as the command line says it.
        slots: how many programs it runs at a time.
        together: how many networks one program trains, where the trainer can stack them.
        open: opens an executor; leaving it with an error stops what still runs.
        lost: the errors by which it says that a worker died, and its training with it.
    """

    name: str
    slots: int
    open: Callable[[], AbstractContextManager[Executor]]
    lost: tuple[type[BaseException], ...] = (BrokenExecutor,)
    together: int = 1

    @property
    def ahead(self) -> int:
        """How many programs to hand over at a time: enough that no worker waits for its next one."""
        return 1 if self.slots == 1 else 2 * self.slots


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
        return Place(name, 1, _serial)
    if found := re.fullmatch(r"stacked:([1-9]\d*)", name):
        return Place(name, 1, _serial, together=int(found[1]))
    if found := re.fullmatch(r"(processes|dask)(?::([1-9]\d*))?", name):
        slots = int(found[2] or cores())
        return _processes(name, slots) if found[1] == "processes" else _dask(name, slots, lambda: _local_cluster(slots))
    if found := re.fullmatch(r"dask@(\S+)", name):
        address = found[1]
        return _dask(name, _slots_behind(address), lambda: address)
    if found := re.fullmatch(r"(slurm|pbs|sge|lsf):([1-9]\d*)", name):
        system, jobs = found[1], int(found[2])
        return _dask(name, jobs, lambda: batch_cluster(system, jobs))
    raise ValueError(f"there is no executor {name!r}; there are {KINDS}")


class _Here(Executor):
    """An executor without workers: submitting is running."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@contextmanager
def _serial() -> Iterator[Executor]:
    yield _Here()


def _processes(name: str, workers: int) -> Place:
    @contextmanager
    def opened() -> Iterator[Executor]:
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker)
        try:
            yield pool
        except BaseException:
            running = list((pool._processes or {}).values())  # public only from Python 3.14 on, as kill_workers
            pool.shutdown(wait=False, cancel_futures=True)
            for process in running:
                process.kill()
            raise
        pool.shutdown()

    return Place(name, workers, opened)


def _start_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then stops its workers
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """A killed parent cannot stop its workers; without this they would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def _dask(name: str, slots: int, cluster: Callable[[], Any]) -> Place:
    from distributed import Client, KilledWorker

    @contextmanager
    def opened() -> Iterator[Executor]:
        made = cluster()
        client = Client(made, set_as_default=False)
        try:
            with client.get_executor(pure=False, retries=0) as executor:
                yield executor
        finally:
            client.close()
            if not isinstance(made, str):
                made.close()

    return Place(name, slots, opened, lost=(BrokenExecutor, KilledWorker))


def _local_cluster(workers: int) -> Any:
    from distributed import LocalCluster

    return LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None)


def _slots_behind(address: str) -> int:
    from distributed import Client

    with Client(address, set_as_default=False, timeout=10) as client:
        return max(1, int(sum(client.nthreads().values())))


def batch_cluster(system: str, jobs: int) -> Any:
    """A Dask cluster whose workers are jobs of a batch system, one core and one training each.

    Queue, account, memory and walltime come from `jobqueue.yaml`, where dask-jobqueue looks for it; what it leaves open
    gets a modest default.
    """
    import dask
    import dask_jobqueue

    kind = {"slurm": "SLURMCluster", "pbs": "PBSCluster", "sge": "SGECluster", "lsf": "LSFCluster"}[system]
    known = dask.config.get(f"jobqueue.{system}", default={})
    defaults = {"cores": 1, "processes": 1, "memory": "2GB"}
    chosen = {key: known.get(key) or value for key, value in defaults.items()}
    cluster = getattr(dask_jobqueue, kind)(**chosen)
    cluster.scale(jobs=jobs)
    return cluster
