//! ISO 4217: which codes exist and how many decimals their minor unit has.

/// Currencies whose smallest unit is the whole unit.
const NO_DECIMALS: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
/// Currencies divided into thousandths.
const THREE_DECIMALS: &str = "BHD IQD JOD KWD LYD OMR TND";
/// Currencies divided into hundredths.
const TWO_DECIMALS: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD \
    BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS \
    GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL \
    MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR \
    PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP \
    TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ZWL";

/// Decimals of a currency's minor unit, by its upper-case ISO 4217 code; `None` where there is no such code.
#[must_use]
pub fn currency_digits(code: &str) -> Option<u32> {
    let among = |list: &str| list.split_ascii_whitespace().any(|it| it == code);
    if among(TWO_DECIMALS) {
        Some(2)
    } else if among(NO_DECIMALS) {
        Some(0)
    } else if among(THREE_DECIMALS) {
        Some(3)
    } else {
        None
    }
}
