//! `robots.txt`, as RFC 9309 has it.

/// The rules of a `robots.txt` for one program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Robots {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    allow: bool,
    /// Normal form; `*` and a `$` at the end are special.
    pattern: String,
}

impl Robots {
    /// Takes the groups for `agent`, or else the groups for `*`. What cannot be read is left out.
    pub fn parse(text: &str, agent: &str) -> Self {
        let (mut ours, mut anyones) = (None, Vec::new());
        // Whom the group being read is for, and whether its rules have begun.
        let (mut for_us, mut for_all, mut begun) = (false, false, false);
        for line in text.trim_start_matches('\u{feff}').split(['\n', '\r']) {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            match key.as_str() {
                "user-agent" => {
                    if begun {
                        (for_us, for_all, begun) = (false, false, false);
                    }
                    if value == "*" {
                        for_all = true;
                    } else if token(value).eq_ignore_ascii_case(agent) {
                        for_us = true;
                        ours.get_or_insert_with(Vec::new);
                    }
                }
                "allow" | "disallow" => {
                    begun = true;
                    if value.is_empty() {
                        continue;
                    }
                    let rule = Rule { allow: key == "allow", pattern: normal(value, false) };
                    if for_us {
                        ours.get_or_insert_with(Vec::new).push(rule.clone());
                    }
                    if for_all {
                        anyones.push(rule);
                    }
                }
                _ => {}
            }
        }
        Self { rules: ours.unwrap_or(anyones) }
    }

    /// Whether a path with its query may be read: the longest rule that matches decides, and of two
    /// equally long ones the one that allows.
    pub fn allows(&self, path: &str) -> bool {
        if path == "/robots.txt" {
            return true;
        }
        let path = normal(path, true);
        let matching = self.rules.iter().filter(|rule| matches(&rule.pattern, &path));
        matching.max_by_key(|rule| (rule.pattern.len(), rule.allow)).is_none_or(|rule| rule.allow)
    }
}

/// The product token at the start of a `user-agent` value.
fn token(value: &str) -> &str {
    let end = value.find(|c: char| !c.is_ascii_alphabetic() && !matches!(c, '-' | '_'));
    &value[..end.unwrap_or(value.len())]
}

/// One spelling for all: unreserved characters plain, everything beyond ASCII encoded. In a path the
/// characters that are special in a rule are encoded too, so that only `%2A` in a rule means a star.
fn normal(text: &str, path: bool) -> String {
    let (bytes, mut out, mut at) = (text.as_bytes(), String::with_capacity(text.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'%').then(|| bytes.get(at + 1..at + 3).and_then(octet)).flatten();
        at += if escaped.is_some() { 3 } else { 1 };
        match (escaped, byte) {
            (Some(octet), _) if octet.is_ascii_alphanumeric() || b"-._~".contains(&octet) => {
                out.push(char::from(octet));
            }
            (Some(octet), _) => encode(&mut out, octet),
            (None, b'*' | b'$') if path => encode(&mut out, byte),
            (None, _) if byte.is_ascii() => out.push(char::from(byte)),
            (None, _) => encode(&mut out, byte),
        }
    }
    out
}

fn octet(hex: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(hex).ok().filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u8::from_str_radix(text, 16).ok()
}

fn encode(out: &mut String, octet: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.push('%');
    out.push(char::from(DIGITS[usize::from(octet >> 4)]));
    out.push(char::from(DIGITS[usize::from(octet & 15)]));
}

fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, whole) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| path.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return !whole || rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if whole && parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(found) => rest = &rest[found + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9309, section 5.1.
    const SIMPLE: &str = "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n\n\
        User-Agent: foobot\nDisallow:/\nAllow:/example/page.html\nAllow:/example/allowed.gif\n\n\
        User-Agent: barbot\nUser-Agent: bazbot\nDisallow: /example/page.html\n\nUser-Agent: quxbot\n";

    fn allowed(text: &str, agent: &str, path: &str) -> bool {
        Robots::parse(text, agent).allows(path)
    }

    #[test]
    fn the_simple_example_of_rfc_9309_is_read_as_it_says() {
        for path in ["/anything.gif", "/example/", "/example/x"] {
            assert!(!allowed(SIMPLE, "csm", path), "{path}");
        }
        for path in ["/publications/", "/publications/x.gif?y", "/other"] {
            assert!(allowed(SIMPLE, "csm", path), "{path}");
        }
        for path in ["/example/page.html", "/example/allowed.gif"] {
            assert!(allowed(SIMPLE, "FooBot", path), "{path}");
        }
        assert!(!allowed(SIMPLE, "foobot", "/"));
        for agent in ["barbot", "bazbot"] {
            assert!(!allowed(SIMPLE, agent, "/example/page.html"), "{agent}");
            assert!(allowed(SIMPLE, agent, "/example/page.gif"), "{agent}");
        }
        // No rules at all: everything is allowed.
        assert!(allowed(SIMPLE, "quxbot", "/example/page.html"));
    }

    #[test]
    fn the_longest_match_decides_and_of_equals_the_one_that_allows() {
        // RFC 9309, section 5.2.
        let longest = "User-Agent: foobot\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n";
        assert!(allowed(longest, "foobot", "/example/page/"));
        assert!(!allowed(longest, "foobot", "/example/page/disallowed.gif"));
        assert!(allowed("User-agent: *\nDisallow: /page\nAllow: /page\n", "csm", "/page"));
    }

    #[test]
    fn groups_for_one_program_are_one_group() {
        // RFC 9309, section 2.2.1.
        let merged = "user-agent: ExampleBot\ndisallow: /foo\ndisallow: /bar\n\n\
            user-agent: ExampleBot\ndisallow: /baz\n";
        for path in ["/foo", "/bar", "/baz"] {
            assert!(!allowed(merged, "examplebot", path), "{path}");
        }
    }

    #[test]
    fn encoded_characters_match_as_rfc_9309_has_them() {
        // RFC 9309, section 2.2.2: what stands in the file, and what it has to match.
        for (rule, path) in [
            ("/foo/bar?baz=quz", "/foo/bar?baz=quz"),
            ("/foo/bar/ツ", "/foo/bar/%E3%83%84"),
            ("/foo/bar/%E3%83%84", "/foo/bar/%e3%83%84"),
            ("/foo/bar/%62%61%7A", "/foo/bar/baz"),
            // Section 2.2.3.
            ("/path/file-with-a-%2A.html", "/path/file-with-a-*.html"),
            ("/path/foo-%24", "/path/foo-$"),
        ] {
            let text = format!("user-agent: *\ndisallow: {rule}\n");
            assert!(!allowed(&text, "csm", path), "{rule}");
        }
        let text = "user-agent: *\ndisallow: /path/file-with-a-%2A.html\n";
        assert!(allowed(text, "csm", "/path/file-with-a-x.html"));
    }

    #[test]
    fn a_file_from_the_wild_is_read_as_far_as_it_can_be() {
        let text = "\u{feff}USER-AGENT : csm/1.0 # us\r\nSitemap: https://x/y\r\nDisallow : /a*b$ # no\r\nnonsense\r\n";
        assert!(!allowed(text, "csm", "/a/x/b"));
        assert!(allowed(text, "csm", "/a/x/b/c"));
        assert!(allowed(text, "csm", "/robots.txt"));
    }
}
