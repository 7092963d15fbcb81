"""A gloss of WordNet as words that can be spoken, and what the glosses tell of how nouns are used."""

import collections
import re
import unicodedata

# A definition is cut where it is longer, and left out where it cannot be. Characters.
LONGEST = 140
# Shorter ones tell nothing. Characters.
SHORTEST = 4

ARTICLES = ("a", "an", "the")
# What a noun phrase has before its noun, so that it needs no article.
DETERMINED = set(
    """a an the any one some each every either both all no several many most much various two three four five six seven eight
    nine ten hundred its their his her someone somebody something anything anyone whoever whatever what that those this these
    everything everyone nothing none such another more enough half part""".split()
)
# What ends the first noun phrase of a gloss.
ENDS = set(
    """of in on at by with without that which who whose whom where when for from to as into used found made having consisting
    being between during or and under over within among after before than containing worn held usually especially made like
    resembling characterized caused produced designed serving formed living given based located situated through against
    about along around across near relating attached formerly often sometimes typically generally normally commonly mostly mainly chiefly since native growing grown covered composed built
    intended using forming considered known is are was were can involving extending eaten served cooked written performed bearing producing living feeding
    played prepared regarded carried placed so while because if not but only""".split()
)
TALES = {
    "Greek mythology", "Roman mythology", "Norse mythology", "classical mythology", "Hinduism", "Old Testament",
    "New Testament", "Hindu mythology", "Celtic mythology", "Teutonic mythology", "Judaism", "Islam", "Christianity", "Buddhism",
    "Irish mythology", "Welsh mythology", "Babylonian mythology",
}
TALE = re.compile(r"^\((the )?(" + "|".join(sorted(tale.removeprefix("the ") for tale in TALES)) + r")\) *")
STANDS_ALONE = re.compile(
    r", (?=(?:usually|often|typically|and|or|where|sometimes)\b)|,? (?=(?:that|which|who|such as|especially|including|used|found|"
    r"characterized|caused|consisting|whose|resembling|in which|having|with|until|and that|because|so that|when)\b)"
)
WRITTEN_OUT = {
    "e.g.": "for example", "i.e.": "that is", "esp.": "especially", "etc.": "and so on", "etc": "and so on", "usu.": "usually",
    "approx.": "about", "vs.": "versus", "U.S.A.": "USA", "U.S.": "US", "U.K.": "UK", "D.C.": "DC", "Dr.": "Doctor",
    "Mr.": "Mister", "Mt.": "Mount", "A.D.": "AD", "B.C.": "BC", "ca.": "about", "c.": "about", "cf.": "compare",
}
# Nouns that look like what somebody does.
THINGS = {
    "clothing", "housing", "feeling", "bedding", "lighting", "writing", "building", "covering", "opening", "painting", "drawing",
    "reasoning", "longing", "craving", "meeting", "string", "ring", "spring", "thing", "king", "lining", "setting", "dwelling",
}
# Nouns that stand without an article where the glosses do not tell.
NOT_COUNTED = re.compile(r"(sis|ness|ity|ism|ment|ance|ence|ing|logy|graphy|ics|tion|ship|hood|fare|ware|age|ery|ure|y)$")
UNIQUE = re.compile(r"(\d+(st|nd|rd|th)|second|third|first|last|same|only|[a-z]+[a-z](?<!for)(?<!mod)(?<!hon)est|one-time|leading|chief|main|principal|supreme) ")
ROLE = re.compile(r"(king|queen|emperor|empress|president|chancellor|pharaoh|pope|czar|prime minister|Holy Roman Emperor|King|Queen|President|Emperor)\b.* (of|from) ")
AMERICAN = re.compile(
    r"^((?:(?!the |of )[a-z-]+ ){0,2}|the )United States (?=(?!and |in |to |of |from |government|dollar|Constitution|Senate|Congress)[a-z])"
)


def plain_key(name):
    """As src/agent/knowledge compares names: in lower case, without accents, marks and articles."""
    plain = unicodedata.normalize("NFD", name)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub(r"[.'`]", "", plain).replace("&", " and ")
    words = re.sub(r"[^A-Za-z0-9]", " ", plain).lower().split()
    words = ["saint" if word == "st" else word for word in words]
    last = len(words) - 1
    kept = [word for place, word in enumerate(words) if word not in ("an", "the") and not (word == "a" and place < last)]
    return " ".join(kept or words)


