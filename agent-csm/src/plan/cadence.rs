//! How often we talk to an account.

use crate::assessment::Account;

use super::settings::{Cadence, Standing};

impl Cadence {
    /// Days between check-ins with `account`.
    pub(crate) fn days(&self, account: &Account, standing: Standing) -> u32 {
        if let Some(days) = account.tier.as_ref().and_then(|tier| self.tiers.get(tier)) {
            return *days;
        }
        match standing {
            Standing::Top => self.top_days,
            Standing::Middle => self.middle_days,
            Standing::Bottom => self.bottom_days,
        }
    }
}
