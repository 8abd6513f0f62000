//! `csm serve` under load, beside bare echoes in Node and Python that send the same messages from memory.
//!
//! `cargo bench --bench load`. The questions are journaled sessions over the sample workspace: accepted on disk,
//! answered, ended on disk. The echoes keep nothing. A second Rust program that only echoes shows what the client
//! itself can take. Each server runs alone with the client, on the same cores.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program that prints what it measures")]

mod client;
mod echo;
mod servers;

use std::time::Duration;

use client::{Load, Quantiles};
use servers::{Sample, Server};

/// Sockets that ask.
const ASKING: usize = 1_000;
/// Sockets that are held open beside them and say nothing.
const IDLE: usize = 10_000;
/// How often all sockets ask at once.
const ROUNDS: usize = 5;
/// How long the sockets ask one question after the other.
const LASTS: Duration = Duration::from_secs(6);
/// Questions a second that are offered, whether the earlier ones were answered or not.
const OFFERED: [u32; 2] = [500, 1_000];

fn main() {
    servers::allow_many_files();
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    match std::env::var_os("LOAD_ECHO") {
        Some(folder) => threads.block_on(echo::serve(folder.as_ref())),
        None => threads.block_on(run()),
    }
}

async fn run() {
    let sample = Sample::new();
    let mut csm = Server::csm(&sample);
    let (first, last) = csm.record().await;
    println!(
        "{ASKING} sockets ask, {IDLE} are idle; a question is answered by {} bytes and ended by {} bytes",
        first.len(),
        last.len()
    );
    println!(
        "{:<26} {:>22} {:>22} {:>12} {:>10}",
        "", "all at once, p50/p99", "on and on, p50/p99", "messages/s", "CPU s/s"
    );
    let before = csm.memory();
    let idle = csm.hold(IDLE).await;
    let after = csm.memory();
    measure("csm serve, journaled", &mut csm).await;
    for rate in OFFERED {
        let Load { first, .. } = client::offered(&csm, ASKING, rate, LASTS).await;
        println!("  {rate} a second offered: p50/p99 of request to first message {}", first.ms());
    }
    println!(
        "  memory: {} KiB for each of {IDLE} idle sockets ({before} KiB -> {after} KiB)",
        (after - before) / IDLE as u64
    );
    drop(idle);
    drop(csm);
    for mut server in Server::echoes(&sample, &first, &last) {
        measure(&server.name.clone(), &mut server).await;
    }
}

/// Request to first message when all ask at once, then messages a second when each asks on and on.
async fn measure(name: &str, server: &mut Server) {
    let burst: Quantiles = client::bursts(server, ASKING, ROUNDS).await;
    let spent = server.cpu();
    let load = client::closed(server, ASKING, LASTS).await;
    let spent = (server.cpu() - spent) / LASTS.as_secs_f64();
    println!(
        "{name:<26} {:>22} {:>22} {:>12.0} {:>10.2}",
        burst.ms(),
        load.first.ms(),
        load.messages as f64 / LASTS.as_secs_f64(),
        spent
    );
}
