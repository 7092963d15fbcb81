//! Which syllable of an Italian word is stressed. The spelling says so for the last one alone ("città"); the last
//! but one is the rule, and what is stressed before it is told by its ending, or stands here.

/// Endings of words that are stressed on the last syllable but two, if the word has three at least.
const EARLY_ENDINGS: &[&str] = &[
    "abile", "abili", "ibile", "ibili", "ebole", "eboli", "evole", "evoli", "issimo", "issima",
    "issimi", "issime", "ico", "ica", "ici", "iche", "ologo", "ologi", "ologa", "grafo", "grafi",
    "grafa", "metro", "metri", "olo", "ola", "oli", "ole", "ulo", "ula", "uli", "ule", "ido",
    "ida", "idi", "ide", "imo", "ima", "imi", "ime", "ile", "ili", "agine", "agini", "igine",
    "igini", "edine", "udine", "udini", "ordine", "ordini", "ermine", "ermini", "argine", "argini",
    "ergine", "ergini", "ulmine", "avano", "evano", "ivano", "ebbero", "essero", "assero",
    "issero", "arono", "erono", "irono", "ono", "aneo", "anea", "anei", "anee", "area", "aree",
    "aereo", "aerea", "andosi", "endosi", "andolo", "endolo", "andola", "endola", "andoli",
    "endoli", "andomi", "endomi", "andoti", "endoti", "fono", "esimo", "esima", "uomini", "ere",
    "ttero", "sero",
];
/// Words that are stressed on the last syllable but one although they end so; "-iere" stands for all words with
/// this ending.
const LATE: &str = "
amica amici amiche amico antica antiche antico aprile barile civile civili corea cortile -cadere -cantile
-volere -dovere -enrico fatica fatiche federico -femminile formica formiche fucile fucili gentile gentili -giacere
-giovanile -godere -iere infantile ludovico maschile maschili -manere nemica nemici nemico -ombelico ostile ostili
parola parole -parere -piacere pistola pistole -potere regime regimi -rida -ride -sapere sedile sedili -sedere sottile
sottili spagnola spagnoli spagnolo -suadere sublime -tacere -temere -tenere -uccide -uccido -valere -vedere avere
-decide -decido -divide -divido -esprime -opprime -iola -iole -ioli -iolo -uola -uole -uoli -uolo dono perdono abbandono concime controllo -fero
petrolio consola consolo germania vicino -ttile
";
/// Words that are stressed on the last syllable but two; those of [`EARLY_ENDINGS`] are not here.
const EARLY: &str = "
abita abitano abiti abito aiutano alberi albero amano analisi andarsene angela angeli angelo anima
anime animo anonima anonimo aquila arrivano aspettano aspettami attendono autobus bergamo brindisi cagliari cambiano
camera camere cantano capita capitano cercano cesare chiacchiera chiacchierano chiamami chiamano chiedimi cinema
compiti compito comprano considera contano continuano crediti credito creano crescita davide debiti debito deposito
desidera deposita diagnosi dicevano diventano dubita dubito dimentica dodici domina ditemi elimina entrano epoca
epoche esamina esercita esercito esita esito evita facciano fegato femmina femmine festival figurati fossero funzionano
furono genera genova giocano giovane giovani giudice giudici guardami guardano illumina imita immagina incontrano
indice iniziano internet ipotesi isola isole italo lacrima lacrime lascialo lasciano lavorano legano lettera lettere
libera libere liberi libero limita limite limiti macchina macchine manager mancano mandano mangiano mantova margini
medita mediterraneo meritano merita meriti merito mettono metropoli modena mostrano nascita nomina numeri numero oceano
opera operano origini ordina organi organo ospita ospite ospiti ostacolo padova pagano pagina pagine parlano partecipa
passano passami pecora pecore penisola pensano perdita perdite piacciono pillola pillole piccoli polvere polveri
portano portami possano potevano povera povere poveri povero preoccupa prendere prestiti prestito principe principi
quattordici quindici raccontami raccontano recita recupera recupero regolano restano ricordami ricordano ricordati
rimini ripetimi rispondimi sabato sandali scivolo scusami sedici sembrano semina sentono seguimi siano sindaco
sintesi sintomo sintomi sognano solita solite soliti solito spiegami spirito spiriti stanno stavano stefano stiano
stomaco studiano subita subito suonano supera svegliami svizzera taranto tornano telefona tempera termina tollera tredici trovano udine
undici usano utilizzano vendita vendite vengano vergine vescovi vescovo visita visite vivono vogliano vomito zucchero
zingaro barbara giacomo accendimi passero cellula cellule regola regole scatola
favola tavola ultimo unico lampada lampade mandorla mandorle cattedra tossico pentola pentole costano
cominciano metodo metodi fenomeno fenomeni proposito dollari dollaro linea linee ipotesi termina emergono scegliere
semplice semplici popolo popoli tramite codice codici termini periodo periodi video erano frigorifero millilitri
millilitro frigorifero soccorrere abbiano ebbero vadano dicano vedano mettano leggano scrivano aprano chiudano viaggiano giungla trappola carica
carico arbitro arbitri ettaro ettari computer software manica maniche
";
/// Ends of words in which an i before the last vowel is stressed: "farmacia".
const STRESSED_I: &[&str] = &[
    "logia",
    "logie",
    "grafia",
    "grafie",
    "sofia",
    "sofie",
    "metria",
    "patia",
    "nomia",
    "crazia",
    "crazie",
    "farmacia",
    "farmacie",
    "energia",
    "energie",
    "magia",
    "bugia",
    "bugie",
    "strategia",
    "strategie",
    "nostalgia",
    "allergia",
    "allergie",
    "polizia",
    "pulizia",
    "compagnia",
    "compagnie",
    "allegria",
    "malattia",
    "malattie",
    "fantasia",
    "periferia",
    "cortesia",
    "teoria",
    "teorie",
    "categoria",
    "categorie",
    "terapia",
    "maria",
    "lucia",
];
/// The same of whole words, or of other endings.
const STRESSED_I_TOO: &[&str] = &[
    "pizzeria",
    "libreria",
    "galleria",
    "batteria",
    "garanzia",
    "follia",
    "poesia",
    "poesie",
    "anatomia",
    "ironia",
    "sinfonia",
    "melodia",
    "geologia",
    "gelosia",
    "simpatia",
    "trattoria",
    "lavanderia",
    "segreteria",
    "osteria",
    "armonia",
    "mania",
    "anarchia",
    "gerarchia",
    "etnia",
    "tuttavia",
];
/// Pronouns behind an infinitive: "prendersi".
const PRONOUNS: &[&str] = &["si", "lo", "la", "li", "le", "ci", "mi", "ti", "vi", "ne"];

