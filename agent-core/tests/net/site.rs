//! A small site of one's own, which counts who came, and a web tool that can reach it.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use agent_core::definition::AgentDefinition;
use agent_core::tool::web::{
    Limits, Lookup, Network, WebConfig, WebFetch, WebFetchInput, WebFetchOutput, WebRefusal, WebSearch,
};
use agent_core::tool::{Confined, Registry, Rules, ToolError, Toolbox};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What the site says to a request: the head after the status line's end, and the body.
pub(crate) struct Reply {
    head: String,
    body: Vec<u8>,
    /// The body is repeated for as long as anyone reads.
    endless: bool,
    /// Nothing is ever said.
    silent: bool,
}

impl Reply {
    pub(crate) fn new(status: u16, headers: &str, body: impl Into<Vec<u8>>) -> Self {
        let head = format!("HTTP/1.1 {status} x\r\nconnection: close\r\n{headers}");
        Self { head, body: body.into(), endless: false, silent: false }
    }

    pub(crate) fn html(body: impl Into<Vec<u8>>) -> Self {
        Self::new(200, "content-type: text/html; charset=utf-8\r\n", body)
    }

    pub(crate) fn redirect(to: &str) -> Self {
        Self::new(302, &format!("location: {to}\r\n"), "")
    }

    pub(crate) fn missing() -> Self {
        Self::new(404, "", "")
    }

    pub(crate) fn silent(mut self) -> Self {
        self.silent = true;
        self
    }

    pub(crate) fn endless(mut self) -> Self {
        self.endless = true;
        self
    }
}

type Answer = dyn Fn(&str) -> Reply + Send + Sync;

/// A listening socket that counts.
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    seen: Arc<Seen>,
    _tasks: JoinSet<()>,
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    /// Whole request heads with their bodies.
    requests: Mutex<Vec<String>>,
    served: AtomicUsize,
    cut: AtomicUsize,
}

impl Site {
    /// On 127.0.0.1, at any port.
    pub(crate) async fn start(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), answer).await
    }

    /// What must never be reached: on 127.0.0.2, at the port of another site.
    pub(crate) async fn inside(beside: &Site) -> Self {
        let address = SocketAddr::new("127.0.0.2".parse().unwrap(), beside.address.port());
        Self::at(address, |_| Reply::html("secret")).await
    }

    async fn at(address: SocketAddr, answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, answer) = (Arc::new(Seen::default()), Arc::new(answer));
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, Arc::clone(&seen), answer));
        Self { address, seen, _tasks: tasks }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// The paths asked for, in order.
    pub(crate) fn paths(&self) -> Vec<String> {
        let path = |request: &String| request.split(' ').nth(1).unwrap_or_default().to_owned();
        self.requests().iter().map(path).collect()
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }

    /// Bytes of bodies that were taken off our hands.
    pub(crate) fn served(&self) -> usize {
        self.seen.served.load(Ordering::SeqCst)
    }

    /// Bodies that the other side stopped reading.
    pub(crate) fn cut(&self) -> usize {
        self.seen.cut.load(Ordering::SeqCst)
    }
}

async fn accept(listener: TcpListener, seen: Arc<Seen>, answer: Arc<Answer>) {
    let mut open = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        seen.connections.fetch_add(1, Ordering::SeqCst);
        let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
        open.spawn(async move {
            let _ = serve(stream, &seen, &*answer).await;
        });
    }
}

