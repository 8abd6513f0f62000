use serde::Serialize;

use crate::agent::Failure;
use crate::store::sha256_hex;

/// SHA-256 over the JSON of `value` with the members of every object sorted by name, hex.
pub fn hash_of<T: Serialize + ?Sized>(value: &T) -> Result<String, Failure> {
    let mut value =
        serde_json::to_value(value).map_err(|error| Failure::bug(format!("cannot be hashed: {error}")))?;
    value.sort_all_objects();
    Ok(sha256_hex(value.to_string().as_bytes()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::hash_of;

    #[test]
    fn the_order_of_members_does_not_count_and_the_order_of_items_does() {
        let hash = |value| hash_of(&value).unwrap();
        assert_eq!(
            hash(json!({"a": 1, "b": {"c": 2, "d": 3}})),
            hash(json!({"b": {"d": 3, "c": 2}, "a": 1}))
        );
        assert_ne!(hash(json!([1, 2])), hash(json!([2, 1])));
    }
}
