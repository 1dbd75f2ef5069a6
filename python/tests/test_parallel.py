import subprocess
import sys
import threading
import time

import pytest

import unjuran as uj

FORK = """
import multiprocessing, unjuran as uj

panel = uj.Panel(uj.Series([5, 7, 6, 9, 8 + i], start=2000, name=f"s{i}") for i in range(50))

def child(seed):
    return uj.forecast(panel, h=3)["s7"].to_json()

if __name__ == "__main__":
    here = child(0)  # threads have run before the fork
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(all(there == here for there in pool.map(child, range(4))))
"""


def test_a_forked_process_can_forecast_too():
    ran = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, timeout=120, check=False)
    assert (ran.stdout.strip(), ran.stderr) == ("True", "")


def test_python_goes_on_while_rust_works(cases):
    fc = uj.forecast(cases, h=10)
    worker = threading.Thread(target=fc.paths, args=(1_000_000,))
    ticks = []
    worker.start()
    while worker.is_alive():
        ticks.append(time.perf_counter())
        time.sleep(0.001)
    assert len(ticks) > 10, "the interpreter was held for the whole call"


def test_threads_share_models_and_series(cases):
    model, results = uj.AutoETS(), []
    workers = [threading.Thread(target=lambda: results.append(model.fit(cases).forecast(5))) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert results == [model.fit(cases).forecast(5)] * 4


def test_many_threads_fit_every_model_at_once(cases):
    """No state is shared: what one thread finds does not depend on what the others do."""
    names = ["BayesETS", "AutoETS", "Theta(dynamic)", "Drift", "NegativeBinomialTrend", "SegmentedTrend", "Combination"]
    alone = {name: uj.forecast(cases, h=4, model=name).to_json() for name in names}
    found, barrier = [], threading.Barrier(len(names) * 3)

    def work(name):
        barrier.wait()
        found.append((name, uj.forecast(cases, h=4, model=name).to_json()))

    workers = [threading.Thread(target=work, args=(name,)) for name in names * 3]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(found) == len(workers)
    assert all(there == alone[name] for name, there in found)


PANEL = [
    uj.Series([(i * 7 + t * t) % (11 + i % 50) for t in range(20)], start=2000, name=f"s{i}", unit="count")
    for i in range(300)
]


def test_results_are_the_same_bits_in_every_run_and_for_any_number_of_threads():
    panel = uj.Panel(PANEL)
    runs = [uj.forecast(panel, h=6, threads=threads) for threads in (1, 2, 2, 4)]
    first = [runs[0][name].to_bytes() for name in panel]
    for run in runs[1:]:
        assert [run[name].to_bytes() for name in panel] == first
    tables = [uj.backtest(panel, ["Naive", "Drift"], h=2, threads=threads).to_frame("polars") for threads in (1, 2)]
    assert tables[0].equals(tables[1])


INTERRUPT = """
import os, signal, sys, threading, time
import unjuran as uj

panel = uj.Panel(
    uj.Series([(i * 7 + t * t) % (11 + i % 50) for t in range(20)], start=2000, name=f"s{i}", unit="count")
    for i in range(20_000)
)
frame = panel.to_frame("polars")
calls = {
    "forecast": lambda: uj.forecast(panel, h=6, threads=2),
    "frame": lambda: uj.forecast(frame, h=6, threads=2),
    "backtest": lambda: uj.backtest(panel, ["BayesETS", "AutoETS"], h=6, threads=2),
}
sent = []

def interrupt():
    sent.append(time.process_time())
    os.kill(os.getpid(), signal.SIGINT)

timer = threading.Timer(1.0, interrupt)
try:
    timer.start()
    calls[sys.argv[1]]()
    print("ran to its end")
except KeyboardInterrupt:
    waited = (time.process_time() - sent[0]) / 2
    assert len(uj.forecast(uj.Panel([panel["s1"]]), h=2)) == 1, "the package works on"
    print(waited)
"""


@pytest.mark.parametrize("call", ["forecast", "frame", "backtest"])
def test_ctrl_c_stops_a_long_panel_within_100_ms_of_work(call):
    """Measured in seconds of work of each of two threads: those of the clock depend on what else the machine does."""
    ran = subprocess.run(
        [sys.executable, "-c", INTERRUPT, call], capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.stderr == ""
    assert float(ran.stdout) < 0.1


def test_threads_are_refused_by_what_is_allowed(cases):
    for threads in (0, -1, 1025):
        with pytest.raises(uj.errors.BadParameterError, match="1 to 1024") as caught:
            uj.forecast(uj.Panel([cases]), h=2, threads=threads)
        assert caught.value.value == str(threads)
