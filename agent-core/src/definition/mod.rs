//! Agent definition files: Markdown with front matter, read leniently.
