"""Prints the licences of everything that is linked into the executables, with their texts.

From `cargo metadata`: dependencies that are only needed to build or to test are left out. The sources
of llama.cpp, whisper.cpp and SVOX Pico lie in the folders of the crates that bring them, and so do
their licences.
"""

import json
import pathlib
import subprocess
import sys

NAMES = ("licen", "copying", "notice", "unlicense")
WORDNET = pathlib.Path(__file__).resolve().parent.parent / "assets/facts/wordnet/LICENSE"
ROOTS = ("vivavoce", "whisper-worker", "launcher")


def metadata():
    triple = next(
        line.split()[1]
        for line in subprocess.check_output(["rustc", "-vV"], text=True).splitlines()
        if line.startswith("host:")
    )
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", triple]
    return json.loads(subprocess.check_output(command, text=True))


def linked(data):
    """The packages that are linked, directly or not."""
    nodes = {node["id"]: node for node in data["resolve"]["nodes"]}
    packages = {package["id"]: package for package in data["packages"]}
    open_ids = [id for id, package in packages.items() if package["name"] in ROOTS]
    found = set()
    while open_ids:
        id = open_ids.pop()
        if id in found:
            continue
        found.add(id)
        for dependency in nodes[id]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                open_ids.append(dependency["pkg"])
    return [packages[id] for id in found if packages[id]["source"] is not None]


def texts(folder):
    """Licence files of a package, and of the C and C++ sources in its subfolders."""
    for path in sorted(folder.rglob("*")):
        depth = len(path.relative_to(folder).parts)
        name = path.name.lower()
        if depth <= 3 and path.is_file() and name.startswith(NAMES) and path.suffix not in (".rs", ".py"):
            yield path


def main():
    packages = sorted(linked(metadata()), key=lambda package: (package["name"], package["version"]))
    without = [p["name"] for p in packages if not p["license"] and not p["license_file"]]
    if without:
        sys.exit(f"no licence is stated for {', '.join(without)}: do not ship them")
    print("vivavoce holds these libraries. Their licences follow.\n")
    for package in packages:
        print(f"{package['name']} {package['version']}: {package['license'] or 'see its file'}")
    print(
        "\nIt holds data of GeoNames (https://www.geonames.org), licensed under CC BY 4.0\n"
        "(https://creativecommons.org/licenses/by/4.0/), and of them only a part."
    )
    print(
        "\nIt holds a part of WordNet 3.1 (https://wordnet.princeton.edu), changed, and words of our own beside it. Its licence:\n\n"
        + WORDNET.read_text(encoding="utf-8").strip()
    )
    seen = {}
    for package in packages:
        folder = pathlib.Path(package["manifest_path"]).parent
        for path in texts(folder):
            text = path.read_text(encoding="utf-8", errors="replace").strip()
            seen.setdefault(text, []).append(f"{package['name']} ({path.relative_to(folder)})")
    for text, places in seen.items():
        print("\n" + "=" * 80 + "\n" + ", ".join(places) + "\n\n" + text)


main()
