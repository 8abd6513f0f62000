mod actions;
mod build;
mod files;
mod growth;
mod playbooks;
mod report;
mod snapshots;
mod wire;
