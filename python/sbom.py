"""The bill of materials of the wheel, `python/unjuran.cdx.json`: every crate that is linked into it (CycloneDX 1.5).

    python python/sbom.py

Run it when `Cargo.lock` changes; a test compares the two. The file depends on the lock alone, no clock and no random
number, so that a wheel built twice has the same bytes.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
OUT = Path(__file__).with_name("unjuran.cdx.json")
OURS = ("unjuran", "unjuran-python")


def linked() -> list[tuple[str, str, str]]:
    """Name, version and licence of every crate linked on any platform; build tools are not."""
    command = ["cargo", "tree", "--locked", "-p", "unjuran-python", "-e", "normal,no-proc-macro", "--target", "all"]
    command += ["--prefix", "none", "--format", "{p}|{l}"]
    lines = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    found = set()
    for line in lines:
        package, licence = line.removesuffix(" (*)").split("|")
        name, version = package.split()[:2]
        found.add((name, version.removeprefix("v"), licence))
    return sorted(found)


def digests() -> dict[tuple[str, str], str]:
    """The sha256 of every crate's archive, from the lock file."""
    text = (ROOT / "Cargo.lock").read_text(encoding="utf-8")
    entry = re.compile(r'name = "([^"]+)"\nversion = "([^"]+)"\nsource = "[^"]+"\nchecksum = "([^"]+)"')
    return {(name, version): digest for name, version, digest in entry.findall(text)}


def bill() -> dict[str, Any]:
    """The whole document."""
    sums = digests()
    parts = [part for part in linked() if part[0] not in OURS]
    version = next(version for name, version, _ in linked() if name == "unjuran")
    components = [
        {
            "type": "library",
            "bom-ref": f"pkg:cargo/{name}@{version}",
            "name": name,
            "version": version,
            "hashes": [{"alg": "SHA-256", "content": sums[name, version]}],
            "licenses": [{"expression": licence.replace("/", " OR ")}],
            "purl": f"pkg:cargo/{name}@{version}",
        }
        for name, version, licence in parts
    ]
    own = {"type": "library", "bom-ref": f"pkg:pypi/unjuran@{version}", "name": "unjuran", "version": version}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": own},
        "components": components,
    }


def text() -> str:
    """The document as it is stored."""
    return json.dumps(bill(), indent=1) + "\n"


if __name__ == "__main__":
    OUT.write_text(text(), encoding="utf-8")
