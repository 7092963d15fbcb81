//! Tables of what is written and what is said in Spanish and Italian.

use super::super::tables::assert_said;
use crate::language::Language;

fn spanish(cases: &[(&str, &str)]) {
    assert_said(Language::Spanish, cases);
}

fn italian(cases: &[(&str, &str)]) {
    assert_said(Language::Italian, cases);
}

#[test]
fn spanish_numbers_become_words() {
    spanish(&[
        ("0", "cero"),
        ("16", "dieciséis"),
        ("31", "treinta y uno"),
        ("100", "cien"),
        ("101", "ciento uno"),
        ("555", "quinientos cincuenta y cinco"),
        ("1000", "mil"),
        ("21000", "veintiún mil"),
        ("2024", "dos mil veinticuatro"),
        (
            "1.234.567",
            "un millón doscientos treinta y cuatro mil quinientos sesenta y siete",
        ),
        ("3,5", "tres coma cinco"),
        ("3.5", "tres coma cinco"),
        ("0,05", "cero coma cero cinco"),
        ("-5 grados", "menos cinco grados"),
        ("007", "cero cero siete"),
    ]);
}

#[test]
fn spanish_numbers_agree_with_what_they_count() {
    spanish(&[
        ("1 año", "un año"),
        ("1 casa", "una casa"),
        ("21 días", "veintiún días"),
        ("31 horas", "treinta y una horas"),
        ("el 1 de mayo", "el uno de mayo"),
    ]);
}

#[test]
fn spanish_amounts_times_and_dates_become_words() {
    spanish(&[
        ("20 %, 20%", "veinte por ciento, veinte por ciento"),
        ("50€ o $20", "cincuenta euros o veinte dólares"),
        ("20,50 €", "veinte euros con cincuenta"),
        ("1 km y 100 km/h", "un kilómetro y cien kilómetros por hora"),
        ("a las 15:30.", "a las quince y treinta."),
        ("a las 8:00", "a las ocho"),
        ("12/05/2024", "doce de mayo de dos mil veinticuatro"),
        ("2024-05-12", "doce de mayo de dos mil veinticuatro"),
        ("el 3º y la 2ª", "el tercero y la segunda"),
        ("3-5 días", "de tres a cinco días"),
        ("siglo XIX", "siglo diecinueve"),
        ("La Sra. Ruiz, etc.", "La señora Ruiz, etcétera."),
    ]);
}

#[test]
fn italian_numbers_become_words() {
    italian(&[
        ("8", "otto"),
        ("21", "ventuno"),
        ("23", "ventitré"),
        ("28", "ventotto"),
        ("108", "centootto"),
        ("2001", "duemilauno"),
        ("1.000.000", "un milione"),
        ("2.300.000.000", "due miliardi trecento milioni"),
        ("3,14", "tre virgola quattordici"),
    ]);
}

#[test]
fn italian_amounts_times_and_dates_become_words() {
    italian(&[
        ("1 giorno, 1 ora", "un giorno, un'ora"),
        ("20%", "venti per cento"),
        ("20,50 €", "venti euro e cinquanta"),
        ("alle 15:30", "alle quindici e trenta"),
        ("1/1/2023", "primo gennaio duemilaventitré"),
        ("il 1 maggio", "il primo maggio"),
        (
            "XIX secolo, Luigi XIV",
            "diciannovesimo secolo, Luigi quattordicesimo",
        ),
        ("il 23° piano", "il ventitreesimo piano"),
        ("25 °C", "venticinque gradi"),
        ("Il Sig. Rossi", "Il signor Rossi"),
    ]);
}

#[test]
fn what_is_no_amount_is_left_as_it_is() {
    for language in [Language::Spanish, Language::Italian] {
        assert_said(
            language,
            &[
                ("b2b", "b2b"),
                ("192.168.1.1", "192.168.1.1"),
                ("99/99/2024", "99/99/2024"),
            ],
        );
    }
}

