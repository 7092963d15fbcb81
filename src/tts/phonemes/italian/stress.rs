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
abbandono amica amiche amici amico antica antiche antico aprile avere barile -cadere -cantile civile
civili concime consola consolo controllo corea cortile -decide -decido -divide -divido dono -dovere
-enrico -esprime fatica fatiche federico -femminile -fero formica formiche fucile fucili gentile
gentili germania -giacere -giovanile -godere -iere infantile -iola -iole -ioli -iolo ludovico
-manere maschile maschili nemica nemici nemico -ombelico -opprime ostile ostili -parere parola
parole perdono petrolio -piacere pistola pistole -potere regime regimi -rida -ride -sapere -sedere
sedile sedili sottile sottili spagnola spagnoli spagnolo -suadere sublime -tacere -temere -tenere
-ttile -uccide -uccido -uola -uole -uoli -uolo -valere -vedere vicino -volere
";
/// Words that are stressed on the last syllable but two; those of [`EARLY_ENDINGS`] are not here.
const EARLY: &str = "
abbiano abita abitano abiti abito accendimi aiutano alberi albero amano analisi andarsene angela
angeli angelo anima anime animo anonima anonimo aprano aquila arbitri arbitro arrivano aspettami
aspettano attendono autobus barbara bergamo brindisi cagliari cambiano camera camere cantano capita
capitano carica carico cattedra cellula cellule cercano cesare chiacchiera chiacchierano chiamami
chiamano chiedimi chiudano cinema codice codici cominciano compiti compito comprano computer
considera contano continuano costano creano crediti credito crescita davide debiti debito deposita
deposito desidera diagnosi dicano dicevano dimentica ditemi diventano dodici dollari dollaro domina
dubita dubito ebbero elimina emergono entrano epoca epoche erano esamina esercita esercito esita
esito ettari ettaro evita facciano favola fegato femmina femmine fenomeni fenomeno festival figurati
fossero frigorifero funzionano furono genera genova giacomo giocano giovane giovani giudice giudici
giungla guardami guardano illumina imita immagina incontrano indice iniziano internet ipotesi isola
isole italo lacrima lacrime lampada lampade lascialo lasciano lavorano legano leggano lettera
lettere libera libere liberi libero limita limite limiti linea linee macchina macchine manager
mancano mandano mandorla mandorle mangiano manica maniche mantova margini medita mediterraneo merita
meritano meriti merito metodi metodo metropoli mettano mettono millilitri millilitro modena mostrano
nascita nomina numeri numero oceano opera operano ordina organi organo origini ospita ospite ospiti
ostacolo padova pagano pagina pagine parlano partecipa passami passano passero pecora pecore
penisola pensano pentola pentole perdita perdite periodi periodo piacciono piccoli pillola pillole
polvere polveri popoli popolo portami portano possano potevano povera povere poveri povero prendere
preoccupa prestiti prestito principe principi proposito quattordici quindici raccontami raccontano
recita recupera recupero regola regolano regole restano ricordami ricordano ricordati rimini
ripetimi rispondimi sabato sandali scatola scegliere scivolo scrivano scusami sedici seguimi
sembrano semina semplice semplici sentono siano sindaco sintesi sintomi sintomo soccorrere software
sognano solita solite soliti solito spiegami spiriti spirito stanno stavano stefano stiano stomaco
studiano subita subito suonano supera svegliami svizzera taranto tavola telefona tempera termina
termini tollera tornano tossico tramite trappola tredici trovano udine ultimo undici unico usano
utilizzano vadano vedano vendita vendite vengano vergine vescovi vescovo viaggiano video visita
visite vivono vogliano vomito zingaro zucchero
";
/// Words in which an i before the last vowel is stressed; "-logia" stands for all words with this ending.
const STRESSED_I: &str = "
allegria allergia allergie anarchia anatomia armonia autonomia batteria birreria bugia bugie
categoria categorie compagnia compagnie cortesia -crazia -crazie democrazia energia energie epidemia
etnia fantasia farmacia farmacie ferrovia ferrovie follia galleria garanzia gelateria gelosia
gerarchia gioielleria -grafia -grafie ironia lavanderia libreria -logia -logie lucia macelleria
magia malattia malattie malinconia maria melodia melodie -metria mia monarchia -nomia nostalgia
osteria panetteria -patia periferia pizzeria poesia poesie polizia profumeria pulizia ragioneria
segreteria sinfonia sinfonie -sofia -sofie strategia strategie teoria teorie terapia tirannia
trattoria tuttavia zia
";
/// Pronouns behind an infinitive: "prendersi".
const PRONOUNS: &[&str] = &["si", "lo", "la", "li", "le", "ci", "mi", "ti", "vi", "ne"];

/// Whether an i before the last vowel is stressed.
pub(super) fn has_stressed_i(word: &str) -> bool {
    is_listed(word, STRESSED_I)
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
    EARLY_ENDINGS.iter().any(|ending| word.ends_with(ending)) && !is_listed(word, LATE)
}

/// Whether a word is in a list, or ends as one of the list's endings.
fn is_listed(word: &str, list: &str) -> bool {
    list.split_whitespace()
        .any(|listed| match listed.strip_prefix('-') {
            Some(ending) => word.ends_with(ending),
            None => word == listed,
        })
}
