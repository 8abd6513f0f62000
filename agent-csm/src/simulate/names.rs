//! Names of companies and people. Company names are syllables put together: any likeness is chance.

use super::random::Random;

const HEADS: [&str; 40] = [
    "Bel", "Bor", "Cald", "Cor", "Dal", "Dor", "Els", "Fen", "Ferr", "Gal", "Gren", "Hal", "Hest", "Ill",
    "Jor", "Kel", "Kir", "Lind", "Lor", "Mal", "Mer", "Nor", "Ost", "Pell", "Quor", "Rav", "Rend", "Sal",
    "Sel", "Sor", "Tal", "Tor", "Ulm", "Van", "Vell", "Vor", "Wend", "Wol", "Yar", "Zell",
];
const MIDDLES: [&str; 24] = [
    "a", "ami", "ande", "ara", "avi", "e", "elo", "ena", "eri", "i", "ika", "ilo", "ima", "o", "ola", "omi",
    "ona", "ori", "u", "ula", "umo", "una", "uri", "y",
];
const TAILS: [&str; 22] = [
    "bek", "brand", "dane", "dorf", "fell", "gard", "holt", "kamp", "lund", "mark", "mond", "nau", "quist",
    "rath", "rell", "stad", "strom", "thal", "vick", "wald", "worth", "zen",
];
const TRADES: [&str; 24] = [
    "Brewing",
    "Chemicals",
    "Clinics",
    "Components",
    "Cycles",
    "Dairy",
    "Energy",
    "Fabrics",
    "Foods",
    "Freight",
    "Furniture",
    "Insurance",
    "Instruments",
    "Labs",
    "Logistics",
    "Media",
    "Optics",
    "Outdoor",
    "Packaging",
    "Paper",
    "Robotics",
    "Software",
    "Tools",
    "Travel",
];

/// Industries a CRM lists.
pub(super) const INDUSTRIES: [&str; 8] = [
    "Consumer goods",
    "Education",
    "Financial services",
    "Healthcare",
    "Manufacturing",
    "Media",
    "Software",
    "Transport",
];
/// Countries, ISO 3166.
pub(super) const COUNTRIES: [&str; 12] =
    ["AU", "BR", "CA", "DE", "FR", "GB", "IN", "JP", "NL", "SE", "US", "US"];

const FIRST: [&str; 60] = [
    "Aaliyah",
    "Adam",
    "Aiko",
    "Alejandra",
    "Amara",
    "Amir",
    "Ana",
    "Andrei",
    "Anjali",
    "Astrid",
    "Ayşe",
    "Beatriz",
    "Bilal",
    "Camille",
    "Carlos",
    "Chen",
    "Chidi",
    "Clara",
    "Daniel",
    "Deepa",
    "Dmitri",
    "Elena",
    "Elif",
    "Emeka",
    "Emma",
    "Fatima",
    "Felix",
    "Grace",
    "Hana",
    "Hugo",
    "Ibrahim",
    "Ines",
    "Ivan",
    "Jamal",
    "Jin",
    "Joana",
    "Jonas",
    "Karim",
    "Kofi",
    "Laila",
    "Lars",
    "Leila",
    "Lucía",
    "Mateo",
    "Mei",
    "Mikael",
    "Nadia",
    "Nikhil",
    "Noor",
    "Olga",
    "Paolo",
    "Priya",
    "Rafael",
    "Rosa",
    "Sanjay",
    "Sofia",
    "Tariq",
    "Thandi",
    "Yuki",
    "Zoë",
];
const LAST: [&str; 60] = [
    "Abebe",
    "Adeyemi",
    "Almeida",
    "Andersson",
    "Bauer",
    "Bianchi",
    "Castillo",
    "Chowdhury",
    "Costa",
    "Dang",
    "Demir",
    "Diallo",
    "Dubois",
    "Eriksen",
    "Fernandes",
    "Fischer",
    "García",
    "Haddad",
    "Hansen",
    "Hoang",
    "Ito",
    "Ivanov",
    "Jansen",
    "Johansson",
    "Kamau",
    "Kapoor",
    "Kim",
    "Kowalski",
    "Laurent",
    "Lee",
    "Lindqvist",
    "Lopez",
    "Mahmoud",
    "Martins",
    "Mbeki",
    "Mehta",
    "Moreau",
    "Müller",
    "Murphy",
    "Nakamura",
    "Nguyen",
    "Novak",
    "Okafor",
    "Olsen",
    "Ortiz",
    "Park",
    "Patel",
    "Petrov",
    "Popescu",
    "Rahman",
    "Rossi",
    "Sato",
    "Silva",
    "Singh",
    "Suzuki",
    "Tanaka",
    "Torres",
    "Wang",
    "Yilmaz",
    "Zhang",
];

/// Name and domain of company number `index`: a walk over all combinations that meets none twice.
pub(super) fn company(seed: u64, index: u64) -> (String, String) {
    let total = (HEADS.len() * MIDDLES.len() * TAILS.len() * TRADES.len()) as u64;
    // A prime that divides none of the list lengths, so the walk visits every combination once.
    let place = (seed % total + (index % total) * 198_491) % total;
    let mut rest = place as usize;
    let mut take = |length: usize| {
        let part = rest % length;
        rest /= length;
        part
    };
    let trade = TRADES[take(TRADES.len())];
    let head = HEADS[take(HEADS.len())];
    let tail = TAILS[take(TAILS.len())];
    let middle = MIDDLES[take(MIDDLES.len())];
    let round = index / total;
    let number = if round == 0 { String::new() } else { format!(" {}", round + 1) };
    let name = format!("{head}{middle}{tail} {trade}{number}");
    let domain = format!("{}.example", slug(&name));
    (name, domain)
}

/// A person's name.
pub(super) fn person(random: &mut Random) -> String {
    format!("{} {}", random.pick(&FIRST), random.pick(&LAST))
}

/// Name of colleague number `index`; no two are the same.
pub(super) fn colleague(seed: u64, index: u64) -> String {
    let total = (FIRST.len() * LAST.len()) as u64;
    // 1,609 is prime to 3,600.
    let place = (seed % total + (index % total) * 1_609) % total;
    let name = format!(
        "{} {}",
        FIRST[(place % FIRST.len() as u64) as usize],
        LAST[(place / FIRST.len() as u64) as usize]
    );
    if index < total { name } else { format!("{name} {}", index / total + 1) }
}

/// Lower-case ASCII letters and digits, words joined by `-`; for domains and mail addresses.
pub(super) fn slug(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        let plain = match letter {
            'ş' => 's',
            'ü' => 'u',
            'í' => 'i',
            'ë' => 'e',
            other => other.to_ascii_lowercase(),
        };
        if plain.is_ascii_alphanumeric() {
            out.push(plain);
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_companies_or_colleagues_share_a_name() {
        let companies: BTreeSet<_> = (0..60_000).map(|index| company(7, index).0).collect();
        assert_eq!(companies.len(), 60_000);
        let colleagues: BTreeSet<_> = (0..4_000).map(|index| colleague(7, index)).collect();
        assert_eq!(colleagues.len(), 4_000);
    }
}