#[test]
fn a_minus_before_an_amount_is_said() {
    spanish(&[
        ("-20 €", "menos veinte euros"),
        ("-20€", "menos veinte euros"),
        ("-$20", "menos veinte dólares"),
        ("$-20", "menos veinte dólares"),
        ("-20,50 €", "menos veinte euros con cincuenta"),
        ("-1 °C", "menos un grado"),
        ("-20%", "menos veinte por ciento"),
        ("-3 km", "menos tres kilómetros"),
    ]);
    italian(&[("-20 €", "meno venti euro"), ("-1 grado", "meno un grado")]);
}

#[test]
fn a_sign_of_degrees_is_an_ordinal_before_a_noun_alone() {
    spanish(&[
        ("5°", "cinco grados"),
        ("-5°", "menos cinco grados"),
        ("5º", "quinto"),
        ("la 5ª", "la quinta"),
        ("el 5º piso", "el quinto piso"),
        ("el 1º piso", "el primer piso"),
        ("el 3.º", "el tercero"),
        ("el 3er piso", "el tercer piso"),
        ("la 2da vez", "la segunda vez"),
        ("el 15º aniversario", "el quince aniversario"),
        ("el 11º intento", "el once intento"),
        ("el 11º fue", "el once fue"),
        ("Hoy hay 25º", "Hoy hay veinticinco grados"),
        ("a -5º", "a menos cinco grados"),
        ("a 30 ºC y 30ºC", "a treinta grados y treinta grados"),
    ]);
    italian(&[
        ("Oggi ci sono 25°", "Oggi ci sono venticinque gradi"),
        ("25° fuori", "venticinque gradi fuori"),
        ("-5°", "meno cinque gradi"),
        ("il 5º", "il quinto"),
        ("la 3ª volta", "la terza volta"),
        ("la 3° volta", "la terza volta"),
        ("il 1° maggio", "il primo maggio"),
    ]);
}

#[test]
fn a_number_behind_an_elided_article_is_said() {
    italian(&[
        ("L'80% delle persone", "L'ottanta per cento delle persone"),
        ("l’8 marzo", "l'otto marzo"),
        ("È l'1:30", "È l'una e trenta"),
        ("È l'1.", "È l'una."),
        ("all'1 di notte", "all'una di notte"),
        ("l'1 maggio", "l'uno maggio"),
        ("dell'11/5/2024", "dell'undici maggio duemilaventiquattro"),
        ("nell'800", "nell'ottocento"),
        ("all'1%", "all'uno per cento"),
        ("dall'1 al 3", "dall'uno al tre"),
        ("dall'1 alle 3", "dall'una alle tre"),
        ("l'8-10%", "l'otto a dieci per cento"),
        ("gli anni '90", "gli anni novanta"),
        ("l'11° piano", "l'undicesimo piano"),
    ]);
}

#[test]
fn a_number_agrees_with_listed_nouns_alone() {
    spanish(&[
        ("La opción 1 está lista", "La opción uno está lista"),
        ("El capítulo 1 explica", "El capítulo uno explica"),
        ("La tarea 21 era fácil", "La tarea veintiuno era fácil"),
        ("1 vez", "una vez"),
        ("1 noche", "una noche"),
        ("1 clase", "una clase"),
        ("1 planeta", "un planeta"),
        ("1 problema", "un problema"),
        ("200 personas", "doscientas personas"),
        ("501 libras", "quinientas una libras"),
        ("200.000 personas", "doscientas mil personas"),
        (
            "200.000.500 personas",
            "doscientos millones quinientas personas",
        ),
        ("500 £", "quinientas libras"),
        ("200 días", "doscientos días"),
        ("21 millones", "veintiún millones"),
    ]);
    italian(&[
        ("Il passo 1 consiste", "Il passo uno consiste"),
        ("Il capitolo 1 parla", "Il capitolo uno parla"),
        ("1 notte", "una notte"),
        ("1 problema", "un problema"),
        ("1 persona", "una persona"),
        ("1 studente", "uno studente"),
        ("1 amica", "un'amica"),
        ("1 amico", "un amico"),
    ]);
}