async fn serve(mut stream: TcpStream, seen: &Seen, answer: &Answer) -> io::Result<()> {
    let mut request = Vec::new();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = stream.read(&mut buffer).await?;
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            if read == 0 {
                return Ok(());
            }
            continue;
        };
        let length = head
            .to_ascii_lowercase()
            .split_once("content-length: ")
            .map_or(0, |(_, rest)| rest.lines().next().unwrap().trim().parse::<usize>().unwrap());
        if body.len() < length {
            continue;
        }
        let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
        seen.requests.lock().unwrap().push(text);
        let reply = answer(&path);
        if reply.silent {
            return std::future::pending().await;
        }
        stream.write_all(reply.head.as_bytes()).await?;
        if !reply.endless {
            stream.write_all(format!("content-length: {}\r\n", reply.body.len()).as_bytes()).await?;
        }
        stream.write_all(b"\r\n").await?;
        loop {
            let mut body = reply.body.as_slice();
            while !body.is_empty() {
                match stream.write(body).await {
                    Ok(written) => {
                        seen.served.fetch_add(written, Ordering::SeqCst);
                        body = &body[written..];
                    }
                    Err(error) => {
                        seen.cut.fetch_add(1, Ordering::SeqCst);
                        return Err(error);
                    }
                }
            }
            if !reply.endless {
                return stream.shutdown().await;
            }
        }
    }
}

/// Names and what they resolve to: the answers in turn, the last one for ever.
#[derive(Default)]
pub(crate) struct Names {
    answers: HashMap<String, Vec<Vec<IpAddr>>>,
    pub(crate) asked: Mutex<Vec<String>>,
}

impl Names {
    pub(crate) fn of(names: &[(&str, &[&[&str]])]) -> Arc<Self> {
        let list = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        let entry = |(name, answers): &(&str, &[&[&str]])| {
            ((*name).to_owned(), answers.iter().map(list).collect::<Vec<Vec<IpAddr>>>())
        };
        Arc::new(Self { answers: names.iter().map(entry).collect(), asked: Mutex::default() })
    }

    /// How often a name was asked for.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| *asked == name).count()
    }
}

impl Lookup for Names {
    fn lookup(&self, name: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        let name = name.trim_end_matches('.').to_owned();
        let before = self.count(&name);
        self.asked.lock().unwrap().push(name.clone());
        let answers = self.answers.get(&name);
        let answer = answers.and_then(|all| all.get(before).or(all.last())).cloned();
        Box::pin(async move { answer.ok_or_else(|| io::ErrorKind::NotFound.into()) })
    }
}

/// An agent that is granted the web tools, over a network where one site passes for a public one.
pub(crate) struct Reader {
    pub(crate) tools: Toolbox,
    pub(crate) names: Arc<Names>,
    _folder: tempfile::TempDir,
}

/// `public.test` is the site; it is listed.
pub(crate) fn reader(site: &Site) -> Reader {
    let names = Names::of(&[("public.test", &[&["127.0.0.1"]])]);
    reader_of(site, "hosts = [\"public.test\"]", names, Limits::default())
}

pub(crate) fn reader_of(site: &Site, config: &str, names: Arc<Names>, limits: Limits) -> Reader {
    let lookup: Arc<dyn Lookup> = names.clone();
    reader_over(Network::testing(lookup, site.address, limits), config, names, None)
}

pub(crate) fn reader_over(network: Network, config: &str, names: Arc<Names>, search: Option<&str>) -> Reader {
    let config = WebConfig::from_toml(&toml::Value::Table(config.parse().unwrap())).unwrap();
    let fetch = WebFetch::over(&config, network.clone());
    let search = WebSearch::over(&config, network, search);
    let registry = Registry::new([Box::new(fetch) as Box<_>, Box::new(search) as Box<_>]).unwrap();
    let text = "---\nname: a\ndescription: b\ntools: WebFetch, WebSearch\n---\n";
    let (definition, _) = AgentDefinition::parse(text, "agent.md").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let confined = Confined::open(folder.path(), Rules::new()).unwrap();
    let (tools, _) = Toolbox::new(Arc::new(registry), &definition, confined);
    Reader { tools, names, _folder: folder }
}

impl Reader {
    pub(crate) async fn fetch(&self, url: &str) -> Result<WebFetchOutput, WebRefusal> {
        self.ask(WebFetchInput::new(url)).await
    }

    pub(crate) async fn ask(&self, input: WebFetchInput) -> Result<WebFetchOutput, WebRefusal> {
        self.tools.run::<WebFetch>(input).await.map_err(|error| match error {
            ToolError::Web { reason, .. } => reason,
            other => panic!("{other}"),
        })
    }
}
