//! The words of each language that decide where a clause may be cut. Lower case but for the last
//! list.

use crate::language::Language;

/// The words of one language.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// Abbreviations that something always follows.
    pub bound: &'static [&'static str],
    /// Abbreviations that may be followed by more or may end the sentence.
    pub likely: &'static [&'static str],
    /// As `likely`, where a capital may follow inside the sentence, too.
    pub before_capitals: &'static [&'static str],
    /// Abbreviations that belong to a number that follows; without one, they end the sentence.
    pub numbered: &'static [&'static str],
    /// Whether a number with a full stop is an ordinal: "3. Oktober".
    pub dotted_ordinals: bool,
    /// Words that no voice pauses after.
    pub binding: &'static [&'static str],
    /// Words that a voice may pause before.
    pub conjunctions: &'static [&'static str],
    /// Words that, capitalised after "U.S.", start a sentence rather than go on with a name.
    pub starters: &'static [&'static str],
}

impl Vocabulary {
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::German => &GERMAN,
            Language::Spanish => &SPANISH,
            Language::French => &FRENCH,
            Language::Italian => &ITALIAN,
            Language::Chinese => &CHINESE,
        }
    }
}

static ENGLISH: Vocabulary = Vocabulary {
    bound: &[
        "dr", "mr", "mrs", "ms", "prof", "st", "mt", "gen", "col", "sgt", "capt", "lt", "gov",
        "sen", "rep", "rev", "hon", "e.g", "eg", "i.e", "ie", "vs", "approx", "cf", "al",
    ],
    likely: &[
        "a.m", "p.m", "etc", "inc", "ltd", "corp", "co", "jr", "sr", "ph.d", "dept", "est", "ave",
        "blvd", "rd", "hr", "hrs", "mins", "secs", "tsp", "tbsp", "oz", "lb", "lbs", "ft", "apt",
        "govt", "misc",
    ],
    before_capitals: &[],
    numbered: &[
        "no", "nos", "fig", "figs", "vol", "p", "pp", "ch", "sec", "ca", "min", "max", "jan",
        "feb", "mar", "apr", "jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec",
    ],
    dotted_ordinals: false,
    binding: &[
        "a", "about", "an", "and", "are", "as", "at", "be", "but", "by", "dr", "for", "from",
        "her", "his", "in", "into", "is", "its", "mr", "mrs", "ms", "my", "near", "no", "not",
        "of", "on", "or", "our", "prof", "than", "that", "the", "their", "these", "this", "those",
        "to", "very", "was", "were", "w/", "with", "your",
    ],
    conjunctions: &[
        "although", "and", "as", "because", "but", "if", "or", "since", "so", "though", "unless",
        "until", "when", "where", "whereas", "which", "while",
    ],
    starters: &[
        "A", "After", "An", "And", "As", "At", "But", "Do", "For", "He", "Her", "His", "How",
        "However", "I", "If", "In", "Is", "It", "Its", "My", "No", "On", "Or", "She", "So", "That",
        "The", "Their", "Then", "There", "These", "They", "This", "Those", "To", "We", "What",
        "When", "Where", "Which", "Who", "Why", "Yes", "You", "Your",
    ],
};