#[test]
fn hours_are_feminine_and_keep_their_unit() {
    spanish(&[
        ("Es la 1:30", "Es la una y treinta"),
        ("a las 21:15", "a las veintiuna y quince"),
        ("a las 15:30 h.", "a las quince y treinta."),
        ("a las 15h30", "a las quince y treinta"),
        ("a las 8.30", "a las ocho y treinta"),
        ("a la 1 de la tarde", "a la una de la tarde"),
        ("a las 21", "a las veintiuna"),
        ("15 h", "quince horas"),
        ("de 9:00 a 17:00", "de nueve a diecisiete"),
        ("10:30:15", "diez y treinta y quince segundos"),
        ("abre 9:00-17:00", "abre de nueve a diecisiete"),
    ]);
    italian(&[
        ("1:30", "una e trenta"),
        ("alle 15.30", "alle quindici e trenta"),
        ("alle 15:30 h", "alle quindici e trenta"),
        ("alle 21:15", "alle ventuno e quindici"),
    ]);
}

#[test]
fn a_fraction_of_three_digits_is_no_thousand() {
    spanish(&[
        ("0.500 kg", "cero coma cinco cero cero kilos"),
        ("0.125", "cero coma uno dos cinco"),
        ("1.500 kg", "mil quinientos kilos"),
    ]);
    italian(&[("0.125", "zero virgola uno due cinque")]);
}

#[test]
fn the_name_of_a_large_number_belongs_to_its_price() {
    spanish(&[
        ("$2.5 millones", "dos coma cinco millones de dólares"),
        (
            "$2.5 mil millones",
            "dos coma cinco mil millones de dólares",
        ),
        ("2,5 millones de €", "dos coma cinco millones de euros"),
        ("2,5 millones de euros", "dos coma cinco millones de euros"),
        ("1 millón €", "un millón de euros"),
        ("20 mil €", "veinte mil euros"),
        ("$5M", "cinco millones de dólares"),
        ("$1M", "un millón de dólares"),
        ("2,5M€", "dos coma cinco millones de euros"),
        ("5 M€", "cinco millones de euros"),
        ("200 mil personas", "doscientas mil personas"),
        ("200 mil £", "doscientas mil libras"),
        ("US$20", "veinte dólares"),
        ("1.000.000 €", "un millón de euros"),
        ("2.000.000 personas", "dos millones de personas"),
        ("1.500.000 €", "un millón quinientos mil euros"),
    ]);
    italian(&[
        ("2,5 milioni di euro", "due virgola cinque milioni di euro"),
        ("$30 miliardi", "trenta miliardi di dollari"),
        ("1.000.000 €", "un milione di euro"),
        ("1 milione", "un milione"),
    ]);
}

#[test]
fn a_range_keeps_its_sign_or_unit() {
    spanish(&[
        ("20-30%", "de veinte a treinta por ciento"),
        ("20%-30%", "de veinte a treinta por ciento"),
        ("un 20-30 %", "un veinte a treinta por ciento"),
        ("20-30 €", "de veinte a treinta euros"),
        ("$20-$30", "de veinte a treinta dólares"),
        ("$20-30 millones", "de veinte a treinta millones de dólares"),
        ("10-15 km", "de diez a quince kilómetros"),
        ("10–15km", "de diez a quince kilómetros"),
        ("10 - 15 km", "de diez a quince kilómetros"),
        ("20-21 horas", "de veinte a veintiuna horas"),
        ("entre 20-30 €", "entre veinte y treinta euros"),
        ("-10-15 °C", "de menos diez a quince grados"),
        ("ganan 3-1", "ganan tres a uno"),
        ("10 - 3", "diez menos tres"),
    ]);
    italian(&[
        ("20-30%", "da venti a trenta per cento"),
        ("10-15 km", "da dieci a quindici chilometri"),
        ("tra 20-30 €", "tra venti e trenta euro"),
    ]);
}

