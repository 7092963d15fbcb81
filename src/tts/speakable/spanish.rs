//! Spanish: numbers, amounts, times and dates in words, so that each voice says them in the same way.

use super::Said;
use super::amounts::{self, Gender, Words};
use super::word::Context;
use crate::language::Language;

const WORDS: Words = Words {
    language: Language::Spanish,
    cardinal,
    counting,
    ordinal,
    ordinal_endings: &[
        ("º", Gender::Masculine, false),
        ("ª", Gender::Feminine, false),
        ("er", Gender::Masculine, true),
        ("ro", Gender::Masculine, false),
        ("do", Gender::Masculine, false),
        ("to", Gender::Masculine, false),
        ("ra", Gender::Feminine, false),
        ("da", Gender::Feminine, false),
        ("ta", Gender::Feminine, false),
    ],
    roman,
    reigning: REIGNING,
    masculine: MASCULINE,
    feminine: FEMININE,
    point: "coma",
    minus: "menos",
    percent: "por ciento",
    from: "de",
    to: "a",
    no_from: "de desde del el la los las un una unos unas en al a por con hasta cada",
    between: "entre",
    and: "y",
    cents: "con",
    before_hours: "las",
    articles: "el la del al",
    articles_of_hours: &[("la", 1), ("las", 21)],
    of: " de ",
    first_day: "uno",
    of_many: "de",
    scales: &[
        ("millón", true),
        ("millones", true),
        ("mil millones", true),
        ("billón", true),
        ("billones", true),
        ("mil", false),
    ],
    short_scales: &[
        ("M", "millón", "millones"),
        ("bn", "mil millones", "mil millones"),
        ("k", "mil", "mil"),
        ("K", "mil", "mil"),
    ],
    months: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    second: ("segundo", "segundos"),
    half: ("medio", "media"),
    over: "sobre",
    signs: &[
        ("+", "más"),
        ("=", "igual a"),
        ("×", "por"),
        ("÷", "entre"),
        ("&", "y"),
    ],
    units: &[
        ("km", "kilómetro", "kilómetros"),
        ("m", "metro", "metros"),
        ("cm", "centímetro", "centímetros"),
        ("mm", "milímetro", "milímetros"),
        ("kg", "kilo", "kilos"),
        ("g", "gramo", "gramos"),
        ("l", "litro", "litros"),
        ("ml", "mililitro", "mililitros"),
        ("km/h", "kilómetro por hora", "kilómetros por hora"),
        ("m²", "metro cuadrado", "metros cuadrados"),
        ("h", "hora", "horas"),
        ("min", "minuto", "minutos"),
        ("s", "segundo", "segundos"),
        ("°", "grado", "grados"),
        ("º", "grado", "grados"),
        ("°C", "grado", "grados"),
        ("°F", "grado Fahrenheit", "grados Fahrenheit"),
        ("ºC", "grado", "grados"),
    ],
    money: &[
        ("€", "euro", "euros"),
        ("US$", "dólar", "dólares"),
        ("$", "dólar", "dólares"),
        ("£", "libra", "libras"),
        ("¥", "yen", "yenes"),
    ],
    abbreviations: &[
        ("Sr", "señor"),
        ("Sra", "señora"),
        ("Srta", "señorita"),
        ("Dr", "doctor"),
        ("Dra", "doctora"),
        ("Ud", "usted"),
        ("Uds", "ustedes"),
        ("etc", "etcétera"),
        ("núm", "número"),
        ("pág", "página"),
        ("Av", "avenida"),
        ("aprox", "aproximadamente"),
    ],
};

/// Says the word at hand, together with as many of the next as belong to it.
pub(super) fn say(context: &Context) -> Said {
    amounts::say(context, &WORDS)
}