/// Whether an i before the last vowel is stressed.
pub(super) fn has_stressed_i(word: &str) -> bool {
    STRESSED_I
        .iter()
        .chain(STRESSED_I_TOO)
        .any(|end| word.ends_with(end))
}

/// Ends of words that have lost their last vowel: "signor", "poter".
const CUT_OFF: [&str; 10] = [
    "ar", "or", "ir", "al", "el", "un", "an", "on", "aver", "oter",
];
/// Words that are no forms of a verb in "are", as "abitano" is one.
const NO_VERBS: [&str; 8] = [
    "americano",
    "africano",
    "messicano",
    "dominicano",
    "repubblicano",
    "anglicano",
    "capitano",
    "meridiano",
];

/// The stressed one of so many syllables, of a word without an accent.
pub(super) fn stressed(word: &str, syllables: usize) -> usize {
    let back = match syllables {
        0 | 1 => 1,
        _ if CUT_OFF.iter().any(|end| word.ends_with(end)) => 1,
        2 => 2,
        _ if syllables > 3 && is_of_early_verb(word) => 4,
        _ if is_early(word) => 3,
        _ => 2,
    };
    syllables.saturating_sub(back)
}

/// "abitano", of "abita"
fn is_of_early_verb(word: &str) -> bool {
    let verb = word.strip_suffix("no").filter(|verb| verb.ends_with('a'));
    verb.is_some_and(is_early) && !NO_VERBS.contains(&word)
}

fn is_early(word: &str) -> bool {
    if EARLY.split_whitespace().any(|early| early == word) {
        return true;
    }
    // "prendersi" is stressed as "prendere" is.
    let infinitive = PRONOUNS.iter().find_map(|pronoun| {
        let verb = word.strip_suffix(pronoun)?.strip_suffix("er")?;
        // "diversi", "persi" are no infinitives.
        let verb = (!verb.ends_with(['v', 'p', 'm'])).then_some(verb)?;
        Some(format!("{verb}ere"))
    });
    let word = infinitive.as_deref().unwrap_or(word);
    let is_late = |late: &str| match late.strip_prefix('-') {
        Some(ending) => word.ends_with(ending),
        None => word == late,
    };
    EARLY_ENDINGS.iter().any(|ending| word.ends_with(ending))
        && !LATE.split_whitespace().any(is_late)
}
