mod actions;
mod build;
mod files;
mod growth;
mod playbooks;
mod snapshots;
mod wire;