def article(words):
    """The article before these words."""
    first = re.split(r"[ -]", words)[0]
    if len(first) > 1 and first.isupper():
        return "an" if first[0] in "AEFHILMNORSX" else "a"
    first = first.lower()
    if re.match(r"(hour|honest|honou?r|heir)", first):
        return "an"
    if re.match(r"(uni(?!n|m)|us[aeiu]|ut[ei]l|eu|ew|one\b|once|ub[io]|ur[aei]|ufo|uk)", first):
        return "a"
    return "an" if first[:1] in "aeiou" else "a"


def first_definition(gloss):
    """Without examples and without what follows the first semicolon."""
    words = re.split(r'[;:,]? *"', gloss)[0]
    depth, end = 0, len(words)
    for place, letter in enumerate(words):
        depth += (letter == "(") - (letter == ")")
        if letter == ";" and depth <= 0:
            end = place
            break
    return words[:end]


def clean(gloss, is_noun=True):
    """A gloss as words that can be spoken; none if it cannot be. That of a verb or an adjective may lack its object."""
    words = first_definition(" ".join(gloss.split()))
    tale = TALE.match(words)
    words = re.sub(r" \(((?:especially|usually|such as|including|often|typically) [^()`]{3,60})\)$", r", \1", words.strip())
    words = re.sub(r"\([^()]*(\([^()]*\))?[^()]*\)", " ", words)
    words = re.split(r" -{1,2} |--", words)[0]
    words = re.split(r": ", words)[0]
    words = re.sub(r"[`']([^`']*)[`']", r"\1", words) if "`" in words else words
    for short, long in WRITTEN_OUT.items():
        words = re.sub(rf"(?<![\w.]){re.escape(short)}(?!\w)", long, words)
    words = words.replace(" & ", " and ").replace("and/or", "or").replace("%", " percent")
    words = re.sub(r"\b(he|him|his|she|her)/(she|her|he|him)\b", "they", words)
    words = re.sub(r"(?<!member),? (of|in|from) the (genus|family|order|class|phylum|genera|subfamily) [A-Z][a-z]+( or [A-Z][a-z]+| and [A-Z][a-z]+)?", "", words)
    words = re.sub(r"^(an? )?((British|informal|slang|old|archaic|familiar|colloquial|or) )+(terms?|words?|names?) (used )?for ", "", words)
    words = AMERICAN.sub(lambda before: before[1] + "American ", words)
    for digits, long in (("1st", "first"), ("2nd", "second"), ("3rd", "third"), ("4th", "fourth"), ("5th", "fifth")):
        words = re.sub(rf"\b{digits}\b", long, words)
    words = " ".join(words.split()).strip(" ,:.")
    words = re.sub(r" +,", ",", words)
    words = re.sub(r"^(of|in) [a-z ]{2,30}[,:] ", "", words) if words.startswith(("of or", "of, ")) is False and ", " in words[:32] and words.startswith("in ") else words
    words = re.sub(r"(?<![\w.])([A-Z])\. ?(?=[A-Z])", r"\1 ", words)
    if len(words) > LONGEST:
        words = shortened(words)
        if words is None:
            return None
    if len(words) < SHORTEST or re.search(r"[()\[\]*;:/\\\"<>=_|#~]|\.\s|\.$|\b[a-z]\.|\d{5}", words):
        return None
    words = re.sub(r"^(typically|usually|generally|commonly|often|chiefly|mostly),? (?=[a-z])", "", words)
    if not is_noun and re.search(r" (of|to|for|with|about|in|(?<!so )(?<!go )(?<!now )on|by|from|upon|into|against|toward|towards|between)$", words):
        words += " something"
    if re.search(r"\b(of|or|and|the|a|an|to|with|by|for|in|as|than)$", words):
        return None
    if tale and len(words) < 110 and not re.search(r"myth|Testament|Bible", words):
        words += f" in {'the ' if 'Testament' in tale[2] else ''}{tale[2]}"
    return words


def shortened(words):
    """Up to a clause without which the rest stands; none if there is none."""
    ends = [found.start() for found in STANDS_ALONE.finditer(words) if 30 <= found.start() <= LONGEST]
    if not ends:
        return None
    return re.sub(r"( [a-z]+ly| and| or| but)?[ ,]*$", "", words[: ends[-1]])


