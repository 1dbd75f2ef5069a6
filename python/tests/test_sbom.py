import importlib.util
import json
from importlib import metadata
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "sbom.py"


def _script():
    spec = importlib.util.spec_from_file_location("sbom", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_bill_of_materials_is_that_of_the_lock_file():
    script = _script()
    assert script.OUT.read_text(encoding="utf-8") == script.text(), "python python/sbom.py"


def test_the_installed_wheel_carries_it():
    files = [file for file in metadata.files("unjuran") if file.parent.name == "sboms"]
    assert [file.name for file in files] == ["unjuran.cdx.json"]
    names = {part["name"] for part in json.loads(files[0].read_text(encoding="utf-8"))["components"]}
    assert {"serde_json", "rayon", "pyo3"} <= names