#[test]
fn a_number_of_a_telephone_is_said_by_its_digits() {
    spanish(&[
        ("555-1234", "cinco cinco cinco, uno dos tres cuatro"),
        (
            "01-2345678",
            "cero uno, dos tres cuatro cinco seis siete ocho",
        ),
        ("500-1000 euros", "de quinientos a mil euros"),
        ("500-1000", "de quinientos a mil"),
        ("en 2020-2024", "en dos mil veinte a dos mil veinticuatro"),
    ]);
    italian(&[("555-1234", "cinque cinque cinque, uno due tre quattro")]);
}

#[test]
fn thousands_may_be_parted_by_spaces() {
    spanish(&[
        ("10 000 km", "diez mil kilómetros"),
        ("1 250 000", "un millón doscientos cincuenta mil"),
        ("10 500,50 €", "diez mil quinientos euros con cincuenta"),
        ("10 500 personas", "diez mil quinientas personas"),
        ("10 100", "diez cien"),
    ]);
    italian(&[("10 000 km", "diecimila chilometri")]);
}

#[test]
fn roman_numbers_of_kings_and_centuries() {
    spanish(&[
        ("Carlos III", "Carlos tercero"),
        ("Isabel II", "Isabel segunda"),
        ("Felipe V", "Felipe quinto"),
        ("Luis XIV", "Luis catorce"),
        ("Benedicto XVI", "Benedicto dieciséis"),
        ("el siglo XXI", "el siglo veintiuno"),
        ("la II Guerra Mundial", "la segunda Guerra Mundial"),
        ("la II República", "la segunda República"),
        ("El capítulo III", "El capítulo tres"),
    ]);
    italian(&[
        ("secolo XIX", "secolo diciannovesimo"),
        ("Elisabetta II", "Elisabetta seconda"),
        ("Carlo V", "Carlo quinto"),
        ("Papa Giovanni XXIII", "Papa Giovanni ventitreesimo"),
        ("la II guerra mondiale", "la seconda guerra mondiale"),
        ("Anna V. Rossi", "Anna V. Rossi"),
        ("dell'XI secolo", "dell'undicesimo secolo"),
        ("l'VIII edizione", "l'ottava edizione"),
        ("Parte II", "Parte seconda"),
        ("diabete di tipo II", "diabete di tipo due"),
    ]);
}

#[test]
fn the_first_day_of_a_month_is_no_count_of_months() {
    spanish(&[
        ("1/5/2024", "uno de mayo de dos mil veinticuatro"),
        ("el 1/5", "el uno de mayo"),
        ("3/4/24", "tres de abril de dos mil veinticuatro"),
    ]);
    italian(&[("il 1/5", "il primo maggio")]);
}

#[test]
fn commas_part_thousands_where_only_that_can_be_meant() {
    spanish(&[
        ("1,000,000", "un millón"),
        ("$1,000.50", "mil dólares con cincuenta"),
        ("$1,000", "mil dólares"),
        ("1,234.5", "mil doscientos treinta y cuatro coma cinco"),
        ("1,500 kg", "uno coma cinco cero cero kilos"),
        ("1.234,5", "mil doscientos treinta y cuatro coma cinco"),
    ]);
}

#[test]
fn fractions_and_sums_become_words() {
    spanish(&[
        ("8/10", "ocho sobre diez"),
        ("1/2", "un medio"),
        ("1/2 l y 1/2 taza", "medio litro y media taza"),
        ("3/4 kg", "tres sobre cuatro kilos"),
        ("3 + 4 = 7", "tres más cuatro igual a siete"),
    ]);
    italian(&[("8/10", "otto su dieci"), ("3 + 4", "tre più quattro")]);
}