class Glosses:
    """What the glosses and their examples tell of nouns: whether they have articles, or stand without."""

    def __init__(self, texts, adjectives):
        self.adjectives = adjectives
        self.with_article = collections.Counter()
        self.without = collections.Counter()
        for text in texts:
            words = re.findall(r"[a-z][a-z'-]*|[,;\"]", text.lower())
            for place, word in enumerate(words):
                before = words[max(place - 3, 0) : place][::-1]
                after = words[place + 1] if place + 1 < len(words) else "of"
                is_last = after in ENDS or not after[0].isalpha()
                if not before or not is_last:
                    continue
                for other in before:
                    if other in ("a", "an", "another", "each", "every"):
                        self.with_article[word] += 1
                        break
                    if other in ENDS:
                        self.without[word] += other in ("of", "in", "with", "by", "for", "from", "without")
                        break
                    if other in DETERMINED or not other[0].isalpha():
                        break

    def is_counted(self, noun, usually):
        """Whether a noun has an article."""
        if noun in ("language", "behavior", "conduct", "food", "transport", "equipment", "software", "money", "music", "work"):
            return False
        counted, not_counted = self.with_article[noun], self.without[noun]
        if noun.endswith("s") and self.with_article[noun[:-1]] and not noun.endswith("ss") and not counted:
            return False
        plurals = sum(self.without[noun + end] for end in ("s", "es"))
        if noun.endswith("y"):
            plurals += self.without[noun[:-1] + "ies"]
        counted += plurals
        if usually:
            counted = 2 * counted + 1
        if counted + not_counted < 3:
            return usually
        return counted >= not_counted

    def noun_phrase(self, words, file, is_instance):
        """With an article, if it needs one; none if it is no noun phrase."""
        parts = words.split()
        first = parts[0].lower().strip(",")
        following = parts[1].lower() if len(parts) > 1 else "of"
        if first in DETERMINED:
            return words
        if first.endswith("ing") and first not in THINGS and (
            following in DETERMINED or following in ENDS and following not in ("chiefly", "usually", "often", "mostly", "and", "or")
            or file == "communication"
        ):
            return None if file in ("person", "animal", "plant", "artifact", "location", "object", "food", "substance", "body") else words
        if following in ENDS and first in ("similar", "like", "same", "related", "capable", "able", "due", "equal", "close", "next"):
            return None
        is_participle = first.endswith(("ed", "en")) and following not in ENDS and following not in DETERMINED
        if first in ENDS and not is_participle or first in ("formerly", "usually", "originally", "chiefly", "to", "informal", "slang"):
            return None
        if is_instance and ROLE.match(words):
            return words
        if UNIQUE.match(words) or is_instance and words.startswith(("capital ", "former capital", "national capital")):
            return f"the {words}"
        noun = self.head(parts)
        if noun is None:
            return None
        if self.is_plural(words) or not is_instance and not self.is_counted(noun, not NOT_COUNTED.search(noun)):
            return words
        return f"{article(words)} {words}"

    def is_plural(self, words):
        """Whether the first noun is in the plural."""
        noun = self.head(words.split()) or ""
        return noun.endswith("s") and not noun.endswith(("ss", "us", "is", "ics"))

    def head(self, parts):
        """The noun of the first noun phrase."""
        plain = [part.strip(",").lower() for part in parts]
        head = None
        for place, word in enumerate(plain):
            following = plain[place + 1] if place + 1 < len(plain) else "of"
            then = plain[place + 2] if place + 2 < len(plain) else "of"
            goes_on = (then not in ENDS or then in ("or", "and")) and (self.describes(following) or then.endswith("s"))
            if word in ("and", "or", "but", "usually", "often", "typically", "sometimes", "chiefly", "mostly", "to") and head and self.describes(head) and goes_on:
                continue
            if head and (word in ENDS or word in DETERMINED or word.endswith("ed") and following in ENDS or word.endswith("ly") and following in ENDS):
                break
            head = word
            if parts[place].endswith(",") and (following in ENDS or following in DETERMINED):
                break
        return head and head.split("-")[-1]

    def describes(self, word):
        """Whether a word is an adjective, or used as one."""
        return word in self.adjectives or word.endswith(("ed", "ing", "ly")) or "-" in word
