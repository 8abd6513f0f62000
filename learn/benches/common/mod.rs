use std::path::PathBuf;

use learn::Table;

/// A CSV file of the shared data.
pub(crate) struct Rows {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// Reads a file below `CSM_SHARED_DATA`, or else below `../shared/data` beside the workspace.
pub(crate) fn read(path: &str) -> Rows {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");
    let folder = std::env::var_os("CSM_SHARED_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let path = folder.join(path);
    let mut reader =
        csv::Reader::from_path(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    Rows { header, rows }
}

impl Rows {
    pub(crate) fn column(&self, name: &str) -> Vec<String> {
        let at = self.header.iter().position(|column| column == name).unwrap();
        self.rows.iter().map(|row| row[at].clone()).collect()
    }

    pub(crate) fn without(&self, names: &[&str]) -> Rows {
        let kept: Vec<usize> =
            (0..self.header.len()).filter(|at| !names.contains(&self.header[*at].as_str())).collect();
        let pick = |cells: &Vec<String>| kept.iter().map(|at| cells[*at].clone()).collect();
        Rows { header: pick(&self.header), rows: self.rows.iter().map(pick).collect() }
    }

    pub(crate) fn table(&self) -> Table {
        Table::from_text(&self.header, &self.rows).unwrap()
    }
}
