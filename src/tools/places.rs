//! Cities and countries, and their time zones.
//!
//! The names of the tz database's zones are cities; [`OTHERS`] has what it lacks.

use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::lookup::key;

/// What is known of a place.
pub(super) enum Place {
    /// Its time zone.
    Zone(TimeZone),
    /// It has several.
    SeveralZones,
    Unknown,
}

/// Zones outside of these are no places: "Etc/GMT+5", "US/Central".
#[rustfmt::skip]
const REGIONS: [&str; 9] = [
    "Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
];

/// Where somebody is who asks for the time of a place.
pub(super) fn find(name: &str) -> Place {
    // "Paris, France": the city tells.
    let city = name.split(',').next().unwrap_or(name);
    let zones = TimeZoneDatabase::bundled();
    for name in [key(name), key(city)] {
        let name = name.as_str();
        if SEVERAL.contains(&name) {
            return Place::SeveralZones;
        }
        let listed = OTHERS.iter().find(|(_, names)| names.contains(&name));
        let id = listed.map(|(id, _)| (*id).to_owned());
        let id = id.or_else(|| named_after(name, &zones));
        if let Some(zone) = id.and_then(|id| zones.get(&id).ok()) {
            return Place::Zone(zone);
        }
    }
    Place::Unknown
}

/// The zone whose last part is the name: "America/New_York".
fn named_after(name: &str, zones: &TimeZoneDatabase) -> Option<String> {
    let is_it = |id: &String| {
        let region = id.split('/').next().unwrap_or_default();
        let last = id.rsplit('/').next().unwrap_or_default();
        id.contains('/') && REGIONS.contains(&region) && key(last) == name
    };
    let mut ids = zones.available().map(|id| id.as_str().to_owned());
    ids.find(is_it)
}

/// Countries with several time zones.
#[rustfmt::skip]
const SEVERAL: [&str; 23] = [
    "united states", "states", "united states of america", "usa", "us", "america", "canada", "russia", "australia",
    "brazil", "mexico", "indonesia", "kazakhstan", "mongolia", "congo", "democratic republic of the congo",
    "europe", "asia", "africa", "south america", "north america", "micronesia", "kiribati",
];