/// Up to the tenth.
fn ordinal(number: u64, gender: Gender, before_noun: bool) -> Option<String> {
    const ORDINALS: [&str; 10] = [
        "primero", "segundo", "tercero", "cuarto", "quinto", "sexto", "séptimo", "octavo",
        "noveno", "décimo",
    ];
    let ordinal = *ORDINALS.get(number.checked_sub(1)? as usize)?;
    let stem = &ordinal[..ordinal.len() - 1];
    Some(match gender {
        Gender::Feminine => format!("{stem}a"),
        // "el primer piso"
        Gender::Masculine if before_noun && matches!(number, 1 | 3) => stem.to_owned(),
        Gender::Masculine => ordinal.to_owned(),
    })
}

/// Units and the commonest nouns that are counted, by their gender.
const MASCULINE: &str = "
año años mes meses día días minuto minutos segundo segundos milisegundo milisegundos siglo siglos
trimestre trimestres semestre semestres fin lustro rato euro euros dólar dólares peso pesos céntimo
céntimos centavo centavos yen yenes millón millones billón billones metro metros kilómetro kilómetros
centímetro centímetros milímetro milímetros kilo kilos kilogramo kilogramos gramo gramos litro litros
mililitro mililitros grado grados vatio vatios kilovatio kilovatios byte bytes megabyte megabytes gigabyte
gigabytes punto puntos hombre hombres niño niños hijo hijos hermano hermanos amigo amigos chico chicos
padre padres alumno alumnos usuario usuarios habitante habitantes trabajador trabajadores empleado
empleados jugador jugadores país países pueblo pueblos libro libros coche coches tren trenes perro perros
gato gatos huevo huevos vaso vasos plato platos paso pasos problema problemas programa programas idioma
idiomas planeta planetas mapa mapas tema temas sistema sistemas poema poemas piso pisos capítulo capítulos
artículo artículos curso cursos lugar puesto puestos ejemplo ejemplos tipo tipos grupo grupos equipo
equipos elemento elementos mensaje mensajes correo correos archivo archivos producto productos resultado
resultados diente dientes ojo ojos dedo dedos color colores número números aniversario cumpleaños
congreso intento intentos milenio milenios gol goles partido partidos voto votos caso casos árbol árboles
";
const FEMININE: &str = "
hora horas semana semanas noche noches mañana mañanas tarde tardes década décadas vez veces libra libras
peseta pesetas corona coronas milla millas pulgada pulgadas tonelada toneladas onza onzas yarda yardas
hectárea hectáreas caloría calorías persona personas mujer mujeres niña niñas hija hijas hermana hermanas
amiga amigas chica chicas madre madres alumna alumnas usuaria usuarias familia familias ciudad ciudades
casa casas mesa mesas silla sillas cosa cosas clase clases página páginas palabra palabras letra letras
cucharada cucharadas cucharadita cucharaditas taza tazas copa copas botella botellas manzana manzanas
naranja naranjas cebolla cebollas patata patatas mano manos foto fotos moto motos radio canción canciones
opción opciones habitación habitaciones estación estaciones edición ediciones reunión reuniones alarma
alarmas tarea tareas cita citas pregunta preguntas respuesta respuestas llamada llamadas línea líneas vuelta
vueltas planta plantas parte partes pieza piezas puerta puertas ventana ventanas empresa empresas escuela
escuelas república isla islas especie especies guerra guerras copia copias entrada entradas película películas receta
recetas semilla semillas flor flores luna lunas estrella estrellas unidad unidades pastilla pastillas
";
/// Names before the number of a king or a pope, and "siglo".
const REIGNING: &str = "
siglo Siglo Carlos Felipe Fernando Alfonso Juan Pablo Benedicto Pío León Luis Enrique Jorge Guillermo Isabel
Catalina María Ricardo Eduardo Pedro Sancho Alejandro Napoleón Nicolás Francisco Gregorio Clemente Inocencio
Urbano Ana Jaime Ramiro Jacobo
";
/// Names of women that do not end in "a".
const WOMEN: &str = "Isabel Beatriz Leonor Inés Ester Raquel";
/// Words with a capital that are no names, before a Roman number.
const NO_NAMES: &str = "
El La Los Las En Del Al Capítulo Tomo Parte Tema Artículo Volumen Anexo Título Fase Tipo Nivel Acto Sección
";