static GERMAN: Vocabulary = Vocabulary {
    bound: &[
        "dr", "prof", "hr", "fr", "frl", "st", "hl", "z.b", "d.h", "u.a", "v.a", "bzw", "vgl",
        "ca", "ggf", "evtl", "sog", "inkl", "exkl", "zzgl", "geb",
    ],
    likely: &[],
    // Nouns are capitalised: "3 Mio. Euro".
    before_capitals: &[
        "mio", "mrd", "tsd", "std", "min", "sek", "jh", "chr", "usw", "etc", "jr", "str", "u.s.w",
    ],
    numbered: &[
        "nr", "abb", "bd", "kap", "art", "s", "tel", "max", "jan", "feb", "apr", "aug", "sept",
        "okt", "nov", "dez",
    ],
    dotted_ordinals: true,
    binding: &[
        "der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer",
        "eines", "mein", "meine", "meinen", "dein", "deine", "deinen", "sein", "seine", "seinen",
        "ihr", "ihre", "ihren", "unser", "unsere", "kein", "keine", "keinen", "dieser", "diese",
        "dieses", "jeder", "jede", "jedes", "in", "im", "ins", "an", "am", "auf", "aus", "bei",
        "beim", "mit", "nach", "von", "vom", "vor", "zu", "zum", "zur", "für", "durch", "ohne",
        "gegen", "um", "über", "unter", "und", "oder", "aber", "als", "wie", "dass", "sehr",
        "etwa", "rund", "ist", "sind", "war", "waren",
    ],
    conjunctions: &[
        "und", "oder", "aber", "denn", "weil", "wenn", "dass", "obwohl", "sondern", "während",
        "bevor", "nachdem", "sodass", "bis",
    ],
    starters: &[
        "Das",
        "Der",
        "Die",
        "Dem",
        "Den",
        "Er",
        "Sie",
        "Es",
        "Ich",
        "Du",
        "Wir",
        "Ihr",
        "Man",
        "Ein",
        "Eine",
        "Einen",
        "Dieser",
        "Diese",
        "Dieses",
        "Sein",
        "Seine",
        "Ihre",
        "Mein",
        "Dein",
        "Und",
        "Aber",
        "Oder",
        "Denn",
        "Dann",
        "Danach",
        "Dort",
        "Da",
        "Hier",
        "Heute",
        "Damit",
        "In",
        "Im",
        "An",
        "Am",
        "Auf",
        "Bei",
        "Mit",
        "Nach",
        "Seit",
        "Von",
        "Vor",
        "Zu",
        "Zum",
        "Für",
        "Wenn",
        "Weil",
        "Was",
        "Wer",
        "Wie",
        "Wo",
        "Wann",
        "Warum",
        "Ist",
        "Sind",
        "Hat",
        "Kann",
        "Soll",
        "Willst",
        "Möchtest",
        "So",
        "Als",
        "Auch",
        "Ja",
        "Nein",
    ],
};

static SPANISH: Vocabulary = Vocabulary {
    bound: &[
        "sr", "sra", "srta", "sres", "dr", "dra", "prof", "profa", "gral", "lic", "ing", "arq",
        "d", "dña", "ud", "uds", "vd", "vds", "sto", "sta", "p.ej", "ej", "aprox", "av", "avda",
        "ee",
    ],
    likely: &["a.m", "p.m", "etc", "cía", "a.c", "d.c"],
    before_capitals: &["uu", "ee.uu"],
    numbered: &[
        "n", "nro", "núm", "núms", "pág", "págs", "p", "pp", "vol", "art", "cap", "fig", "tel",
        "máx", "mín",
    ],
    dotted_ordinals: false,
    binding: &[
        "el", "la", "los", "las", "un", "una", "unos", "unas", "de", "del", "a", "al", "en", "con",
        "sin", "por", "para", "sobre", "entre", "desde", "hasta", "y", "e", "o", "u", "pero",
        "que", "si", "se", "me", "te", "le", "lo", "mi", "mis", "tu", "tus", "su", "sus", "muy",
        "más", "tan", "es", "son", "era", "está", "no", "este", "esta", "estos", "estas", "ese",
        "esa", "como", "cada",
    ],
    conjunctions: &[
        "y", "e", "o", "pero", "porque", "aunque", "cuando", "donde", "mientras", "pues", "sino",
        "si", "que",
    ],
    starters: &[
        "El", "La", "Los", "Las", "Un", "Una", "Es", "Son", "En", "Y", "O", "Pero", "También",
        "Esto", "Eso", "Este", "Esta", "Su", "Sus", "Mi", "Tu", "Se", "No", "Sí", "Si", "Cuando",
        "Como", "Por", "Para", "Con", "Hay", "Yo", "Tú", "Él", "Ella", "Ellos", "Qué", "Quién",
        "Dónde", "Cómo", "Cuándo", "Luego", "Después", "Así", "Ahora",
    ],
};

