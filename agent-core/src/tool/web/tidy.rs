//! Rewrites a page into HTML that is safe to parse.
//!
//! A parser of HTML repairs what it is given, and the repairs can be made to cost far more than the
//! page: a megabyte of `<b>` is a tree a million deep. Here the page is read once, in order, and
//! written out again with every element closed, none deeper than [`DEEPEST`], and no more than
//! [`MOST_ELEMENTS`] of them. Scripts, styles and whatever else is not text are left out.

/// Deeper elements are unwrapped: their text stays.
const DEEPEST: usize = 96;
/// Further elements are unwrapped: their text stays.
const MOST_ELEMENTS: usize = 40_000;
/// Longer attributes are left out: pictures written into the page.
const LONGEST_ATTRIBUTE: usize = 2_048;

/// Elements that are left out with everything in them.
const DROPPED: [&str; 18] = [
    "script",
    "style",
    "textarea",
    "iframe",
    "noembed",
    "noframes",
    "xmp",
    "svg",
    "math",
    "template",
    "object",
    "select",
    "canvas",
    "audio",
    "video",
    "plaintext",
    "frameset",
    "datalist",
];
/// Elements that are kept; the tags of any others are left out, their text stays.
const KEPT: [&str; 60] = [
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "b",
    "blockquote",
    "caption",
    "cite",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "i",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
];
/// Elements that close an open paragraph.
const BLOCKS: [&str; 29] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "details",
    "div",
    "dl",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "ul",
    "li",
];

/// Rewrites a page. Linear in its length.
pub(super) fn tidy(html: &str) -> String {
    let mut page =
        Tidy { rest: html, title: String::new(), out: String::new(), open: Vec::new(), elements: 0 };
    while !page.rest.is_empty() {
        page.step();
    }
    page.close_to(0);
    format!("<html><head><title>{}</title></head><body>{}</body></html>", page.title, page.out)
}

struct Tidy<'a> {
    rest: &'a str,
    title: String,
    out: String,
    open: Vec<&'static str>,
    elements: usize,
}

impl<'a> Tidy<'a> {
    /// Takes a piece of text or one tag off the front.
    fn step(&mut self) {
        let Some(at) = self.rest.find('<') else {
            self.out.push_str(self.rest);
            self.rest = "";
            return;
        };
        self.out.push_str(&self.rest[..at]);
        let tag = &self.rest[at + 1..];
        if let Some(comment) = tag.strip_prefix("!--") {
            // `<!-->` and `<!--->` are whole comments.
            let short = comment.strip_prefix('>').or_else(|| comment.strip_prefix("->"));
            self.rest = short.unwrap_or_else(|| after(comment, "-->"));
        } else if tag.starts_with(['!', '?']) {
            self.rest = after(tag, ">");
        } else if let Some(end) = tag.strip_prefix('/') {
            if end.starts_with(|c: char| c.is_ascii_alphabetic()) {
                let (name, attributes) = name(end);
                self.rest = Attributes { rest: attributes }.skip();
                self.end(&name);
            } else {
                self.rest = after(end, ">");
            }
        } else if tag.starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.start(tag);
        } else {
            self.out.push_str("&lt;");
            self.rest = tag;
        }
    }

    fn start(&mut self, tag: &'a str) {
        let (name, attributes) = name(tag);
        let mut attributes = Attributes { rest: attributes };
        let mut kept = String::new();
        for (key, value) in attributes.by_ref() {
            if matches!((name.as_str(), key.as_str()), ("a", "href") | (_, "class" | "id"))
                && value.len() <= LONGEST_ATTRIBUTE
            {
                kept.push_str(&format!(" {key}=\"{}\"", harmless(value)));
            }
        }
        self.rest = attributes.rest;
        if name == "title" {
            let (text, rest) = content(self.rest, "title");
            if self.title.is_empty() {
                self.title = harmless(text);
            }
            self.rest = rest;
        } else if DROPPED.contains(&name.as_str()) {
            self.rest = content(self.rest, &name).1;
        } else if matches!(name.as_str(), "br" | "hr") {
            self.make_room_for(&name);
            self.out.push_str(&format!("<{name}>"));
        } else if let Some(name) = KEPT.iter().find(|kept| **kept == name) {
            self.make_room_for(name);
            if self.open.len() < DEEPEST && self.elements < MOST_ELEMENTS && self.has_its_table(name) {
                self.out.push_str(&format!("<{name}{kept}>"));
                self.open.push(name);
                self.elements += 1;
            }
        }
    }

    fn end(&mut self, name: &str) {
        let outer = matches!(name, "table" | "tr" | "thead" | "tbody" | "tfoot" | "td" | "th" | "caption");
        let walls: &[&str] = if outer { &["table"] } else { &["td", "th", "table"] };
        if let Some(at) = self.nearest(&[name], walls) {
            self.close_to(at);
        }
    }

    /// Closes what the start of an element closes without saying so.
    fn make_room_for(&mut self, name: &str) {
        let closes: (&[&str], &[&str]) = match name {
            "li" => (&["li"], &["ul", "ol", "menu", "div", "section", "td", "th", "table"]),
            "dt" | "dd" => (&["dt", "dd"], &["dl", "div", "section", "td", "th", "table"]),
            "td" | "th" => (&["td", "th", "caption"], &["tr", "table"]),
            "tr" => (&["tr", "caption"], &["table"]),
            "thead" | "tbody" | "tfoot" => (&["thead", "tbody", "tfoot", "tr", "caption"], &["table"]),
            "a" => (&["a"], &["td", "th", "table"]),
            _ => (&[], &[]),
        };
        if BLOCKS.contains(&name)
            && let Some(at) = self.nearest(&["p"], &["td", "th", "caption", "table"])
        {
            self.close_to(at);
        }
        while let Some(at) = self.nearest(closes.0, closes.1) {
            self.close_to(at);
        }
    }

    /// A row or a cell outside a table is only its text.
    fn has_its_table(&self, name: &str) -> bool {
        let part = matches!(name, "tr" | "td" | "th" | "thead" | "tbody" | "tfoot" | "caption");
        !part || self.nearest(&["table"], &["td", "th"]).is_some()
    }

    /// The innermost open element with one of these names, unless a wall is nearer.
    fn nearest(&self, names: &[&str], walls: &[&str]) -> Option<usize> {
        for (at, open) in self.open.iter().enumerate().rev() {
            if names.contains(open) {
                return Some(at);
            }
            if walls.contains(open) {
                return None;
            }
        }
        None
    }

    fn close_to(&mut self, length: usize) {
        while self.open.len() > length {
            if let Some(name) = self.open.pop() {
                self.out.push_str(&format!("</{name}>"));
            }
        }
    }
}