/// Places whose zone has another name.
#[rustfmt::skip]
const OTHERS: &[(&str, &[&str])] = &[
    ("UTC", &["utc", "gmt", "greenwich"]),
    ("Europe/London", &["england", "scotland", "wales", "britain", "great britain", "uk", "united kingdom", "northern ireland", "manchester", "edinburgh", "glasgow", "birmingham", "liverpool", "cardiff", "oxford", "cambridge", "bristol", "leeds"]),
    ("Europe/Dublin", &["ireland", "cork"]),
    ("Europe/Paris", &["france", "lyon", "marseille", "nice", "toulouse", "bordeaux"]),
    ("Europe/Berlin", &["germany", "munich", "hamburg", "frankfurt", "cologne", "stuttgart", "dresden", "leipzig"]),
    ("Europe/Vienna", &["austria", "salzburg", "graz"]),
    ("Europe/Zurich", &["switzerland", "geneva", "basel", "bern", "lausanne"]),
    ("Europe/Madrid", &["spain", "barcelona", "seville", "valencia"]),
    ("Europe/Lisbon", &["portugal", "porto"]),
    ("Europe/Rome", &["italy", "milan", "naples", "florence", "venice", "turin"]),
    ("Europe/Amsterdam", &["netherlands", "holland", "rotterdam", "hague"]),
    ("Europe/Brussels", &["belgium", "antwerp", "bruges"]),
    ("Europe/Copenhagen", &["denmark"]),
    ("Europe/Stockholm", &["sweden", "gothenburg"]),
    ("Europe/Oslo", &["norway", "bergen"]),
    ("Europe/Helsinki", &["finland"]),
    ("Europe/Warsaw", &["poland", "krakow"]),
    ("Europe/Prague", &["czech republic", "czechia"]),
    ("Europe/Bratislava", &["slovakia"]),
    ("Europe/Budapest", &["hungary"]),
    ("Europe/Bucharest", &["romania"]),
    ("Europe/Sofia", &["bulgaria"]),
    ("Europe/Athens", &["greece"]),
    ("Europe/Belgrade", &["serbia"]),
    ("Europe/Zagreb", &["croatia"]),
    ("Europe/Ljubljana", &["slovenia"]),
    ("Europe/Kyiv", &["ukraine", "kyiv", "kiev"]),
    ("Europe/Vilnius", &["lithuania"]),
    ("Europe/Riga", &["latvia"]),
    ("Europe/Tallinn", &["estonia"]),
    ("Atlantic/Reykjavik", &["iceland"]),
    ("Europe/Moscow", &["saint petersburg"]),
    ("Europe/Istanbul", &["turkey", "ankara"]),
    ("America/New_York", &["new york city", "nyc", "washington", "washington dc", "boston", "philadelphia", "miami", "atlanta", "orlando", "baltimore", "pittsburgh", "cleveland", "charlotte", "new jersey", "massachusetts", "pennsylvania", "virginia", "georgia usa", "ohio", "eastern time"]),
    ("America/Chicago", &["houston", "dallas", "austin", "san antonio", "new orleans", "minneapolis", "saint louis", "nashville", "memphis", "milwaukee", "kansas city", "illinois", "louisiana", "minnesota", "wisconsin", "central time"]),
    ("America/Denver", &["colorado", "utah", "salt lake city", "new mexico", "albuquerque", "montana", "wyoming", "mountain time"]),
    ("America/Phoenix", &["arizona", "tucson"]),
    ("America/Los_Angeles", &["la", "california", "san francisco", "san diego", "seattle", "portland", "las vegas", "sacramento", "san jose", "silicon valley", "washington state", "pacific time"]),
    ("America/Anchorage", &["alaska"]),
    ("Pacific/Honolulu", &["hawaii"]),
    ("America/Toronto", &["ottawa", "montreal", "quebec", "quebec city", "ontario"]),
    ("America/Vancouver", &["british columbia", "victoria"]),
    ("America/Edmonton", &["calgary", "alberta"]),
    ("America/Mexico_City", &["guadalajara"]),
    ("America/Sao_Paulo", &["rio", "rio de janeiro", "brasilia"]),
    ("America/Argentina/Buenos_Aires", &["argentina"]),
    ("America/Bogota", &["colombia"]),
    ("America/Lima", &["peru"]),
    ("America/Caracas", &["venezuela"]),
    ("America/Montevideo", &["uruguay"]),
    ("America/Havana", &["cuba"]),
    ("America/Jamaica", &["kingston"]),
    ("America/Nassau", &["bahamas"]),
    ("America/Santo_Domingo", &["dominican republic"]),
    ("Atlantic/Canary", &["canary islands", "tenerife", "gran canaria"]),
    ("Asia/Tokyo", &["japan", "osaka", "kyoto"]),
    ("Asia/Seoul", &["korea", "south korea", "busan"]),
    ("Asia/Pyongyang", &["north korea"]),
    ("Asia/Shanghai", &["china", "beijing", "shenzhen", "guangzhou", "wuhan"]),
    ("Asia/Hong_Kong", &["hongkong"]),
    ("Asia/Taipei", &["taiwan"]),
    ("Asia/Kolkata", &["india", "mumbai", "bombay", "delhi", "new delhi", "bangalore", "bengaluru", "chennai", "hyderabad"]),
    ("Asia/Karachi", &["pakistan", "lahore", "islamabad"]),
    ("Asia/Dhaka", &["bangladesh"]),
    ("Asia/Colombo", &["sri lanka"]),
    ("Asia/Kathmandu", &["nepal"]),
    ("Asia/Kabul", &["afghanistan"]),
    ("Asia/Tehran", &["iran"]),
    ("Asia/Baghdad", &["iraq"]),
    ("Asia/Jerusalem", &["israel", "tel aviv"]),
    ("Asia/Beirut", &["lebanon"]),
    ("Asia/Riyadh", &["saudi arabia", "mecca", "jeddah"]),
    ("Asia/Dubai", &["united arab emirates", "uae", "abu dhabi"]),
    ("Asia/Qatar", &["doha"]),
    ("Asia/Bangkok", &["thailand"]),
    ("Asia/Ho_Chi_Minh", &["vietnam", "saigon", "hanoi"]),
    ("Asia/Kuala_Lumpur", &["malaysia"]),
    ("Asia/Makassar", &["bali"]),
    ("Asia/Manila", &["philippines"]),
    ("Australia/Sydney", &["canberra", "new south wales"]),
    ("Australia/Brisbane", &["queensland", "gold coast"]),
    ("Pacific/Auckland", &["new zealand", "wellington", "christchurch"]),
    ("Pacific/Fiji", &["fiji"]),
    ("Africa/Cairo", &["egypt", "alexandria"]),
    ("Africa/Casablanca", &["morocco", "marrakesh", "marrakech"]),
    ("Africa/Tunis", &["tunisia"]),
    ("Africa/Algiers", &["algeria"]),
    ("Africa/Lagos", &["nigeria", "abuja"]),
    ("Africa/Accra", &["ghana"]),
    ("Africa/Nairobi", &["kenya"]),
    ("Africa/Addis_Ababa", &["ethiopia"]),
    ("Africa/Johannesburg", &["south africa", "cape town", "durban", "pretoria"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_the_table_has_a_zone() {
        for (id, names) in OTHERS {
            for name in *names {
                assert_eq!(key(name), *name, "it is never found");
                assert!(matches!(find(name), Place::Zone(_)), "{id} {name}");
            }
        }
    }
}
