//! Domains and names: what makes two records the same company.

/// Mail services anybody may use: they say nothing about the company.
const FREE_MAIL: [&str; 34] = [
    "126.com",
    "163.com",
    "aol.com",
    "att.net",
    "comcast.net",
    "fastmail.com",
    "gmail.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hey.com",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.fr",
    "icloud.com",
    "live.com",
    "mac.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "naver.com",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "t-online.de",
    "tutanota.com",
    "web.de",
    "yahoo.co.jp",
    "yahoo.co.uk",
    "yahoo.com",
    "yandex.ru",
    "ymail.com",
];

/// The domain of a mail address, lower case; `None` for free mail services and what is no address.
pub(super) fn email_domain(address: &str) -> Option<String> {
    let (user, host) = address.trim().trim_end_matches('>').rsplit_once('@')?;
    if user.is_empty() {
        return None;
    }
    host_domain(host)
}

/// The domain of a host or web address, without `www.`; `None` for free mail services.
pub(super) fn host_domain(address: &str) -> Option<String> {
    let lower = address.trim().to_lowercase();
    let rest = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next()?.trim_start_matches("www.").trim_end_matches('.');
    let fine = host.contains('.')
        && host.split('.').all(|it| !it.is_empty())
        && host.chars().all(|it| it.is_alphanumeric() || it == '-' || it == '.');
    (fine && !FREE_MAIL.contains(&host)).then(|| host.to_owned())
}

/// A company name as names are compared: lower case, letters and digits only, without its legal form.
pub(super) fn normal_name(name: &str) -> String {
    const FORMS: [&str; 21] = [
        "inc",
        "incorporated",
        "llc",
        "ltd",
        "limited",
        "corp",
        "corporation",
        "co",
        "company",
        "gmbh",
        "ag",
        "sa",
        "sas",
        "sarl",
        "bv",
        "nv",
        "ab",
        "oy",
        "plc",
        "pty",
        "kk",
    ];
    let lower = name.to_lowercase().replace('.', "");
    let mut words: Vec<&str> =
        lower.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty()).collect();
    while words.len() > 1 && words.last().is_some_and(|it| FORMS.contains(it)) {
        words.pop();
    }
    words.join(" ")
}
