"""The path of a new user, from the repository to a fan: `make test-new-user`."""

import re
import sys


def test_install_quick_start_and_three_lines_from_a_csv_to_a_fan(environment, root, tmp_path):
    env = environment(sys.executable)
    env.pip("install", ".[plot]", "pandas")
    assert env.run("python", root / "notebooks" / "quick_start.py", cwd=tmp_path)
    lines = re.search(r"Three lines.*?```python\n(.*?)```", (root / "README.md").read_text(), re.DOTALL).group(1)
    (tmp_path / "cases.csv").write_text("unique_id,ds,y\ncases,2020,165\ncases,2021,115\ncases,2022,139\n")
    (tmp_path / "fan.py").write_text(
        lines.replace("uj.forecast(", "ax = uj.forecast(") + "ax.figure.savefig('fan.png')\n"
    )
    env.run("python", "fan.py", cwd=tmp_path)
    assert (tmp_path / "fan.png").stat().st_size > 10_000