/// A tag's name, and what follows it.
fn name(tag: &str) -> (String, &str) {
    let end = tag.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')).unwrap_or(tag.len());
    (tag[..end].to_ascii_lowercase(), &tag[end..])
}

/// What follows the first `end`; nothing when there is none.
fn after<'a>(text: &'a str, end: &str) -> &'a str {
    text.split_once(end).map_or("", |(_, rest)| rest)
}

/// The content of an element that holds no elements, and what follows its end tag.
fn content<'a>(text: &'a str, name: &str) -> (&'a str, &'a str) {
    let mut from = 0;
    while let Some(found) = text[from..].find("</") {
        let at = from + found;
        let tag = &text[at + 2..];
        let same = tag.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        if same && !tag[name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-') {
            return (&text[..at], after(tag, ">"));
        }
        from = at + 2;
    }
    (text, "")
}

/// Text that can stand in an attribute or between tags and is neither's end.
fn harmless(text: &str) -> String {
    text.replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The attributes of a tag, as the HTML standard splits them; ends after the tag's `>`.
struct Attributes<'a> {
    rest: &'a str,
}

impl<'a> Attributes<'a> {
    /// What follows the tag.
    fn skip(mut self) -> &'a str {
        while self.next().is_some() {}
        self.rest
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (String, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let blank = |c: char| c.is_ascii_whitespace();
        self.rest = self.rest.trim_start_matches(|c: char| blank(c) || c == '/');
        if let Some(rest) = self.rest.strip_prefix('>') {
            self.rest = rest;
            return None;
        }
        let first = self.rest.chars().next()?;
        // A name may begin with `=`.
        let from = if first == '=' { 1 } else { 0 };
        let end = self.rest[from..].find(|c: char| blank(c) || matches!(c, '/' | '>' | '='));
        let (key, rest) = self.rest.split_at(end.map_or(self.rest.len(), |end| end + from));
        let key = key.to_ascii_lowercase();
        let Some(value) = rest.trim_start_matches(blank).strip_prefix('=') else {
            self.rest = rest;
            return Some((key, ""));
        };
        let value = value.trim_start_matches(blank);
        for quote in ['"', '\''] {
            if let Some(quoted) = value.strip_prefix(quote) {
                let (value, rest) = quoted.split_once(quote).unwrap_or((quoted, ""));
                self.rest = rest;
                return Some((key, value));
            }
        }
        let end = value.find(|c: char| blank(c) || c == '>').unwrap_or(value.len());
        self.rest = &value[end..];
        Some((key, &value[..end]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(html: &str) -> String {
        let clean = tidy(html);
        let body = clean.split_once("<body>").and_then(|(_, rest)| rest.strip_suffix("</body></html>"));
        body.unwrap_or_default().to_owned()
    }

    #[test]
    fn every_element_is_closed_where_a_reader_would_close_it() {
        assert_eq!(body("<p>a<p>b"), "<p>a</p><p>b</p>");
        assert_eq!(
            body("<ul><li>a<li>b<ul><li>c</ul></ul>d"),
            "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>d"
        );
        assert_eq!(
            body("<table><tr><td>1<td>2<tr><td>3</table>"),
            "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>"
        );
        assert_eq!(body("<b>x<i>y</b>z"), "<b>x<i>y</i></b>z");
        assert_eq!(body("</p>x</div><td>y"), "xy");
    }

    #[test]
    fn what_is_no_text_is_left_out() {
        let page = "<title>A &amp; <b>B</b></title><!-- <p> --><script>if (a</b>/) '</scripty'</script>x\
            <style>p{}</STYLE ><svg><g><text>no</text></svg><custom-el on=\"a>b\" x='</p>'>y</custom-el><!-->z";
        assert_eq!(body(page), "xyz");
        assert!(tidy(page).contains("<title>A &amp; &lt;b&gt;B&lt;/b&gt;</title>"));
        assert_eq!(body("1 < 2 <3 </ > a"), "1 &lt; 2 &lt;3  a");
        assert_eq!(
            body("<a href=x'\"<b onclick=y =z id = 'i'>t"),
            "<a href=\"x'&quot;&lt;b\" id=\"i\">t</a>"
        );
    }

    #[test]
    fn depth_and_number_of_elements_are_bounded() {
        let deep = body(&"<div><b class=x>".repeat(100_000));
        assert_eq!(deep.matches("<div>").count() + deep.matches("<b class").count(), DEEPEST);
        assert_eq!(deep.matches("</").count(), DEEPEST);
        let many = body(&"<i>x</i>".repeat(MOST_ELEMENTS + 10));
        assert_eq!(many.matches("<i>").count(), MOST_ELEMENTS);
        assert_eq!(many.matches('x').count(), MOST_ELEMENTS + 10);
    }
}
