"""Two builds from two clean copies in different places give the same bytes: `make test-reproducible`."""

import hashlib
import io
import shutil
import subprocess
import zipfile


def copy(root, place):
    """A clean copy of what git knows."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, place / name)
    return place


def build(root, place):
    """The bytes of a wheel that was built in this place."""
    subprocess.run(["bash", "python/reproducible.sh", root / ".venv" / "bin" / "maturin"], cwd=place, check=True)
    (wheel,) = (place / "target" / "wheels").glob("*.whl")
    return wheel.read_bytes()


def test_two_clean_copies_give_the_same_bytes(root, tmp_path):
    places = [copy(root, tmp_path / "a"), copy(root, tmp_path / "in another place of a longer name")]
    first, second = (build(root, place) for place in places)
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()
    compiled = zipfile.ZipFile(io.BytesIO(first)).read("unjuran/_core.abi3.so")
    assert str(tmp_path).encode() not in compiled
    assert b".cargo/registry" not in compiled
