import subprocess
import sys
import threading
import time

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