static FRENCH: Vocabulary = Vocabulary {
    bound: &[
        "m", "mm", "mr", "mme", "mmes", "mlle", "dr", "pr", "prof", "st", "ste", "cf", "env",
        "p.ex", "ex", "av", "apr", "boul", "bd",
    ],
    likely: &["a.m", "p.m", "etc", "j.-c"],
    before_capitals: &[],
    numbered: &[
        "n", "p", "pp", "vol", "fig", "art", "chap", "tél", "max", "janv", "févr", "avr", "juil",
        "sept", "oct", "nov", "déc",
    ],
    dotted_ordinals: false,
    binding: &[
        "le", "la", "les", "un", "une", "des", "de", "du", "à", "au", "aux", "en", "dans", "sur",
        "sous", "par", "pour", "avec", "sans", "chez", "vers", "entre", "et", "ou", "mais", "que",
        "qui", "si", "se", "ce", "cet", "cette", "ces", "mon", "ma", "mes", "ton", "ta", "tes",
        "son", "sa", "ses", "notre", "nos", "votre", "vos", "leur", "leurs", "je", "tu", "il",
        "elle", "on", "nous", "vous", "ils", "elles", "ne", "y", "très", "plus", "est", "sont",
        "était", "a", "ont", "chaque", "environ",
    ],
    conjunctions: &[
        "et", "ou", "mais", "donc", "car", "parce", "lorsque", "quand", "puisque", "tandis", "où",
        "qui", "que", "dont", "si", "afin",
    ],
    starters: &[
        "Le", "La", "Les", "L", "Un", "Une", "Des", "De", "Du", "Il", "Elle", "On", "Ils", "Elles",
        "Je", "J", "Tu", "Nous", "Vous", "C", "Ce", "Cet", "Cette", "Ces", "Cela", "Ça", "Son",
        "Sa", "Ses", "Et", "Mais", "Ou", "En", "Dans", "À", "Au", "Pour", "Par", "Avec", "Sur",
        "Qui", "Que", "Quand", "Comment", "Où", "Pourquoi", "Si", "Puis", "Oui", "Non",
    ],
};

static ITALIAN: Vocabulary = Vocabulary {
    bound: &[
        "sig", "sigg", "dott", "prof", "avv", "ing", "arch", "geom", "rag", "egr", "gent", "spett",
        "on", "mons", "s", "ss", "p.es", "es", "ca", "cfr",
    ],
    likely: &["a.m", "p.m", "ecc", "etc", "s.p.a", "s.r.l", "a.c", "d.c"],
    before_capitals: &[],
    numbered: &[
        "n", "nr", "pag", "pagg", "p", "pp", "vol", "art", "cap", "fig", "tel", "max", "min",
        "genn", "febb", "sett", "ott", "nov", "dic",
    ],
    dotted_ordinals: false,
    binding: &[
        "il", "lo", "la", "i", "gli", "le", "un", "uno", "una", "di", "del", "dello", "della",
        "dei", "degli", "delle", "a", "al", "allo", "alla", "ai", "agli", "alle", "da", "dal",
        "dalla", "dai", "in", "nel", "nella", "nei", "con", "su", "sul", "sulla", "per", "tra",
        "fra", "e", "ed", "o", "ma", "che", "se", "si", "non", "mi", "ti", "ci", "mio", "mia",
        "tuo", "tua", "suo", "sua", "questo", "questa", "quel", "quella", "ogni", "come", "circa",
        "molto", "più", "è", "sono", "era", "ha", "hanno",
    ],
    conjunctions: &[
        "e", "ed", "o", "oppure", "ma", "però", "perché", "quando", "mentre", "poiché", "quindi",
        "dove", "che", "se", "sebbene",
    ],
    starters: &[
        "Il", "Lo", "La", "I", "Gli", "Le", "L", "Un", "Uno", "Una", "È", "Sono", "Si", "Ma", "E",
        "O", "In", "Con", "Per", "Non", "Questo", "Questa", "Se", "Quando", "Come", "Chi", "Che",
        "Cosa", "Dove", "Perché", "Sì", "No", "Anche", "Poi", "A", "Da", "Di", "Io", "Tu", "Lui",
        "Lei", "Noi", "Suo", "Sua", "Ora",
    ],
};

/// Marks alone cut it: no full stop abbreviates, and no space shows where a word ends.
static CHINESE: Vocabulary = Vocabulary {
    bound: &[],
    likely: &[],
    before_capitals: &[],
    numbered: &[],
    dotted_ordinals: false,
    binding: &[],
    conjunctions: &[],
    starters: &[],
};
