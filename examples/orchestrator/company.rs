//! Three agents in three processes, each with a folder, a port and a token of its own.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::Fault;
use crate::process::{Keeper, Process};

/// What becomes of the product-manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It does its work.
    Well,
    /// It is killed with SIGKILL at its first progress.
    Killed,
    /// It hands its work on to the agent that the work came from.
    Looping,
    /// It was never started.
    Absent,
}

/// The agents at work. `product_manager` is absent when it was not started, or no longer there.
pub(crate) struct Company {
    pub(crate) customer_success: Process,
    pub(crate) customer_success_token: String,
    pub(crate) product_manager: Option<Process>,
    pub(crate) product_manager_token: String,
    pub(crate) sales_engineer: Process,
    pub(crate) sales_engineer_token: String,
    keeper: Keeper,
}

/// Where the programs are: beside this one.
struct Programs {
    csm: PathBuf,
    product_manager: PathBuf,
    sales_engineer: PathBuf,
}

impl Programs {
    /// The programs beside this one; built first where one is missing and this one was started by cargo.
    async fn find() -> Result<Self, Fault> {
        let own = std::env::current_exe()?;
        let examples = own.parent().ok_or("this program is nowhere")?;
        let folder = examples.parent().ok_or("this program is nowhere")?;
        let all = Self {
            csm: folder.join("csm"),
            product_manager: examples.join("product-manager"),
            sales_engineer: examples.join("sales-engineer"),
        };
        if all.missing().is_some()
            && let Some(cargo) = std::env::var_os("CARGO")
        {
            let mut build = Command::new(cargo);
            build.current_dir(env!("CARGO_MANIFEST_DIR")).args(["build", "--bin", "csm"]);
            build.args(["--example", "product-manager", "--example", "sales-engineer"]);
            if folder.file_name().is_some_and(|name| name == "release") {
                build.arg("--release");
            }
            build.status().await?;
        }
        match all.missing() {
            None => Ok(all),
            Some(path) => Err(format!(
                "`{}` is missing\nhint: build it with `cargo build --bin csm --examples`",
                path.display()
            )
            .into()),
        }
    }

    fn missing(&self) -> Option<&Path> {
        let all = [&self.csm, &self.product_manager, &self.sales_engineer];
        all.into_iter().find(|path| !path.is_file()).map(PathBuf::as_path)
    }
}

impl Company {
    /// Starts them under `root`: the last of the chain first, so that each can be told where the next one is.
    pub(crate) async fn start(root: &Path, fate: Fate) -> Result<Self, Fault> {
        let programs = Programs::find().await?;
        let folder = |name: &str| -> Result<PathBuf, Fault> {
            let path = root.join(name);
            fs::create_dir_all(&path)?;
            Ok(path)
        };

        let own = folder("sales-engineer")?;
        fs::write(own.join("policy.json"), include_str!("../sales-engineer/policy.json"))?;
        let sales_engineer = peer("sales-engineer", &programs.sales_engineer, root).await?;
        let sales_engineer_token = fs::read_to_string(root.join("sales-engineer.token"))?;

        let pm_folder = folder("product-manager")?;
        let mut product_manager = None;
        let mut product_manager_token = "nobody".to_owned();
        if fate != Fate::Absent {
            product_manager = Some(peer("product-manager", &programs.product_manager, root).await?);
            product_manager_token = fs::read_to_string(root.join("product-manager.token"))?;
        }

        let lumen = root.join("lumen");
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/lumen"), &lumen)?;
        let there = match &product_manager {
            Some(process) => process.address.clone(),
            // A port that nobody listens on.
            None => TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string(),
        };
        // Tokens lie outside the workspaces, where no tool of an agent reaches.
        fs::write(root.join("product-manager.token"), &product_manager_token)?;
        let peers = entry("product-manager", &there, &root.join("product-manager.token"))
            + &entry("sales-engineer", &sales_engineer.address, &root.join("sales-engineer.token"));
        fs::write(lumen.join("peers.toml"), peers)?;
        let customer_success_token = token(&programs.csm, &lumen, "orchestrator").await?;
        let arguments = ["serve".as_ref(), lumen.as_os_str(), "--listen".as_ref(), "127.0.0.1:0".as_ref()];
        let log = root.join("customer-success-manager.log");
        let customer_success =
            Process::start("customer-success-manager", &programs.csm, arguments, &log).await?;

        // Whom the product-manager hands its work on to. It reads this when it has something to hand on.
        let next = if fate == Fate::Looping {
            let file = root.join("back.token");
            fs::write(&file, token(&programs.csm, &lumen, "product-manager").await?)?;
            entry("sales-engineer", &customer_success.address, &file)
        } else {
            entry("sales-engineer", &sales_engineer.address, &root.join("sales-engineer.token"))
        };
        fs::write(pm_folder.join("peers.toml"), next)?;

        let all = [Some(&customer_success), product_manager.as_ref(), Some(&sales_engineer)];
        let ids: Vec<u32> = all.into_iter().flatten().filter_map(Process::id).collect();
        Ok(Self {
            keeper: Keeper::of(&ids)?,
            customer_success,
            customer_success_token,
            product_manager,
            product_manager_token,
            sales_engineer,
            sales_engineer_token,
        })
    }

    /// The process ids, for whoever wants to see that all are gone afterwards.
    pub(crate) fn ids(&self) -> Vec<u32> {
        let all = [Some(&self.customer_success), self.product_manager.as_ref(), Some(&self.sales_engineer)];
        all.into_iter().flatten().filter_map(Process::id).collect()
    }

    /// Ends all of them.
    pub(crate) async fn end(self) -> Result<(), Fault> {
        self.customer_success.end().await?;
        if let Some(product_manager) = self.product_manager {
            product_manager.end().await?;
        }
        self.sales_engineer.end().await?;
        self.keeper.dismiss().await
    }
}

/// Starts a peer in `root/NAME`, with its token in `root/NAME.token`.
async fn peer(name: &'static str, program: &Path, root: &Path) -> Result<Process, Fault> {
    let (folder, token) = (root.join(name), root.join(format!("{name}.token")));
    let arguments = [
        "--listen".as_ref(),
        "127.0.0.1:0".as_ref(),
        "--workspace".as_ref(),
        folder.as_os_str(),
        "--token-file".as_ref(),
        token.as_os_str(),
    ];
    Process::start(name, program, arguments, &root.join(format!("{name}.log"))).await
}

/// A token for `csm serve`, fresh.
async fn token(csm: &Path, workspace: &Path, name: &str) -> Result<String, Fault> {
    let made = Command::new(csm).args(["token", "new", "--name", name, "-w"]).arg(workspace).output().await?;
    if !made.status.success() {
        return Err(format!("no token was made: {}", String::from_utf8_lossy(&made.stderr)).into());
    }
    Ok(String::from_utf8(made.stdout)?.trim().to_owned())
}

/// One entry of a `peers.toml`.
fn entry(name: &str, address: &str, token: &Path) -> String {
    let token = token.display().to_string();
    format!(
        "[[peer]]\nname = {name:?}\naddress = \"ws://{address}/v1/ws\"\ntoken_file = {token:?}\ndeadline_seconds = 60\n\n"
    )
}

/// Copies the sample workspace, without what sessions have written there.
fn copy(from: &Path, to: &Path) -> Result<(), Fault> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if [".csm", "out", "plans", "peers.toml"].iter().any(|own| entry.file_name() == *own) {
            continue;
        }
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
