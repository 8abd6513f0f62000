//! A message as people read it, and as a mail program takes it.

use std::io;

use chrono::NaiveTime;
use mail_builder::MessageBuilder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::assessment::Day;

/// A message that is written and not sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Name of the person it is for.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The subject line.
    pub subject: String,
    /// The text below it.
    pub body: String,
    /// Day it was written for.
    pub on: Day,
}

impl Written {
    /// A message from a filled template: a line `Subject: …`, an empty line, the text.
    pub(super) fn new(name: &str, email: &str, text: &str, on: Day) -> Self {
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        let (subject, body) = match first.strip_prefix("Subject:") {
            Some(subject) => (subject.trim(), rest.trim_start_matches('\n')),
            None => ("", text),
        };
        Self {
            name: name.to_owned(),
            email: email.to_owned(),
            subject: subject.to_owned(),
            body: body.to_owned(),
            on,
        }
    }

    /// The message in the Internet message format (RFC 5322), the same bytes each time.
    ///
    /// `X-Unsent: 1` lets mail programs open it as a draft.
    ///
    /// # Errors
    /// The parts do not make a message.
    pub fn eml(&self) -> io::Result<String> {
        let hash = Sha256::digest(format!("{}\n{}\n{}\n{}", self.email, self.subject, self.body, self.on));
        let id: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        MessageBuilder::new()
            .date(self.on.0.and_time(NaiveTime::MIN).and_utc().timestamp())
            .message_id(format!("{id}@drafts.invalid"))
            .to((self.name.as_str(), self.email.as_str()))
            .subject(self.subject.as_str())
            .header("X-Unsent", mail_builder::headers::raw::Raw::new("1"))
            .text_body(self.body.as_str())
            .write_to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_opens_in_a_mail_program_and_data_adds_no_header() {
        let day = Day(chrono::NaiveDate::from_ymd_opt(2026, 9, 30).unwrap());
        let text = "Subject: Grüße\n\nHello Zoë,\n";
        let message =
            Written::new("Zoë\r\nBcc: spy@evil.example", "zoe@north.example", text, day).eml().unwrap();
        let head = message.split("\r\n\r\n").next().unwrap();
        let names: Vec<&str> = head
            .lines()
            .filter(|line| !line.starts_with([' ', '\t']))
            .filter_map(|line| line.split(':').next())
            .collect();
        assert!(!names.contains(&"Bcc"), "{head}");
        assert!(head.contains("zoe@north.example"), "{head}");
        assert!(head.contains("Wed, 30 Sep 2026 00:00:00"), "{head}");
        assert!(head.contains("X-Unsent: 1"), "{head}");
        assert_eq!(
            message,
            Written::new("Zoë\r\nBcc: spy@evil.example", "zoe@north.example", text, day).eml().unwrap()
        );
    }
}
