"""Two builds from two clean copies in different places give the same bytes: `make test-reproducible`."""

import hashlib
import shutil
import subprocess


def build(root, place):
    """A wheel from a clean copy of what git knows, in this place."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, place / name)
    subprocess.run(["bash", "python/reproducible.sh", root / ".venv" / "bin" / "maturin"], cwd=place, check=True)
    (wheel,) = (place / "target" / "wheels").glob("*.whl")
    return wheel


def test_two_clean_copies_give_the_same_bytes(root, tmp_path):
    first = build(root, tmp_path / "a")
    second = build(root, tmp_path / "in another place of a longer name")
    made, again = (hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in (first, second))
    assert made == again
    assert str(tmp_path).encode() not in first.read_bytes()