/// "Isabel segunda", "siglo veintiuno", "segunda Guerra Mundial": ordinals up to the tenth, for names and
/// centuries, and before nouns.
fn roman(number: u64, before: Option<&str>, next: Option<&str>) -> String {
    let noun = next.and_then(|next| amounts::gender(next, &WORDS));
    let name = before.filter(|name| {
        let is_name = name.starts_with(char::is_uppercase) || *name == "siglo";
        is_name && !amounts::is_listed(name, NO_NAMES)
    });
    let gender = match (name, noun) {
        (Some(name), _) if name.ends_with('a') || amounts::is_listed(name, WOMEN) => {
            Some(Gender::Feminine)
        }
        (Some(_), _) => Some(Gender::Masculine),
        (None, noun) => noun,
    };
    let ordinal = gender.and_then(|gender| ordinal(number, gender, name.is_none()));
    ordinal.unwrap_or_else(|| cardinal(number))
}

/// "un año", "veintiuna horas", "doscientas mil personas"
fn counting(number: u64, gender: Gender, _: &str) -> String {
    if gender == Gender::Masculine {
        return shortened(number);
    }
    // Millions are masculine themselves.
    let (millions, rest) = (number / 1_000_000 * 1_000_000, number % 1_000_000);
    if rest == 0 {
        return cardinal(number);
    }
    let mut said = cardinal(rest).replace("ientos", "ientas");
    if let Some(stem) = said.strip_suffix("uno") {
        said = format!("{stem}una");
    }
    match millions {
        0 => said,
        millions => format!("{} {said}", cardinal(millions)),
    }
}

/// Numbers below thirty have words of their own.
const SMALL: [&str; 30] = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
];
const TENS: [&str; 10] = [
    "",
    "",
    "",
    "treinta",
    "cuarenta",
    "cincuenta",
    "sesenta",
    "setenta",
    "ochenta",
    "noventa",
];
const HUNDREDS: [&str; 10] = [
    "",
    "ciento",
    "doscientos",
    "trescientos",
    "cuatrocientos",
    "quinientos",
    "seiscientos",
    "setecientos",
    "ochocientos",
    "novecientos",
];

/// A number in words, up to a billion (10¹²) as one; larger ones digit by digit.
pub(in crate::tts) fn cardinal(number: u64) -> String {
    match number {
        0..30 => SMALL[number as usize].to_owned(),
        30..100 => joined(TENS[(number / 10) as usize], " y ", number % 10),
        100 => "cien".to_owned(),
        101..1000 => joined(HUNDREDS[(number / 100) as usize], " ", number % 100),
        1000..1_000_000 => {
            let thousands = match number / 1000 {
                1 => "mil".to_owned(),
                count => format!("{} mil", shortened(count)),
            };
            joined(&thousands, " ", number % 1000)
        }
        1_000_000..1_000_000_000_000 => {
            let millions = match number / 1_000_000 {
                1 => "un millón".to_owned(),
                count => format!("{} millones", shortened(count)),
            };
            joined(&millions, " ", number % 1_000_000)
        }
        _ => super::amounts::digit_by_digit(number, cardinal),
    }
}

/// The same before a noun, where "uno" is short: "veintiún", "treinta y un".
fn shortened(number: u64) -> String {
    let words = cardinal(number);
    match words.strip_suffix("uno") {
        Some(rest) if rest.ends_with("veinti") => format!("{rest}ún"),
        Some(rest) => format!("{rest}un"),
        None => words,
    }
}

fn joined(first: &str, between: &str, rest: u64) -> String {
    match rest {
        0 => first.to_owned(),
        rest => format!("{first}{between}{}", cardinal(rest)),
    }
}
